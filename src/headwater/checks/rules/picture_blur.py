"""Spans out of focus.

Sharpness is the mean square of the Laplacian at 160 pixels. Below a quarter of the recording's own typical (median)
value, as rdq 0.3.4, for half a second is a RISK: motion blur and a turn to a plain wall are shorter or keep more. On
the clean recordings at hand no frame falls below .57 of the median. A recording that is blurred throughout has no
typical value to fall below; under ``FLAT_MILLI`` (a tenth of the plainest recording at hand) it is a RISK as a
whole.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.checks.signals import fixed, runs

TYPICAL_SHARE = 0.25
SECONDS = 0.5
FLAT_MILLI = 15_000
IMPACT = "Details the hand works on cannot be seen."
FIX = "Clean the lens and lock the focus before recording."


@rule("picture/blur", version=1, needs=(Need.VIDEO,))
def check(seen: Observed) -> Iterator[Draft]:
    cameras = {key: camera for key, camera in seen.cameras.items() if len(camera.sharp_milli)}
    if not cameras:
        raise CannotJudge("not enough frames")
    for key, camera in cameras.items():
        lit = camera.sharp_milli[camera.black_milli < 980]
        typical = int(np.median(lit)) if len(lit) else 0
        if len(lit) and typical < FLAT_MILLI:
            yield Draft(
                Severity.RISK,
                "The picture has no fine detail anywhere.",
                f"sharpness {fixed(typical / 1000)}",
                f"expected at least {FLAT_MILLI // 1000}",
                (seen.span(0, len(camera)),),
                key,
                IMPACT,
                FIX,
            )
            continue
        soft = (camera.sharp_milli < TYPICAL_SHARE * typical) & (camera.black_milli < 980)
        found = [run for run in runs(soft) if run[1] - run[0] >= SECONDS * seen.fps]
        if found:
            least = min(int(camera.sharp_milli[a:b].min()) for a, b in found)
            yield Draft(
                Severity.RISK,
                "The picture is blurred.",
                f"sharpness {fixed(least / max(typical, 1))} of typical",
                f"expected at least {TYPICAL_SHARE}",
                tuple(seen.span(a, b) for a, b in found),
                key,
                IMPACT,
                FIX,
            )
