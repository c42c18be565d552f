"""A contributor's record as prior log-odds: ln(A/B), A = B = 1 at the start, older outcomes decayed, clipped."""

from __future__ import annotations

import math
from collections.abc import Iterable

from headwater.review.rule import PRIOR_LIMIT, clip

DECAY = 0.98


def prior(outcomes: Iterable[bool]) -> int:
    """Milli log-odds from final outcomes, oldest first; 0 for a newcomer, never beyond ±2200.

    Floats here are reproducible: only multiplication and addition of doubles in a fixed order, then one rounding.
    """
    accepted = rejected = 1.0
    for outcome in outcomes:
        accepted, rejected = accepted * DECAY, rejected * DECAY
        if outcome:
            accepted += 1
        else:
            rejected += 1
    return clip(round(1000 * math.log(accepted / rejected)), -PRIOR_LIMIT, PRIOR_LIMIT)
