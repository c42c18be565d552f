"""Everything that has a name, a whole campaign or one trick, run over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from headwater.simulate.errors import SimulationError
from headwater.simulate.figures import Figures
from headwater.simulate.run import Told, each, many, spreads
from headwater.simulate.scenarios import SETUPS
from headwater.simulate.setup import Setup
from headwater.simulate.tricks import TRICKS

HEADLINES = (
    *("accuracy", "majority of five", "votes an item", "false accepts"),
    *("ring accepted", "ring return", "spam accepted", "spam return"),
    *("pay: honest", "pay: always", "pay: coin", "pay: follower"),
)


def chosen(names: Sequence[str] | None) -> tuple[str, ...]:
    """The named ones, all if none is.

    Raises:
        SimulationError: there is no such scenario.
    """
    known = (*SETUPS, *TRICKS)
    for name in names or ():
        if name not in known:
            raise SimulationError("scenario", actual=name, allowed=", ".join(known))
    return tuple(names or known)


def run(
    name: str, items: int, seeds: Sequence[int], processes: int, told: Told
) -> tuple[Setup | None, Sequence[Figures]]:
    """The set-up of a campaign, none of a trick, and the figures of every seed."""
    if name in TRICKS:
        return None, each(partial(TRICKS[name], items), seeds, processes, told)
    setup = SETUPS[name].scaled(items)
    return setup, many(setup, seeds, processes, told)


def headline(rows: Sequence[Figures]) -> str:
    """The means worth a line."""
    found = spreads(list(rows))
    shown = [name for name in HEADLINES if name in found] or list(found)
    return "  ".join(f"{name} {found[name].mean:.3f}" for name in shown)
