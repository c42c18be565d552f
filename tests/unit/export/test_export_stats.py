from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from headwater.export.stats import aggregate, column_stats, image_stats, sampled_frames
from headwater.formats import open_recording

EXAMPLES = Path(__file__).parents[3] / "examples/recordings"


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
    whole, joined = column_stats(np.concatenate(parts)), aggregate([column_stats(part) for part in parts])
    for name in ("min", "max", "mean", "std", "count"):
        np.testing.assert_allclose(joined[name], whole[name], rtol=1e-12)


@pytest.mark.parametrize(("length", "count"), [(1, 1), (99, 99), (265, 100), (10_000, 1000), (10**6, 10_000)])
def test_frames_sampled_as_lerobot_samples_them(length: int, count: int) -> None:
    picked = sampled_frames(length)
    assert len(picked) == count
    assert (picked[0], picked[-1]) == (0, length - 1)
