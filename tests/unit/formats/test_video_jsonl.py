"""A phone's video with its sensors as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from headwater.formats import (
    EmptyRecordingError,
    Kind,
    MetadataError,
    RecordingError,
    TooLargeError,
    frames,
    open_recording,
)
from headwater.testing.media import capture_lines, write_capture


@pytest.mark.parametrize("given", [".", "clip.mp4"])
def test_every_sensor_of_a_capture(tmp_path: Path, given: str) -> None:
    (episode,) = recording = open_recording(write_capture(tmp_path / "a") / given)
    assert (recording.format, episode.length, episode.embodiment) == ("video-jsonl", 6, "Pixel 9")
    assert {n: (s.kind, s.unit, s.clock) for n, s in episode.streams.items()} == {
        "imu/gyro": (Kind.GYRO, "rad/s", "boottime"),
        "imu/accel": (Kind.ACCEL, "m/s^2", "boottime"),
        "hand": (Kind.KEYPOINTS, "m", "boottime"),
        "pose": (Kind.POSE, "m", "boottime"),
        "gps": (Kind.GPS, "deg,deg,m", "boottime"),
        "gaze": (Kind.GAZE, "rad", "boottime"),
        "labels": (Kind.LABEL, "", "boottime"),
    }
    gyro, hand = episode.streams["imu/gyro"], episode.streams["hand"]
    assert gyro.times_ns.tolist() == [10_000_000 * i for i in range(12)]
    np.testing.assert_array_equal(gyro.values[:, 0], [0.1 * i for i in range(12)])
    assert hand.times_ns[0] == 1
    assert hand.axes == ("wrist.x", "wrist.y", "wrist.z")
    assert np.isnan(hand.values[:, 1]).all()
    assert episode.streams["pose"].times_ns.tolist() == gyro.times_ns.tolist()  # t_s and t_ns agree
    assert episode.tasks == ("fold the towel", "now the left sleeve")
    assert episode.texts["labels_text"].texts == ("grasp",)
    assert episode.calibration["camera"].intrinsics == (50, 50, 32, 24)
    assert len(list(frames(episode.videos["camera"]))) == 6


def test_time_is_kept_to_the_nanosecond(tmp_path: Path) -> None:
    """Nanoseconds since boot do not fit a float."""
    t0 = 987_654_321_987_654_321
    lines = [{**capture_lines(0)[0], "t0_ns": t0}]
    lines += [{"t_ns": t0 + i, "sensor": "gyro", "values": [0, 0, i]} for i in range(5)]
    episode = open_recording(write_capture(tmp_path / "a", lines))[0]
    assert episode.streams["gyro"].times_ns.tolist() == [0, 1, 2, 3, 4]
    assert any("without a sample: imu, hand, gaze" in note for note in episode.notes)


def header(**changes: Any) -> Callable[[list[dict[str, Any]]], None]:
    return lambda lines: lines[0].update(changes)


def line(**changes: Any) -> Callable[[list[dict[str, Any]]], None]:
    return lambda lines: lines[1].update(changes)


DAMAGE: list[tuple[str, Callable[[list[dict[str, Any]]], Any], type[RecordingError], str]] = [
    ("no header", lambda lines: lines.pop(0), MetadataError, "line 1.schema"),
    ("of the future", header(schema="headwater-capture/2"), MetadataError, "headwater-capture/2"),
    ("streams a list", header(streams=[1]), MetadataError, "line 1.streams"),
    ("stream a word", header(streams={"imu": "x"}), MetadataError, "line 1.streams"),
    ("start a word", header(t0_ns="now"), MetadataError, "line 1.t0_ns"),
    ("start huge", header(t0_ns=10**30), MetadataError, "line 1.t0_ns"),
    ("tasks a word", header(tasks="x"), MetadataError, "line 1.tasks"),
    ("three intrinsics", header(camera={"intrinsics": [1, 2, 3]}), MetadataError, "line 1.camera"),
    ("axes of another number", header(streams={"hand": {"axes": ["x"]}}), MetadataError, "streams.hand.axes"),
    ("nothing but a header", lambda lines: lines.__delitem__(slice(1, None)), EmptyRecordingError, "no samples"),
    ("no time", lambda lines: lines[1].pop("t_ns"), MetadataError, "line 2.t_ns"),
    ("time a word", line(t_ns="soon"), MetadataError, "line 2.t_ns"),
    ("time NaN", lambda lines: lines[3].update(t_s=float("nan")), MetadataError, "line 4.t_s"),
    ("time infinite", lambda lines: lines[3].update(t_s=float("inf")), MetadataError, "line 4.t_s"),
    ("time true", line(t_ns=True), MetadataError, "line 2.t_ns"),
    ("time beyond 64 bits", line(t_ns=2**63), MetadataError, "line 2.t_ns"),
    ("no sensor", line(sensor=""), MetadataError, "line 2.sensor"),
    ("values a word", line(values="x"), MetadataError, "line 2.values"),
    ("no values", line(values=[]), MetadataError, "line 2.values"),
    ("a value a word", line(values=[1, 2, "3", 4, 5, 6]), MetadataError, "line 2.values"),
    ("a value of 400 digits", line(values=[10**400, 0, 0, 0, 0, 0]), MetadataError, "line 2.values"),
    ("too many values", line(values=[0] * 5000), MetadataError, "line 2.values"),
    ("another width", lambda lines: lines[7].update(values=[1]), MetadataError, "line 8.values"),
    ("another unit", lambda lines: lines[7].update(unit="deg/s"), MetadataError, "line 8.unit"),
    ("text a number", lambda lines: lines[-1].update(text=3), MetadataError, "text"),
]


@pytest.mark.parametrize(("change", "error", "names"), [pytest.param(*rest, id=name) for name, *rest in DAMAGE])
def test_bad_capture_is_named(
    tmp_path: Path, change: Callable[[list[dict[str, Any]]], Any], error: type[RecordingError], names: str
) -> None:
    lines = capture_lines()
    change(lines)
    folder = write_capture(tmp_path / "a", lines)
    with pytest.raises(error) as caught:
        open_recording(folder)[0]
    assert names in str(caught.value)
    assert caught.value.file == folder / "clip.jsonl"


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", EmptyRecordingError),
        (b"[1]\n", MetadataError),
        (b"\xff\xfe\n", MetadataError),
        (b"[" * 9999, MetadataError),
    ],
)
def test_what_is_no_json_lines(tmp_path: Path, raw: bytes, error: type[RecordingError]) -> None:
    folder = write_capture(tmp_path / "a")
    (folder / "clip.jsonl").write_bytes(raw)
    with pytest.raises(error):
        open_recording(folder)


def test_a_line_without_end_is_not_held(tmp_path: Path) -> None:
    folder = write_capture(tmp_path / "a")
    with (folder / "clip.jsonl").open("ab") as file:
        file.write(json.dumps({"t_ns": 0, "sensor": "x", "text": "y" * (2 << 20)}).encode())
    with pytest.raises(TooLargeError, match="line too long"):
        open_recording(folder)[0]


def test_two_sheets_leave_it_open(tmp_path: Path) -> None:
    folder = write_capture(tmp_path / "a")
    (folder / "clip.jsonl").rename(folder / "one.jsonl")
    (folder / "two.jsonl").write_text("{}")
    with pytest.raises(RecordingError):
        open_recording(folder)
