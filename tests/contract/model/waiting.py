"""Time: a little, or to the edge of something that ends."""

from __future__ import annotations

from tests.contract.model.world import Draw, World, step


@step(weight=4)
def wait(world: World, draw: Draw) -> None:
    """A few seconds."""
    world.wait_until(world.s.time + draw.number("seconds", 1, 15))


@step(weight=3)
def wait_for_an_edge(world: World, draw: Draw) -> None:
    """To where the next step falls on the last second of a window, the first after it, or close by."""
    ahead = sorted(edge for edge in set(edges(world)) if edge > world.s.time + 2)
    if ahead:
        # The nearest are the plain choice: to jump over all of them leaves little to do.
        edge = draw.pick("edge", ahead[:3] if not draw.rarely("far") else ahead)
        world.wait_until(max(edge - draw.number("before", 0, 2), world.s.time + 1))


def edges(world: World) -> list[int]:
    s = world.s
    found = [one.final_at for one in s.filed.values()]
    found += [one.pool.closed.closing.final_at for one in s.campaigns.values() if one.pool.closed]
    found += [asked.due for one in s.filed.values() for asked in one.calls.values()]
    found += [one.opened_at + 2 * world.node.profile.unbonding for one in s.cases.values() if one.state == 1]
    for campaign in s.campaigns.values():
        terms = campaign.terms
        found += [terms.deadline, terms.deadline + terms.lapse_window]
        found += [anchor.time + terms.settle_window for anchor in campaign.anchors.values()]
    found += [purse.ready_at for purse in s.purses.values()] + [stake.ready_at for stake in s.stakes.values()]
    return found + [sale.unlock_at for sale in s.sales.values()] + [expiry for _, expiry in s.licences.values()]
