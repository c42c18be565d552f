from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from headwater.export.lerobot.stats import (
    STAT_NAMES,
    Aggregate,
    Stats,
    column_stats,
    image_stats,
    picture_stats,
    sampled_frames,
)
from headwater.formats import open_recording

EXAMPLES = Path(__file__).parents[3] / "examples/recordings"
LEROBOT = json.loads((Path(__file__).parent / "lerobot_stats.json").read_text(encoding="utf-8"))


def demand_equal(ours: Stats, theirs: dict[str, Any], tolerance: float = 1e-6) -> None:
    assert set(ours) == set(theirs) == set(STAT_NAMES)
    for name in STAT_NAMES:
        assert ours[name].shape == np.shape(theirs[name])
        np.testing.assert_allclose(ours[name], theirs[name], rtol=tolerance, atol=tolerance, err_msg=name)


def test_numbers_are_those_of_lerobots_compute_stats() -> None:
    """Against lerobot_stats.json, which LeRobot computed; tests/clients compares whole datasets with LeRobot itself."""
    whole = Aggregate()
    for case in LEROBOT["float32"]:
        ours = column_stats(np.array(case["values"], dtype=np.float32))
        demand_equal(ours, case["stats"])
        whole.add(ours)
    demand_equal(whole.stats(), LEROBOT["aggregate"])
    demand_equal(column_stats(np.array(LEROBOT["int64"]["values"])), LEROBOT["int64"]["stats"])
    demand_equal(column_stats(np.array(LEROBOT["one_row"]["values"], dtype=np.float32)), LEROBOT["one_row"]["stats"])


def test_pictures_are_those_of_lerobots_compute_stats() -> None:
    pictures = np.array(LEROBOT["pictures"]["values"], dtype=np.uint8).transpose(0, 2, 3, 1)
    demand_equal(picture_stats(iter(pictures), 256), LEROBOT["pictures"]["stats"])


def test_sixteen_bits_are_given_as_they_are_in_three_channels() -> None:
    depth = np.array([[[0, 1000], [40_000, 65_535]]], dtype=np.uint16)
    stats = picture_stats(iter(depth), 65_536)
    assert stats["min"].shape == (3, 1, 1)
    assert (stats["min"][0, 0, 0], stats["max"][2, 0, 0], stats["mean"][1, 0, 0]) == (0, 65_535, depth.mean())


def test_a_value_that_is_not_finite_stays_visible() -> None:
    stats = column_stats(np.array([[1.0, np.nan], [2.0, 3.0]], dtype=np.float32))
    assert stats["mean"][0] == 1.5
    assert np.isnan(stats["mean"][1])
    assert np.isnan(stats["q50"][1])


@pytest.mark.parametrize("index", [0, 1])
def test_equal_to_what_lerobot_wrote_for_the_same_episode(index: int) -> None:
    """The G1 set carries LeRobot's own statistics: ours must agree, pictures included."""
    episode = open_recording(EXAMPLES / "lerobot_v21_g1")[index]
    declared = episode.ledger["stats"]
    for name in ("observation.state", "action"):
        ours = column_stats(episode.streams[name].values)
        for stat in ("min", "max", "mean", "std", "count"):
            np.testing.assert_allclose(ours[stat], declared[name][stat], atol=2e-6, err_msg=f"{name} {stat}")
    camera = "observation.images.cam_high"
    pictures = image_stats(episode.videos[camera], episode.length)
    assert pictures["count"].tolist() == declared[camera]["count"] == [100]
    for stat in ("mean", "std"):
        np.testing.assert_allclose(
            pictures[stat], declared[camera][stat], atol=6e-3
        )  # theirs saw the frames before AV1
    assert pictures["mean"].shape == (3, 1, 1)


def test_aggregate_is_the_statistic_of_the_union() -> None:
    rng = np.random.default_rng(3)
    parts = [rng.normal(i, 1 + i, (n, 4)) for i, n in enumerate((5, 50, 500))]
    joined = Aggregate()
    for part in parts:
        joined.add(column_stats(part))
    whole = column_stats(np.concatenate(parts))
    for name in ("min", "max", "mean", "std", "count"):
        np.testing.assert_allclose(joined.stats()[name], whole[name], rtol=1e-12)


@pytest.mark.parametrize(("length", "count"), [(1, 1), (99, 99), (265, 100), (10_000, 1000), (10**6, 10_000)])
def test_frames_sampled_as_lerobot_samples_them(length: int, count: int) -> None:
    picked = sampled_frames(length)
    assert len(picked) == count
    assert (picked[0], picked[-1]) == (0, length - 1)
