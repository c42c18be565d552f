"""Errors of review.

HeadwaterError
└── ReviewError            a vote, draw or assignment that cannot be
    ├── NotDrawnError      a reviewer who was not drawn for this item and round
    ├── BadBallotError     a ballot that does not open its commit, or rejects without a reason
    ├── GoldError          gold that was not bound before, or is out of balance
    └── StandingError      answers or changes that no record can be made of
"""

from __future__ import annotations

from headwater.primitives.errors import HeadwaterError


class ReviewError(HeadwaterError):
    """A vote, draw or assignment that cannot be."""


class NotDrawnError(ReviewError):
    """The seed drew somebody else."""


class BadBallotError(ReviewError):
    """The ballot does not open the commit, names another item, or gives no reason for a rejection."""


class GoldError(ReviewError):
    """Gold that was not bound before, or cannot be balanced."""


class StandingError(ReviewError):
    """Answers counted twice, or changes an epoch cannot have."""
