"""Spans burnt out or too dark to see.

White is luma 235 and more (limited-range white), black below 26. 98 % white for .2 s is a DEFECT, the mirror image of
``picture/black-span``: there is no picture. 40 % white, or 90 % black, for half a second is a RISK. The clean
recordings at hand never have more than .5 % white.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.checks.signals import runs

GONE_MILLI, GONE_S = 980, 0.2
BURNT_MILLI, DARK_MILLI, RISK_S = 400, 900, 0.5
FIX = "Set the exposure by hand for the brightest part of the scene, and light it evenly."


@rule("picture/exposure", version=1, needs=(Need.VIDEO,))
def check(seen: Observed) -> Iterator[Draft]:
    if not any(len(camera.bright_milli) for camera in seen.cameras.values()):
        raise CannotJudge("not enough frames")
    for key, camera in seen.cameras.items():
        white, black = camera.bright_milli, camera.black_milli
        gone = _long(white >= GONE_MILLI, GONE_S * seen.fps)
        burnt = _long((white >= BURNT_MILLI) & (white < GONE_MILLI), RISK_S * seen.fps)
        dark = _long((black >= DARK_MILLI) & (black < GONE_MILLI), RISK_S * seen.fps)
        for severity, found, message, share in (
            (Severity.DEFECT, gone, "The picture is white.", GONE_MILLI),
            (Severity.RISK, burnt, "Large parts of the picture are burnt out.", BURNT_MILLI),
            (Severity.RISK, dark, "The picture is almost black.", DARK_MILLI),
        ):
            if found:
                yield Draft(
                    severity,
                    message,
                    f"{sum(b - a for a, b in found)} frames",
                    f"less than {share // 10} % of the pixels clipped",
                    tuple(seen.span(a, b) for a, b in found),
                    key,
                    "What is clipped cannot be brought back.",
                    FIX,
                )


def _long(flags: NDArray[np.bool_], frames: float) -> list[tuple[int, int]]:
    return [run for run in runs(flags) if run[1] - run[0] >= frames]
