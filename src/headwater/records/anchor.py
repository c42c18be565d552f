"""The blinded commitments of one anchor, published so that anyone can rebuild its tree."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.records.codec import record


@record("anchor-leaves", 1)
@dataclass(frozen=True)
class AnchorLeaves:
    """Leaves in order, 32 bytes each; who sees them learns nothing until the salts are opened."""

    campaign: int
    leaves: tuple[bytes, ...]


@record("anchor-leaves", 2)
@dataclass(frozen=True)
class PlannedLeaves(AnchorLeaves):
    """The same, with what the anchorer bound of gold before anybody could know the seed.

    Attributes:
        plan: root of the anchor's gold plan (spec/review.md section 7), 32 bytes; one without gold looks no different.
    """

    plan: bytes
