"""Reviewer pay: half balanced gold accuracy, half agreement beyond chance; who only echoes the check earns nothing.

``phi * n * clip(.5 (2 g - 1) + .5 * 4 (agreement - chance), 0, 1.5)`` with phi = reviewFeeBps of R (reference
mechanism 2.4). Agreement is with the verdict of the *other* votes and the checks on the same item (leave one out).
Chance is what two coins with the same accept rates would agree; once there is gold, taken apart for items the check
leans to accept and to reject, so that an echo of the check is chance, too (docs/adr/0021). Integers of 1/10,000.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from headwater.primitives.amounts import BPS, mul_div_down
from headwater.records.verdict import CountedVote
from headwater.records.vote import ACCEPT
from headwater.review.rule import total

CAP = 15_000


class Reviewed(NamedTuple):
    """An item as pay sees it."""

    llr: int
    prior: int
    threshold: int
    votes: Sequence[CountedVote]


@dataclass(frozen=True)
class Counts:
    """Votes on items that the check leans to one side on.

    Attributes:
        votes: how many. agree: how many equal the leave-one-out verdict.
        own_accepts, other_accepts: how often the reviewer, and the leave-one-out verdict, said accept.
    """

    votes: int = 0
    agree: int = 0
    own_accepts: int = 0
    other_accepts: int = 0

    def __add__(self, more: Counts) -> Counts:
        return Counts(
            self.votes + more.votes,
            self.agree + more.agree,
            self.own_accepts + more.own_accepts,
            self.other_accepts + more.other_accepts,
        )

    @property
    def scaled(self) -> int:
        """(agreement - chance) times the square of the votes."""
        own, other, n = self.own_accepts, self.other_accepts, self.votes
        return self.agree * n - (own * other + (n - own) * (n - other))


@dataclass(frozen=True)
class Agreement:
    """What pay counts of a reviewer's votes: ``accept`` where the check's llr is above 0, ``reject`` elsewhere."""

    accept: Counts = Counts()
    reject: Counts = Counts()

    def __add__(self, more: Agreement) -> Agreement:
        return Agreement(self.accept + more.accept, self.reject + more.reject)

    @property
    def votes(self) -> int:
        return self.accept.votes + self.reject.votes

    def factor(self, gold: int | None = None) -> int:
        """Pay per vote as a part of phi, in 1/10,000, between 0 and 15,000; needs a vote.

        Args:
            gold: balanced gold accuracy in 1/10,000. ``None`` while nothing is known: then the gold half is worth
                nothing, and chance is taken over both sides together, or where the check is right nobody could
                earn anything.
        """
        a, r = self.accept, self.reject
        if gold is None:
            a, r = a + r, Counts()
        scaled = a.scaled * max(1, r.votes) + r.scaled * max(1, a.votes)
        beyond = mul_div_signed(2 * BPS, scaled, max(1, a.votes) * max(1, r.votes) * self.votes)
        return max(0, min(CAP, (0 if gold is None else gold - BPS // 2) + beyond))


def mul_div_signed(value: int, numerator: int, denominator: int) -> int:
    """Rounded toward minus infinity, so that a loss is never rounded away."""
    return value * numerator // denominator


def agreements(items: Iterable[Reviewed]) -> dict[str, Agreement]:
    """Each reviewer's agreement over these items."""
    tally: dict[str, list[int]] = {}
    for item in items:
        whole = total(item.llr, item.prior, item.votes)
        side = 0 if item.llr > 0 else 4
        for vote in item.votes:
            mine = vote.verdict == ACCEPT
            other = whole - (vote.weight if mine else -vote.weight) > item.threshold
            counts = tally.setdefault(vote.reviewer, [0] * 8)
            counts[side] += 1
            counts[side + 1] += mine == other
            counts[side + 2] += mine
            counts[side + 3] += other
    return {who: Agreement(Counts(*counts[:4]), Counts(*counts[4:])) for who, counts in tally.items()}


def pay_of(
    items: Iterable[Reviewed],
    phi: int,
    gold: Mapping[str, int] | None = None,
    earlier: Mapping[str, Agreement] | None = None,
) -> dict[str, int]:
    """What each reviewer earned over these items, smallest units, rounded down once per reviewer.

    Args:
        phi: fee a vote.
        gold: balanced gold accuracy in 1/10,000; who is not in it has none.
        earlier: agreement over items that were final before these were anchored. The part of phi is that of both
            together: over a few votes chance alone often looks like skill, and pay never goes below zero, so who tosses
            a coin would live on his lucky days.
    """
    known, before = gold or {}, earlier or {}
    return {
        who: mul_div_down(phi * now.votes, (now + before.get(who, Agreement())).factor(known.get(who)), BPS)
        for who, now in agreements(items).items()
    }
