"""The test against wrong times, on pictures drawn from joints: it must tell the right pair from a wrong one."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.checks.video_match import LONGEST, change_bands, joint_bands, match
from headwater.testing.episodes import FPS, camera, episode, moving

ROWS = 300


def starts_and_stops(seed: int, rows: int = ROWS) -> NDArray[np.float64]:
    """Joints that pause now and then, as people's arms do."""
    rng = np.random.default_rng(seed)
    pace = np.repeat(rng.uniform(0.02, 1, rows // 10 + 1) ** 2, 10)[:rows]
    direction = np.repeat(rng.normal(0, 1, (rows // 25 + 1, 3)), 25, axis=0)[:rows]
    return np.cumsum(pace[:, None] * direction, axis=0) * 0.05


def film(path: NDArray[np.float64]) -> NDArray[np.uint8]:
    """A bright blob where the first two joints put it, on a noisy 30 x 40 picture."""
    y, x = np.mgrid[:30, :40]
    noise = np.random.default_rng(5).integers(0, 3, (len(path), 30, 40))
    span = np.ptp(path, axis=0) + 1e-9
    at = (path - path.min(axis=0)) / span
    blobs = [180 * np.exp(-((x - 5 - 30 * a) ** 2 + (y - 5 - 20 * b) ** 2) / 12) for a, b, *_ in at]
    return np.asarray(np.stack(blobs) + noise + 20, np.uint8)


@pytest.mark.parametrize("seed", range(4))
def test_own_video_stands_out(seed: int) -> None:
    path = starts_and_stops(seed)
    found = match(change_bands(film(path), FPS), joint_bands(path, FPS), FPS)
    assert found.z > 3
    assert abs(found.lag) <= 1


@pytest.mark.parametrize("seed", range(4))
def test_video_of_another_path_does_not(seed: int) -> None:
    video, path = film(starts_and_stops(seed + 10)), starts_and_stops(seed)
    assert match(change_bands(video, FPS), joint_bands(path, FPS), FPS).z < 3


def test_half_rate_camera_is_understood() -> None:
    path = starts_and_stops(1)
    twice = np.repeat(film(path)[::2], 2, axis=0)
    assert match(change_bands(twice, FPS), joint_bands(path, FPS), FPS).z > 3


def test_scale_and_brightness_do_not_matter() -> None:
    path = starts_and_stops(2)
    plain = match(change_bands(film(path), FPS), joint_bands(path, FPS), FPS)
    scaled = match(change_bands(film(path) // 2 + 40, FPS), joint_bands(path * 57.3, FPS), FPS)
    assert scaled.z == pytest.approx(plain.z, rel=0.25)


def test_long_episodes_are_judged_on_their_middle() -> None:
    from headwater.checks.observed import Observed
    from headwater.checks.pairing import paired_cameras

    rows = LONGEST + 400
    thumbs = np.random.default_rng(0).integers(0, 255, (rows, 3, 4), dtype=np.uint8)
    seen = Observed(episode(moving(rows)), {"front": camera(rows, thumbs=thumbs)})
    assert [len(bands) for _, bands, _ in paired_cameras(seen)] == [LONGEST]
