"""CPU time of several pieces of work, taken in turn so that a busy machine disturbs all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from statistics import median


def cpu_medians(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median CPU seconds of each work, all threads of this process; in every round each runs once."""
    spent: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            start = time.process_time()
            work()
            spent[name].append(time.process_time() - start)
    return {name: median(own) for name, own in spent.items()}


def drain(pieces: Iterable[object]) -> None:
    """Take everything and keep nothing."""
    for _ in pieces:
        pass
