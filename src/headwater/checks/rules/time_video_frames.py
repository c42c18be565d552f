"""Every row has its frame: decoded frames equal rows, and frame times stay on the grid.

Threshold: exact, as robovet; LeRobot's streaming encoder is known to drop frames silently (PR #4462). Two frames of one
time are a DEFECT where rows are looked up by time, a RISK where there is no table.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import CameraFeatures, Observed
from headwater.checks.registry import Draft, Need, rule
from headwater.checks.signals import fixed, other_rate, runs

GAP = 1.5
PERCENT = 5
IMPACT = "From the first missing frame on, pictures and robot states do not belong together."
FIX = "Record the episode again; do not cut the video without cutting the table."


@rule("time/video-frames", version=2, needs=(Need.VIDEO,))
def check(seen: Observed) -> Iterator[Draft]:
    for key, camera in seen.cameras.items():
        if camera.damage:
            continue  # picture/decodes says so
        yield from _count(seen, key, camera)
        yield from _gaps(seen, key, camera)


def _count(seen: Observed, key: str, camera: CameraFeatures) -> Iterator[Draft]:
    if len(camera) != seen.episode.length:
        first = min(len(camera), seen.episode.length)
        yield Draft(
            Severity.DEFECT,
            "The video has another number of frames than the table has rows.",
            f"{len(camera)} frames",
            f"expected {seen.episode.length}",
            (seen.span(first, max(len(camera), seen.episode.length)),),
            key,
            IMPACT,
            FIX,
        )


def _gaps(seen: Observed, key: str, camera: CameraFeatures) -> Iterator[Draft]:
    if len(camera) < 2 or not seen.fps:
        return
    if "info" in seen.episode.ledger and other_rate(camera.pts_us / 1e6, seen.fps, PERCENT):
        return  # ledger/rate says so
    step = np.diff(camera.pts_us)
    limit = int(GAP * 1_000_000 / seen.fps)
    table = "timestamp" in seen.episode.ledger
    bad = (step > limit) | (step < 0) | ((step == 0) & table)
    twice = step == 0
    if twice.any() and not bad.any():
        yield Draft(
            Severity.RISK,
            "Frames have the same time.",
            f"{int(twice.sum())} times twice",
            "expected a time each",
            tuple(seen.span(a, b + 1) for a, b in runs(twice)[:3]),
            key,
            IMPACT,
            FIX,
        )
    if bad.any():
        yield Draft(
            Severity.DEFECT,
            "Frame times jump.",
            f"{fixed(int(step.max()) / 1000, 1)} ms step",
            f"at most {fixed(limit / 1000, 1)} ms",
            tuple(seen.span(a, b + 1) for a, b in runs(bad)[:3]),
            key,
            IMPACT,
            FIX,
        )
