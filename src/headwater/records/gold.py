"""Gold opened: what an anchorer bound of an anchor's items before their seed was known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GoldTruth:
    """A planted contribution (its EIP-712 digest) and its truth: 1 accept, 0 reject."""

    contribution: bytes
    truth: int


@dataclass(frozen=True)
class GoldPlan:
    """The plan of one anchor, opened by the settlement that covers it; without gold there is a secret all the same.

    Attributes:
        first_item: of the anchor.
        secret: 32 bytes, the anchorer's until now.
        golds: all of it.
    """

    first_item: int
    secret: bytes
    golds: tuple[GoldTruth, ...]
