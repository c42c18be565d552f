"""A picture that stands still while the robot moves.

A frozen frame re-encodes to differences of 0-.002 grey levels at 160 pixels, with single refreshes up to .1 (x264,
crf 18-28); real cameras never stay below .3 for more than five frames and even noise-free simulation keeps above
.005. So: at most .005, refreshes up to .1 allowed for two frames, one second for a DEFECT, half for a RISK, while
the robot's mean speed is at least a quarter of the episode's. A picture that stands still until the very end is a
DEFECT from .4 s: the video was cut and padded to the right length. Physlint is the only peer with a rule of this kind.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import Draft, Need, rule
from headwater.checks.signals import filled, runs, speed

STILL_MILLI, REFRESH_MILLI, REFRESH_FRAMES = 5, 100, 2
DEFECT_S, RISK_S, TAIL_S = 1.0, 0.5, 0.4
MOVING = 0.25


@rule("motion/frozen-video", version=1, needs=(Need.VIDEO, Need.STATE))
def check(seen: Observed) -> Iterator[Draft]:
    assert seen.state is not None
    pace = speed(filled(seen.state.values))
    for key, camera in seen.cameras.items():
        for start, stop in still_runs(camera.diff_milli):
            seconds = (stop - start) / max(seen.fps, 1e-9)
            part = pace[start:stop]
            to_the_end = stop == len(camera)
            if seconds < (TAIL_S if to_the_end else RISK_S) or not len(part):
                continue
            if part.mean() < MOVING * pace.mean():
                continue
            limit = TAIL_S if to_the_end else DEFECT_S
            yield Draft(
                Severity.DEFECT if seconds >= limit else Severity.RISK,
                "The picture is frozen while the robot moves.",
                f"{stop - start} frames",
                f"below {round(limit * seen.fps)}",
                (seen.span(start, stop),),
                key,
                "Pictures and robot states disagree.",
                "Check the camera's cable and the recorder's load, and record again.",
            )


def still_runs(diff_milli: NDArray[np.int64]) -> list[tuple[int, int]]:
    """[start, stop) of frames that repeat the one before; the frame that is repeated is included."""
    still = diff_milli <= STILL_MILLI
    still[:1] = False
    for start, stop in runs(~still & (diff_milli <= REFRESH_MILLI)):
        if stop - start <= REFRESH_FRAMES and start > 0 and still[start - 1]:
            still[start:stop] = True
    return [(start - 1, stop) for start, stop in runs(still)]
