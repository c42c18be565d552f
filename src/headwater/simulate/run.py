"""Many seeds of one set-up, on several processes, and what came of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from headwater.simulate.figures import Figures, Spread, figures
from headwater.simulate.play import play
from headwater.simulate.setup import Setup
from headwater.simulate.world import make

Told = Callable[[], None]


def once(setup: Setup, seed: int) -> Figures:
    """One world, played through."""
    return figures(play(make(setup, seed)))


def many(setup: Setup, seeds: Iterable[int], processes: int = 2, told: Told | None = None) -> list[Figures]:
    """Figures of every seed, in their order; ``told`` is called after each."""
    return each(partial(once, setup), seeds, processes, told)


def each(
    work: Callable[[int], Figures], seeds: Iterable[int], processes: int = 2, told: Told | None = None
) -> list[Figures]:
    """The same of anything that makes figures of a seed; ``work`` must survive pickling."""
    whole = list(seeds)
    if processes < 2 or len(whole) < 2:
        return list(_telling(map(work, whole), told))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return list(_telling(pool.map(work, whole), told))


def _telling(made: Iterable[Figures], told: Told | None) -> Iterable[Figures]:
    for row in made:
        if told:
            told()
        yield row


def spreads(rows: list[Figures]) -> dict[str, Spread]:
    """Mean and deviation of every figure that all seeds have."""
    names = [name for name in rows[0] if all(name in row for row in rows)]
    return {name: Spread.of([row[name] for row in rows]) for name in names}
