"""Quality, reward, score and share weight of one item (spec/settlement.md section 5), in integers only."""

from __future__ import annotations

import math
from typing import NamedTuple

from headwater.chain.structs import ACCEPTED, FORFEITED, REJECTED
from headwater.records.verdict import CountedVote
from headwater.review.rule import FORFEIT_SUM, judge

STEP_MILLI = 100
QUALITY = tuple(round(10_000 * (2 / (1 + math.exp(-k / 10)) - 1)) for k in range(81))
FULL_GRADE, FULL_NOVELTY = 100, 10_000


def quality(sum_milli: int) -> int:
    """``max(0, 2P - 1)`` in 1/10,000, by table in steps of 100 milli log-odds, flat from 8,000 on."""
    return QUALITY[min(max(sum_milli, 0) // STEP_MILLI, 80)]


class Valued(NamedTuple):
    """What an item is worth: verdict byte, reward (smallest units), score 0..100, share weight."""

    sum: int
    byte: int
    reward: int
    score: int
    share_weight: int


def value(
    llr: int,
    prior: int,
    votes: tuple[CountedVote, ...],
    *,
    threshold: int,
    unit_reward: int,
    grade: int = FULL_GRADE,
    novelty: int = FULL_NOVELTY,
) -> Valued:
    """Verdict and money of an item.

    Args:
        llr, prior, threshold: milli log-odds.
        unit_reward: R, smallest units.
        grade: 0..100. novelty: 0..10,000; 0 is a proven copy, never accepted.
    """
    outcome = judge(llr, prior, votes, threshold)
    if novelty == 0 or not outcome.accepted:
        byte = FORFEITED if novelty == 0 or outcome.sum <= FORFEIT_SUM else REJECTED
        return Valued(outcome.sum, byte, 0, 0, 0)
    q = quality(outcome.sum)
    return Valued(
        outcome.sum,
        ACCEPTED,
        unit_reward * q * grade * novelty // 10**10,
        q * grade // 10_000,
        q * grade * novelty // 10_000,
    )
