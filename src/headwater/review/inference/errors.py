"""Errors of inference.

HeadwaterError
└── ReviewError
    └── InferenceError     answers that cannot be counted: twice by one labeller, an unknown class, an empty region
"""

from __future__ import annotations

from headwater.review.errors import ReviewError


class InferenceError(ReviewError):
    """Answers that cannot be counted."""
