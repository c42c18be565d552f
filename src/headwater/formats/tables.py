"""Parquet, read within bounds.

A parquet footer is a stranger's claim. Row counts are compared with what the row groups and the columns really
hold, counts of values with what the pages say, and nothing is allocated for a count above MAX_ROWS or MAX_BYTES. What a
file calls a size is that of encoded pages: a dictionary of one value names it a million times for free. So values are
counted, not pages, and text that could grow is read as places in its dictionary and weighed before it is spelled out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater.formats.columns import is_list
from headwater.formats.errors import DamagedFileError, EmptyRecordingError, TooLargeError, UnfinishedRecordingError
from headwater.formats.parquet_footer import MAX_FOOTER_BYTES, declared_columns
from headwater.formats.parquet_pages import held_by

MAX_ROWS = 20_000_000
MAX_BYTES = 192 << 20
MAX_OBJECTS = 4_000_000  # some 400 MB once each is a value of Python
MAX_OBJECT_BYTES = 64 << 20
_STEP_BYTES = 32 << 20
_STEP_ROWS = 1 << 16
_LEAST_ROWS = 64  # a step of fewer would let 20 million rows take minutes
_WIDTHS = {"BOOLEAN": 1, "INT32": 4, "INT64": 8, "INT96": 12, "FLOAT": 4, "DOUBLE": 8, "BYTE_ARRAY": 4}
_LEVELS_BYTES = 4  # what a decoder keeps of each value in a list, however narrow
_AGAIN = "Copy the file again from where it was recorded, or record the episode again."
FINALIZE = (
    "Let lerobot-record end by itself, finalize() writes this; what a killed recorder held is lost: record it again."
)


def read_table(path: Path, columns: Sequence[str] | None = None) -> Any:
    """The file as one pyarrow table with exactly as many rows as its footer declares.

    Args:
        columns: names to read; ``None`` for all. Names the file does not have are ignored.

    Raises:
        EmptyRecordingError, UnfinishedRecordingError, DamagedFileError, TooLargeError.
    """
    status = path.stat()
    return _read(path, tuple(columns) if columns is not None else None, status.st_size, status.st_mtime_ns)


# One data file of a v3.0 dataset holds many episodes that are read one after another.
@lru_cache(maxsize=2)
def _read(path: Path, columns: tuple[str, ...] | None, _size: int, _mtime_ns: int) -> Any:
    with _named(path):
        bounds = _bounds(path, columns, None)
        with _opened(path, bounds) as file:
            table = _within_bounds(path, file, bounds, None)
            table.validate(full=True)  # text that is not UTF-8, offsets out of bounds
    for name, column in zip(table.column_names, table.columns, strict=True):
        if len(column) != bounds.rows:
            raise DamagedFileError(
                "row count is a lie",
                file=path,
                field=name,
                actual=f"{len(column)} rows",
                allowed=bounds.rows,
                fix=_AGAIN,
            )
    return table


def objects(path: Path, table: Any, before: int = 0) -> tuple[list[dict[str, Any]], int]:
    """The rows as Python values, and how many values they and those ``before`` are. Raises TooLargeError."""
    count = before + sum(_count(column.combine_chunks()) for column in table.columns)
    if count > MAX_OBJECTS or table.nbytes > MAX_OBJECT_BYTES:
        actual = f"{count} values, {table.nbytes} bytes"
        allowed = f"{MAX_OBJECTS} values, {MAX_OBJECT_BYTES} bytes"
        raise TooLargeError("says too much", file=path, actual=actual, allowed=allowed, fix=_AGAIN)
    return table.to_pylist(), count


def _count(array: Any) -> int:
    return len(array) + (_count(array.flatten()) if is_list(array.type) else 0)


def read_group(path: Path, column: str, group: int) -> Any:
    """One column of one row group, within the same bounds and with the same errors.

    What a dictionary says many times is not spelled out.
    """
    with _named(path):
        bounds = _bounds(path, (column,), group)
        with _opened(path, bounds) as file:
            return _within_bounds(path, file, bounds, group)[column]


def column_names(path: Path) -> list[str]:
    """Names of the file's columns, from its footer. Errors as ``read_table``."""
    _check_magic(path, path.stat().st_size)
    with _named(path):
        return list(pq.read_schema(path).names)


def has_footer(path: Path) -> bool:
    """True if the writer closed the file."""
    with path.open("rb") as file:
        return path.stat().st_size >= 12 and file.seek(-4, 2) > 0 and file.read(4) == b"PAR1"


def _check_magic(path: Path, size: int) -> None:
    if size == 0:
        raise EmptyRecordingError("file is empty", file=path, actual="0 bytes", fix=FINALIZE)
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(max(0, size - 8))
        length, tail = int.from_bytes(file.read(4), "little"), file.read(4)
    if head != b"PAR1":
        raise DamagedFileError("is not parquet", file=path, actual=repr(head), allowed="b'PAR1'", fix=_AGAIN)
    if size < 12 or tail != b"PAR1":
        raise UnfinishedRecordingError(
            "parquet has no footer: the writer was never closed",
            file=path,
            field="footer",
            actual=repr(tail),
            allowed="b'PAR1' at the end",
            fix=FINALIZE,
        )
    if length > MAX_FOOTER_BYTES:
        raise TooLargeError(
            "footer is too long", file=path, field="footer", actual=length, allowed=MAX_FOOTER_BYTES, fix=_AGAIN
        )


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Whatever a library says of the file as one of this room's errors."""
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, KeyError, IndexError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0][:160]
        raise DamagedFileError("parquet cannot be read", file=path, actual=first, fix=_AGAIN) from None


class _Bounds(NamedTuple):
    """What may be read, and how.

    Attributes:
        columns: names at the top of the schema.
        kept: Arrow's schema of them.
        rows: of the file.
        step: rows at a time.
        coded: leaves to read as places in a dictionary.
    """

    columns: list[str]
    kept: Any
    rows: int
    step: int
    coded: list[str]


def _bounds(path: Path, columns: tuple[str, ...] | None, group: int | None) -> _Bounds:
    """Of some columns of a file, or of one of its row groups. Raises RecordingError, FooterError."""
    _check_magic(path, path.stat().st_size)
    found = list(declared_columns(path))
    with pq.ParquetFile(path) as file:
        _check_rows(path, file.metadata)
        schema, arrow = file.schema, file.schema_arrow  # each access makes them anew
        names = [name for name in arrow.names if columns is None or name in columns]
        kept = pa.schema([arrow.field(name) for name in names], arrow.metadata)
        leaves = [schema.column(place) for place in range(len(schema))]
        rows: int = file.metadata.num_rows
    mine = {place for place, leaf in enumerate(leaves) if _under(leaf.path, names)}
    wanted = [chunk for chunk in found if chunk.leaf in mine and group in (None, chunk.group)]
    values = unpacked = 0
    slow, coded = 1, {}
    for chunk, held in zip(wanted, held_by(path, wanted), strict=True):
        leaf = leaves[chunk.leaf]
        if held.values != chunk.values:
            raise DamagedFileError(
                "count of values is a lie",
                file=path,
                field=leaf.path,
                actual=f"{held.values} in its pages",
                allowed=f"{chunk.values}, as its footer says",
                fix=_AGAIN,
            )
        width = leaf.length if leaf.physical_type == "FIXED_LEN_BYTE_ARRAY" else _WIDTHS[leaf.physical_type]
        values += chunk.values * (max(width, _LEVELS_BYTES) if leaf.max_repetition_level else width)
        unpacked += held.unpacked
        if leaf.physical_type == "BYTE_ARRAY":
            if held.repeated * held.dictionary > _STEP_BYTES:
                coded[leaf.path] = True
            if held.growing * held.delta > _STEP_BYTES:
                slow = max(slow, held.delta)
                _demand(path, held.delta * (held.growing if leaf.max_repetition_level else _LEAST_ROWS), leaf.path)
        _demand(path, max(values, unpacked), leaf.path)
    return _Bounds(names, kept, rows, max(_LEAST_ROWS, min(_STEP_ROWS, _STEP_BYTES // slow)), list(coded))


def _under(path: str, names: Sequence[str]) -> bool:
    """True if a leaf may be one of a column's: dots are in names too."""
    return any(path == name or path.startswith(f"{name}.") for name in names)


def _opened(path: Path, bounds: _Bounds) -> Any:
    return pq.ParquetFile(path, page_checksum_verification=True, read_dictionary=bounds.coded)


def _check_rows(path: Path, meta: Any) -> None:
    """Raises TooLargeError, DamagedFileError."""
    held = sum(meta.row_group(place).num_rows for place in range(meta.num_row_groups))
    if not 0 <= meta.num_rows <= MAX_ROWS or not 0 <= held <= MAX_ROWS:
        raise TooLargeError(
            "too many rows", file=path, field="num_rows", actual=max(meta.num_rows, held), allowed=MAX_ROWS, fix=_AGAIN
        )
    if held != meta.num_rows:
        raise DamagedFileError(
            "row count is a lie", file=path, field="num_rows", actual=f"{held} rows", allowed=meta.num_rows, fix=_AGAIN
        )


def _within_bounds(path: Path, file: Any, bounds: _Bounds, group: int | None) -> Any:
    """The columns as a table, read a step at a time and weighed; text of a group stays in its dictionary."""
    batches, held = [], 0
    groups = None if group is None else [group]
    for batch in file.iter_batches(bounds.step, columns=bounds.columns, row_groups=groups, use_threads=False):
        if bounds.coded and group is None:
            held += sum(_spelled_bytes(column) for column in batch.columns)
            _demand(path, held)
            batches.append(batch.cast(bounds.kept))
        else:
            held += batch.nbytes
            _demand(path, held)
            batches.append(batch)
    return pa.Table.from_batches(batches, schema=batches[0].schema if batches else bounds.kept)


def _spelled_bytes(array: Any) -> int:
    """What an array takes once its dictionaries are spelled out."""
    if pa.types.is_dictionary(array.type):
        return pc.sum(pc.take(pc.binary_length(array.dictionary), array.indices)).as_py() or 0
    if is_list(array.type):
        return _spelled_bytes(array.flatten())
    if pa.types.is_struct(array.type):
        return sum(_spelled_bytes(part) for part in array.flatten())
    return int(array.nbytes)


def _demand(path: Path, size: int, column: str = "") -> None:
    if size > MAX_BYTES:
        raise TooLargeError(
            "too large once decompressed",
            file=path,
            field=column,
            actual=f"{size} bytes or more",
            allowed=MAX_BYTES,
            fix=_AGAIN,
        )
