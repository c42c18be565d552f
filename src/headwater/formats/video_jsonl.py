"""MP4 or MOV with a JSON-lines sidecar, as phone capture writes it: docs/formats.md, "Phone capture".

The first line describes device, clock and streams; each other line is one sample or one text.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from headwater.formats.errors import EmptyRecordingError, MetadataError, TooLargeError
from headwater.formats.footage import CAMERA, footage
from headwater.formats.models import NS, Calibration, Episode, Kind, Stream, Text
from headwater.formats.recording import LazyEpisodes, Recording
from headwater.formats.sidecar import filmed, found_pair, pair
from headwater.primitives import json_text

FORMAT = "video-jsonl"
SUFFIX = ".jsonl"
SCHEMA = "headwater-capture/1"
MAX_BYTES = 64 << 20
MAX_LINE_BYTES = 1 << 20
MAX_SAMPLES = 2_000_000
MAX_VALUES = 8_000_000
MAX_STREAMS = 256
MAX_WIDTH = 4096
MAX_TIME_NS = 2**62
_FIX = f'Write the header {{"schema": "{SCHEMA}", ...}} and one sample a line; see docs/formats.md.'
_IMU = (("gyro", Kind.GYRO, "rad/s"), ("accel", Kind.ACCEL, "m/s^2"))
_XYZ = ("x", "y", "z")
_AXES: Mapping[Kind, tuple[str, ...]] = {
    Kind.GYRO: _XYZ,
    Kind.ACCEL: _XYZ,
    Kind.MAGNETIC: _XYZ,
    Kind.POSE: (*_XYZ, "qx", "qy", "qz", "qw"),
    Kind.GPS: ("latitude", "longitude", "altitude"),
}
_KINDS = {kind.value: kind for kind in Kind} | {"labels": Kind.LABEL, "accl": Kind.ACCEL}
_WORDS = ("task", "text")


class VideoJsonlReader:
    """Opens a video and the one JSONL file that belongs to it."""

    family = "video + JSONL"

    def accepts(self, path: Path) -> bool:
        return pair(path, SUFFIX) is not None

    def open(self, path: Path) -> Recording:
        video, sheet = found_pair(path, SUFFIX)
        _header(sheet, _first(sheet))
        return Recording(FORMAT, path, LazyEpisodes(1, lambda _: read_capture(path, video, sheet)))


def read_capture(root: Path, path: Path, sheet: Path) -> Episode:
    """The two files as one episode; rows are video frames. Raises RecordingError."""
    capture = _Capture(sheet)
    film = footage(path)
    episode = filmed(film, FORMAT, root, 0, (path, sheet), capture.streams())
    header = capture.header
    return replace(
        episode,
        embodiment=header.device or episode.embodiment,
        tasks=capture.tasks(),
        meta={**episode.meta, "device": header.device, "clock": header.clock, "t0_ns": header.t0_ns},
        notes=(*episode.notes, *capture.notes),
        texts=capture.texts(),
        calibration=header.calibration,
    )


@dataclass(frozen=True)
class Header:
    """The first line.

    Attributes:
        device, clock: as the file names them; the clock is ``jsonl`` if it names none.
        t0_ns: the clock's value at the video's first frame.
        streams: what each sensor's lines hold: ``kind``, ``unit``, ``axes``.
        tasks: of the whole recording.
    """

    device: str
    clock: str
    t0_ns: int
    streams: Mapping[str, Mapping[str, Any]]
    tasks: tuple[str, ...]
    calibration: Mapping[str, Calibration]


@dataclass
class _Gathered:
    """One sensor's samples while the lines are read."""

    width: int
    unit: str
    times: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))


class _Capture:
    def __init__(self, sheet: Path) -> None:
        self._sheet = sheet
        self._sensors: dict[str, _Gathered] = {}
        self._texts: dict[str, list[tuple[int, str]]] = {}
        self._held = self._lines = 0
        self.notes: list[str] = []
        lines = _lines(sheet)
        self.header = _header(sheet, next(lines, (1, {}))[1])
        for number, line in lines:
            self._add(f"line {number}.", line)
        if not self._sensors and not self._texts:
            raise EmptyRecordingError("has no samples", file=sheet, actual=0, fix=_FIX)
        silent = [name for name in self.header.streams if name not in self._sensors and name not in self._texts]
        if silent:
            self.notes.append(f"Declared streams without a sample: {', '.join(silent[:6])}.")

    def _add(self, where: str, line: Mapping[str, Any]) -> None:
        name = line.get("sensor")
        if not isinstance(name, str) or not 0 < len(name) <= 200:
            raise self._wrong(where, "sensor", name, "a name of up to 200 characters")
        self._lines += 1
        if self._lines > MAX_SAMPLES:
            raise TooLargeError("too many samples", file=self._sheet, field=where, allowed=MAX_SAMPLES)
        time_ns = self._time(where, line)
        if "text" in line:
            if not isinstance(line["text"], str):
                raise self._wrong(where, "text", line["text"], "words")
            self._texts.setdefault(name, []).append((time_ns, line["text"]))
        else:
            self._sample(where, name, time_ns, line)
        if len(self._sensors) + len(self._texts) > MAX_STREAMS:
            raise TooLargeError("too many sensors", file=self._sheet, field=where, allowed=MAX_STREAMS)

    def _time(self, where: str, line: Mapping[str, Any]) -> int:
        """Nanoseconds since the first frame; ``t_ns`` wins over ``t_s``."""
        ns, seconds = line.get("t_ns"), line.get("t_s")
        if isinstance(ns, int) and not isinstance(ns, bool) and abs(ns) < MAX_TIME_NS:
            return ns - self.header.t0_ns
        if "t_ns" not in line and isinstance(seconds, int | float) and not isinstance(seconds, bool):
            if abs(seconds) < MAX_TIME_NS / NS:  # false for NaN
                return round(seconds * NS) - self.header.t0_ns
            raise self._wrong(where, "t_s", seconds, "a finite number of seconds")
        raise self._wrong(where, "t_ns", ns, "a whole number of nanoseconds, or t_s in seconds")

    def _sample(self, where: str, name: str, time_ns: int, line: Mapping[str, Any]) -> None:
        values = line.get("values")
        if not isinstance(values, list) or not 0 < len(values) <= MAX_WIDTH:
            raise self._wrong(where, "values", values, f"a list of 1 to {MAX_WIDTH} numbers, or text")
        unit = line.get("unit", self.header.streams.get(name, {}).get("unit", ""))
        own = self._sensors.setdefault(name, _Gathered(len(values), str(unit)))
        if len(values) != own.width:
            raise self._wrong(where, "values", len(values), f"{own.width} numbers, as in the sensor's first line")
        if unit != own.unit:
            raise self._wrong(where, "unit", unit, f"{own.unit!r}, as in the sensor's first line")
        for value in values:
            if value is not None and (not isinstance(value, int | float) or isinstance(value, bool)):
                raise self._wrong(where, "values", value, "numbers, or null where nothing was measured")
        try:
            own.values.extend(float("nan") if value is None else value for value in values)
        except OverflowError:
            raise self._wrong(where, "values", "an integer of hundreds of digits", "numbers of 64 bits") from None
        own.times.append(time_ns)
        self._held += len(values)
        if self._held > MAX_VALUES:
            raise TooLargeError("too many values", file=self._sheet, field=where, allowed=MAX_VALUES)

    def streams(self) -> dict[str, Stream]:
        """All sensors with numbers; an ``imu`` of six values as its gyroscope and its accelerometer."""
        out: dict[str, Stream] = {}
        for name, own in self._sensors.items():
            values = np.array(own.values, dtype=np.float64).reshape(-1, own.width)
            times = np.array(own.times, dtype=np.int64)
            about = self.header.streams.get(name, {})
            word = str(about.get("kind", name)).lower()
            if word == "imu" and own.width == 6:
                for part, (short, kind, unit) in enumerate(_IMU):
                    label = f"{name}/{short}"
                    cut = np.ascontiguousarray(values[:, 3 * part : 3 * part + 3])
                    out[label] = Stream(label, kind, times, cut, _XYZ, unit, self.header.clock, "float64")
                continue
            kind = _KINDS.get(word, Kind.OTHER)
            axes = self._axes(name, about, kind, own.width)
            out[name] = Stream(name, kind, times, values, axes, own.unit, self.header.clock, "float64")
        return out

    def _axes(self, name: str, about: Mapping[str, Any], kind: Kind, width: int) -> tuple[str, ...]:
        axes = about.get("axes", _AXES.get(kind, ()))
        if "axes" in about and (not isinstance(axes, list) or len(axes) != width):
            raise MetadataError(
                "axes do not fit the values", file=self._sheet, field=f"streams.{name}.axes", actual=str(axes)[:60],
                allowed=f"{width} names", fix=_FIX,
            )  # fmt: skip
        return tuple(map(str, axes)) if len(axes) == width else tuple(map(str, range(width)))

    def texts(self) -> dict[str, Text]:
        """Words by sensor, in file order."""
        return {
            name: Text(name, np.array([t for t, _ in said], np.int64), tuple(w for _, w in said), self.header.clock)
            for name, said in self._texts.items()
        }

    def tasks(self) -> tuple[str, ...]:
        """The header's tasks, and what the sensor ``task`` said."""
        said = [words for name, rows in self._texts.items() if name.lower() == "task" for _, words in rows]
        return tuple(dict.fromkeys((*self.header.tasks, *said)))

    def _wrong(self, where: str, name: str, actual: Any, allowed: str) -> MetadataError:
        shown = repr(actual)[:60]
        return MetadataError(
            "wrong value", file=self._sheet, field=f"{where}{name}", actual=shown, allowed=allowed, fix=_FIX
        )


def _header(sheet: Path, line: Mapping[str, Any]) -> Header:
    if line.get("schema") != SCHEMA:
        raise MetadataError(
            "has no header of phone capture", file=sheet, field="line 1.schema", actual=repr(line.get("schema"))[:60],
            allowed=SCHEMA, fix=_FIX,
        )  # fmt: skip
    streams, t0_ns, tasks = line.get("streams", {}), line.get("t0_ns", 0), line.get("tasks", [])
    good = isinstance(streams, dict) and all(isinstance(about, dict) for about in streams.values())
    for name, right, allowed in (
        ("streams", good, "an object of objects by sensor"),
        ("t0_ns", isinstance(t0_ns, int) and not isinstance(t0_ns, bool) and abs(t0_ns) < MAX_TIME_NS, "whole number"),
        ("tasks", isinstance(tasks, list) and all(isinstance(task, str) for task in tasks), "a list of texts"),
    ):
        if not right:
            actual = repr(line.get(name))[:60]
            raise MetadataError(
                "wrong value", file=sheet, field=f"line 1.{name}", actual=actual, allowed=allowed, fix=_FIX
            )
    return Header(
        str(line.get("device") or "")[:200],
        str(line.get("clock") or "jsonl")[:80],
        t0_ns,
        streams,
        tuple(dict.fromkeys(tasks)),
        _calibration(sheet, line.get("camera")),
    )


def _calibration(sheet: Path, about: Any) -> dict[str, Calibration]:
    if about is None:
        return {}
    lists = [about.get(name, []) for name in ("intrinsics", "distortion")] if isinstance(about, dict) else [None]
    numbers = all(isinstance(l, list) and all(isinstance(n, int | float) for n in l) for l in lists)  # noqa: E741
    if not numbers or len(lists[0] or ()) not in (0, 4):
        raise MetadataError(
            "wrong value", file=sheet, field="line 1.camera", actual=repr(about)[:60],
            allowed="intrinsics [fx, fy, cx, cy], distortion [...], model", fix=_FIX,
        )  # fmt: skip
    intrinsics, distortion = (tuple(map(float, numbers)) for numbers in lists if numbers is not None)
    return {CAMERA: Calibration(intrinsics, str(about.get("model", "pinhole"))[:80], distortion)}


def _first(sheet: Path) -> Mapping[str, Any]:
    return next(_lines(sheet), (1, {}))[1]


def _lines(sheet: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The objects of the file with their line numbers from 1. Raises RecordingError."""
    size = sheet.stat().st_size
    if size == 0:
        raise EmptyRecordingError("file is empty", file=sheet, actual="0 bytes", fix=_FIX)
    if size > MAX_BYTES:
        raise TooLargeError("too large", file=sheet, actual=f"{size} bytes", allowed=MAX_BYTES)
    with sheet.open("rb") as file:
        number = 0
        while raw := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(raw) > MAX_LINE_BYTES:
                raise TooLargeError("line too long", file=sheet, field=f"line {number}", allowed=MAX_LINE_BYTES)
            if not raw.strip():
                continue
            try:
                line = json_text.parse(raw)
            except ValueError as error:
                detail = "not text" if isinstance(error, UnicodeDecodeError) else str(error)[:120]
                raise MetadataError(
                    "is not JSON", file=sheet, field=f"line {number}", actual=detail, fix=_FIX
                ) from None
            if not isinstance(line, dict):
                raise MetadataError(
                    "is not a JSON object", file=sheet, field=f"line {number}", actual=type(line).__name__, fix=_FIX
                )
            yield number, line
