"""Picture motion against gyro: true, foreign, reversed, shifted and invented, on made and on real data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.checks.ego_motion import _sound, pyramid, shift_between
from headwater.checks.gyro_match import gyro_match
from headwater.checks.observed import CameraFeatures, watch
from headwater.formats import Episode, Kind, open_recording

GOPRO = Path(__file__).parents[3] / "examples" / "recordings" / "gopro_karma.mp4"


@pytest.fixture(scope="module")
def karma() -> tuple[CameraFeatures, NDArray[np.float64], NDArray[np.float64]]:
    """Camera features, gyro times (s) and gyro values of the real clip."""
    episode: Episode = open_recording(GOPRO)[0]
    gyro = episode.of_kind(Kind.GYRO)[0]
    features = watch(episode.videos["camera"], ego=True)
    return features, gyro.times_ns / 1e9, np.asarray(gyro.values, np.float64)


@pytest.mark.parametrize(("right", "down"), [(0, 0), (3, 0), (0, -2), (-5, 3), (7, 1)])
def test_known_shift_is_measured(right: int, down: int) -> None:
    y, x = np.mgrid[:120, :200]
    world = (127 + 60 * np.sin(x / 9) + 50 * np.cos(y / 7 + x / 23)).astype(np.uint8)
    before, after = world[10:100, 20:180], world[10 - down : 100 - down, 20 - right : 180 - right]
    dx, dy, roll = shift_between(pyramid(np.ascontiguousarray(before)), pyramid(np.ascontiguousarray(after)))
    assert (2 * dx, 2 * dy) == pytest.approx((right, down), abs=0.3)
    assert abs(roll) < 0.01


def test_picture_without_texture_gives_no_motion() -> None:
    flat = pyramid(np.full((90, 160), 100, np.uint8))
    assert shift_between(flat, flat) == (0, 0, 0)


def test_one_row_of_texture_has_no_shift_along_it() -> None:
    """Stripes and their like: no step along them can be told, so none is."""
    row = np.random.default_rng(2).integers(0, 256, 160, dtype=np.uint8)
    before, after = (pyramid(np.tile(np.roll(row, step), (90, 1))) for step in (0, 2))
    assert shift_between(before, after) == (0, 0, 0)


def test_what_is_called_sound_without_a_decomposition_has_full_rank() -> None:
    """Down to one part in a trillion of texture in the third direction."""
    rng = np.random.default_rng(4)
    asked = 0
    for faint in np.logspace(0, -12, 60):
        sides = rng.normal(size=(3, 200)) * np.array([[1], [1], [faint]])
        normal = sides @ sides.T * 1e6
        if _sound(normal):
            asked += 1
            assert np.linalg.matrix_rank(normal / max(normal.max(), 1.0)) == 3
    assert 10 < asked < 50


@pytest.mark.parametrize("known", [True, False])
def test_true_pair(karma: tuple[CameraFeatures, NDArray[np.float64], NDArray[np.float64]], known: bool) -> None:
    camera, times, gyro = karma
    found = gyro_match(camera.pts_us / 1e6, camera.ego_micro / 1e6, times, gyro, known, 0.1)
    assert found.fit > 0.9
    assert abs(found.lag_s) <= 0.04
    assert found.z > 2


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("cheat", ["reversed", "mirrored sign", "another spectrum"])
def test_wrong_pair(
    karma: tuple[CameraFeatures, NDArray[np.float64], NDArray[np.float64]], cheat: str, known: bool
) -> None:
    camera, times, gyro = karma
    if cheat == "mirrored sign" and not known:
        pytest.skip("without a known device either sign is possible")
    noise = np.random.default_rng(3).normal(0, 0.1, gyro.shape)
    wrong = {"reversed": gyro[::-1], "mirrored sign": -gyro, "another spectrum": noise}[cheat]
    found = gyro_match(camera.pts_us / 1e6, camera.ego_micro / 1e6, times, wrong, known, 0.1)
    assert found.fit < 0.3 or found.z < 2


@pytest.mark.parametrize("cut_s", [0.5, 1.0, -0.7])
def test_a_cut_is_found_as_its_lag(
    karma: tuple[CameraFeatures, NDArray[np.float64], NDArray[np.float64]], cut_s: float
) -> None:
    camera, times, gyro = karma
    found = gyro_match(camera.pts_us / 1e6, camera.ego_micro / 1e6, times + cut_s, gyro, True, 0.1)
    assert found.elsewhere_s == pytest.approx(cut_s, abs=0.06)
    assert found.elsewhere_fit > found.fit + 0.15
