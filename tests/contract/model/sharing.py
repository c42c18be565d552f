"""Faults of versions' share trees: a void one sells no more, and what it sold is carried to a right one."""

from __future__ import annotations

from collections.abc import Iterator

from tests.contract.model import dividing
from tests.contract.model.cast import PEOPLE
from tests.contract.model.node import View
from tests.contract.model.state import Sale, State, need
from tests.contract.model.world import Draw, World, step, views

NOBODY = "0x" + "0" * 40


def held(s: State, sale: Sale) -> dividing.Held:
    version = sale.listing.version

    def stands(s: State) -> None:
        need(version.campaign and not s.sales[version.key].void, "Shares_WrongTree")

    total, window = version.total_weight, (sale.published_at, sale.unlock_at)
    left = frozenset(clip for campaign, _, clip in s.withdrawn if campaign == version.campaign)
    void_it = lambda s, who: void(s, who, version.key)  # noqa: E731
    division = sale.listing.division
    return dividing.Held("ShareFaults", version.key, version, division, total, *window, stands, void_it, left)


def void(s: State, who: str, key: int) -> None:
    sale = s.sales[key]
    need(s.time < sale.unlock_at, "Datasets_AlreadyUnlocked")
    sale.void = True
    if sale.bond:
        (publisher, amount), sale.bond = sale.bond, None
        token = s.names["HeadwaterToken"]
        s.purses[publisher, token].locked -= amount
        s.purses[who, token].free += amount // 2
        s.move(token, s.names["Stakes"], s.receiver, amount - amount // 2)


def carry(s: State, source: Sale, target: Sale) -> None:
    a, b = source.listing, target.listing
    same = a.version.dataset == b.version.dataset and b.version.number > a.version.number
    need(same and set(a.division.keys) <= set(b.division.keys), "Shares_NotSuccessor")
    source, target = s.sales[a.version.key], s.sales[b.version.key]
    need(source.void, "Datasets_NotVoid")
    need(source.gross, "Datasets_NothingToClaim")
    gross, source.gross = source.gross, 0
    need(not target.void, "Datasets_IsVoid")
    target.gross += gross


@step(weight=5, when=lambda world: of_campaigns(world), ready=lambda world: locked(world))
def prove_a_share_wrong(world: World, draw: Draw) -> None:
    """While it is locked, or too late."""
    bent = [one for one in locked(world) if one.listing.bent]
    sales = bent or locked(world)
    sale = draw.pick("sale", sales if sales and not draw.rarely("any", 8) else of_campaigns(world))
    dividing.prove_something(world, draw, held(world.s, sale))


@step(
    weight=6,
    when=lambda world: of_campaigns(world),
    ready=lambda world: any(dividing.askable(world, held(world.s, one)) for one in locked(world)),
)
def ask_for_a_share(world: World, draw: Draw) -> None:
    sales = [one for one in locked(world) if dividing.askable(world, held(world.s, one))]
    sale = draw.pick("sale", sales or locked(world) or of_campaigns(world))
    dividing.ask_for_a_leaf(world, draw, held(world.s, sale))


@step(
    weight=3,
    when=lambda world: any(sale.void for sale in world.s.sales.values()),
    ready=lambda world: any(sale.void and sale.gross for sale in world.s.sales.values()),
)
def carry_the_gross(world: World, draw: Draw) -> None:
    """From a void version to one after it."""
    void_ = [sale for sale in world.sales() if sale.void]
    source = draw.pick("void", [sale for sale in void_ if sale.gross] or void_)
    version = source.listing.version
    others = [one for one in world.sales() if one.listing.version.dataset == version.dataset]
    later = [one for one in others if one.listing.version.number > version.number]
    target = draw.pick("to", later if later and not draw.rarely("any", 8) else world.sales())
    if not target.listing.version.campaign:
        return
    lists = [list(one.listing.division.keys) for one in (source, target)]
    call = (version, lists[0], target.listing.version, lists[1])
    who = draw.pick("who", PEOPLE).address
    world.take(who, "ShareFaults", "carry", *call, effect=lambda s: carry(s, source, target))


@step(
    weight=2,
    when=lambda world: world.s.share_calls,
    ready=lambda world: any(one.open for one in world.s.share_calls.values()),
)
def take_a_share_bond_back(world: World, draw: Draw) -> None:
    """Of a call nobody answered, of a version or a pool, once the tree is void or final."""
    contract, tree, index = draw.pick("call", list(world.s.share_calls))
    who, bond = draw.pick("who", PEOPLE).address, dividing.bond_of(world)

    def effect(s: State) -> None:
        asked = s.share_calls[contract, tree, index]
        need(asked.open, "Shares_NotCalled")
        need(s.time >= answerable(s, contract, tree), "Shares_TooEarly")
        asked.open = False
        s.move(s.names["HeadwaterToken"], s.names[contract], asked.caller, bond)

    world.take(who, contract, "refundCall", tree, index, effect=effect)


def answerable(s: State, contract: str, tree: int) -> int:
    if contract == "ShareFaults":
        return 0 if s.sales[tree].void else s.sales[tree].unlock_at
    pool = s.campaigns[tree >> 32].pool
    return pool.closed.closing.final_at if pool.closed and pool.attempt == tree & 0xFFFFFFFF else 0


def locked(world: World) -> list[Sale]:
    """Versions whose tree can still be proven wrong."""
    return [one for one in of_campaigns(world) if not one.void and world.s.time + 1 < one.unlock_at]


def of_campaigns(world: World) -> list[Sale]:
    return [sale for sale in world.sales() if sale.listing.version.campaign]


@views
def share_calls(s: State) -> Iterator[View]:
    for (contract, tree, index), asked in s.share_calls.items():
        expected = (asked.caller, asked.open, asked.shown)
        yield View(f"call for {tree} {index}", contract, "callOf", (tree, index), expected)
