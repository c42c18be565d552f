"""A screen filmed instead of the scene: the beat of its pixel grid with the camera's, moire.

At most six frames, never more than two a second, are looked at in full size; ``spectrum`` measures how far the
sharpest off-axis peak of each stands above its surroundings. The median over the frames counts. Natural pictures at
hand reach .65 to .9 decades, rendered ones 1.9; three of them shown on simulated screens of .7 to 2.3 camera pixels
a pixel, tilted by .5 to 8 degrees, 2.3 to 3.9 before compression. No real filmed screen was at hand. From 2.2 on a
finding, always a RISK, for fabric, grilles and rendered textures have grids too. A dense screen filmed from far, or
blurred, leaves no beat, and a screen's refresh is not looked for: mains light bands a rolling shutter just as well.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.checks.signals import fixed

RISK_MILLI = 2200
MIN_FRAMES = 4


@rule("authenticity/screen-recapture", version=1, needs=(Need.VIDEO,))
def check(seen: Observed) -> Iterator[Draft]:
    long = {key: camera for key, camera in seen.cameras.items() if len(camera.peaks_milli) >= MIN_FRAMES}
    if not long:
        raise CannotJudge("not enough frames of 128 x 128 pixels or more")
    for key, camera in long.items():
        peak = int(np.median(camera.peaks_milli))
        if peak >= RISK_MILLI:
            yield Draft(
                Severity.RISK,
                "The picture has a regular fine grid, as a filmed screen has.",
                f"a peak of {fixed(peak / 1000)} decades above its surroundings",
                f"below {fixed(RISK_MILLI / 1000)}",
                (seen.span(0, len(camera)),),
                key,
                "A recording of a recording: nothing was done in front of this camera.",
                "Record the scene itself.",
            )
