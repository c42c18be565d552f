"""When an item has answers enough, and which item most needs one more (spec/inference.md)."""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection

from headwater.review.rule import MAX_VOTES
from headwater.review.sampling import MIN_VOTES, STOP_SUM


def enough(found: Collection[int], votes: int, stop: int = STOP_SUM) -> bool:
    """Whether to stop asking: two votes at least and the posterior reached, or nine.

    Args:
        found: milli log-odds of every class; with two classes this is the verdict's rule, ``|difference| >= stop``.
        stop: milli log-odds of the posterior to reach, 2944 for .95.
    """
    return votes >= MAX_VOTES or (votes >= MIN_VOTES and doubt(found) <= math.exp(-stop / 1000))


def doubt(found: Collection[int]) -> float:
    """Odds against the heaviest class: (1 - posterior) / posterior."""
    top = max(found)
    return math.fsum(math.exp((value - top) / 1000) for value in sorted(found)[:-1])


class Doubts:
    """Open items in the order in which they need one more answer, for a campaign that spends a budget where doubt is.

    Items below two votes come first, then the one in most doubt; of equals the fewest votes, then the smallest name. An
    item with nine votes is not taken in.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[bool, float, int, str]] = []

    def put(self, item: str, found: Collection[int], votes: int) -> None:
        """An item that is not here, with the milli log-odds of its classes and how many votes it has."""
        if votes < MAX_VOTES:
            heapq.heappush(self._heap, (votes >= MIN_VOTES, -doubt(found), votes, item))

    def take(self) -> str | None:
        """The item to ask about next; ``put`` it back with its answer. ``None`` when none is left."""
        return heapq.heappop(self._heap)[3] if self._heap else None
