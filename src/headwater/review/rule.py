"""The verdict rule (spec/settlement.md section 5): integer log-odds added up; anyone and the contract recheck it.

Clipped one-coin log-odds weights with a flat class prior; a reviewer's accuracy is learned from gold and adjudicated
items only, never from agreement, so Sybils cannot make each other trusted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from headwater.records.verdict import CountedVote
from headwater.records.vote import ACCEPT

START_RIGHT, START_WRONG = 28, 12  # tenths
MIN_WEIGHT, MAX_WEIGHT = 200, 2944
PRIOR_LIMIT = 2200
MAX_VOTES = 9
FORFEIT_SUM = -2944


def clip(value: int, low: int, high: int) -> int:
    """``value`` within [low, high]."""
    return max(low, min(high, value))


@lru_cache(maxsize=65_536)
def weight(right: int, wrong: int, classes: int = 2) -> int:
    """Milli log-odds of a reviewer with this record: ``round(1000 ln((K-1)p/(1-p)))``, exactly.

    ``p = right / (right + wrong)`` is held to [1/K + .05, .95], so at K = 2 the weight lies in [201, 2944]. Computed
    with 60 digits: no quotient of counts below 2^32 comes closer than 2^-77 to where the rounding turns
    (spec/reputation.md section 2), so Python and the contract agree.

    Args:
        right, wrong: evidence counts in units of one's choice, the start (2.8, 1.2) included.
        classes: K.
    """
    share = Fraction(right, right + wrong) if right else Fraction(0)
    p = min(max(share, Fraction(1, classes) + Fraction(1, 20)), Fraction(19, 20))
    odds = (classes - 1) * p / (1 - p)
    with localcontext() as context:
        context.prec = 60
        return int((1000 * (Decimal(odds.numerator) / odds.denominator).ln()).to_integral_value())


START_WEIGHT = weight(START_RIGHT, START_WRONG)


def total(llr: int, prior: int, votes: Iterable[CountedVote]) -> int:
    """``llr + prior + sum of ±weight``, milli log-odds."""
    value = llr + prior
    for vote in votes:
        value += vote.weight if vote.verdict == ACCEPT else -vote.weight
    return value


def probability(milli: int) -> float:
    """P(good) of milli log-odds."""
    return 1 / (1 + math.exp(-milli / 1000))


class Outcome(NamedTuple):
    """What the rule says of an item: the sum, and whether it is accepted."""

    sum: int
    accepted: bool


def judge(llr: int, prior: int, votes: Iterable[CountedVote], threshold: int) -> Outcome:
    """Accept if and only if the sum is above the threshold."""
    value = total(llr, prior, votes)
    return Outcome(value, value > threshold)
