"""HDF5 episodes: ALOHA/ACT (one file an episode) and robomimic (many demos in one file).

ALOHA: ``/action``, ``/observations/{qpos,qvel,effort,images/CAM}``, attribute ``sim``; images are bare RGB, or JPEG
padded to one length (attribute ``compress``, and ``/compress_len``, float, camera by frame). robomimic:
``/data/demo_N`` with ``actions``, ``obs/*``, ``rewards``, ``dones``; images are obs arrays of uint8 (n, h, w, 3);
``data.attrs["env_args"]`` is JSON.
Neither stores times: rows are taken to be evenly spaced at the rate the file names, or the format's usual one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.formats.errors import DamagedFileError, EmptyRecordingError, MetadataError, TooLargeError
from headwater.formats.hdf5_file import FIX, opened
from headwater.formats.models import NS, Episode, Kind, Source, Stills, Stream, Video
from headwater.formats.recording import LazyEpisodes, Recording
from headwater.formats.stills import decode_still, still_size

ALOHA, ROBOMIMIC = "aloha-hdf5", "robomimic-hdf5"
ALOHA_FPS, ROBOMIMIC_FPS = Fraction(50), Fraction(20)
MAX_ROWS = 10_000_000
MAX_TABLE_BYTES = 1 << 30
_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_KINDS = {
    "action": Kind.ACTION,
    "actions": Kind.ACTION,
    "qpos": Kind.STATE,
    "qvel": Kind.VELOCITY,
    "effort": Kind.EFFORT,
    "rewards": Kind.REWARD,
    "dones": Kind.DONE,
    "states": Kind.STATE,
}


class Hdf5Reader:
    """Opens an ``.hdf5`` or ``.h5`` file of either layout."""

    family = "ALOHA or robomimic HDF5"

    def accepts(self, path: Path) -> bool:
        if not path.is_file() or path.suffix.lower() not in (".hdf5", ".h5"):
            return False
        with path.open("rb") as file:
            return file.read(8) == _SIGNATURE

    def open(self, path: Path) -> Recording:
        with opened(path) as file:
            if "data" in file and any(name.startswith("demo") for name in file["data"]):
                names = sorted((n for n in file["data"] if n.startswith("demo")), key=_number)
                return Recording(ROBOMIMIC, path, LazyEpisodes(len(names), lambda i: read_demo(path, names[i], i)))
            if "action" in file and "observations" in file:
                return Recording(ALOHA, path, LazyEpisodes(1, lambda _: read_aloha(path)))
            found = sorted(file)[:8]
        raise MetadataError(
            "neither ALOHA nor robomimic",
            file=path,
            field="/",
            actual=found,
            allowed="action and observations (ALOHA), or data/demo_0 (robomimic)",
            fix="Name the groups as one of the two does, or convert to LeRobot.",
        )


class H5Stills:
    """Frames of one camera dataset: bare pixels, or JPEG padded to one length."""

    def __init__(self, path: Path, name: str, rows: int, fps: Fraction, lengths: NDArray[np.int64] | None) -> None:
        self._path, self._name, self._lengths = path, name, lengths
        self.times_ns: NDArray[np.int64] = row_times_ns(rows, fps)

    def size_bytes(self, index: int) -> int:
        if self._lengths is not None:
            return int(self._lengths[index])
        with opened(self._path) as file:
            return int(np.prod(file[self._name].shape[1:]))

    def encoded(self, index: int) -> tuple[str, bytes] | None:
        if self._lengths is None:
            return None
        with opened(self._path) as file:
            row = file[self._name][index, : int(self._lengths[index])]
        return "image/jpeg", bytes(np.asarray(row, dtype=np.uint8))

    def image(self, index: int) -> NDArray[Any]:
        packed = self.encoded(index)
        if packed is not None:
            return decode_still(packed[1], self._path, f"{self._name}[{index}]")
        with opened(self._path) as file:
            return np.asarray(file[self._name][index])


def row_times_ns(rows: int, fps: Fraction) -> NDArray[np.int64]:
    """Evenly spaced times, int64 (rows,), each rounded down from the exact multiple of 1/fps."""
    return np.arange(rows, dtype=np.int64) * (NS * fps.denominator) // fps.numerator


def read_aloha(path: Path) -> Episode:
    """The file as one episode. Raises RecordingError."""
    with opened(path) as file:
        rows, fps = _rows(path, file["action"]), ALOHA_FPS
        tables = {"action": file["action"]} | {
            f"observations/{n}": d for n, d in file["observations"].items() if _is_table(d)
        }
        streams = {name: _stream(path, name, table, rows, fps) for name, table in tables.items()}
        videos = _aloha_cameras(path, file, rows, fps)
        attributes = _plain(file.attrs)
    sim = bool(attributes.get("sim", False))
    return Episode(
        name=path.stem,
        source=Source(ALOHA, path, 0, (path,)),
        length=rows,
        fps=fps,
        embodiment="ALOHA (simulated)" if sim else "ALOHA",
        tasks=(),
        streams=streams,
        videos=videos,
        ledger={"length": rows, "declared_rows": rows},
        meta={"attributes": attributes},
        notes=(f"ALOHA files store no times: rows are taken to be {ALOHA_FPS} a second.",),
    )


def read_demo(path: Path, name: str, index: int) -> Episode:
    """One robomimic demo. Raises RecordingError."""
    with opened(path) as file:
        demo = file["data"][name]
        rows = _rows(path, demo["actions"])
        env, notes = _env(path, file["data"].attrs)
        fps, named = _control_rate(env)
        if not named:
            notes = (*notes, f"No control rate in the file: rows are taken to be {ROBOMIMIC_FPS} a second.")
        declared = int(demo.attrs.get("num_samples", rows))
        tables = {n: d for n, d in demo.items() if _is_table(d)}
        tables |= {f"obs/{n}": d for n, d in demo.get("obs", {}).items() if _is_table(d)}
        streams = {n: _stream(path, n, table, rows, fps) for n, table in tables.items() if len(table) == rows}
        notes += tuple(
            f"{n} has {len(t)} rows, not {rows}, and was not read." for n, t in tables.items() if len(t) != rows
        )
        videos = {
            n: _camera(path, f"data/{name}/obs/{n}", f"obs/{n}", d, rows, fps, None)
            for n, d in demo.get("obs", {}).items()
            if _is_pictures(d)
        }
    task = str(env.get("lang") or env.get("env_name") or "")
    return Episode(
        name=name,
        source=Source(ROBOMIMIC, path, index, (path,)),
        length=rows,
        fps=fps,
        embodiment=_robot(env),
        tasks=(task,) if task else (),
        streams=streams,
        videos=videos,
        ledger={"length": declared, "declared_rows": declared},
        meta={"env_args": env},
        notes=notes,
    )


def _aloha_cameras(path: Path, file: Any, rows: int, fps: Fraction) -> dict[str, Video]:
    cameras = sorted(file["observations"].get("images", {}))
    lengths = np.asarray(file["compress_len"]) if "compress_len" in file else None
    videos = {}
    for place, key in enumerate(cameras):
        name = f"observations/images/{key}"
        data = file[name]
        own = None
        if data.ndim == 2:
            own = np.full(len(data), data.shape[1], dtype=np.int64)
            if lengths is not None and lengths.shape == (len(cameras), len(data)):
                own = np.clip(lengths[place].astype(np.int64), 0, data.shape[1])
        videos[key] = _camera(path, name, key, data, rows, fps, own)
    return videos


def _camera(
    path: Path, name: str, key: str, data: Any, rows: int, fps: Fraction, lengths: NDArray[np.int64] | None
) -> Video:
    stills: Stills = H5Stills(path, name, len(data), fps, lengths)
    if lengths is None:
        height, width = data.shape[1:3]
    else:
        width, height = still_size(_first(path, stills, name), path, name)
    depth = data.dtype == np.uint16
    codec, pixels = ("mjpeg", "yuvj420p") if lengths is not None else ("raw", "gray16le" if depth else "rgb24")
    return Video(key.rsplit("/", 1)[-1], path, 0.0, rows, fps, int(width), int(height), codec, pixels, stills=stills)


def _first(path: Path, stills: Stills, name: str) -> bytes:
    packed = stills.encoded(0)
    if packed is None or not packed[1]:
        raise DamagedFileError("picture is empty", file=path, field=f"{name}[0]", fix=FIX)
    return packed[1]


def _rows(path: Path, table: Any) -> int:
    rows = len(table)
    if rows == 0:
        raise EmptyRecordingError("has no rows", file=path, field=table.name, actual=0, fix="Record again.")
    if rows > MAX_ROWS:
        raise TooLargeError("too many rows", file=path, field=table.name, actual=rows, allowed=MAX_ROWS)
    return rows


def _is_table(data: Any) -> bool:
    return getattr(data, "ndim", 0) in (1, 2) and data.dtype.kind in "fiub" and not _is_pictures(data)


def _is_pictures(data: Any) -> bool:
    pictures = getattr(data, "ndim", 0) == 4 and data.shape[-1] == 3 and data.dtype == np.uint8
    depth = getattr(data, "ndim", 0) in (3, 4) and data.dtype == np.uint16
    return bool(pictures or depth)


def _stream(path: Path, name: str, table: Any, rows: int, fps: Fraction) -> Stream:
    if table.size * 8 > MAX_TABLE_BYTES:
        raise TooLargeError("too large", file=path, field=name, actual=table.size * 8, allowed=MAX_TABLE_BYTES)
    whole = table.dtype.kind in "iub"
    values = np.asarray(table, dtype=np.int64 if whole else np.float64).reshape(len(table), -1)
    last = name.rsplit("/", 1)[-1]
    axes = tuple(str(n) for n in range(values.shape[1]))
    return Stream(
        name, _KINDS.get(last, Kind.OTHER), row_times_ns(len(table), fps), values, axes, dtype=str(table.dtype)
    )


def _env(path: Path, attributes: Any) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    text = attributes.get("env_args")
    if text is None:
        return {}, ("No env_args in the file: robot and rate are not named.",)
    try:
        found = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        raise MetadataError("is not JSON", file=path, field="data.attrs.env_args", actual=str(text)[:80]) from None
    return (found, ()) if isinstance(found, dict) else ({}, ("env_args is no JSON object and was not read.",))


def _control_rate(env: Mapping[str, Any]) -> tuple[Fraction, bool]:
    options = env.get("env_kwargs")
    rate = options.get("control_freq") if isinstance(options, dict) else None
    if isinstance(rate, int | float) and 0 < rate < 100_000:
        return Fraction(rate).limit_denominator(1000), True
    return ROBOMIMIC_FPS, False


def _robot(env: Mapping[str, Any]) -> str:
    options = env.get("env_kwargs")
    robots = options.get("robots") if isinstance(options, dict) else None
    return ", ".join(map(str, robots)) if isinstance(robots, list) else str(robots or "robomimic")


def _plain(attributes: Any) -> dict[str, Any]:
    return {str(k): v.item() if isinstance(v, np.generic) else str(v) for k, v in attributes.items()}


def _number(name: str) -> tuple[int, str]:
    digits = name.removeprefix("demo").strip("_")
    return (int(digits) if digits.isdigit() else 1 << 60, name)
