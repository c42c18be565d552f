"""What the two video-and-joints rules share: cameras long and lively enough, beside the joints."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge
from headwater.checks.signals import Floats, active, filled
from headwater.checks.video_match import LONGEST, VideoMatch, change_bands, joint_bands, match_both_ways

MIN_S = 5.0
MIN_ROWS = 60
MIN_CHANGE = 0.02  # grey levels a second-wide window changes on average; the calmest clean episode has .1


@lru_cache(maxsize=1)
def paired_cameras(seen: Observed) -> list[tuple[str, Floats, Floats]]:
    """(key, picture bands, joint bands) of every camera that can be judged. Raises CannotJudge if none can."""
    assert seen.state is not None
    values = filled(seen.state.values)
    if not len(active(values)) or values.std(axis=0).max() < 1e-4:
        raise CannotJudge("the robot does not move")
    why, pairs = "the video has no frames", []
    for key, camera in seen.cameras.items():
        count = min(len(camera.thumbs), len(values))
        if count < max(MIN_ROWS, MIN_S * seen.fps):
            why = f"needs {MIN_S:.0f} s of video"
            continue
        first = max(0, (count - LONGEST) // 2)
        part = slice(first, min(count, first + LONGEST))
        bands = change_bands(camera.thumbs[part], seen.fps)
        if float(np.median(bands[:, -1])) < MIN_CHANGE:
            why = "the picture hardly changes"
            continue
        pairs.append((key, bands, joint_bands(values[part], seen.fps)))
    if not pairs:
        raise CannotJudge(why)
    return pairs


@lru_cache(maxsize=1)
def matches(seen: Observed) -> dict[str, tuple[VideoMatch, VideoMatch]]:
    """How well the joints explain each camera of ``paired_cameras``, both ways; two rules ask, one pays."""
    return {key: match_both_ways(bands, joints, seen.fps) for key, bands, joints in paired_cameras(seen)}
