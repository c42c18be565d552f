"""VRS as an episode: Project Aria's cameras, IMUs, barometer and magnetometer by their names, other streams by theirs.

Pictures stay in the file until asked for. Times are the records' own (``capture_timestamp_ns`` where they carry it),
from the first data record; Aria stamps everything with one clock (``device``). Machine perception CSVs beside the file
are on that clock and belong to the episode.
"""

from __future__ import annotations

import math
import struct
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from headwater.formats.aria_mps import gaps, mps_streams, sheets, shifted
from headwater.formats.errors import EmptyRecordingError, TooLargeError
from headwater.formats.models import NS, Calibration, Episode, Kind, Source, Stream, Video
from headwater.formats.recording import LazyEpisodes, Recording
from headwater.formats.stills import MAX_STILL_PIXELS, decode_still, still_size
from headwater.formats.vrs_file import CONFIGURATION, DATA, MAGIC, Record, VrsFile, VrsStream
from headwater.primitives import json_text

ARIA, PLAIN = "aria-vrs", "vrs"
MAX_VALUES = 40_000_000
_HEAD_BYTES = 64 << 10
_NAMES = {
    "214-1": "camera-rgb",
    "211-1": "camera-et",
    "1201-1": "camera-slam-left",
    "1201-2": "camera-slam-right",
    "1202-1": "imu-right",
    "1202-2": "imu-left",
    "1203-1": "mag0",
    "247-1": "baro0",
    "231-1": "mic",
    "281-1": "gps",
    "281-2": "gps-app",
    "285-1": "time-domain",
    "285-2": "time-domain",
}
_TURNED = ("camera-rgb", "camera-slam-left", "camera-slam-right")
_XYZ = ("x", "y", "z")
# number: name, bytes a pixel, channels; the rest is noted and not read
_PIXELS: dict[int, tuple[str, int, int]] = {
    1: ("grey8", 1, 1), 2: ("bgr8", 3, 3), 3: ("depth32f", 4, 1), 4: ("rgb8", 3, 3), 6: ("rgba8", 4, 4),
    9: ("grey10", 2, 1), 10: ("grey12", 2, 1), 11: ("grey16", 2, 1),
}  # fmt: skip
_PIX_FMT = {"grey8": "gray", "bgr8": "bgr24", "rgb8": "rgb24", "rgba8": "rgba", "depth32f": "grayf32le"}
_LENSES = {
    "FisheyeRadTanThinPrism": ("fisheye624", 1),
    "KannalaBrandtK3": ("kannala_brandt", 2),
    "Linear": ("pinhole", 2),
}
_BOOKKEEPING = ("group_id", "group_mask", "frame_tag", "_timestamp", "_valid")


class VrsReader:
    """Opens a ``.vrs`` file, or a folder with exactly one."""

    family = "VRS"

    def accepts(self, path: Path) -> bool:
        file = _file_of(path)
        if file is None:
            return False
        with file.open("rb") as opened:
            return opened.read(8) == MAGIC

    def open(self, path: Path) -> Recording:
        file = _file_of(path) or path
        format = ARIA if _is_aria(VrsFile(file)) else PLAIN
        return Recording(format, path, LazyEpisodes(1, lambda _: read_vrs(path, file)))


@dataclass
class _Gathered:
    """A stream while its records are passed."""

    stream: VrsStream
    key: str
    config: dict[str, Any] = field(default_factory=dict)
    times: array[int] = field(default_factory=lambda: array("q"))
    rows: list[dict[str, Any]] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    taken: array[int] = field(default_factory=lambda: array("q"))
    picture: tuple[str, int] | None = None
    columns: dict[str, array[float]] = field(default_factory=dict)
    integers: set[str] = field(default_factory=set)
    widths: dict[str, int] = field(default_factory=dict)
    dropped: Counter[str] = field(default_factory=Counter)


def read_vrs(root: Path, path: Path) -> Episode:
    """The file as one episode. Raises RecordingError."""
    vrs = VrsFile(path)
    notes: list[str] = []
    with path.open("rb") as file:
        gathered = _pass(vrs, file, notes)
        aria = _is_aria(vrs)
        beside = [(sheet, *mps_streams(sheet)) for sheet in sheets(path.parent)] if aria else []
        starts = [min(g.times) for g in gathered if g.times]
        if not starts:
            raise EmptyRecordingError("has no data records", file=path, actual=0, fix="Record again.")
        origin = min(starts)
        clock = "device" if aria else "vrs"
        streams: dict[str, Stream] = {}
        videos: dict[str, Video] = {}
        for g in gathered:
            if g.picture is not None and g.taken:
                video = _video(vrs, file, g, origin, aria, notes)
                if video is not None:
                    videos[g.key] = video
            for stream in _streams(g, origin, clock, notes):
                streams[stream.name] = stream
    streams |= shifted(beside, origin)
    if aria:
        notes += gaps(streams)
        if any(video.rotation for video in videos.values()):
            notes.append("Aria's RGB and SLAM cameras lie on their side: they are shown turned by 90 degrees.")
    main = videos.get("camera-rgb") or next(iter(videos.values()), None)
    busiest = max(streams.values(), key=lambda s: len(s.times_ns), default=None)
    if main is None and busiest is None:
        raise EmptyRecordingError("has no stream that is read here", file=path, actual=notes[:3])
    length = (main.frames or 0) if main else len(busiest.times_ns) if busiest else 0
    fps = main.fps if main else Fraction(busiest.rate_hz if busiest else 1).limit_denominator(1001) or Fraction(1)
    return Episode(
        name=path.stem,
        source=Source(ARIA if aria else PLAIN, root, 0, (path, *(sheet for sheet, _, _ in beside))),
        length=length,
        fps=fps,
        embodiment=vrs.tags.get("device_type", "Aria" if aria else ""),
        tasks=(),
        streams=streams,
        videos=videos,
        ledger={"length": length, "declared_rows": length},
        meta={
            "tags": {k: v for k, v in sorted(vrs.tags.items()) if len(v) < 1000},
            "device_start_ns": origin,
            "nominal_rates_hz": {
                g.key: g.config["nominal_rate"] for g in gathered if isinstance(g.config.get("nominal_rate"), float)
            },
        },
        notes=tuple(notes),
        calibration=_fitted(calibrations(vrs.tags.get("calib_json", "")), videos) if aria else {},
    )


def calibrations(text: str) -> dict[str, Calibration]:
    """Cameras and IMUs of Aria's calibration JSON, by label; empty if there is none or it is not read here."""
    try:
        value = json_text.parse(text.encode()) if text else {}
        out = {}
        for row in value.get("CameraCalibrations", ()):
            known = _LENSES.get(row["Projection"]["Name"])
            numbers = tuple(float(n) for n in row["Projection"]["Params"])
            if known is None or len(numbers) < 4:
                continue
            model, focals = known
            fx, fy = numbers[0], numbers[focals - 1]
            cx, cy, lens = numbers[focals], numbers[focals + 1], numbers[focals + 2 :]
            pose = _pose(row["T_Device_Camera"])
            out[row["Label"]] = Calibration((fx, fy, cx, cy), model, lens, pose, "device")
        for row in value.get("ImuCalibrations", ()):
            out[row["Label"]] = Calibration(pose=_pose(row["T_Device_Imu"]), frame="device")
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
        return {}
    return out


def _fitted(found: Mapping[str, Calibration], videos: Mapping[str, Video]) -> dict[str, Calibration]:
    """Aria calibrates the RGB camera at 2880 pixels; half-size pictures are cut by 32 on every side and halved."""
    out = dict(found)
    video, full = videos.get("camera-rgb"), out.get("camera-rgb")
    if video is not None and full is not None and video.width == 1408:
        fx, fy, cx, cy = full.intrinsics
        half = (fx / 2, fy / 2, (cx - 32 + 0.5) / 2 - 0.5, (cy - 32 + 0.5) / 2 - 0.5)
        out["camera-rgb"] = replace(full, intrinsics=half)
    return out


def _pose(value: Mapping[str, Any]) -> tuple[float, ...]:
    w, (x, y, z) = value["UnitQuaternion"]
    return (*(float(n) for n in value["Translation"]), float(x), float(y), float(z), float(w))


def _file_of(path: Path) -> Path | None:
    if path.is_file():
        return path
    if not path.is_dir():
        return None
    found = [p for p in sorted(path.glob("*.vrs")) if p.is_file() and p.resolve().is_relative_to(path.resolve())]
    return found[0] if len(found) == 1 else None


def _is_aria(vrs: VrsFile) -> bool:
    return vrs.tags.get("device_type") == "Aria" or any(
        s.flavor.startswith("device/aria") for s in vrs.streams.values()
    )


def _pass(vrs: VrsFile, file: BinaryIO, notes: list[str]) -> list[_Gathered]:
    """All records once: configurations, numbers, and where the pictures lie."""
    aria, taken = _is_aria(vrs), Counter[str]()
    gathered: dict[str, _Gathered] = {}
    sound: Counter[str] = Counter()
    held = 0
    for number, stream in vrs.streams.items():
        plain = (stream.flavor or stream.name).replace("/", ".").replace(" ", "_")
        key = _NAMES.get(number, plain) if aria else plain
        taken[key] += 1
        gathered[number] = _Gathered(stream, key if taken[key] == 1 else f"{key}-{taken[key]}")
    for record in vrs.records(file):
        g = gathered.get(record.stream)
        if g is None or record.kind not in (CONFIGURATION, DATA):
            continue
        blocks = g.stream.blocks(record)
        pictures = [i for i, block in enumerate(blocks) if block.startswith("image")]
        try:
            fields, places = _fields(vrs, file, record, g.stream, blocks, bool(pictures))
        except (ValueError, struct.error) as error:
            raise vrs.damaged("record does not fit its layout", f"{g.key} at {record.at}", str(error)[:80]) from None
        if record.kind == CONFIGURATION:
            g.config |= fields
            continue
        if any(block.startswith("audio") for block in blocks):
            sound[g.key] += 1
            continue
        g.times.append(_time_ns(vrs, record, fields))
        if pictures:
            block = blocks[pictures[0]]
            g.taken.append(g.times[-1])
            g.records.append(record._replace(version=places[pictures[0]]))
            g.picture = g.picture or (block, pictures[0])
        held += _row(g, fields) + 1
        if held > MAX_VALUES:
            raise TooLargeError("too many values", file=vrs.path, field=g.key, allowed=MAX_VALUES)
    notes += [f"{key}: sound of {count} records is not read." for key, count in sound.items()]
    return list(gathered.values())


def _fields(
    vrs: VrsFile, file: BinaryIO, record: Record, stream: VrsStream, blocks: list[str], has_picture: bool
) -> tuple[dict[str, Any], list[int]]:
    """The record's layouts read, and where each of its blocks begins."""
    fields: dict[str, Any] = {}
    places: list[int] = []
    at = 0
    if not any(block.startswith("data_layout") for block in blocks):
        return fields, [0] * len(blocks)
    data = vrs.start(file, record, _HEAD_BYTES) if has_picture else vrs.read(file, record, passing=True)
    for number, block in enumerate(blocks):
        places.append(at)
        if not block.startswith("data_layout"):
            break  # what follows a picture or sound has no known place
        layout = stream.layout(record, number)
        size = layout.size(data[at:])
        if size > len(data) - at:
            raise ValueError(f"layout of {size} bytes in {len(data) - at}")
        fields |= layout.read(data[at : at + size])
        at += size
    return fields, places + [0] * (len(blocks) - len(places))


def _time_ns(vrs: VrsFile, record: Record, fields: Mapping[str, Any]) -> int:
    capture = fields.get("capture_timestamp_ns")
    if type(capture) is int and 0 < capture < 1 << 62:
        return capture
    if not math.isfinite(record.time_s) or abs(record.time_s) > 1e9:
        raise vrs.damaged("time is not a number of seconds", f"record at {record.at}", record.time_s, "-1e9 to 1e9")
    return round(record.time_s * NS)


def _row(g: _Gathered, fields: Mapping[str, Any]) -> int:
    """Add the numbers of a record to the columns; fields whose length changes are dropped. Returns how many."""
    added = 0
    rows = len(g.times) - 1
    for name, value in fields.items():
        if isinstance(value, str):
            continue
        values = np.atleast_1d(np.asarray(value))
        width = g.widths.setdefault(name, len(values) if not rows else -1)
        if width != len(values) or not width:
            g.dropped[name] += 1
            g.widths[name] = -1
            g.columns.pop(name, None)
            continue
        if values.dtype.kind in "iub" and not rows:
            g.integers.add(name)
        g.columns.setdefault(name, array("q" if name in g.integers else "d")).extend(values.tolist())
        added += len(values)
    return added


def _column(g: _Gathered, name: str) -> NDArray[Any] | None:
    held = g.columns.get(name)
    if held is None or len(held) != g.widths[name] * len(g.times):
        return None
    return np.frombuffer(held, dtype=np.int64 if held.typecode == "q" else np.float64).reshape(len(g.times), -1)


def _streams(g: _Gathered, origin: int, clock: str, notes: list[str]) -> list[Stream]:
    if not g.times:
        return []
    times = np.array(g.times, dtype=np.int64) - origin
    out: list[Stream] = []

    def add(part: str, kind: Kind, name: str, unit: str, valid: str = "", axes: tuple[str, ...] = _XYZ) -> bool:
        values, sure = _column(g, name), _column(g, valid)
        if values is None or values.shape[1] != len(axes):
            return False
        keep = sure[:, 0].astype(bool) if sure is not None else np.ones(len(times), dtype=bool)
        if keep.any():
            kind_of = "float64" if values.dtype.kind == "f" else "int64"
            label = f"{g.key}/{part}" if part else g.key
            when, what = (times, values) if keep.all() else (times[keep], values[keep])
            out.append(Stream(label, kind, when, what, axes, unit, clock, kind_of))
        return True

    used: set[str] = set()
    if g.key.startswith(("imu", "mag")):
        add("gyro", Kind.GYRO, "gyroscope", "rad/s", "gyroscope_valid")
        add("accel", Kind.ACCEL, "accelerometer", "m/s^2", "accelerometer_valid")
        if add("", Kind.MAGNETIC, "magnetometer", "uT", "magnetometer_valid") and g.key.startswith("mag"):
            notes.append(f"{g.key}: taken to be microtesla, by the size of its values.")
        used = {"gyroscope", "accelerometer", "magnetometer"}
    elif g.key.startswith("baro"):
        add("pressure", Kind.PRESSURE, "pressure", "Pa", axes=("pressure",))
        add("temperature", Kind.TEMPERATURE, "temperature", "degC", axes=("temperature",))
        used = {"pressure", "temperature"}
    dropped = [name for name, width in g.widths.items() if width < 0]
    if dropped:
        notes.append(f"{g.key}: not read, as the length changes: {', '.join(sorted(dropped)[:6])}.")
    out += _others(g, times, clock, used)
    return out


def _others(g: _Gathered, times: NDArray[np.int64], clock: str, used: set[str]) -> list[Stream]:
    """What else the records say: whole numbers, and the rest; without bookkeeping and what is never set."""
    parts: dict[bool, list[tuple[str, NDArray[Any]]]] = {True: [], False: []}
    for name in g.columns:
        values = _column(g, name)
        if values is None or name in used or any(mark in name for mark in _BOOKKEEPING if mark != "_timestamp"):
            continue
        if "_timestamp" in name and not name.startswith("real_timestamp"):
            continue
        if values.dtype.kind == "f" and np.isnan(values).all():
            continue
        for i in range(values.shape[1]):
            label = name if values.shape[1] == 1 else f"{name}[{i}]"
            parts[values.dtype.kind != "f"].append((label, values[:, i]))
    out = []
    for whole, columns in parts.items():
        if columns:
            name = f"{g.key}/{'counts' if whole else 'values'}"
            stacked = np.stack([values for _, values in columns], axis=1)
            axes = tuple(label for label, _ in columns)
            out.append(Stream(name, Kind.OTHER, times, stacked, axes, "", clock, "int64" if whole else "float64"))
    return out


def _video(vrs: VrsFile, file: BinaryIO, g: _Gathered, origin: int, aria: bool, notes: list[str]) -> Video | None:
    assert g.picture is not None
    block = g.picture[0]
    parts = block.split("/")
    taken = np.frombuffer(g.taken, dtype=np.int64)
    order = np.argsort(taken, kind="stable")
    times = taken[order] - origin
    records = [g.records[i] for i in order]
    raw = _raw_spec(block, g.config) if parts[1:2] == ["raw"] else None
    if parts[1:2] not in (["jpg"], ["png"]) and raw is None:
        notes.append(f"{g.key}: {len(records)} pictures are not read: {block}.")
        return None
    stills = VrsStills(vrs.path, g.key, records, times, raw)
    if raw is None:
        width, height = still_size(stills.payload(0), vrs.path, f"{g.key}[0]")
        codec = "mjpeg" if parts[1] == "jpg" else "png"
        pix_fmt = "yuvj420p" if codec == "mjpeg" else "rgb24"
    else:
        width, height, codec, pix_fmt = raw.width, raw.height, "raw", _PIX_FMT.get(raw.pixels, "gray16le")
    return Video(
        key=g.key,
        path=vrs.path,
        start_s=0.0,
        frames=len(records),
        fps=_rate(times, g.config.get("nominal_rate")),
        width=width,
        height=height,
        codec=codec,
        pix_fmt=pix_fmt,
        info={"stream": g.stream.name, "model": str(g.config.get("sensor_model", ""))},
        stills=stills,
        rotation=90 if aria and g.key in _TURNED else 0,
        depth_unit_m=0.001 if raw is not None and raw.pixels == "depth32f" else None,
    )


def _rate(times: NDArray[np.int64], nominal: Any) -> Fraction:
    """What the camera was set to, if its frames came so (to 2 %) or there are too few to tell; else their mean rate."""
    span = int(times[-1]) - int(times[0])
    mean = Fraction((len(times) - 1) * NS, span) if span > 0 else Fraction(0)
    if isinstance(nominal, float) and 0.01 < nominal < 10_000:
        declared = Fraction(nominal).limit_denominator(1001)
        if not mean or abs(mean - declared) * 50 <= declared:
            return declared
    return mean.limit_denominator(1001) or Fraction(1)


@dataclass(frozen=True)
class RawSpec:
    """Bare pixels: what VRS calls ``image/raw``."""

    width: int
    height: int
    stride: int
    pixels: str
    each: int
    channels: int


def _raw_spec(block: str, config: Mapping[str, Any]) -> RawSpec | None:
    """Size and pixels from the block's own words (``image/raw/640x480/pixel=grey8``), else the configuration's."""
    width, height, stride = (config.get(f"image_{name}", 0) for name in ("width", "height", "stride"))
    known = _PIXELS.get(config.get("image_pixel_format", 0))
    for word in block.split("/")[2:]:
        size = word.split("x")
        if len(size) == 2 and all(part.isdigit() and len(part) < 7 for part in size):
            width, height = int(size[0]), int(size[1])
        elif word.startswith("pixel="):
            known = next((row for row in _PIXELS.values() if row[0] == word[6:]), None)
        elif word.startswith("stride=") and word[7:].isdigit() and len(word) < 16:
            stride = int(word[7:])
    if known is None or any(type(n) is not int for n in (width, height, stride)):
        return None
    pixels, each, channels = known
    if not 0 < width * height <= MAX_STILL_PIXELS:
        return None
    return RawSpec(width, height, stride or width * each, pixels, each, channels)


class VrsStills:
    """Pictures of one VRS camera. The place of the picture in its record stands in the record's ``version``."""

    def __init__(
        self, path: Path, key: str, records: list[Record], times_ns: NDArray[np.int64], raw: RawSpec | None
    ) -> None:
        self._path, self._key, self._records, self._raw = path, key, records, raw
        self.times_ns = times_ns

    def size_bytes(self, index: int) -> int:
        record = self._records[index]
        return (record.size - 32 if record.method == "none" else record.unpacked) - record.version

    def payload(self, index: int) -> bytes:
        """The picture's bytes. Raises RecordingError."""
        status = self._path.stat()
        vrs = _opened(self._path, status.st_size, status.st_mtime_ns)
        with self._path.open("rb") as file:
            return vrs.read(file, self._records[index])[self._records[index].version :]

    def encoded(self, index: int) -> tuple[str, bytes] | None:
        if self._raw is not None:
            return None
        data = self.payload(index)
        return ("image/png" if data.startswith(b"\x89PNG") else "image/jpeg"), data

    def image(self, index: int) -> NDArray[Any]:
        data = self.payload(index)
        if self._raw is None:
            return decode_still(data, self._path, f"{self._key}[{index}]")
        raw = self._raw
        row = raw.width * raw.each
        if raw.stride < row or len(data) < raw.stride * (raw.height - 1) + row:
            status = self._path.stat()
            vrs = _opened(self._path, status.st_size, status.st_mtime_ns)
            raise vrs.damaged("picture is cut", f"{self._key}[{index}]", f"{len(data)} bytes", raw.stride * raw.height)
        padded = data[: raw.stride * raw.height].ljust(raw.stride * raw.height, b"\0")
        lines = np.frombuffer(padded, np.uint8).reshape(raw.height, raw.stride)[:, :row]
        lines = np.ascontiguousarray(lines)
        if raw.pixels == "depth32f":
            metres = np.nan_to_num(lines.view("<f4").astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
            return np.asarray(np.clip(np.rint(metres * 1000), 0, 65535).astype(np.uint16))
        if raw.each == 2:
            return np.asarray(lines.view("<u2").astype(np.uint16))
        if raw.channels == 1:
            return lines
        image = lines.reshape(raw.height, raw.width, raw.channels)
        return np.ascontiguousarray(image[..., [2, 1, 0]] if raw.pixels == "bgr8" else image[..., :3])


@lru_cache(maxsize=4)
def _opened(path: Path, _size: int, _mtime_ns: int) -> VrsFile:
    return VrsFile(path)
