"""NumPy arrays in pairs, ``NAME_t.npy`` and ``NAME_value.npy``, as comma2k19 keeps its logs. One folder is one episode.

``t`` are seconds of one clock, shape (n,); ``value`` has as many rows. Headers are parsed, never run (no pickles), and
the arrays are mapped, so a header cannot declare more than its file holds.
Source of comma2k19's units and axes: github.com/commaai/comma2k19, README "Log Format".
"""

from __future__ import annotations

import warnings
from fractions import Fraction
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.formats.columns import demand_times
from headwater.formats.errors import (
    DamagedFileError,
    EmptyRecordingError,
    MetadataError,
    MissingFileError,
    TooLargeError,
)
from headwater.formats.models import NS, Episode, Kind, Source, Stream
from headwater.formats.paths import contained
from headwater.formats.recording import LazyEpisodes, Recording

FORMAT = "numpy-pairs"
CLOCK = "t"
MAX_ARRAYS = 4096
MAX_ROWS = 20_000_000
MAX_BYTES = 512 << 20
MAX_HEADER_BYTES = 10_000
_TIMES, _VALUES = "_t.npy", "_value.npy"
# numpy parses an old header with tokenize and ast
_UNREADABLE = (
    ValueError, EOFError, OSError, SyntaxError, TypeError, OverflowError, RecursionError, MemoryError, TokenError
)  # fmt: skip
_FIX = "Save both arrays with numpy.save(..., allow_pickle=False)."
_MAGIC = b"\x93NUMPY"
_IMU_AXES = ("forward", "right", "down")
# As comma2k19's README gives them.
_KNOWN: dict[str, tuple[Kind, str, tuple[str, ...]]] = {
    "IMU_gyro": (Kind.GYRO, "rad/s", _IMU_AXES),
    "IMU_accelerometer": (Kind.ACCEL, "m/s^2", _IMU_AXES),
    "IMU_magnetic": (Kind.MAGNETIC, "T", _IMU_AXES),
    "CAN_speed": (Kind.VELOCITY, "m/s", ("speed",)),
    "CAN_steering_angle": (Kind.STATE, "deg", ("steering_angle",)),
    "CAN_wheel_speed": (Kind.VELOCITY, "m/s", ("front_left", "front_right", "rear_left", "rear_right")),
}
_WORDS = (("gyro", Kind.GYRO), ("accel", Kind.ACCEL), ("gnss", Kind.GPS), ("gps", Kind.GPS), ("speed", Kind.VELOCITY))


class NumpyPairsReader:
    """Opens a folder with at least one pair."""

    family = "NumPy pairs"

    def accepts(self, path: Path) -> bool:
        return path.is_dir() and any(path.glob(f"*{_TIMES}"))

    def open(self, path: Path) -> Recording:
        names = _names(path)
        return Recording(FORMAT, path, LazyEpisodes(1, lambda _: read_pairs(path, names)))


def read_pairs(root: Path, names: list[str]) -> Episode:
    """The pairs as one episode; rows are those of the busiest. Raises RecordingError."""
    origin_s = min(float(_times(contained(root, root / f"{name}{_TIMES}")).min()) for name in names)
    held, streams, files = 0, {}, []
    for name in names:
        files += [contained(root, root / f"{name}{ending}") for ending in (_TIMES, _VALUES)]
        streams[name] = _stream(root, name, origin_s)
        held += streams[name].values.nbytes
        if held > MAX_BYTES:
            raise TooLargeError("too large", file=root, field=name, actual=f"{held} bytes", allowed=MAX_BYTES)
    busiest = max(streams.values(), key=lambda s: len(s.times_ns))
    known = [name for name in names if name in _KNOWN]
    notes = [f"Units and axes of {', '.join(known[:8])} are taken to be comma2k19's."] if known else []
    if len(known) < len(names):
        notes.append("The other arrays do not say their units." if known else "The arrays do not say their units.")
    return Episode(
        name=root.name,
        source=Source(FORMAT, root, 0, tuple(files)),
        length=len(busiest.times_ns),
        fps=Fraction(busiest.rate_hz).limit_denominator(1001) or Fraction(1),
        embodiment="unknown",
        tasks=(),
        streams=streams,
        videos={},
        ledger={"length": len(busiest.times_ns), "declared_rows": len(busiest.times_ns)},
        meta={"start_s": origin_s},
        notes=tuple(notes),
    )


def _names(root: Path) -> list[str]:
    names = sorted(p.name.removesuffix(_TIMES) for p in root.glob(f"*{_TIMES}"))
    if len(names) > MAX_ARRAYS:
        raise TooLargeError("too many arrays", file=root, actual=len(names), allowed=MAX_ARRAYS)
    for name in names:
        if not (root / f"{name}{_VALUES}").is_file():
            raise MissingFileError(
                "times without values", file=root / f"{name}{_VALUES}", actual="no such file", fix="Restore the array."
            )
    return names


def _stream(root: Path, name: str, origin_s: float) -> Stream:
    seconds = _times(contained(root, root / f"{name}{_TIMES}"))
    file = contained(root, root / f"{name}{_VALUES}")
    array = _array(file)
    if array.ndim not in (1, 2) or len(array) != len(seconds):
        raise DamagedFileError(
            "values do not fit their times", file=file, actual=array.shape, allowed=f"({len(seconds)}, d)", fix=_FIX
        )
    whole = array.dtype.kind in "iub"
    with np.errstate(invalid="ignore"):  # signalling NaNs
        values = np.array(array, dtype=np.int64 if whole else np.float64).reshape(len(array), -1)
    kind, unit, axes = _KNOWN.get(name, (_kind(name), "", ()))
    if len(axes) != values.shape[1]:
        axes = tuple(map(str, range(values.shape[1])))
    times_ns = np.rint((seconds - origin_s) * NS).astype(np.int64)
    return Stream(name, kind, times_ns, values, axes, unit, CLOCK, str(array.dtype.newbyteorder("=")))


def _times(file: Path) -> NDArray[np.float64]:
    array = _array(file)
    if array.ndim != 1 or array.dtype.kind != "f":
        found = f"{array.dtype} {array.shape}"
        raise MetadataError("times are no list of seconds", file=file, actual=found, allowed="float64 (n,)", fix=_FIX)
    with np.errstate(invalid="ignore"):
        seconds = np.array(array, dtype=np.float64)
    demand_times(seconds, 1e12, file=file, field="times", unit="seconds", fix=_FIX)
    if np.ptp(seconds) > 1e9:
        raise MetadataError("times are too far apart", file=file, field="times", actual=f"{np.ptp(seconds):.0f} s",
                            allowed="1e9 s", fix=_FIX)  # fmt: skip
    return seconds


def _array(file: Path) -> NDArray[Any]:
    with file.open("rb") as opened:
        head = opened.read(len(_MAGIC))
    if head != _MAGIC:
        raise DamagedFileError("is not .npy", file=file, actual=head.hex(), allowed=_MAGIC.hex(), fix=_FIX)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            array: NDArray[Any] = np.load(file, mmap_mode="r", allow_pickle=False, max_header_size=MAX_HEADER_BYTES)
    except _UNREADABLE as error:
        first = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise DamagedFileError("cannot be read as .npy", file=file, actual=first, fix=_FIX) from None
    if array.dtype.kind not in "fiub":
        actual = str(array.dtype)[:60]
        raise DamagedFileError("holds no numbers", file=file, actual=actual, allowed="floats or integers", fix=_FIX)
    if array.size == 0:
        raise EmptyRecordingError("has no rows", file=file, actual=array.shape, fix="Record again.")
    if len(array) > MAX_ROWS or array.nbytes > MAX_BYTES:
        raise TooLargeError("too large", file=file, actual=array.shape, allowed=f"{MAX_ROWS} rows, {MAX_BYTES} bytes")
    return array


def _kind(name: str) -> Kind:
    return next((kind for word, kind in _WORDS if word in name.lower()), Kind.OTHER)
