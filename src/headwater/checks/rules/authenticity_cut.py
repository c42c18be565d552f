"""A cut: the picture jumps farther in one step than its motion before and after explains.

``continuity.jump_ratios`` holds each step of the picture against the largest of the steps .1 to .3 s around it. The
recording's own highest ratios are the null: a cut must stand out from the median of its ten highest separate places,
for quick hands and heads make several. Measured: the real recordings at hand reach at most 1.22 (G1, GoPro, a car),
rendered heads that turn in .2 s up to 2.1 in several places; .5 s cut out at every seventh frame reaches 2 in 71 to
88 % of the places of the G1 episodes, in all of the GoPro clip, in 13 to 30 % of the GR1 simulation. With robot
states (a camera that is mostly still) 2.0 and 1.6 times the null are a DEFECT, 1.6 and 1.4 times a RISK; without
states 3.0 and 2.0 times, and 2.2 and 1.6 times. A cut in a moment of rest, and one in the middle of a quick turn,
are not seen.

Two things jump in whole recordings too, and are a RISK at most: a key frame that repaints a picture at rest, a little
of everywhere (.0008 of the pixels change by more than ``PIXEL``; of a cut at least .027), and a gripper that snaps, an
axis that crosses ``SNAP_MILLI`` of its range within two frames (3 of 200 generated episodes; 5 of 160 cuts lie beside
one).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from headwater.checks.continuity import jump_ratios, separate_peaks
from headwater.checks.models import Severity
from headwater.checks.observed import CameraFeatures, Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.checks.signals import filled, fixed

MIN_FRAMES = 60
PLACES = 10
PIXEL, SHARE_MILLI = 8, 20  # grey levels; of all pixels
SNAP_MILLI, NEAR = 500, 2  # of an axis's range, within so many frames to either side


@dataclass(frozen=True)
class Limits:
    """Ratio and times the null, thousandths, for a DEFECT and for a RISK."""

    defect: int
    defect_null: int
    risk: int
    risk_null: int


STILL_CAMERA = Limits(2000, 1600, 1600, 1400)
ANY_CAMERA = Limits(3000, 2000, 2200, 1600)


@rule("authenticity/cut", version=1, needs=(Need.VIDEO,))
def check(seen: Observed) -> Iterator[Draft]:
    long = {key: camera for key, camera in seen.cameras.items() if len(camera.thumbs) >= MIN_FRAMES}
    if not long:
        raise CannotJudge(f"not enough frames: needs {MIN_FRAMES}")
    limits = ANY_CAMERA if seen.state is None else STILL_CAMERA
    for key, camera in long.items():
        ratios = jump_ratios(camera.thumbs, seen.fps)
        places = separate_peaks(ratios, PLACES, max(1, round(seen.fps / 3)))
        null = max(int(np.median(ratios[places])), 1)
        for at in sorted(place for place in places if _severity(int(ratios[place]), null, limits)):
            severity = _severity(int(ratios[at]), null, limits)
            assert severity is not None
            if _changed_milli(camera, at) < SHARE_MILLI or _snaps(seen, int(camera.index[at])):
                severity = Severity.RISK
            defect = severity is Severity.DEFECT
            yield Draft(
                severity,
                "The picture jumps as if a piece had been cut out.",
                f"{fixed(int(ratios[at]) / 1000)} times the motion around it, {fixed(null / 1000)} elsewhere",
                f"below {fixed((limits.defect if defect else limits.risk) / 1000, 1)}",
                (seen.span(at - 1, at + 1),),
                key,
                "What happened between the two pictures is missing; the motion shown is impossible.",
                "Submit the recording uncut, or as two episodes.",
            )


def _severity(ratio: int, null: int, limits: Limits) -> Severity | None:
    if ratio >= limits.defect and ratio * 1000 >= limits.defect_null * null:
        return Severity.DEFECT
    if ratio >= limits.risk and ratio * 1000 >= limits.risk_null * null:
        return Severity.RISK
    return None


def _changed_milli(camera: CameraFeatures, at: int) -> int:
    """Share of pixels that change by more than ``PIXEL`` in the step to ``at`` or one beside it, the largest."""
    around = camera.thumbs[at - 2 : at + 2].astype(np.int16)
    changed = np.abs(np.diff(around, axis=0)) > PIXEL
    return int(np.count_nonzero(changed, axis=(1, 2)).max()) * 1000 // int(around[0].size)


def _snaps(seen: Observed, row: int) -> bool:
    """Whether an axis of the state crosses ``SNAP_MILLI`` of its range around ``row``."""
    if seen.state is None or row >= len(seen.state.values):
        return False
    values = filled(seen.state.values)
    moved = np.ptp(values[max(0, row - NEAR) : row + NEAR + 1], axis=0)
    return bool((moved * 1000 >= SNAP_MILLI * np.maximum(np.ptp(values, axis=0), 1e-9)).any())
