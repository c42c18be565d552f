"""What other contracts do to a settlement while they decide: hold, cut, suspend, fine (contract Doubts)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.contract.model.cast import PEOPLE
from tests.contract.model.node import View
from tests.contract.model.state import DOUBTED, SUSPENDED, Filed, Filing, Held, State, need
from tests.contract.model.world import Draw, World, step, views


def amend(s: State, filing: Filing, set_: int = 0, clear: int = 0, final_at: int = 0) -> None:
    known = s.filed[filing.posted.key]
    need(known.pending(s.time), "Settlement_AlreadyFinal")
    need(known.filing.posted == filing.posted, "Settlement_WrongPreimage")
    known.flags = known.flags & ~clear | set_
    known.final_at = max(known.final_at, final_at)


def hold_bond(s: State, filing: Filing) -> None:
    s.filed[filing.posted.key].doubt.holds += 1
    amend(s, filing, DOUBTED)


def free_bond(known: Filed) -> None:
    known.doubt.holds -= 1


def hold_leaf(s: State, filing: Filing, j: int) -> None:
    doubt = s.filed[filing.posted.key].doubt
    held = doubt.held.setdefault(j, Held(filing.draft.books[j].pay.amount))
    held.holds += 1
    doubt.holds += 1
    amend(s, filing, DOUBTED)


def free_leaf(known: Filed, j: int, item: int, cut: int) -> None:
    """Nothing is cut twice for one item, nor more than there is."""
    doubt = known.doubt
    held = doubt.held[j]
    if cut and item in doubt.cut_items:
        cut = 0
    if cut:
        doubt.cut_items.add(item)
    cut = min(cut, held.left)
    held.left, held.cut = held.left - cut, held.cut + cut
    held.holds -= 1
    doubt.holds -= 1


def suspend(s: State, filing: Filing) -> None:
    known = s.filed[filing.posted.key]
    if known.doubt.blocks == 0:
        known.doubt.rest = max(known.final_at - s.time, 0)
    known.doubt.blocks += 1
    amend(s, filing, SUSPENDED)


def resume(s: State, filing: Filing, final_at: int) -> None:
    known = s.filed[filing.posted.key]
    known.doubt.blocks -= 1
    last = known.doubt.blocks == 0
    if last:
        final_at = max(final_at, s.time + known.doubt.rest)
    if not known.void:
        amend(s, filing, clear=SUSPENDED if last else 0, final_at=final_at)


def fine(s: State, known: Filed, amount: int, beneficiary: str, rewarded: int) -> None:
    posted = known.filing.posted
    assert known.doubt.holds
    assert rewarded <= amount
    known.doubt.fined += amount
    assert known.doubt.fined <= posted.bond, "more was fined than there was"
    s.campaigns[posted.campaign].escrow += amount - rewarded
    s.slash(posted.settler, posted.token, amount, beneficiary, rewarded)


def return_cut(s: State, key: int, j: int) -> None:
    known = s.filed[key]
    held = known.doubt.held.get(j)
    need(held and held.cut and j in known.paid, "Doubts_NothingCut")
    assert held
    s.campaigns[key >> 64].escrow += held.cut
    held.cut = 0


@step(
    weight=2,
    when=lambda world: held_leaves(world),
    ready=lambda world: any(one.doubt.held[j].cut and j in one.paid for one, j in held_leaves(world)),
)
def return_what_was_cut(world: World, draw: Draw) -> None:
    """Once the leaf is paid, once."""
    ready = [(one, j) for one, j in held_leaves(world) if one.doubt.held[j].cut and j in one.paid]
    known, j = draw.pick("leaf", ready if ready and not draw.rarely("any", 8) else held_leaves(world))
    call = (known.filing.posted.key, j)
    world.take(draw.pick("who", PEOPLE).address, "Doubts", "returnCut", *call, effect=lambda s: return_cut(s, *call))


def held_leaves(world: World) -> list[tuple[Filed, int]]:
    return [(one, j) for one in world.s.filed.values() for j in one.doubt.held]


@views
def doubts(s: State) -> Iterator[View]:
    for key, one in s.filed.items():
        doubt, label = one.doubt, f"doubts of {key >> 64}/{key >> 16 & 0xFFFFFFFF}/{key & 0xFFFF}"
        expected = (doubt.holds, doubt.blocks, doubt.rest, doubt.fined)
        yield View(label, "Doubts", "doubtOf", (key,), expected)
        for j, held in doubt.held.items():
            expected_held = (held.left, held.cut, held.holds, True)
            yield View(f"{label}: leaf {j}", "Doubts", "heldOf", (key, j), expected_held)
