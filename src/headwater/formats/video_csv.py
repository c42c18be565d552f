"""MP4 or MOV with an IMU sidecar: ``t_s,sensor,x,y,z,unit``, one line a sample, times on the video's clock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from headwater.formats.columns import demand_times
from headwater.formats.errors import DamagedFileError, EmptyRecordingError, MetadataError, TooLargeError
from headwater.formats.footage import footage
from headwater.formats.models import NS, Episode, Kind, Stream
from headwater.formats.recording import LazyEpisodes, Recording
from headwater.formats.sidecar import filmed, found_pair, pair

FORMAT = "video-csv"
SUFFIX = ".csv"
COLUMNS = ("t_s", "sensor", "x", "y", "z", "unit")
MAX_CSV_BYTES = 1 << 30
_KINDS = {"gyro": Kind.GYRO, "accel": Kind.ACCEL, "accl": Kind.ACCEL, "gps": Kind.GPS, "pose": Kind.POSE}
_FIX = f"Write the header {','.join(COLUMNS)} and one sample a line."


class VideoCsvReader:
    """Opens a video and the one CSV that belongs to it."""

    family = "video + CSV"

    def accepts(self, path: Path) -> bool:
        return pair(path, SUFFIX) is not None

    def open(self, path: Path) -> Recording:
        found = found_pair(path, SUFFIX)
        return Recording(FORMAT, path, LazyEpisodes(1, lambda _: read_pair(path, *found)))


def read_pair(root: Path, path: Path, sheet: Path) -> Episode:
    """The two files as one episode; rows are video frames. Raises RecordingError."""
    return filmed(footage(path), FORMAT, root, 0, (path, sheet), _sensors(sheet))


def _sensors(sheet: Path) -> dict[str, Stream]:
    table = _table(sheet)
    streams = {}
    for name in dict.fromkeys(table["sensor"].to_pylist()):
        own = table.filter(pc.equal(table["sensor"], name))
        seconds = own["t_s"].to_numpy()
        demand_times(seconds, 1e9, file=sheet, field=f"t_s of {name}", unit="seconds", fix=_FIX)
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
    for name in ("t_s", "x", "y", "z"):
        if table[name].null_count:
            row = pc.index(pc.is_null(table[name]), True).as_py() + 1
            raise MetadataError("a value is missing", file=sheet, field=f"{name}, row {row}", actual="nothing or NaN",
                                allowed="a number", fix=_FIX)  # fmt: skip
    return table
