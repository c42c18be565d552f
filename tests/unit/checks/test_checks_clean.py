"""Nothing clean is condemned: not the shared recordings, whatever their format, and not 200 generated episodes."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from headwater.checks import Observed, Severity, check_episode, judge, observe
from headwater.checks.observed import watch_images
from headwater.formats import open_recording
from headwater.testing.generated import EMBODIMENTS, Made, made, write_made

SHARED = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).parents[3].parent / "shared")) / "data"
RECORDINGS = (
    "lerobot_v21_g1", "lerobot_v30_g1", "lerobot_v20_groot_sim", "hdf5/g1_aloha_episode_0.hdf5", "rlds_bridge",
    "gopro", "gopro/karma.mp4", "mcap/gopro_karma_ros2.mcap", "vrs/aria_gen1_unit_test_timecode.vrs",
    "vrs/vrs_sample_file.vrs", "ego_trajectory",
)  # fmt: skip
HUMANOIDS = RECORDINGS[:4]


def watched(one: Made) -> Observed:
    return Observed(one.episode, {"front": watch_images(one.pictures(), float(one.episode.fps))})


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared data is not beside the repo")
@pytest.mark.parametrize("name", RECORDINGS)
def test_shared_recordings_have_no_defect(name: str) -> None:
    for episode in open_recording(SHARED / name):
        report = check_episode(episode)
        assert [f.headline() for f in report.defects] == []
        if name in HUMANOIDS:
            risks = {f.rule for f in report.findings if f.severity is Severity.RISK}
            assert risks <= {"content/task-text"}  # ALOHA files have none


def test_200_generated_episodes_have_no_finding_of_weight() -> None:
    seen = [judge(Observed(made(seed).episode, {})) for seed in range(200)]
    weighty = Counter(f.headline() for report in seen for f in report.findings if f.severity is not Severity.NOTE)
    assert weighty == {}
    ran = Counter(name.partition("@")[0] for report in seen for name in report.ran)
    assert ran["signal/jitter"] == ran["time/stamps"] == 200
    assert ran["motion/action-effect"] > 160, "a rule that does not answer proves nothing"


@pytest.mark.parametrize("seed", range(len(EMBODIMENTS)))
def test_generated_pictures_have_no_defect(seed: int) -> None:
    assert [f.headline() for f in judge(watched(made(seed))).defects] == []


def test_generated_episode_survives_its_files(tmp_path: Path) -> None:
    one = made(3)
    (episode,) = open_recording(write_made(tmp_path, one))
    assert episode.length == one.episode.length
    assert check_episode(episode).defects == ()
    assert judge(observe(episode)).ran == check_episode(episode).ran


def test_a_seed_is_always_the_same_episode() -> None:
    again = made(11).episode.streams["action"].values
    assert (made(11).episode.streams["action"].values == again).all()
    assert (next(made(11).pictures()) == next(made(11).pictures())).all()
    assert len({made(seed).episode.embodiment for seed in range(10)}) == len(EMBODIMENTS)
