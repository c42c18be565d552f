"""MP4 or MOV with an IMU sidecar: ``t_s,sensor,x,y,z,unit``, one line a sample, times on the video's clock.

Found as a folder with one video and one CSV, or as a video whose folder has a CSV of the same stem or only one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from headwater.formats.errors import DamagedFileError, EmptyRecordingError, MetadataError, TooLargeError
from headwater.formats.models import NS, Episode, Kind, Source, Stream, Video
from headwater.formats.paths import contained
from headwater.formats.recording import LazyEpisodes, Recording
from headwater.formats.video import packet_times, probe

FORMAT = "video-csv"
COLUMNS = ("t_s", "sensor", "x", "y", "z", "unit")
MAX_CSV_BYTES = 1 << 30
_KINDS = {"gyro": Kind.GYRO, "accel": Kind.ACCEL, "accl": Kind.ACCEL, "gps": Kind.GPS, "pose": Kind.POSE}
_VIDEO = {".mp4", ".mov", ".m4v"}
_FIX = f"Write the header {','.join(COLUMNS)} and one sample a line."


class VideoCsvReader:
    """Opens a video and the one CSV that belongs to it."""

    family = "video + CSV"

    def accepts(self, path: Path) -> bool:
        return pair(path) is not None

    def open(self, path: Path) -> Recording:
        found = pair(path)
        if found is None:
            raise EmptyRecordingError(
                "no video with exactly one CSV beside it", file=path, fix="Put one MP4 and one CSV into the folder."
            )
        return Recording(FORMAT, path, LazyEpisodes(1, lambda _: read_pair(path, *found)))


def pair(path: Path) -> tuple[Path, Path] | None:
    """(video, csv) for a folder or a video; ``None`` if there is no such pair or more than one."""
    if path.is_dir():
        videos, sheets = _with_suffix(path, _VIDEO), _with_suffix(path, {".csv"})
        return (videos[0], sheets[0]) if len(videos) == 1 and len(sheets) == 1 else None
    if path.suffix.lower() not in _VIDEO or not path.is_file():
        return None
    same = path.with_suffix(".csv")
    sheets = [same] if same.is_file() else _with_suffix(path.parent, {".csv"})
    return (path, sheets[0]) if len(sheets) == 1 else None


def read_pair(root: Path, path: Path, sheet: Path) -> Episode:
    """The two files as one episode; rows are video frames. Raises RecordingError."""
    folder = root if root.is_dir() else root.parent
    sheet = contained(folder, sheet)
    path = path if path == root else contained(folder, path)
    found = probe(path)
    ledger = packet_times(path)
    video = Video("camera", path, 0.0, None, found.fps, found.width, found.height, found.codec, found.pix_fmt)
    return Episode(
        name=path.stem,
        source=Source(FORMAT, root, 0, (path, sheet)),
        length=len(ledger),
        fps=found.fps,
        embodiment="camera",
        tasks=(),
        streams=_sensors(sheet),
        videos={"camera": video},
        ledger={"length": found.frames, "declared_rows": found.frames},
        meta={"tags": dict(found.tags)},
    )


def _with_suffix(folder: Path, suffixes: set[str]) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_file() and p.suffix.lower() in suffixes)


def _sensors(sheet: Path) -> dict[str, Stream]:
    table = _table(sheet)
    streams = {}
    for name in dict.fromkeys(table["sensor"].to_pylist()):
        own = table.filter(pc.equal(table["sensor"], name))
        seconds = own["t_s"].to_numpy()
        if not np.isfinite(seconds).all() or np.abs(seconds).max() > 1e9:
            raise MetadataError("time is not a number of seconds", file=sheet, field="t_s", fix=_FIX)
        streams[name] = Stream(
            name=name,
            kind=_KINDS.get(name.lower(), Kind.OTHER),
            times_ns=np.rint(seconds * NS).astype(np.int64),
            values=np.stack([own[axis].to_numpy() for axis in "xyz"], axis=1),
            axes=("x", "y", "z"),
            unit=str(own["unit"][0].as_py() or ""),
            clock="csv",
            dtype="float64",
        )
    return streams


def _table(sheet: Path) -> Any:
    size = sheet.stat().st_size
    if size == 0:
        raise EmptyRecordingError("file is empty", file=sheet, actual="0 bytes", fix=_FIX)
    if size > MAX_CSV_BYTES:
        raise TooLargeError("too large", file=sheet, actual=f"{size} bytes", allowed=MAX_CSV_BYTES)
    types = {name: pa.string() if name in ("sensor", "unit") else pa.float64() for name in COLUMNS}
    try:
        table = pacsv.read_csv(
            sheet,
            read_options=pacsv.ReadOptions(use_threads=False),
            convert_options=pacsv.ConvertOptions(column_types=types, strings_can_be_null=False),
        )
        names = table.column_names  # decodes them
    except (pa.ArrowException, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0][:160]
        raise DamagedFileError("CSV cannot be read", file=sheet, actual=first, fix=_FIX) from None
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise MetadataError(
            "columns are missing", file=sheet, field=missing[0], actual=names, allowed=COLUMNS, fix=_FIX
        )
    if table.num_rows == 0:
        raise EmptyRecordingError("has no samples", file=sheet, actual=0, fix=_FIX)
    if any(table[name].null_count for name in ("t_s", "x", "y", "z")):
        raise MetadataError("a value is missing", file=sheet, field="t_s, x, y or z", fix=_FIX)
    return table
