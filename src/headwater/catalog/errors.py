"""Errors of the catalog.

HeadwaterError
└── CatalogError
    └── UnknownIdError     nothing on this chain has that id
"""

from __future__ import annotations

from headwater.primitives.errors import HeadwaterError


class CatalogError(HeadwaterError):
    """The index cannot answer."""


class UnknownIdError(CatalogError):
    """Nothing on this chain has that id."""
