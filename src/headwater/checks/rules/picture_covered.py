"""A lens that something covers: light comes through, a picture does not.

A frame whose luma spreads by less than 4 grey levels and that is neither black nor white (rules of their own) shows
nothing; half a second of it is a DEFECT. Less than a fifth of the recording's own typical spread *and* sharpness for
half a second is a RISK: a hand or a cloth close to the lens. Clean recordings at hand spread by 20 levels and more
in every frame, and never fall below half of their own typical spread.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.checks.signals import fixed, runs

FLAT_MILLI = 4000
SHARE = 0.2
SECONDS = 0.5
CLIPPED_MILLI = 980


@rule("picture/covered", version=1, needs=(Need.VIDEO,))
def check(seen: Observed) -> Iterator[Draft]:
    if not any(len(camera.bright_milli) for camera in seen.cameras.values()):
        raise CannotJudge("not enough frames")
    for key, camera in seen.cameras.items():
        spread, sharp = camera.std_milli, camera.sharp_milli
        if not len(sharp):
            continue
        lit = (camera.black_milli < CLIPPED_MILLI) & (camera.bright_milli < CLIPPED_MILLI)
        flat = lit & (spread < FLAT_MILLI)
        veiled = lit & ~flat & (spread < SHARE * np.median(spread)) & (sharp < SHARE * np.median(sharp))
        for severity, flags, message in (
            (Severity.DEFECT, flat, "The lens is covered: the picture is one flat shade."),
            (Severity.RISK, veiled, "Something covers most of the lens."),
        ):
            found = [run for run in runs(flags) if run[1] - run[0] >= SECONDS * seen.fps]
            if found:
                least = min(int(spread[a:b].min()) for a, b in found)
                yield Draft(
                    severity,
                    message,
                    f"{sum(b - a for a, b in found)} frames, spread {fixed(least / 1000, 1)} grey levels",
                    f"expected at least {FLAT_MILLI // 1000}, or {SHARE} of typical",
                    tuple(seen.span(a, b) for a, b in found),
                    key,
                    "Actions without a picture teach the policy to act blind.",
                    "Uncover the lens and record again.",
                )
