"""Rerun recordings, read back with the SDK's own reader. Skipped where the extra ``rerun`` is not installed."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("rerun")

from rerun.chunk import RrdReader

from headwater.export import export_rerun
from headwater.export.media.stills import frame_times_ns
from headwater.export.rrd_bytes import settle
from headwater.export.xxh32 import xxh32
from headwater.formats import Episode, open_recording
from headwater.testing.picture_digests import decoded, of_file
from headwater.testing.rich_episodes import DEPTH, GREY, PHOTOS, VIDEO, rich_episode

EXAMPLES = Path(__file__).parents[3] / "examples/recordings"


def chunks(path: Path) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for chunk in RrdReader(path).stream():
        found.setdefault(chunk.entity_path, []).append(chunk.to_record_batch())
    return found


def column(batches: list[Any], name: str) -> tuple[Any, list[Any]]:
    """Times and cells of the one column whose name ends so."""
    ((batch, field),) = [(b, f) for b in batches for f in b.schema.names if f.split(":")[-1] == name]
    times = batch.column("t").cast("int64").to_numpy() if "t" in batch.schema.names else None
    return times, batch.column(field).to_pylist()


@pytest.fixture(scope="module")
def written(rich: Episode, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("rrd") / "set"
    report = export_rerun([rich], root)
    assert report.files == ("episode-000000.rrd",)
    assert (report.copied, report.reencoded) == (2, ())
    assert [sum(words in note for note in report.notes) for words in ("2^53", "out of order")] == [1, 1]
    return root / "episode-000000.rrd"


ENTITIES = {
    "observation.state": "/observation.state",
    "action": "/action",
    "done": "/done",
    "imu/gyro": "/imu/gyro",
    "imu@back": "/imu\\@back",
    "COUNT": "/COUNT",
    "skin": "/skin",
    "head": "/head",
    "fix": "/fix",
}


@pytest.mark.parametrize("name", sorted(ENTITIES))
def test_every_number_and_time_is_there(rich: Episode, written: Path, name: str) -> None:
    stream = rich.streams[name]
    found = chunks(written)
    times, cells = column(found[ENTITIES[name]], "values" if name == "COUNT" else "scalars")
    order = np.argsort(stream.times_ns, kind="stable")  # Rerun keeps time order, and the report says so
    np.testing.assert_array_equal(times, stream.times_ns[order])
    wanted = stream.values[order] if name == "COUNT" else stream.values[order].astype(np.float64)
    assert np.array(cells, wanted.dtype).tobytes() == np.ascontiguousarray(wanted).tobytes()


def test_video_is_copied_and_each_frame_has_its_time(rich: Episode, written: Path, tmp_path: Path) -> None:
    found = chunks(written)[f"/{VIDEO}"]
    video = rich.videos[VIDEO]
    times, references = column(found, "timestamp")
    np.testing.assert_array_equal(times, frame_times_ns(video))
    assert [cell[0] for cell in references] == (frame_times_ns(video) - frame_times_ns(video)[0]).tolist()
    _, (blob,) = column(found, "blob")
    path = tmp_path / "clip.mp4"
    path.write_bytes(bytes(blob[0]))
    assert decoded(replace(video, path=path)) == decoded(video)


@pytest.mark.parametrize("key", [PHOTOS, DEPTH, GREY])
def test_pictures_are_there(rich: Episode, written: Path, key: str) -> None:
    times, blobs = column(chunks(written)[f"/{key}"], "blob")
    np.testing.assert_array_equal(times, frame_times_ns(rich.videos[key]))
    assert [of_file(bytes(cell[0])) for cell in blobs] == decoded(rich.videos[key])


def test_words_boxes_lenses_and_the_document_are_there(rich: Episode, written: Path) -> None:
    found = chunks(written)
    times, words = column(found["/events"], "text")
    assert [cell[0] for cell in words] == list(rich.texts["events"].texts)
    np.testing.assert_array_equal(times, rich.texts["events"].times_ns)
    _, (labels,) = column(found[f"/{PHOTOS}/annotations"], "labels")
    assert labels == ["bug"]
    _, (lens,) = column(found[f"/{VIDEO}"], "image_from_camera")
    assert lens[0] == [50.0, 0.0, 0.0, 0.0, 51.0, 0.0, 32.0, 24.0, 1.0]
    _, (text,) = column(found["/__properties/headwater"], "episode")
    about = json.loads(text[0])
    assert about["annotations"][1]["outline"] == [1.0, 1.0, 5.0, 1.0, 5.0, 5.0]
    assert about["streams"]["skin"]["kind"] == "tactile"
    assert len(column(found["/microphone"], "blob")[1][0][0]) > 1000


def test_two_runs_give_the_same_bytes(rich: Episode, written: Path, tmp_path: Path) -> None:
    export_rerun([rich], tmp_path / "again")
    assert (tmp_path / "again/episode-000000.rrd").read_bytes() == written.read_bytes()
    export_rerun([replace(rich, tasks=("Something else.",))], tmp_path / "other")
    assert (tmp_path / "other/episode-000000.rrd").read_bytes() != written.read_bytes()


def test_what_the_sdk_draws_is_settled_without_loss(written: Path, tmp_path: Path) -> None:
    """The SDK writes the same chunks twice: its bytes differ (else settling is not needed any more), ours do not."""
    drawn, settled = [], []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.rrd"
        RrdReader(written).stream().write_rrd(path, application_id="headwater", recording_id="episode-000000")
        settle(path, tmp_path / f"{name}-settled.rrd")
        drawn.append(path)
        settled.append(tmp_path / f"{name}-settled.rrd")
    assert drawn[0].read_bytes() != drawn[1].read_bytes()
    assert settled[0].read_bytes() == settled[1].read_bytes()
    wanted, found = chunks(drawn[0]), chunks(settled[0])
    assert list(found) == list(wanted)
    for entity, batches in wanted.items():
        for batch, ours in zip(batches, found[entity], strict=True):
            assert ours.schema.equals(batch.schema, check_metadata=True)
            assert ours.serialize() == batch.serialize()


def test_the_footer_says_where_chunks_are(written: Path) -> None:
    """As Rerun reads it: by the footer's checksum and offsets, and `rerun rrd verify`, which decodes every chunk."""
    data = written.read_bytes()
    start, size, checksum, *marks = struct.unpack("<QQI4s4sI", data[-32:])
    assert marks == [b"RRF2", b"FOOT", 1]
    assert xxh32(data[start : start + size], 7850921) == checksum
    tool = Path(sys.executable).with_name("rerun")
    done = subprocess.run([tool, "rrd", "verify", written], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    damaged = written.with_name("damaged")
    damaged.write_bytes(data[:200] + bytes(40) + data[240:])
    done = subprocess.run([tool, "rrd", "verify", damaged], check=False, capture_output=True, text=True)
    damaged.unlink()
    assert done.returncode != 0


@pytest.mark.parametrize(
    ("data", "seed", "digest"),
    [
        (b"", 0, 0x02CC5D05),
        (b"", 2654435761, 0x36B78AE7),
        (b"Nobody inspects the spammish repetition", 0, 0xE2293B2F),
        (b"a", 0, 0x550D7456),
        (b"abc", 0, 0x32D153FF),
        (b"abcd", 0, 0xA3643705),
    ],
)
def test_xxh32_is_the_published_one(data: bytes, seed: int, digest: int) -> None:
    """Published values (xxHash's own sanity checks, and the documentation of its bindings)."""
    assert xxh32(data, seed) == digest


def test_chunks_and_rows_are_numbered(written: Path) -> None:
    ids = [str(chunk.id) for chunk in RrdReader(written).stream()]
    assert sorted(ids) == [f"chunk_{n:016X}{0:016X}" for n in range(1, len(ids) + 1)]


def test_video_with_b_frames_is_copied(tmp_path: Path) -> None:
    report = export_rerun([rich_episode(tmp_path / "in", bframes=2)], tmp_path / "out")
    assert report.reencoded == ()


def test_real_recordings_are_written(tmp_path: Path) -> None:
    source = open_recording(EXAMPLES / "lerobot_v30_g1")
    report = export_rerun(source, tmp_path / "out")
    assert (report.episodes, report.copied) == (2, 2)
    for number, episode in enumerate(source):
        _, cells = column(chunks(tmp_path / f"out/episode-{number:06d}.rrd")["/action"], "scalars")
        np.testing.assert_array_equal(np.array(cells), episode.streams["action"].values)
