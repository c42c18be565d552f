"""Errors of records.

HeadwaterError
└── RecordError        bytes or a map that is not the record it claims to be
"""

from __future__ import annotations

from headwater.primitives.errors import HeadwaterError


class RecordError(HeadwaterError):
    """A record with a missing, unknown or wrongly typed field."""
