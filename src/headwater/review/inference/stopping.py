"""When an item has answers enough, and which item most needs one more (spec/inference.md)."""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection

from headwater.review.inference.errors import InferenceError
from headwater.review.rule import MAX_VOTES, START_WEIGHT, clip
from headwater.review.sampling import MIN_VOTES, STOP_SUM

PACE = 20


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


class Paced:
    """The stop of a campaign that has a budget of votes: found from what items cost, never from what was answered.

    It begins where two unknown labellers who agree are enough. Each vote an item cost above the budget makes the next
    one stop ``PACE`` milli log-odds earlier, each vote below it later, up to posterior .95. So items cost the budget
    on average, but for a number of votes that does not grow with the items, if two votes and ties leave room for it.

    Args:
        budget_milli: thousandths of a vote an item, what gold costs already taken off; two votes at least.
    """

    def __init__(self, budget_milli: int) -> None:
        if not 1000 * MIN_VOTES <= budget_milli <= 1000 * MAX_VOTES:
            allowed = f"{1000 * MIN_VOTES} to {1000 * MAX_VOTES}"
            raise InferenceError("votes an item, thousandths", actual=budget_milli, allowed=allowed)
        self._budget, self._level = budget_milli, 2000 * START_WEIGHT

    @property
    def stop(self) -> int:
        """Milli log-odds of the posterior to reach now, for ``enough``."""
        return self._level // 1000

    def closed(self, votes: int) -> None:
        """An item needs no more answers, and had so many."""
        self._level = clip(self._level + PACE * (self._budget - 1000 * votes), 0, 1000 * STOP_SUM)


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
