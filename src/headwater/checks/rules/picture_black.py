"""Spans without a picture.

Thresholds: a frame is black if 98 % of its pixels are below luma 26 (rdq 0.3.4); .2 s of them in a row is a DEFECT.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import Draft, Need, rule
from headwater.checks.signals import runs

BLACK_MILLI = 980
SECONDS = 0.2


@rule("picture/black-span", version=1, needs=(Need.VIDEO,))
def check(seen: Observed) -> Iterator[Draft]:
    for key, camera in seen.cameras.items():
        found = [run for run in runs(camera.black_milli >= BLACK_MILLI) if run[1] - run[0] >= SECONDS * seen.fps]
        if found:
            yield Draft(
                Severity.DEFECT,
                "The picture is black.",
                f"{sum(b - a for a, b in found)} frames",
                f"expected none for {SECONDS} s",
                tuple(seen.span(a, b) for a, b in found),
                key,
                "Actions without a picture teach the policy to act blind.",
                "Uncover the camera and check its cable.",
            )
