"""When an item has answers enough, and which item most needs one more (spec/review.md section 8)."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

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


def next_item(open_: Mapping[str, tuple[Collection[int], int]]) -> str | None:
    """The item to ask about next when a budget is to be spent where doubt is: ``None`` when all have nine votes.

    Items below two votes come first, then the one in most doubt; of equals, the fewest votes, then the smallest name.

    Args:
        open_: item to (milli log-odds of every class, votes so far).
    """
    left = [(votes >= MIN_VOTES, -doubt(f), votes, item) for item, (f, votes) in open_.items() if votes < MAX_VOTES]
    return min(left)[3] if left else None
