"""Does the video show this robot's motion? Blocks a video taken from another episode.

The test and its measured power are described in ``video_match``. Below z = 2 the pairing is no better than chance
(about one wrong shift in twenty fits as well): DEFECT from 7 s on, RISK between 5 and 7 s. Between 2 and 2.5: RISK.

False alarms, measured on overlapping windows of the clean episodes: of 7-8 s 0 of 19 (G1, 30 Hz); of 7, 10 and 15 s
6 of 48, 2 of 39 and 0 of 24 (GR1, 20 Hz simulation with little motion in view). Therefore the smallest weight that
still rejects at prior 0: for a contributor with any record people decide.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.pairing import matches
from headwater.checks.registry import Draft, Need, rule
from headwater.checks.signals import fixed, milli

DEFECT_Z, RISK_Z = 2000, 2500
DEFECT_S = 7.0


@rule("authenticity/video-motion", version=1, needs=(Need.VIDEO, Need.STATE))
def check(seen: Observed) -> Iterator[Draft]:
    for key, (found, _) in matches(seen).items():
        z = milli(found.z)
        if z >= RISK_Z:
            continue
        long_enough = seen.episode.duration_s >= DEFECT_S
        severity = Severity.DEFECT if z < DEFECT_Z and long_enough else Severity.RISK
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
