"""LeRobot cameras of dtype ``image``: pictures that lie in the table's rows as ``datasets.Image`` keeps them.

A column of structs ``bytes`` (a PNG or JPEG) and ``path``. Only row groups that are asked for are read.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from headwater.formats.errors import DamagedFileError, TooLargeError
from headwater.formats.lerobot import Info
from headwater.formats.models import Video
from headwater.formats.stills import decode_still, still_size
from headwater.formats.tables import MAX_BYTES, column_names, read_table

_FIX = "Embed the pictures in the table (lerobot's embed_images), or restore the file."


class ColumnStills:
    """Pictures of one column; ``rows`` int64 (n,) are the episode's in the file."""

    def __init__(self, path: Path, name: str, rows: NDArray[np.int64], times_ns: NDArray[np.int64]) -> None:
        self._path, self._name, self._rows = path, name, rows
        self.times_ns = times_ns
        status = path.stat()
        self._ends = _group_ends(path, status.st_size, status.st_mtime_ns)

    def size_bytes(self, index: int) -> int:
        return len(self._data(index))

    def encoded(self, index: int) -> tuple[str, bytes] | None:
        data = self._data(index)
        return ("image/png" if data.startswith(b"\x89PNG") else "image/jpeg"), data

    def image(self, index: int) -> NDArray[Any]:
        return decode_still(self._data(index), self._path, f"{self._name}[{self._rows[index]}]")

    def _data(self, index: int) -> bytes:
        row = int(self._rows[index])
        group = int(np.searchsorted(self._ends, row, side="right"))
        start = int(self._ends[group - 1]) if group else 0
        status = self._path.stat()
        value = _pictures(self._path, self._name, group, status.st_size, status.st_mtime_ns)[row - start].as_py()
        data = value.get("bytes") if isinstance(value, dict) else value
        if not isinstance(data, bytes) or not data:
            where = f"{self._name}[{row}]"
            raise DamagedFileError("picture is not in the table", file=self._path, field=where, fix=_FIX)
        return data


def read_numbers(path: Path, info: Info) -> Any:
    """A data file as ``read_table`` gives it, without the pictures. Same errors."""
    images = set(info.of_dtype("image"))
    return read_table(path, [name for name in column_names(path) if name not in images] if images else None)


def image_cameras(path: Path, info: Info, rows: NDArray[np.int64], times_ns: NDArray[np.int64]) -> dict[str, Video]:
    """The cameras in some of a data file's rows. Raises RecordingError."""
    declared = info.of_dtype("image")
    held = column_names(path) if declared else []
    return {key: _camera(key, path, info, rows, times_ns) for key in declared if key in held}


def _camera(key: str, path: Path, info: Info, rows: NDArray[np.int64], times_ns: NDArray[np.int64]) -> Video:
    stills = ColumnStills(path, key, rows, times_ns)
    packed = stills.encoded(0)
    assert packed is not None
    width, height = still_size(packed[1], path, key)
    picture = stills.image(0)
    codec = "png" if packed[0] == "image/png" else "mjpeg"
    pixels = "gray16le" if picture.dtype == np.uint16 else "gray" if picture.ndim == 2 else "rgb24"
    declared = {"shape": info.features[key].get("shape")}
    return Video(key, path, 0.0, len(times_ns), info.fps, width, height, codec, pixels, declared, stills=stills)


@lru_cache(maxsize=16)
def _group_ends(path: Path, _size: int, _mtime_ns: int) -> NDArray[np.int64]:
    with pq.ParquetFile(path) as file:
        meta = file.metadata
        return np.cumsum([meta.row_group(i).num_rows for i in range(meta.num_row_groups)], dtype=np.int64)


@lru_cache(maxsize=4)
def _pictures(path: Path, name: str, group: int, _size: int, _mtime_ns: int) -> Any:
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            if file.metadata.row_group(group).total_byte_size > MAX_BYTES:
                raise TooLargeError("too large once decompressed", file=path, field=name, allowed=MAX_BYTES)
            return file.read_row_group(group, columns=[name], use_threads=False)[name]
    except (pa.ArrowException, OSError, ValueError, KeyError, IndexError) as error:
        raise DamagedFileError("parquet cannot be read", file=path, field=name, actual=str(error)[:120]) from None
