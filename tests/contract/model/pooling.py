"""Pool mode: one closing divides the pool by share weights; a wrong one is void and costs its closer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.contract.model import dividing
from tests.contract.model.cast import OPERATORS, PEOPLE
from tests.contract.model.funding import changed
from tests.contract.model.node import View
from tests.contract.model.proving import watcher_of
from tests.contract.model.state import Campaign, Closed, Division, Filed, State, need
from tests.contract.model.world import Draw, World, step, views

from headwater.chain.structs import POOL_MODE, Closing, Share, Terms, settlements_hash
from headwater.market.pool import pool_bond, pool_part
from headwater.primitives.hashing import ZERO_WORD


def close(s: State, who: str, campaign: int, terms: Terms, tree: Division) -> None:
    own = s.match(campaign, terms, "Pools_WrongTerms")
    need(terms.mode == POOL_MODE, "Pools_NotPoolMode")
    need(s.time > terms.deadline, "Pools_DeadlineAhead")
    need(own.settled == own.anchored, "Pools_Unsettled")
    for place, key in enumerate(tree.keys):
        ascends = place == 0 or key > tree.keys[place - 1]
        right = ascends and key >> 64 == campaign and key in s.filed and s.filed[key].final(s.time)
        need(right, "Pools_WrongSettlements")
    need(own.pool.closed is None, "Pools_AlreadyClosed")
    need(all(one.closing.attempt != own.pool.attempt - 1 for one in own.pool.void), "Pools_NotCollected")
    closing = Closing(
        campaign=campaign,
        attempt=own.pool.attempt,
        token=terms.token,
        pool=own.pool.left,
        pool_floor=terms.pool_floor,
        settlements=settlements_hash(tree.keys),
        share_root=tree.root,
        shares=len(tree.shares),
        total_weight=tree.shares[-1].cumulative if tree.shares else 0,
        evidence=ZERO_WORD,
        closer=who,
        bond=pool_bond(own.pool.left, terms.unit_reward),
        closed_at=s.time,
        final_at=s.time + terms.challenge_window,
        lapses_at=terms.deadline + terms.lapse_window,
    )
    own.pool.closed = Closed(closing, tree)
    s.lock(who, terms.token, closing.bond, 0)


def standing(s: State, closing: Closing) -> Closed:
    own = s.campaigns[closing.campaign].pool.closed
    need(own and own.closing == closing, "Pools_WrongClosing")
    assert own
    return own


def final(s: State, closing: Closing) -> Closed:
    own = standing(s, closing)
    need(s.time >= closing.final_at, "Pools_NotFinal")
    return own


def claim(s: State, closing: Closing, n: int, shown: Share) -> None:
    own = final(s, closing)
    need(shown.index < closing.shares, "Merkle_IndexOutOfRange")
    need(shown == own.tree.shares[n], "Shares_WrongProof")
    need(shown.weight <= shown.cumulative <= closing.total_weight, "Pools_WrongShare")
    need(n not in own.claimed, "Pools_AlreadyClaimed")
    amount = pool_part(closing.pool, shown.weight, closing.total_weight, closing.pool_floor)
    need(own.paid + amount <= payable(closing), "Pools_AbovePool")
    own.claimed.add(n)
    own.paid += amount
    take_out(s.campaigns[closing.campaign], amount)
    s.campaigns[closing.campaign].escrow -= amount
    s.move(closing.token, s.names["Settlement"], shown.account, amount)


def payable(closing: Closing) -> int:
    return pool_part(closing.pool, closing.total_weight, closing.total_weight, closing.pool_floor)


def take_out(own: Campaign, amount: int) -> None:
    own.pool.left -= amount
    own.reserved -= amount


def release(s: State, closing: Closing) -> None:
    own = final(s, closing)
    owed = 0 if len(own.claimed) == closing.shares else payable(closing) - own.paid
    free = s.campaigns[closing.campaign].pool.left - owed
    need(free or not own.released, "Pools_NothingToFree")
    take_out(s.campaigns[closing.campaign], free)
    if not own.released:
        own.released = True
        s.unlock(closing.closer, closing.token, closing.bond)


def void(s: State, who: str, closing: Closing) -> None:
    need(s.time < closing.final_at, "Pools_AlreadyFinal")
    pool = s.campaigns[closing.campaign].pool
    own = standing(s, closing)
    pool.void.append(replace(own, watcher=who))
    pool.closed, pool.attempt = None, pool.attempt + 1


def collect(s: State, closing: Closing, watcher: str) -> None:
    own = s.campaigns[closing.campaign]
    found = [one for one in own.pool.void if (one.closing, one.watcher) == (closing, watcher)]
    need(found, "Pools_WrongClosing")
    own.pool.void.remove(found[0])
    half = closing.bond // 2
    rest = closing.bond - half
    own.escrow += rest
    own.reserved += rest
    own.pool.left += rest
    s.slash(closing.closer, closing.token, closing.bond, watcher, half)


def missing(s: State, closing: Closing, tree: Division, key: int) -> bool:
    """The settlement should be among those divided."""
    one = s.filed.get(key)
    if key >> 64 != closing.campaign or key in tree.keys or one is None:
        return False
    if not one.void:
        return True
    could = closing.closed_at <= closing.lapses_at or one.final_at > closing.closed_at
    return key + 1 not in s.filed and could


# Steps


@step(weight=8, when=lambda world: pools(world), ready=lambda world: any(due(world, number) for number in pools(world)))
def close_a_pool(world: World, draw: Draw) -> None:
    """When its time has come and everything is final, or too early; right or bent."""
    ripe = [number for number in pools(world) if due(world, number)]
    campaign = draw.pick("campaign", ripe if ripe and not draw.rarely("any", 10) else pools(world))
    book = dividing.Book(world.node.chain_id, world.name("Pools"), campaign)
    sources = final_of(world, campaign)
    if sources and draw.rarely("one left out", 8):
        sources = sources[1:]
    tree = dividing.divide(book, sources)
    if tree.shares and draw.rarely("bent", 2):
        tree = dividing.bend(draw, book, tree)
    who = draw.pick("closer", (*OPERATORS, *PEOPLE)).address
    terms = changed(draw, world.s.campaigns[campaign].terms)
    total = tree.shares[-1].cumulative if tree.shares else 0
    call = (campaign, terms, list(tree.keys), tree.root, len(tree.shares), total, ZERO_WORD)
    world.take(who, "Pools", "close", *call, effect=lambda s: close(s, who, campaign, terms, tree))


@step(weight=7, when=lambda world: closings(world), ready=lambda world: open_closings(world))
def prove_a_closing_wrong(world: World, draw: Draw) -> None:
    own = some_closing(world, draw, early=True)
    closing, tree, who = own.closing, own.tree, watcher_of(draw)
    others = [key for key in world.s.filed if key >> 64 == closing.campaign]
    lacking = [key for key in others if missing(world.s, closing, tree, key)]
    if others and (lacking or draw.rarely("settlement", 5)):
        key = draw.pick("key", lacking or others)

        def effect(s: State) -> None:
            standing(s, closing)
            need(missing(s, closing, tree, key), "Shares_NoFault")
            void(s, who, closing)

        call = (closing, list(tree.keys), key)
        world.take(who, "Pools", "proveMissingSettlement", *call, effect=effect)
    elif tree.keys:
        dividing.prove_something(world, draw, held(own))


@step(
    weight=6,
    when=lambda world: closings(world),
    ready=lambda world: any(dividing.askable(world, held(one)) for one in open_closings(world)),
)
def ask_for_a_pools_share(world: World, draw: Draw) -> None:
    fitting = [one for one in open_closings(world) if dividing.askable(world, held(one))]
    own = draw.pick("closing", fitting) if fitting else some_closing(world, draw, early=True)
    dividing.ask_for_a_leaf(world, draw, held(own))


@step(
    weight=6,
    when=lambda world: closings(world),
    ready=lambda world: any(len(one.claimed) < one.closing.shares for one in final_closings(world)),
)
def claim_of_a_pool(world: World, draw: Draw) -> None:
    own = some_closing(world, draw, early=False)
    if not own.tree.shares:
        return
    n = draw.number("share", 0, len(own.tree.shares) - 1)
    left = [n for n in range(len(own.tree.shares)) if n not in own.claimed]
    n = draw.pick("unclaimed", left) if left and not draw.rarely("any", 6) else n
    shown, who = own.tree.shares[n], draw.pick("who", PEOPLE).address
    if draw.rarely("forged", 10):
        shown = draw.pick("forgery", (replace(shown, weight=shown.weight + 1), replace(shown, account=who, first=1)))
    call = (own.closing, shown, list(own.tree.proofs[n]))
    world.take(who, "Pools", "claim", *call, effect=lambda s: claim(s, own.closing, n, shown))


@step(
    weight=4,
    when=lambda world: closings(world),
    ready=lambda world: any(
        not one.released or len(one.claimed) == one.closing.shares for one in final_closings(world)
    ),
)
def release_a_pool(world: World, draw: Draw) -> None:
    closing, who = some_closing(world, draw, early=False).closing, draw.pick("who", PEOPLE).address
    world.take(who, "Pools", "release", closing, effect=lambda s: release(s, closing))


@step(weight=5, when=lambda world: any(one.pool.void for one in world.s.campaigns.values()))
def collect_a_closers_bond(world: World, draw: Draw) -> None:
    own = draw.pick("void", [one for campaign in world.s.campaigns.values() for one in campaign.pool.void])
    watcher = draw.who(own.watcher, 6)
    call = (own.closing, watcher)
    world.take(draw.pick("who", PEOPLE).address, "Pools", "collect", *call, effect=lambda s: collect(s, *call))


def held(own: Closed) -> dividing.Held:
    closing = own.closing
    window = (closing.closed_at, closing.final_at)
    stands = lambda s: standing(s, closing)  # noqa: E731
    void_it = lambda s, who: void(s, who, closing)  # noqa: E731
    head = (closing, own.tree, closing.total_weight)
    return dividing.Held("Pools", closing.tree, *head, *window, stands, void_it)


def pools(world: World) -> list[int]:
    return [number for number, one in world.s.campaigns.items() if one.terms.mode == POOL_MODE]


def due(world: World, campaign: int) -> bool:
    """Nothing of it is undecided."""
    own = world.s.campaigns[campaign]
    over = world.s.time >= own.terms.deadline and own.settled == own.anchored and not own.pool.closing
    return over and not any(one.pending(world.s.time) for key, one in world.s.filed.items() if key >> 64 == campaign)


def final_of(world: World, campaign: int) -> list[Filed]:
    return [one for key, one in sorted(world.s.filed.items()) if key >> 64 == campaign and one.final(world.s.time)]


def closings(world: World) -> list[Closed]:
    return [one.pool.closed for one in world.s.campaigns.values() if one.pool.closed]


def open_closings(world: World) -> list[Closed]:
    """Those that can still be proven wrong."""
    return [one for one in closings(world) if world.s.time + 1 < one.closing.final_at]


def final_closings(world: World) -> list[Closed]:
    return [one for one in closings(world) if world.s.time + 1 >= one.closing.final_at]


def some_closing(world: World, draw: Draw, *, early: bool) -> Closed:
    """One that can still be proven wrong, or one that cannot, if there is."""
    fitting = open_closings(world) if early else final_closings(world)
    return draw.pick("closing", fitting if fitting and not draw.rarely("any", 8) else closings(world))


@views
def pooled(s: State) -> Iterator[View]:
    for number, own in s.campaigns.items():
        if own.terms.mode != POOL_MODE:
            continue
        closed, label = own.pool.closed, f"pool {number}"
        yield View(
            f"{label}: closing", "Pools", "closingHash", (number,), closed.closing.hash() if closed else ZERO_WORD
        )
        books = (
            (closed.closing.final_at, closed.released, len(closed.claimed), closed.paid) if closed else (0, False, 0, 0)
        )
        yield View(f"{label}: standing", "Pools", "standingOf", (number,), (own.pool.attempt, *books))
        for n in range(len(closed.tree.shares) if closed else 0):
            claimed = closed is not None and n in closed.claimed
            yield View(f"{label}: share {n}", "Pools", "isClaimed", (number, n), claimed)
