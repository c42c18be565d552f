"""The declared rate against the times of rows and pictures.

Threshold: 5 % between declared rate and median step (kalanos and deepen-grade 5 %, lerobot-doctor and lerobot-lint 10
%). What lies below is drift, see time/stamps. Another rate in the camera's own description is a RISK: loaders read the
set's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, rule
from headwater.checks.signals import fixed, other_rate

PERCENT = 5
IMPACT = "Velocities and horizons are computed with the declared rate."
FIX = "Declare the rate the recorder ran at."


@rule("ledger/rate", version=1)
def check(seen: Observed) -> Iterator[Draft]:
    info = seen.episode.ledger.get("info")
    stamps = seen.episode.ledger.get("timestamp")
    if not seen.fps or (stamps is None and info is None):
        raise CannotJudge("the recording declares no rate of its own")
    if stamps is not None and (found := other_rate(np.asarray(stamps, np.float64).reshape(-1), seen.fps, PERCENT)):
        yield _draft(seen, Severity.DEFECT, "Rows have another rate than declared.", found, "timestamp")
    for key, camera in seen.cameras.items():
        if info is None:
            continue  # the rate was taken from the file itself
        if found := other_rate(camera.pts_us / 1e6, seen.fps, PERCENT):
            yield _draft(seen, Severity.DEFECT, "Pictures have another rate than declared.", found, key)
        told = _described(info, key)
        if told and abs(told - seen.fps) * 100 > PERCENT * seen.fps:
            yield _draft(seen, Severity.RISK, "The camera declares another rate than the set.", told, key)


def _described(info: Mapping[str, Any], key: str) -> float:
    """``video.fps`` of a camera's description; 0.0 if it has none."""
    features = info.get("features")
    feature = features.get(key) if isinstance(features, dict) else None
    told = feature.get("info") or feature.get("video_info") if isinstance(feature, dict) else None
    rate = told.get("video.fps") if isinstance(told, dict) else None
    return float(rate) if isinstance(rate, int | float) and 0 < rate < 1e6 else 0.0


def _draft(seen: Observed, severity: Severity, message: str, found: float, stream: str) -> Draft:
    spans = (seen.span(0, seen.episode.length),)
    return Draft(severity, message, f"{fixed(found)} /s", f"declared {fixed(seen.fps)} /s", spans, stream, IMPACT, FIX)
