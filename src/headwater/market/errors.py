"""Errors of the market.

HeadwaterError
└── MarketError
    ├── SettlementError     items that cannot be settled together, or sums that do not fit
    └── LimitsError         limits of use that nobody can have
"""

from __future__ import annotations

from headwater.primitives.errors import HeadwaterError


class MarketError(HeadwaterError):
    """Money that does not add up, or terms that cannot be."""


class LimitsError(MarketError):
    """Limits of use or age that nobody can have."""


class SettlementError(MarketError):
    """Items that cannot be settled together, or sums that do not fit the reserve."""
