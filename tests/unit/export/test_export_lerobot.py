from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pyarrow.parquet as pq
import pytest

from headwater.export import (
    ExportError,
    OutputError,
    ShortVideoError,
    UnlikeEpisodesError,
    export_lerobot_v3,
    load,
)
from headwater.formats import Episode, Kind, UnsafePathError, frames, open_recording, packet_times
from headwater.testing.recordings import CAMERA, frame_number, write_lerobot_v21, write_lerobot_v30, write_video

EXAMPLES = Path(__file__).parents[3] / "examples/recordings"
G1 = "observation.images.cam_high"


@pytest.fixture(scope="module")
def g1() -> list[Episode]:
    return [*open_recording(EXAMPLES / "lerobot_v21_g1"), *open_recording(EXAMPLES / "lerobot_v30_g1")]


@pytest.fixture(scope="module")
def exported(g1: list[Episode], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("g1") / "set"
    report = export_lerobot_v3(g1, root)
    assert (report.episodes, report.frames, report.copied, report.reencoded) == (4, 1053, 4, ())
    assert report.retimed_s < 1e-9
    return root


def contents(root: Path) -> dict[str, str]:
    return {
        str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in root.rglob("*") if p.is_file()
    }


def picture_digest(episode: Episode) -> str:
    total = hashlib.sha256()
    for video in episode.videos.values():
        for frame in frames(video, width=None):
            total.update(frame.image.tobytes())
    return total.hexdigest()


def compressed(path: Path) -> bytes:
    with av.open(str(path)) as container:
        return b"".join(bytes(packet) for packet in container.demux(video=0) if packet.size)


def test_mixed_versions_become_one_set_with_the_same_rows_and_pixels(g1: list[Episode], exported: Path) -> None:
    back = open_recording(exported)
    assert back.format == "lerobot-v3.0"
    first = 0
    for source, episode in zip(g1, back, strict=True):
        for name in ("observation.state", "action"):
            np.testing.assert_array_equal(source.streams[name].values, episode.streams[name].values)
            assert source.streams[name].axes == episode.streams[name].axes
            assert episode.streams[name].dtype == "float32"
        assert episode.tasks == source.tasks
        np.testing.assert_array_equal(episode.ledger["index"], np.arange(first, first + source.length))
        assert picture_digest(source) == picture_digest(episode)
        first += source.length


def test_video_is_copied_not_encoded(exported: Path) -> None:
    """The v3.0 source's compressed bytes stand unchanged inside the new file, on an exact grid."""
    path = exported / f"videos/{G1}/chunk-000/file-000.mp4"
    ledger = packet_times(path)
    assert ledger.codec == "av1"
    np.testing.assert_array_equal(np.diff(ledger.pts), np.full(1052, ledger.pts[1]))
    assert compressed(path).endswith(compressed(EXAMPLES / f"lerobot_v30_g1/videos/{G1}/chunk-000/file-000.mp4"))


def test_from_timestamp_is_a_fraction_not_a_sum(exported: Path) -> None:
    rows = pq.read_table(exported / "meta/episodes/chunk-000/file-000.parquet").to_pylist()
    assert [row[f"videos/{G1}/from_timestamp"] for row in rows] == [0.0, 221 / 30, 498 / 30, 763 / 30]
    assert [(row["dataset_from_index"], row["dataset_to_index"]) for row in rows] == [
        (0, 221),
        (221, 498),
        (498, 763),
        (763, 1053),
    ]


def test_two_runs_give_the_same_bytes(g1: list[Episode], exported: Path, tmp_path: Path) -> None:
    export_lerobot_v3(iter(g1), tmp_path / "again")
    assert contents(tmp_path / "again") == contents(exported)
    assert not list(tmp_path.glob(".again*"))


def test_tasks_are_the_index_of_a_pandas_frame(exported: Path) -> None:
    table = pq.read_table(exported / "meta/tasks.parquet")
    about = json.loads(table.schema.metadata[b"pandas"])
    assert about["index_columns"] == ["task"]
    assert table.to_pylist() == [{"task_index": 0, "task": "Pick up the yellow bottle on the table."}]
    theirs = pq.read_table(EXAMPLES / "lerobot_v30_g1/meta/tasks.parquet")
    assert theirs.schema.equals(table.schema)
    known = json.loads(theirs.schema.metadata[b"pandas"])
    assert {k: v for k, v in about.items() if k != "creator"} == {k: v for k, v in known.items() if k != "creator"}


def test_columns_are_those_lerobot_writes(exported: Path) -> None:
    """Against the set written by LeRobot's own converter; quantiles came later and are ours in addition."""
    ours = pq.read_schema(exported / "data/chunk-000/file-000.parquet")
    theirs = pq.read_schema(EXAMPLES / "lerobot_v30_g1/data/chunk-000/file-000.parquet")
    assert {f.name: str(f.type) for f in ours} == {f.name: str(f.type) for f in theirs}
    episodes = "meta/episodes/chunk-000/file-000.parquet"
    names = set(pq.read_schema(exported / episodes).names)
    assert names >= set(pq.read_schema(EXAMPLES / "lerobot_v30_g1" / episodes).names)
    info = json.loads((exported / "meta/info.json").read_text())
    their_info = json.loads((EXAMPLES / "lerobot_v30_g1/meta/info.json").read_text())
    assert set(info) == set(their_info)
    assert set(info["features"]) == set(their_info["features"])
    assert info["features"][G1]["info"] == their_info["features"][G1]["info"]


@pytest.mark.parametrize(
    ("gop", "bframes", "copied"),
    [(1, 0, 3), (2, 0, 1), (20, 0, 1), (20, 2, 0)],
)
def test_only_clips_that_do_not_stand_alone_are_encoded_again(
    tmp_path: Path, gop: int, bframes: int, copied: int
) -> None:
    source = open_recording(write_lerobot_v30(tmp_path / "in", [13, 20, 27], gop=gop, bframes=bframes))
    report = export_lerobot_v3(source, tmp_path / "out")
    assert report.copied == copied
    assert len(report.reencoded) == 3 - copied
    assert all(r.camera == CAMERA and r.reason for r in report.reencoded)
    numbers = [
        frame_number(frame.image)
        for episode in open_recording(tmp_path / "out")
        for frame in frames(episode.videos[CAMERA])
    ]
    assert numbers == list(range(60))


def test_b_frames_are_copied_where_the_file_is_the_episode(tmp_path: Path) -> None:
    root = write_lerobot_v21(tmp_path / "in", [15, 11])
    for episode, count in enumerate((15, 11)):
        write_video(root / f"videos/chunk-000/{CAMERA}/episode_{episode:06d}.mp4", range(count), gop=8, bframes=2)
    report = export_lerobot_v3(open_recording(root), tmp_path / "out")
    assert (report.copied, report.reencoded) == (2, ())
    numbers = [[frame_number(f.image) for f in frames(e.videos[CAMERA])] for e in open_recording(tmp_path / "out")]
    assert numbers == [list(range(15)), list(range(11))]
    joined = tmp_path / f"out/videos/{CAMERA}/chunk-000/file-000.mp4"
    parts = [root / f"videos/chunk-000/{CAMERA}/episode_{e:06d}.mp4" for e in (0, 1)]
    assert compressed(joined) == b"".join(compressed(part) for part in parts)


def test_first_person_video_keeps_its_sensors_beside_the_table(tmp_path: Path) -> None:
    (source,) = recording = open_recording(EXAMPLES / "gopro_karma.mp4")
    report = export_lerobot_v3(recording, tmp_path / "out", task_map={"": "Fly over the field."})
    assert "sensors/episode-000000.parquet" in report.files
    (episode,) = open_recording(tmp_path / "out")
    assert (episode.fps, episode.length, episode.tasks) == (Fraction(30000, 1001), 362, ("Fly over the field.",))
    assert [s.kind for s in episode.streams.values()] == [Kind.TASK_INDEX]
    assert picture_digest(episode) == picture_digest(source)
    table = pq.read_table(tmp_path / "out/sensors/episode-000000.parquet")
    about = json.loads(table.schema.metadata[b"headwater"])
    assert about["GYRO"]["unit"] == "rad/s"
    gyro = table.filter(np.asarray(table["stream"].to_pylist()) == "GYRO")
    np.testing.assert_array_equal(gyro["t_ns"].to_numpy(), source.streams["GYRO"].times_ns)
    np.testing.assert_array_equal(np.stack([gyro[a].to_numpy() for a in "xyz"], axis=1), source.streams["GYRO"].values)


def test_task_numbers_follow_their_texts(tmp_path: Path) -> None:
    one = write_lerobot_v21(tmp_path / "one", [5], task="Push.")
    two = write_lerobot_v30(tmp_path / "two", [5, 5], task="Pull.")
    episodes = [*open_recording(one), *open_recording(two)]
    export_lerobot_v3(episodes, tmp_path / "out", task_map={"Pull.": "Pull the drawer."})
    assert [e.tasks for e in open_recording(tmp_path / "out")] == [
        ("Push.",),
        ("Pull the drawer.",),
        ("Pull the drawer.",),
    ]
    assert [int(e.streams["task_index"].values[0, 0]) for e in open_recording(tmp_path / "out")] == [0, 1, 1]


def test_unlike_episodes_are_refused_and_nothing_is_left_behind(tmp_path: Path) -> None:
    three = open_recording(write_lerobot_v21(tmp_path / "a", [5]))[0]
    four = open_recording(write_lerobot_v21(tmp_path / "b", [5], joints=4))[0]
    fast = open_recording(write_lerobot_v21(tmp_path / "c", [5], fps=60))[0]
    for other, word in ((four, "features"), (fast, "fps")):
        with pytest.raises(UnlikeEpisodesError, match=word):
            export_lerobot_v3([three, other], tmp_path / "out")
    with pytest.raises(ExportError, match="nothing to export"):
        export_lerobot_v3([], tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b", "c"]


def test_a_video_shorter_than_its_table_is_refused(tmp_path: Path) -> None:
    root = write_lerobot_v21(tmp_path / "in", [9])
    write_video(root / f"videos/chunk-000/{CAMERA}/episode_000000.mp4", range(8))
    with pytest.raises(ShortVideoError) as caught:
        export_lerobot_v3(open_recording(root), tmp_path / "out")
    assert (caught.value.actual, caught.value.allowed) == (8, 9)


def test_an_existing_folder_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.txt").write_text("three years")
    recording = open_recording(write_lerobot_v21(tmp_path / "in", [3]))
    with pytest.raises(OutputError, match="in the way"):
        export_lerobot_v3(recording, tmp_path / "out")
    assert (tmp_path / "out/thesis.txt").read_text() == "three years"


def test_a_camera_name_cannot_write_outside_the_export(tmp_path: Path) -> None:
    """Readers refuse such names; an episode built by other code must not slip through either."""
    episode = open_recording(write_lerobot_v21(tmp_path / "in", [3]))[0]
    evil = replace(episode, videos={"observation.images.x/../../../../evil": episode.videos[CAMERA]})
    with pytest.raises(UnsafePathError):
        export_lerobot_v3([evil], tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in"]


def test_load_gives_every_row_with_its_own_frame(tmp_path: Path) -> None:
    source = open_recording(write_lerobot_v30(tmp_path / "in", [6, 9], gop=5))
    export_lerobot_v3(source, tmp_path / "out")
    seen: list[tuple[Any, ...]] = []
    for sample in load(tmp_path / "out"):
        seen.append((sample.episode_index, sample.frame_index, frame_number(sample.images[CAMERA]), sample.task))
        expected = source[sample.episode_index].streams["action"].values[sample.frame_index]
        np.testing.assert_array_equal(sample.values["action"], expected)
    assert seen == [(e, i, f + i, "Push the block.") for e, f, n in ((0, 0, 6), (1, 6, 9)) for i in range(n)]
