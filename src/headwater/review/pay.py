"""Reviewer pay: half balanced gold accuracy, half agreement beyond chance; always-accept earns nothing.

``phi * n * clip(.5 (2 g - 1) + .5 * 4 (agreement - chance), 0, 1.5)`` with phi = reviewFeeBps of R (reference
mechanism 2.4). Agreement is with the verdict of the *other* votes and the checks on the same item (leave one out);
chance is what two coins with the same accept rates would agree. All in integers of 1/10,000.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from headwater.primitives.amounts import BPS, mul_div_down
from headwater.records.verdict import CountedVote
from headwater.records.vote import ACCEPT
from headwater.review.rule import total

CAP = 15_000


@dataclass(frozen=True)
class Reviewed:
    """An item as pay sees it."""

    llr: int
    prior: int
    threshold: int
    votes: Sequence[CountedVote]


def factor(agree: int, votes: int, own_accepts: int, other_accepts: int, gold: int = 5_000) -> int:
    """Pay per vote as a part of phi, in 1/10,000, between 0 and 15,000.

    Args:
        agree: votes equal to the leave-one-out verdict.
        votes: votes cast, > 0.
        own_accepts, other_accepts: how often the reviewer, and the leave-one-out verdict, said accept.
        gold: balanced gold accuracy in 1/10,000; 5,000 (worth nothing) without gold.
    """
    chance_scaled = own_accepts * other_accepts + (votes - own_accepts) * (votes - other_accepts)
    beyond = mul_div_signed(2 * BPS, agree * votes - chance_scaled, votes * votes)
    return max(0, min(CAP, gold - BPS // 2 + beyond))


def mul_div_signed(value: int, numerator: int, denominator: int) -> int:
    """Rounded toward minus infinity, so that a loss is never rounded away."""
    return value * numerator // denominator


def pay_of(items: Iterable[Reviewed], phi: int, gold: Mapping[str, int] | None = None) -> dict[str, int]:
    """What each reviewer earned over these items, smallest units, rounded down once per reviewer."""
    tally: dict[str, list[int]] = {}
    for item in items:
        for vote in item.votes:
            others = [v for v in item.votes if v.reviewer != vote.reviewer]
            other = total(item.llr, item.prior, others) > item.threshold
            counts = tally.setdefault(vote.reviewer, [0, 0, 0, 0])
            mine = vote.verdict == ACCEPT
            counts[0] += mine == other
            counts[1] += 1
            counts[2] += mine
            counts[3] += other
    known = gold or {}
    return {
        who: mul_div_down(phi * c[1], factor(c[0], c[1], c[2], c[3], known.get(who, 5_000)), BPS)
        for who, c in tally.items()
    }
