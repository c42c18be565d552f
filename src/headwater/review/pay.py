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


@dataclass(frozen=True)
class Agreement:
    """What pay counts of a reviewer's votes: how many, how many equal the leave-one-out verdict, and how often either
    side said accept.
    """

    votes: int = 0
    agree: int = 0
    own_accepts: int = 0
    other_accepts: int = 0

    def __add__(self, more: Agreement) -> Agreement:
        return Agreement(
            self.votes + more.votes,
            self.agree + more.agree,
            self.own_accepts + more.own_accepts,
            self.other_accepts + more.other_accepts,
        )

    def factor(self, gold: int) -> int:
        """Pay per vote in 1/10,000 of phi; see ``factor``."""
        return factor(self.agree, self.votes, self.own_accepts, self.other_accepts, gold)


def agreements(items: Iterable[Reviewed]) -> dict[str, Agreement]:
    """Each reviewer's agreement over these items."""
    tally: dict[str, Agreement] = {}
    for item in items:
        whole = total(item.llr, item.prior, item.votes)
        for vote in item.votes:
            mine = vote.verdict == ACCEPT
            other = whole - (vote.weight if mine else -vote.weight) > item.threshold
            one = Agreement(1, mine == other, mine, other)
            tally[vote.reviewer] = tally.get(vote.reviewer, Agreement()) + one
    return tally


def pay_of(
    items: Iterable[Reviewed],
    phi: int,
    gold: Mapping[str, int] | None = None,
    earlier: Mapping[str, Agreement] | None = None,
) -> dict[str, int]:
    """What each reviewer earned over these items, smallest units, rounded down once per reviewer.

    Args:
        phi: fee a vote.
        gold: balanced gold accuracy in 1/10,000; 5,000 for who is not in it.
        earlier: agreement over items that were final before these were anchored. The part of phi is that of both
            together: over a few votes chance alone often looks like skill, and pay never goes below zero, so who tosses
            a coin would live on his lucky days.
    """
    known, before = gold or {}, earlier or {}
    return {
        who: mul_div_down(phi * now.votes, (now + before.get(who, Agreement())).factor(known.get(who, 5_000)), BPS)
        for who, now in agreements(items).items()
    }
