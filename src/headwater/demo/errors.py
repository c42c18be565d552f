"""Errors of the demo.

HeadwaterError
└── DemoError    the recordings are missing, the folder is not the demo's, or the journey went another way than it must
"""

from __future__ import annotations

from headwater.primitives.errors import HeadwaterError


class DemoError(HeadwaterError):
    """The journey went another way than it must."""
