"""Reputation: epochs of reviewers' records, posted, asked for, proven wrong; and which one a settlement must cite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tests.contract.model.cast import OPERATORS, PEOPLE, REVIEWERS
from tests.contract.model.node import View
from tests.contract.model.proving import watcher_of
from tests.contract.model.staking import OPERATOR
from tests.contract.model.state import Asked, Rating, State, need
from tests.contract.model.world import Draw, World, step, views

from headwater.catalog.reputation import Cited, rows_of
from headwater.chain.structs import Epoch, EpochPost, Lookup, ReputationRow
from headwater.primitives.hashing import ZERO_WORD, keccak256
from headwater.primitives.merkle import Tree, build
from headwater.review.rule import START_RIGHT, START_WEIGHT, START_WRONG, weight

NOBODY, BLOCK = "0x" + "0" * 40, 128
Rows = tuple[ReputationRow, ...]


def posted(s: State, who: str, given: EpochPost, rows: Rows, changes: bytes, bent: str) -> None:
    head = s.epochs.get(s.epoch_head)
    need(head is None or head.final(s.time), "Reputation_HeadPending")
    need(given.previous == (head.epoch.hash() if head else ZERO_WORD), "Reputation_NotHead")
    need(changes, "Reputation_ChangesLength")
    steps = [int.from_bytes(changes[n : n + 2], "big") for at in range(0, len(changes), 24) for n in (at + 20, at + 22)]
    need(all(one % 10 == 0 for one in steps), "Reputation_WrongChange")
    before = head.epoch.count if head else 0
    need(max(before, 1) <= given.count <= before + len(changes) // 24, "Reputation_CountOutOfRange")
    number, window, bond = len(s.epochs) + 1, s.rules["epoch window"], s.rules["epoch bond"]
    hashes = (given.previous, given.root, given.count, keccak256(changes), given.gold, given.golds, given.evidence)
    epoch = Epoch(number, *hashes, who, bond, s.time, s.time + window)
    s.epochs[number] = Rating(epoch, rows, changes, s.epoch_head, epoch.final_at, bent)
    s.epoch_head = number
    s.lock(who, coin(s), bond, OPERATOR)


def coin(s: State) -> str:
    return s.names["HeadwaterToken"]


def pending(s: State, book: Rating) -> Rating:
    own = s.epochs[book.epoch.number]
    need(own.status == 1 and not own.final(s.time), "Reputation_NotPending")
    return own


def void(s: State, own: Rating, who: str) -> None:
    own.status, s.epoch_head = 2, own.previous
    epoch = own.epoch
    s.slash(epoch.poster, coin(s), epoch.bond // 2, who, epoch.bond // 2)
    rest = epoch.bond - epoch.bond // 2
    s.slash(epoch.poster, coin(s), rest, s.receiver, rest)


def release(s: State, book: Rating) -> None:
    own = s.epochs[book.epoch.number]
    need(own.final(s.time), "Reputation_NotFinal")
    need(not own.released, "Reputation_AlreadyReleased")
    own.released = True
    s.unlock(own.epoch.poster, coin(s), own.epoch.bond)


def half(book: Rating) -> int:
    return (book.epoch.final_at - book.epoch.time) // 2


def demand(s: State, who: str, book: Rating, block: int, bond: int) -> None:
    own = pending(s, book)
    need(s.time <= own.epoch.time + half(own), "Reputation_TooLate")
    need(block < -(-own.epoch.count // BLOCK), "Reputation_UnknownBlock")
    need(block not in own.demands, "Reputation_AlreadyDemanded")
    own.demands[block] = Asked(who, s.time + half(own), half(own))
    own.open += 1
    s.lock(who, coin(s), bond, 0)


def asked_in(own: Rating, block: int) -> Asked:
    need(block in own.demands, "Reputation_NotDemanded")
    need(not own.demands[block].answerer, "Reputation_AlreadyShown")
    return own.demands[block]


def show(s: State, who: str, book: Rating, block: int, rows: Rows) -> None:
    own = pending(s, book)
    asked = asked_in(own, block)
    need(s.time <= asked.due, "Reputation_TooLate")
    need(len(rows) == len(own.rows), "Reputation_RowsLength")
    need(rows == own.rows, "Reputation_WrongProof")
    asked.answerer = who
    own.open -= 1
    own.final_at = max(own.final_at, s.time + half(own))


def expire(s: State, book: Rating, block: int) -> None:
    own = pending(s, book)
    asked = asked_in(own, block)
    need(s.time > asked.due, "Reputation_StillTime")
    void(s, own, asked.by)


def close(s: State, number: int, block: int, bond: int) -> None:
    own = s.epochs[number]
    need(own.status == 2 or own.final(s.time), "Reputation_NotDecided")
    asked = own.demands.get(block)
    need(asked, "Reputation_NotDemanded")
    assert asked
    del own.demands[block]
    if own.status == 2:
        s.unlock(asked.by, coin(s), bond)
    else:
        s.slash(asked.by, coin(s), bond, asked.answerer, bond)


# What an epoch says


def find(rows: Rows, reviewer: str, at: Lookup) -> ReputationRow | None:
    """His row, or that he has none; anything else is refused."""
    if not rows and not at.rows:
        return None
    key, first = int(reviewer, 16), int(at.rows[0].reviewer, 16)
    if len(at.rows) == 1:
        if first == key:
            return at.rows[0]
        need((at.index == 0 and key < first) or (at.index == len(rows) - 1 and first < key), "Reputation_ProvesNothing")
        return None
    need(len(at.rows) == 2 and first < key < int(at.rows[1].reviewer, 16), "Reputation_ProvesNothing")
    return None


def record(rows: Rows, reviewer: str, at: Lookup) -> tuple[bool, int, int]:
    row = find(rows, reviewer, at)
    return (True, row.right, row.wrong) if row else (False, START_RIGHT, START_WRONG)


def follows(s: State, own: Rating, reviewer: str, before: Lookup, current: Lookup) -> bool:
    earlier = s.epochs[own.previous].rows if own.previous else ()
    was = record(earlier, reviewer, before)
    added = added_to(own.changes, reviewer)
    more = (True, *added) if added else (False, 0, 0)
    now = record(own.rows, reviewer, current)
    return now == (was[0] or more[0], was[1] + more[1], was[2] + more[2])


def added_to(changes: bytes, reviewer: str) -> tuple[int, int] | None:
    for at in range(0, len(changes), 24):
        if changes[at : at + 20] == bytes.fromhex(reviewer[2:]):
            return int.from_bytes(changes[at + 20 : at + 22], "big"), int.from_bytes(changes[at + 22 : at + 24], "big")
    return None


def number_of(s: State, cited: bytes) -> int:
    return next((number for number, one in s.epochs.items() if one.epoch.hash() == cited), 0)


def final_at(s: State, number: int, time: int) -> bool:
    """Whether an epoch was final then, as far as one can tell now."""
    if number == 0:
        return True
    own = s.epochs.get(number)
    return own is not None and own.final(s.time) and own.final_at <= time


def right_citation(s: State, when: int, now: int) -> bytes:
    """The newest epoch that was final at ``when``, zero for none."""
    ripe = [own for own in s.epochs.values() if own.final(now) and own.final_at <= when]
    return ripe[-1].epoch.hash() if ripe else ZERO_WORD


def rows_cited(s: State, cited: bytes) -> Rows:
    number = number_of(s, cited)
    return s.epochs[number].rows if number else ()


def weight_in(s: State, cited: bytes, reviewer: str) -> int:
    return next((row.weight for row in rows_cited(s, cited) if row.reviewer == reviewer), START_WEIGHT)


def lookup_in(s: State, number: int, reviewer: str) -> Lookup:
    rows = s.epochs[number].rows if number else ()
    return Cited(number, ZERO_WORD, rows).lookup(s.chain_id, s.names["Reputation"], reviewer)


def tree_of(s: State, number: int, rows: Sequence[ReputationRow]) -> Tree:
    return build([row.leaf(s.chain_id, s.names["Reputation"], number) for row in rows])


# Steps


@step(weight=3, ready=lambda world: may_post(world))
def post_an_epoch(world: World, draw: Draw) -> None:
    """Records of reviewers after more gold items; now and then one that is not what it should be."""
    s = world.s
    head = s.epochs.get(s.epoch_head)
    counts = {row.reviewer: (row.right, row.wrong) for row in (head.rows if head else ())}
    added = draw.pick("added", ((20, 0), (10, 10), (0, 30)))
    changes = b""
    for one in sorted(REVIEWERS[: draw.number("reviewers", 1, 3)], key=lambda one: int(one.address, 16)):
        old = counts.get(one.address, (START_RIGHT, START_WRONG))
        counts[one.address] = old[0] + added[0], old[1] + added[1]
        changes += bytes.fromhex(one.address[2:]) + added[0].to_bytes(2, "big") + added[1].to_bytes(2, "big")
    rows = rows_of(counts)
    bent = draw.pick("lie", ("weight", "order", "change")) if draw.rarely("bent", 3) else ""
    rows = bend(rows, bent)
    previous = head.epoch.hash() if head else ZERO_WORD
    if draw.rarely("refused", 5):
        how = draw.pick("how", ("no head", "no changes", "no step", "too many"))
        previous = keccak256(b"no head") if how == "no head" else previous
        changes = b"" if how == "no changes" else changes[:-1] + b"\x05" if how == "no step" else changes
        rows = rows * 3 if how == "too many" else rows
    given = EpochPost(previous, tree_of(s, len(s.epochs) + 1, rows).root, len(rows), ZERO_WORD, 0, keccak256(b"gold"))
    who = draw.who(draw.pick("operator", OPERATORS).address, 8)
    effect = lambda s: posted(s, who, given, rows, changes, bent)  # noqa: E731
    world.take(who, "Reputation", "post", given, changes, effect=effect)


def bend(rows: Rows, how: str) -> Rows:
    first, rest = rows[0], rows[1:]
    if how == "weight":
        return (replace(first, weight=first.weight + 1), *rest)
    if how == "change":
        right = first.right + 10
        return (replace(first, right=right, weight=weight(right, first.wrong)), *rest)
    return rows[::-1] if how == "order" else rows


def may_post(world: World) -> bool:
    head = world.s.epochs.get(world.s.epoch_head)
    return head is None or head.final(world.s.time + 1)


@step(weight=5, when=lambda world: world.s.epochs, ready=lambda world: open_epochs(world))
def prove_an_epoch_wrong(world: World, draw: Draw) -> None:
    """Of any row; aimed at the lie if there is one."""
    own, who = some_epoch(world, draw), watcher_of(draw)
    kinds = {"weight": "proveWeight", "order": "proveOrder", "change": "proveChange"}
    aimed = kinds.get(own.bent, "proveWeight")
    kind = draw.pick("kind", tuple(kinds.values())) if draw.rarely("any", 3) else aimed
    tree, count = tree_of(world.s, own.epoch.number, own.rows), len(own.rows)
    if kind == "proveChange":
        prove_change(world, draw, own, who)
        return
    size = 2 if kind == "proveOrder" and count > 1 else 1
    at = draw.number("row", 0, count - size)
    rows = own.rows[at : at + size]
    wanted = 2 if kind == "proveOrder" else 1

    def effect(s: State) -> None:
        one = pending(s, own)
        need(size == wanted, "Reputation_RowsLength")
        if kind == "proveWeight":
            holds = rows[0].weight != weight(rows[0].right, rows[0].wrong)
        else:
            holds = int(rows[0].reviewer, 16) >= int(rows[1].reviewer, 16)
        need(holds, "Reputation_NoFault")
        void(s, one, who)

    lookup = Lookup(at, rows, tuple(tree.range_proof(at, at + size)))
    world.take(who, "Reputation", kind, own.epoch, lookup, effect=effect)


def prove_change(world: World, draw: Draw, own: Rating, who: str) -> None:
    reviewer = own.rows[0].reviewer if not draw.rarely("another", 4) else draw.pick("reviewer", REVIEWERS).address
    before = lookup_in(world.s, own.previous, reviewer)
    current = lookup_in(world.s, own.epoch.number, reviewer)

    def effect(s: State) -> None:
        one = pending(s, own)
        need(not follows(s, one, reviewer, before, current), "Reputation_NoFault")
        void(s, one, who)

    call = (own.epoch, own.changes, reviewer, before, current)
    world.take(who, "Reputation", "proveChange", *call, effect=effect)


@step(weight=3, when=lambda world: world.s.epochs, ready=lambda world: open_epochs(world))
def demand_rows(world: World, draw: Draw) -> None:
    own, who = some_epoch(world, draw), draw.pick("who", PEOPLE).address
    block, bond = 1 if draw.rarely("beyond", 6) else 0, world.node.profile.demand_bond
    effect = lambda s: demand(s, who, own, block, bond)  # noqa: E731
    world.take(who, "Reputation", "demand", own.epoch, block, effect=effect)


@step(weight=3, when=lambda world: world.s.epochs, ready=lambda world: demanded(world))
def show_rows(world: World, draw: Draw) -> None:
    """All of a block; fewer, or others, are not taken."""
    own = draw.pick("epoch", demanded(world)) if demanded(world) else some_epoch(world, draw)
    rows = own.rows
    if draw.rarely("forged", 5):
        rows = draw.pick("rows", (rows[1:] or (*rows, rows[0]), bend(rows, "weight")))
    who = draw.pick("who", PEOPLE).address
    effect = lambda s: show(s, who, own, 0, rows)  # noqa: E731
    proof = list(tree_of(world.s, own.epoch.number, own.rows).range_proof(0, len(own.rows)))
    world.take(who, "Reputation", "show", own.epoch, 0, list(rows), proof, effect=effect)


@step(weight=3, when=lambda world: any(one.demands for one in world.s.epochs.values()))
def end_a_demand(world: World, draw: Draw) -> None:
    """Nobody showed them: the epoch is void. Somebody did, or it is void: the bond goes where it belongs."""
    own = draw.pick("epoch", [one for one in world.s.epochs.values() if one.demands])
    who, block, bond = draw.pick("who", PEOPLE).address, 0, world.node.profile.demand_bond
    decided = own.status == 2 or own.final(world.s.time + 1)
    if not decided and not draw.rarely("close", 3):
        effect = lambda s: expire(s, own, block)  # noqa: E731
        world.take(who, "Reputation", "expire", own.epoch, block, effect=effect)
        return
    call = (own.epoch.number, block)
    world.take(who, "Reputation", "close", *call, effect=lambda s: close(s, *call, bond))


@step(weight=2, when=lambda world: world.s.epochs)
def release_an_epochs_bond(world: World, draw: Draw) -> None:
    own = draw.pick("epoch", list(world.s.epochs.values()))
    who = draw.pick("who", PEOPLE).address
    world.take(who, "Reputation", "release", own.epoch, effect=lambda s: release(s, own))


def open_epochs(world: World) -> list[Rating]:
    return [one for one in world.s.epochs.values() if one.status == 1 and not one.final(world.s.time + 1)]


def demanded(world: World) -> list[Rating]:
    return [one for one in open_epochs(world) if one.open]


def some_epoch(world: World, draw: Draw) -> Rating:
    return draw.pick("epoch", open_epochs(world) or list(world.s.epochs.values()))


@views
def epochs(s: State) -> Iterator[View]:
    yield View("epochs", "Reputation", "epochCount", (), len(s.epochs))
    yield View("epochs: head", "Reputation", "head", (), s.epoch_head)
    for number, own in s.epochs.items():
        label, final = f"epoch {number}", own.final(s.time)
        slot = (own.final_at, own.epoch.count, own.previous, own.open, own.status, False, own.released)
        yield View(f"{label}: slot", "Reputation", "slotOf", (number,), slot)
        yield View(f"{label}: hash", "Reputation", "epochHash", (number,), own.epoch.hash())
        yield View(f"{label}: final", "Reputation", "isFinal", (number,), final)
        for block, one in own.demands.items():
            expected = (one.by, one.due, one.answerer or NOBODY)
            yield View(f"{label}: demand {block}", "Reputation", "demandOf", (number, block), expected)
        for row in own.rows if final else ():
            at = lookup_in(s, number, row.reviewer)
            args = (number, row.reviewer, at)
            if at.rows == (row,):
                yield View(f"{label}: weight {row.reviewer}", "Reputation", "weightAt", args, row.weight)
