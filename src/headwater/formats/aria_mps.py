"""Project Aria's machine perception CSVs: head trajectory, hands and gaze, on the device's clock in microseconds.

They are known by their columns, not their names, beside a VRS file or in a folder of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from headwater.formats.columns import demand_times
from headwater.formats.errors import DamagedFileError, EmptyRecordingError, MetadataError, TooLargeError
from headwater.formats.models import NS, Episode, Kind, Source, Stream
from headwater.formats.recording import LazyEpisodes, Recording

FORMAT = "aria-mps"
CLOCK = "device"
MAX_CSV_BYTES = 512 << 20
MAX_SHEETS = 16
_TIME = "tracking_timestamp_us"
_FIX = "Use the CSV as Project Aria's machine perception services wrote it."
_POSE = ("x", "y", "z", "qx", "qy", "qz", "qw")
_FOLDERS = (".", "mps", "slam", "hand_tracking", "eye_gaze", "mps/slam", "mps/hand_tracking", "mps/eye_gaze")
Columns = Mapping[str, NDArray[np.float64]]


class AriaMpsReader:
    """Opens a folder of MPS CSVs without a VRS file, or one such CSV."""

    family = "Aria MPS CSV"

    def accepts(self, path: Path) -> bool:
        return not (path.is_dir() and any(path.glob("*.vrs"))) and bool(sheets(path))

    def open(self, path: Path) -> Recording:
        return Recording(FORMAT, path, LazyEpisodes(1, lambda _: read_mps(path)))


def sheets(path: Path) -> tuple[Path, ...]:
    """The MPS CSVs of a folder (and its folders that MPS names), or the path itself if it is one."""
    if path.is_file():
        return (path,) if path.suffix.lower() == ".csv" and is_mps(path) else ()
    if not path.is_dir():
        return ()
    root = path.resolve()
    found = [p for name in _FOLDERS if (path / name).is_dir() for p in sorted((path / name).glob("*.csv"))]
    inside = (p for p in found if p.is_file() and p.resolve().is_relative_to(root))
    return tuple(dict.fromkeys(p for p in inside if is_mps(p)))[:MAX_SHEETS]


def is_mps(sheet: Path) -> bool:
    """True if the header has MPS's time column and one of its things."""
    try:
        with sheet.open("rb") as file:
            names = file.readline(1 << 16).decode("utf-8", "replace").strip().split(",")
    except OSError:
        return False
    return _TIME in names and any(mark in names for mark, _ in _KINDS)


def read_mps(path: Path) -> Episode:
    """The CSVs as one episode; rows are those of the busiest. Raises RecordingError."""
    files = sheets(path)
    found = [(sheet, *mps_streams(sheet)) for sheet in files]
    origin = min(start for _, start, _ in found)
    streams = shifted(found, origin)
    busiest = max(streams.values(), key=lambda s: len(s.times_ns))
    return Episode(
        name=path.stem,
        source=Source(FORMAT, path, 0, files),
        length=len(busiest.times_ns),
        fps=Fraction(busiest.rate_hz).limit_denominator(1001) or Fraction(1),
        embodiment="Aria",
        tasks=(),
        streams=streams,
        videos={},
        ledger={"length": len(busiest.times_ns), "declared_rows": len(busiest.times_ns)},
        meta={"device_start_ns": origin},
        notes=("No VRS file: there are no pictures and no IMU.", *gaps(streams)),
    )


def mps_streams(sheet: Path) -> tuple[int, list[Stream]]:
    """First time (device clock, ns) and streams, their times still on the device clock. Raises RecordingError."""
    table = _table(sheet)
    times_us = table[_TIME]
    demand_times(times_us, 2**52, file=sheet, field=_TIME, unit="microseconds", fix=_FIX)
    times_ns = times_us.astype(np.int64) * 1000
    make = next(make for mark, make in _KINDS if mark in table)
    return int(times_ns.min()), [s for s in make(sheet, times_ns, table) if len(s.times_ns)]


def shifted(found: list[tuple[Path, int, list[Stream]]], origin: int) -> dict[str, Stream]:
    """All streams by name, with times from the origin."""
    out: dict[str, Stream] = {}
    for sheet, _, streams in found:
        for s in streams:
            name = s.name if s.name not in out else f"{s.name}@{sheet.stem}"
            out[name] = Stream(name, s.kind, s.times_ns - origin, s.values, s.axes, s.unit, CLOCK, s.dtype)
    return out


def gaps(streams: Mapping[str, Stream]) -> tuple[str, ...]:
    """A note for streams that share no moment with the first."""
    if not streams:
        return ()
    first, *others = streams.values()
    far = NS  # a camera starts and ends a moment before or after the rest
    apart = [
        s.name for s in others if s.times_ns[0] > first.times_ns[-1] + far or s.times_ns[-1] < first.times_ns[0] - far
    ]
    return (f"Not at the same time as {first.name}: {', '.join(apart[:6])}.",) if apart else ()


def _table(sheet: Path) -> Columns:
    size = sheet.stat().st_size
    if size > MAX_CSV_BYTES:
        raise TooLargeError("too large", file=sheet, actual=f"{size} bytes", allowed=MAX_CSV_BYTES)
    try:
        table = pacsv.read_csv(sheet, read_options=pacsv.ReadOptions(use_threads=False))
        names = table.column_names  # decodes them
    except (pa.ArrowException, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0][:160]
        raise DamagedFileError("CSV cannot be read", file=sheet, actual=first, fix=_FIX) from None
    if not table.num_rows:
        raise EmptyRecordingError("has no rows", file=sheet, actual=0, fix=_FIX)
    out: dict[str, Any] = {}
    for name, column in zip(names, table.columns, strict=True):
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            out[name] = column.to_numpy().astype(np.float64)
    if _TIME not in out or not any(mark in out for mark, _ in _KINDS):
        raise MetadataError("columns are no numbers", file=sheet, field=_TIME, actual=names[:6], fix=_FIX)
    return out


def _stack(sheet: Path, table: Columns, names: list[str]) -> NDArray[np.float64]:
    missing = [name for name in names if name not in table]
    if missing:
        raise MetadataError("column is missing or no numbers", file=sheet, field=missing[0], fix=_FIX)
    return np.stack([table[name] for name in names], axis=1)


def _stream(
    name: str, kind: Kind, times: NDArray[np.int64], values: NDArray[np.float64], axes: tuple[str, ...], unit: str
) -> Stream:
    return Stream(name, kind, times, values, axes, unit, CLOCK, "float64")


def _trajectory(sheet: Path, times: NDArray[np.int64], table: Columns) -> list[Stream]:
    names = [f"{'t' if axis in 'xyz' else ''}{axis}_world_device" for axis in _POSE]
    out = [_stream("head_pose", Kind.POSE, times, _stack(sheet, table, names), _POSE, "m")]
    for name, prefix, unit in (
        ("head_velocity", "device_linear_velocity_{}_device", "m/s"),
        ("head_angular_velocity", "angular_velocity_{}_device", "rad/s"),
    ):
        names = [prefix.format(axis) for axis in "xyz"]
        if all(n in table for n in names):
            out.append(_stream(name, Kind.VELOCITY, times, _stack(sheet, table, names), ("x", "y", "z"), unit))
    if "quality_score" in table:
        score = table["quality_score"][:, None]
        out.append(_stream("head_pose_quality", Kind.OTHER, times, score, ("quality_score",), ""))
    return out


def _hands(sheet: Path, times: NDArray[np.int64], table: Columns) -> list[Stream]:
    out = []
    for side in ("left", "right"):
        sure = table.get(f"{side}_tracking_confidence")
        if sure is None:
            continue
        seen = sure > 0  # -1 and zeros where the hand was not seen
        points = [f"t{axis}_{side}_landmark_{i}_device" for i in range(21) for axis in "xyz"]
        axes = tuple(f"{i}.{axis}" for i in range(21) for axis in "xyz")
        kept = times[seen]
        if points[0] in table:
            out.append(_stream(f"hand_{side}", Kind.KEYPOINTS, kept, _stack(sheet, table, points)[seen], axes, "m"))
        wrist = [f"{'t' if axis in 'xyz' else ''}{axis}_{side}_device_wrist" for axis in _POSE]
        if wrist[0] in table:
            out.append(_stream(f"wrist_{side}", Kind.POSE, kept, _stack(sheet, table, wrist)[seen], _POSE, "m"))
        name = f"hand_{side}_confidence"
        out.append(_stream(name, Kind.OTHER, kept, sure[seen][:, None], ("confidence",), ""))
    return out


def _gaze(sheet: Path, times: NDArray[np.int64], table: Columns) -> list[Stream]:
    names = [n for n in table if n.endswith(("_rads_cpf", "_rads")) and "low" not in n and "high" not in n]
    names += ["depth_m"] if "depth_m" in table else []
    units = ",".join("m" if name == "depth_m" else "rad" for name in names)
    return [_stream("gaze", Kind.GAZE, times, _stack(sheet, table, names), tuple(names), units)]


_Make = Callable[[Path, NDArray[np.int64], Columns], list[Stream]]
_KINDS: tuple[tuple[str, _Make], ...] = (
    ("tx_world_device", _trajectory),
    ("left_tracking_confidence", _hands),
    ("yaw_rads_cpf", _gaze),
    ("left_yaw_rads_cpf", _gaze),
    ("left_yaw_rads", _gaze),
)
