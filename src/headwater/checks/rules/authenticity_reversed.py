"""A video that fits the joints better when played backwards.

Uses the fit of ``video_match``. On eight clean episodes the forward fit is above the backward one by .04 to .42
(seven of them by .18 or more), so a backward fit higher by .10 that also stands out (z of at least 2.5) is a DEFECT.
No false alarm in 243 overlapping windows of 6 to 15 s of the same episodes.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.pairing import matches
from headwater.checks.registry import Draft, Need, rule
from headwater.checks.signals import fixed, milli

MARGIN, STANDS_OUT = 100, 2500


@rule("authenticity/reversed-video", version=1, needs=(Need.VIDEO, Need.STATE))
def check(seen: Observed) -> Iterator[Draft]:
    for key, (forward, backward) in matches(seen).items():
        if milli(backward.fit) - milli(forward.fit) >= MARGIN and milli(backward.z) >= STANDS_OUT:
            yield Draft(
                Severity.DEFECT,
                "The video fits the robot only when played backwards.",
                f"correlation {fixed(forward.fit)} forwards, {fixed(backward.fit)} backwards",
                "expected the higher one forwards",
                (seen.span(0, backward.frames),),
                key,
                "The policy sees effects before their causes.",
                "Submit the video as it was recorded.",
            )
