"""Does the video show this robot's motion? Blocks a video taken from another episode.

The test and its measured power are described in ``video_match``. Below z = 2 the pairing is no better than chance
(about one wrong shift in twenty fits as well): DEFECT. Between 2 and 2.5: RISK. Needs 6 s, a robot that moves and a
picture that changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.pairing import forward_matches
from headwater.checks.registry import Draft, Need, rule
from headwater.checks.signals import fixed, milli

DEFECT_Z, RISK_Z = 2000, 2500


@rule("authenticity/video-motion", version=1, needs=(Need.VIDEO, Need.STATE))
def check(seen: Observed) -> Iterator[Draft]:
    for key, found in forward_matches(seen).items():
        z = milli(found.z)
        if z >= RISK_Z:
            continue
        severity = Severity.DEFECT if z < DEFECT_Z else Severity.RISK
        yield Draft(
            severity,
            "The picture does not move when the robot does.",
            f"correlation {fixed(found.fit)}, {fixed(found.z)} standard deviations above other alignments",
            f"expected at least {fixed((DEFECT_Z if severity is Severity.DEFECT else RISK_Z) / 1000, 1)}",
            (seen.span(0, seen.episode.length),),
            key,
            "Pictures and robot states come from different moments or episodes.",
            "Check that video and table of the same episode were uploaded together.",
        )
