"""What can keep the suite from finishing. A bad recording is never one of these: it is a Finding.

HeadwaterError
└── CheckError
    ├── IndexFormatError     bytes that are not a copy index, or one of another version
    ├── IndexOrderError      an entry that would change what was judged before
    ├── ReportFormatError    bytes that are not a check report
    └── WeightsError         the weight table lacks a rule or has one that does not exist
"""

from __future__ import annotations

from headwater.primitives.errors import HeadwaterError


class CheckError(HeadwaterError):
    """Base of this room."""


class IndexFormatError(CheckError):
    """Bytes that are not a copy index, or one of another version."""


class IndexOrderError(CheckError):
    """An entry older than the newest one, or an order number that is taken."""


class ReportFormatError(CheckError):
    """Bytes that are not a check report of this schema."""


class WeightsError(CheckError):
    """The weight table and the registry disagree."""
