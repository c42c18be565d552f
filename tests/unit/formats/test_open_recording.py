"""Every recording carried in the repo, and every LeRobot and GoPro file of the shared data, opens."""

from __future__ import annotations

import os
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from headwater.formats import Kind, UnknownFormatError, open_recording, sniff
from headwater.testing.recordings import write_video

REPO = Path(__file__).parents[3]
EXAMPLES = REPO / "examples/recordings"
SHARED = Path(os.environ.get("HEADWATER_SHARED", REPO.parent / "shared")) / "data"

# path, format, episode lengths, camera, codec, state width
FIXTURES = [
    ("lerobot_v21_g1", "lerobot-v2.1", [221, 277], "observation.images.cam_high", "av1", 26),
    ("lerobot_v30_g1", "lerobot-v3.0", [265, 290], "observation.images.cam_high", "av1", 26),
    ("lerobot_v30_so100", "lerobot-v3.0", [148], "observation.images.front", "h264", 6),
    ("gopro_karma.mp4", "gopro-mp4", [362], "camera", "h264", None),
]


@pytest.mark.parametrize(("path", "fmt", "lengths", "camera", "codec", "width"), FIXTURES)
def test_fixture_opens(path: str, fmt: str, lengths: list[int], camera: str, codec: str, width: int | None) -> None:
    recording = open_recording(EXAMPLES / path)
    assert recording.format == fmt
    assert [episode.length for episode in recording] == lengths
    episode = recording[-1]
    assert episode.source.index == len(lengths) - 1
    assert episode.videos[camera].codec == codec
    assert all(file.is_absolute() and file.is_file() for file in episode.source.files)
    if width is not None:
        (state,) = episode.of_kind(Kind.STATE)
        assert state.values.shape == (lengths[-1], width)
        assert len(episode.tasks) == 1
        assert episode.notes == ()


def test_joint_names_come_out_of_a_list_in_a_list_and_of_a_plain_list() -> None:
    g1, so100 = (open_recording(EXAMPLES / f"lerobot_v30_{name}")[0].streams["action"] for name in ("g1", "so100"))
    assert g1.axes[0] == "kLeftShoulderPitch"
    assert (so100.axes[0], so100.axes[-1]) == ("shoulder_pan.pos", "gripper.pos")


def test_v30_episode_has_its_own_rows_of_the_shared_table() -> None:
    first, second = open_recording(EXAMPLES / "lerobot_v30_g1")
    assert (second.ledger["dataset_from_index"], second.ledger["dataset_to_index"]) == (265, 555)
    np.testing.assert_array_equal(second.ledger["index"], np.arange(265, 555))
    np.testing.assert_array_equal(second.ledger["frame_index"], np.arange(290))
    assert second.streams["action"].times_ns[0] == 0
    assert first.videos["observation.images.cam_high"].path == second.videos["observation.images.cam_high"].path


def test_gopro_gives_gyro_and_accelerometer_in_si_units() -> None:
    (episode,) = open_recording(EXAMPLES / "gopro_karma.mp4")
    assert episode.fps == Fraction(30000, 1001)
    (gyro,), (accel,) = episode.of_kind(Kind.GYRO), episode.of_kind(Kind.ACCEL)
    assert (gyro.unit, accel.unit, gyro.clock) == ("rad/s", "m/s^2", "gpmf")
    np.testing.assert_allclose(gyro.values[0], [0.045806, 0.018642, 0.033289], atol=1e-6)
    assert 395 < gyro.rate_hz < 400
    assert 197 < accel.rate_hz < 200
    assert abs(gyro.times_ns[-1] / 1e9 - episode.duration_s) < 0.01


def test_slices_and_negative_indices_stay_lazy() -> None:
    recording = open_recording(EXAMPLES / "lerobot_v21_g1")
    assert [e.name for e in recording.episodes[::-1]] == ["episode_000001", "episode_000000"]
    with pytest.raises(IndexError):
        recording[2]


def test_what_nobody_reads_is_told_what_would_be_read(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    for path in (tmp_path, tmp_path / "notes.txt"):
        assert sniff(path) is None
        with pytest.raises(UnknownFormatError, match=r"meta/info\.json.*CSV or JSONL beside"):
            open_recording(path)


def test_a_plain_video_has_no_streams(tmp_path: Path) -> None:
    write_video(tmp_path / "plain.mp4", range(4))
    (episode,) = recording = open_recording(tmp_path / "plain.mp4")
    assert (recording.format, episode.length, episode.streams) == ("video", 4, {})


# path under the shared data, format, episode lengths
SHARED_RECORDINGS: list[tuple[str, str, list[int]]] = [
    ("lerobot_v20_groot_sim", "lerobot-v2.0", [416, 470, 470]),
    ("lerobot_v21_g1", "lerobot-v2.1", [221, 277, 280]),
    ("lerobot_v30_g1", "lerobot-v3.0", [265, 290]),
    ("gopro/karma.mp4", "gopro-mp4", [362]),
    ("gopro", "video-csv", [362]),
    ("mcap/gopro_karma_ros2.mcap", "mcap", [181]),
    ("vrs/aria_gen1_unit_test_timecode.vrs", "aria-vrs", [4]),
    ("vrs/vrs_sample_file.vrs", "vrs", [101]),
    ("ego_trajectory", "aria-mps", [199]),
    ("rlds_bridge", "rlds", [10] * 12),
    ("hdf5/g1_aloha_episode_0.hdf5", "aloha-hdf5", [265]),
    ("plain_video", "video", [221]),
    ("ego_privacy", "video", [14]),
    ("comma2k19", "numpy-pairs", [6256]),
    ("gopro/hero5.raw", "gpmf", [399]),
    ("gopro/hero7.raw", "gpmf", [3369]),
    ("dicom", "dicom", [1]),
    ("images", "images", [1, 1]),
]


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared data is not beside the repo")
@pytest.mark.parametrize(("path", "fmt", "lengths"), SHARED_RECORDINGS)
def test_shared_data_opens(path: str, fmt: str, lengths: list[int]) -> None:
    recording = open_recording(SHARED / path)
    assert recording.format == fmt
    assert [episode.length for episode in recording] == lengths


def table_rows() -> dict[str, str]:
    """The rows of docs/formats.md, "What the shared recordings held": path in the first column, whole row."""
    text = (REPO / "docs/formats.md").read_text("utf-8").split("## What the shared recordings held", 1)[1]
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    return {path: row for row in rows for path in re.findall(r"`([^`]+)`", row.split("|")[1])}


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared data is not beside the repo")
def test_every_shared_file_has_a_row_and_what_is_a_recording_opens() -> None:
    rows = table_rows()
    read = {path for path, _, _ in SHARED_RECORDINGS}
    for file in sorted(p for p in SHARED.rglob("*") if p.is_file() and p != SHARED / "README.md"):
        relative = file.relative_to(SHARED).as_posix()
        own = [path for path in rows if relative == path or (path.endswith("/") and relative.startswith(path))]
        assert own, f"{relative} has no row in docs/formats.md"
        opened = any(relative == path or relative.startswith(f"{path}/") for path in read)
        assert opened != relative.startswith("crowd/"), f"{relative} is opened by no test"
    for path in rows:
        assert (SHARED / path).exists(), f"{path} has a row in docs/formats.md and is not there"


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared data is not beside the repo")
def test_reviewers_votes_are_no_recording() -> None:
    for folder in ("crowd", "crowd/cf_amt", "crowd/sp_amt"):
        with pytest.raises(UnknownFormatError):
            open_recording(SHARED / folder)


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared data is not beside the repo")
def test_groot_sample_is_read_and_its_bends_are_noted() -> None:
    episode = open_recording(SHARED / "lerobot_v20_groot_sim")[2]
    notes = " ".join(episode.notes)
    assert "egoview has no files" in notes
    assert "no column frame_index" in notes
    assert "dataset's, not the episode's" in notes
    assert len(episode.of_kind(Kind.LABEL)) == 4


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared data is not beside the repo")
def test_csv_sidecar_agrees_with_the_telemetry_it_was_made_from() -> None:
    (telemetry,), (sheet,) = open_recording(SHARED / "gopro/karma.mp4"), open_recording(SHARED / "gopro")
    ours, theirs = telemetry.streams["GYRO"], sheet.streams["gyro"]
    np.testing.assert_allclose(ours.values, theirs.values, atol=1e-6)
    assert np.abs(ours.times_ns - theirs.times_ns)[:-28].max() < 1000  # its last payload is stretched to a second
