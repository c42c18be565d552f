"""What can keep a recording from being looked through or redacted.

HeadwaterError
└── PrivacyError
    ├── ExtraMissingError   the packages that carry the detectors are not installed
    └── RedactionError      something in the recording cannot be redacted here; nothing was written
"""

from __future__ import annotations

from headwater.primitives.errors import HeadwaterError

# Plain pip would bring a second OpenCV beside the headless one.
FIX = "in a checkout: pip install --require-hashes --no-deps -r constraints.txt"


class PrivacyError(HeadwaterError):
    """Base of this room."""


class ExtraMissingError(PrivacyError):
    """The packages that carry the detectors are not installed."""


class RedactionError(PrivacyError):
    """Something in the recording cannot be redacted here."""
