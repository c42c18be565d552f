"""Errors of the market.

HeadwaterError
└── MarketError
    ├── SettlementError     items that cannot be settled together, or sums that do not fit
    ├── LimitsError         limits of use that nobody can have
    └── ValuingError        a held-out set or features that cannot be valued by
"""

from __future__ import annotations

from headwater.primitives.errors import HeadwaterError


class MarketError(HeadwaterError):
    """Money that does not add up, or terms that cannot be."""


class LimitsError(MarketError):
    """Limits of use or age that nobody can have."""


class SettlementError(MarketError):
    """Items that cannot be settled together, or sums that do not fit the reserve."""


class ValuingError(MarketError):
    """A held-out set, or features of an item, that values cannot be made from."""
