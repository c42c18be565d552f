"""Many episodes in one dataset: frames stay on their rows, boundaries are right, memory does not grow."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from headwater.export import export_lerobot_v2, export_lerobot_v3, load
from headwater.export.media.files import MAX_SECONDS
from headwater.formats import Episode, FrameReader, Kind, Source, Stream, Video, frames, open_recording, packet_times
from headwater.testing.recordings import CAMERA, frame_number, write_lerobot_v21, write_video

FPS = Fraction(30000, 1001)


def short_episodes(root: Path, count: int, lengths: tuple[int, ...] = (7, 11, 13)) -> Iterator[Episode]:
    """Episodes that share a few files; made one at a time, nothing is kept."""
    for length in lengths:
        path = root / f"{length}.mp4"
        if not path.exists():
            write_video(path, range(length), gop=2)
    for number in range(count):
        length = lengths[number % len(lengths)]
        path = root / f"{length}.mp4"
        times = np.arange(length, dtype=np.int64) * (10**9 * FPS.denominator) // FPS.numerator
        values = np.full((length, 2), number, dtype=np.float64) + np.arange(length)[:, None] / 1024
        yield Episode(
            name=f"take {number}",
            source=Source("made", root, number, (path,)),
            length=length,
            fps=FPS,
            embodiment="arm",
            tasks=(f"Task {number % 5}.",),
            streams={"action": Stream("action", Kind.ACTION, times, values, ("a", "b"))},
            videos={CAMERA: Video(CAMERA, path, 0.0, length, FPS, 64, 48, "h264")},
        )


@pytest.fixture(scope="module")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("thousand")
    report = export_lerobot_v3(short_episodes(root, 1000), root / "out", data_mb=0.05, video_mb=0.1)
    assert (report.episodes, report.copied, report.reencoded) == (1000, 1000, ())
    return root / "out"


def places(root: Path) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = pq.read_table(root / "meta/episodes/chunk-000/file-000.parquet").to_pylist()
    return rows


@pytest.mark.media
def test_each_frame_of_a_thousand_episodes_lies_on_its_row(thousand: Path) -> None:
    """What LeRobot looks up, from_timestamp + timestamp, is within 1e-4 s of the frame that belongs to the row."""
    worst, rows, files = 0.0, 0, set()
    taken: dict[Path, int] = {}
    for row in places(thousand):
        number = row[f"videos/{CAMERA}/file_index"]
        path = thousand / f"videos/{CAMERA}/chunk-000/file-{number:03d}.mp4"
        times = packet_times(path).times_s
        first, length = taken.get(path, 0), int(str(row["length"]))
        stamps = (np.arange(length) / float(FPS)).astype(np.float32).astype(np.float64)
        wanted = float(str(row[f"videos/{CAMERA}/from_timestamp"])) + stamps
        worst = max(worst, float(np.abs(times[first : first + length] - wanted).max()))
        assert row[f"videos/{CAMERA}/from_timestamp"] == float(first / FPS)
        assert row[f"videos/{CAMERA}/to_timestamp"] == float((first + length) / FPS)
        taken[path] = first + length
        rows += length
        files.add(path)
    assert worst < 1e-4
    assert len(files) > 3
    assert {path: len(packet_times(path)) for path in files} == taken
    assert sum(taken.values()) == rows == json.loads((thousand / "meta/info.json").read_text())["total_frames"]


@pytest.mark.media
def test_boundaries_of_data_files_are_right(thousand: Path) -> None:
    held: dict[object, list[tuple[int, int]]] = {}
    last = 0
    for row in places(thousand):
        first, stop = int(str(row["dataset_from_index"])), int(str(row["dataset_to_index"]))
        assert first == last
        held.setdefault(row["data/file_index"], []).append((first, stop))
        last = stop
    assert len(held) > 2
    for number, spans in held.items():
        table = pq.read_table(thousand / f"data/chunk-000/file-{number:03d}.parquet")
        assert table["index"].to_pylist() == list(range(spans[0][0], spans[-1][1]))
    episodes = open_recording(thousand)
    assert len(episodes) == 1000
    for number in (0, 1, 499, 998, 999):
        episode = episodes[number]
        assert episode.streams["action"].values[0, 0] == number
        assert episode.tasks == (f"Task {number % 5}.",)
        shown = [frame_number(frame.image) for frame in frames(episode.videos[CAMERA], width=None)]
        assert shown == list(range(episode.length))


@pytest.mark.media
def test_memory_does_not_grow_with_episodes(tmp_path: Path) -> None:
    peaks = []
    for count in (10, 40):
        tracemalloc.start()
        export_lerobot_v3(short_episodes(tmp_path, count), tmp_path / f"out{count}")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 1_000_000


def test_a_file_ends_before_lerobots_float32_times_lose_their_tolerance(tmp_path: Path) -> None:
    """LeRobot compares seconds in float32: past 1,024 s a step is more than 1e-4 s."""
    assert np.spacing(np.float32(MAX_SECONDS)) < 1e-4 < np.spacing(np.float32(1024.0))
    slow = Fraction(1, 50)
    made = [replace(e, fps=slow, videos={k: replace(v, fps=slow) for k, v in e.videos.items()})
            for e in short_episodes(tmp_path, 9, (7,))]  # fmt: skip
    export_lerobot_v3(made, tmp_path / "out")  # 350 s each
    rows = places(tmp_path / "out")
    assert [row[f"videos/{CAMERA}/file_index"] for row in rows] == [0, 0, 1, 1, 2, 2, 3, 3, 4]


@pytest.mark.media
def test_version_2_1_has_a_file_an_episode(tmp_path: Path) -> None:
    source = list(short_episodes(tmp_path, 5))
    report = export_lerobot_v2(source, tmp_path / "out")
    again = export_lerobot_v2(source, tmp_path / "again")
    assert report.files == again.files
    for name in report.files:
        one, two = ((tmp_path / run / name).read_bytes() for run in ("out", "again"))
        assert hashlib.sha256(one).digest() == hashlib.sha256(two).digest()
    assert set(report.files) == {
        *(f"data/chunk-000/episode_{n:06d}.parquet" for n in range(5)),
        *(f"videos/chunk-000/{CAMERA}/episode_{n:06d}.mp4" for n in range(5)),
        *(f"beside/episode-{n:06d}.parquet" for n in range(5)),
        *(f"meta/{name}" for name in ("info.json", "episodes.jsonl", "episodes_stats.jsonl", "tasks.jsonl")),
    }
    info = json.loads((tmp_path / "out/meta/info.json").read_text())
    assert (info["codebase_version"], info["total_videos"], info["total_chunks"]) == ("v2.1", 5, 1)
    back = open_recording(tmp_path / "out")
    assert back.format == "lerobot-v2.1"
    for old, new in zip(source, back, strict=True):
        np.testing.assert_array_equal(old.streams["action"].values, new.streams["action"].values)
        assert [frame_number(f.image) for f in frames(new.videos[CAMERA], width=None)] == list(range(old.length))
        assert new.ledger["stats"]["action"]["min"] == [float(old.source.index)] * 2


def test_rows_in_any_order_are_those_in_order(tmp_path: Path) -> None:
    root = write_lerobot_v21(tmp_path / "in", [17, 9])
    for number, length in enumerate((17, 9)):
        path = root / f"videos/chunk-000/{CAMERA}/episode_{number:06d}.mp4"
        write_video(path, range(length), gop=8, bframes=2)
    dataset = load(root)
    with dataset.rows() as rows:
        ordered = list(dataset)
        assert len(rows) == len(ordered) == 26
        for row in [*np.random.default_rng(5).permutation(26).tolist(), 25, 0, 1, 2, 16, 17]:
            one, other = rows[row], ordered[row]
            assert (one.episode_index, one.frame_index, one.task) == (
                other.episode_index,
                other.frame_index,
                other.task,
            )
            np.testing.assert_array_equal(one.images[CAMERA], other.images[CAMERA])
            np.testing.assert_array_equal(one.values["action"], other.values["action"])
        with pytest.raises(IndexError, match="row 26 of 26"):
            rows[26]


def test_a_reader_keeps_few_files_open_and_sees_a_file_that_changed(tmp_path: Path) -> None:
    videos = []
    for number in range(5):
        path = tmp_path / f"{number}.mp4"
        write_video(path, range(number * 10, number * 10 + 6))
        videos.append(Video("c", path, 0.0, 6, Fraction(30), 64, 48, "h264"))
    with FrameReader(max_open=2) as reader:
        for frame in (5, 0, 3):
            for number, video in enumerate(videos):
                assert frame_number(reader.frame(video, frame).image) == number * 10 + frame
        write_video(tmp_path / "4.mp4", range(70, 77))
        assert frame_number(reader.frame(videos[4], 2).image) == 72
        with pytest.raises(IndexError):
            reader.frame(videos[4], 6)
