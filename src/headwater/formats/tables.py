"""Parquet, read within bounds.

A parquet footer is a stranger's claim. Row counts are compared with what the row groups and the columns really
hold, and nothing is allocated for a count above MAX_ROWS or MAX_BYTES. What a footer calls a size is that of encoded
pages: a dictionary of one value names it a million times for free. So values are counted, not pages, and text is read
in steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from headwater.formats.errors import DamagedFileError, EmptyRecordingError, TooLargeError, UnfinishedRecordingError
from headwater.formats.parquet_footer import FooterError, declared_columns

MAX_ROWS = 20_000_000
MAX_BYTES = 256 << 20
_STEP_BYTES = 32 << 20
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
    _check_magic(path, _size)
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            wanted = [n for n in file.schema_arrow.names if columns is None or n in columns]
            table = _within_bounds(path, file, wanted, _step(path, file.metadata))
            table.validate(full=True)  # text that is not UTF-8, offsets out of bounds
            declared = file.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0][:160]
        raise DamagedFileError("parquet cannot be read", file=path, actual=first, fix=_AGAIN) from None
    for name, column in zip(table.column_names, table.columns, strict=True):
        if len(column) != declared:
            raise DamagedFileError(
                "row count is a lie", file=path, field=name, actual=f"{len(column)} rows", allowed=declared, fix=_AGAIN
            )
    return table


def column_names(path: Path) -> list[str]:
    """Names of the file's columns, from its footer. Errors as ``read_table``."""
    _check_magic(path, path.stat().st_size)
    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError, ValueError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0][:160]
        raise DamagedFileError("parquet cannot be read", file=path, actual=first, fix=_AGAIN) from None


def has_footer(path: Path) -> bool:
    """True if the writer closed the file."""
    with path.open("rb") as file:
        return path.stat().st_size >= 12 and file.seek(-4, 2) > 0 and file.read(4) == b"PAR1"


def _check_magic(path: Path, size: int) -> None:
    if size == 0:
        raise EmptyRecordingError("file is empty", file=path, actual="0 bytes", fix=FINALIZE)
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(max(0, size - 4))
        tail = file.read(4)
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


def _step(path: Path, meta: Any) -> int:
    """Rows to read at a time. Raises TooLargeError, DamagedFileError."""
    groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
    held = sum(group.num_rows for group in groups)
    if not 0 <= meta.num_rows <= MAX_ROWS or not 0 <= held <= MAX_ROWS:
        raise TooLargeError(
            "too many rows", file=path, field="num_rows", actual=max(meta.num_rows, held), allowed=MAX_ROWS, fix=_AGAIN
        )
    if held != meta.num_rows:
        raise DamagedFileError(
            "row count is a lie", file=path, field="num_rows", actual=f"{held} rows", allowed=meta.num_rows, fix=_AGAIN
        )
    try:
        chunks = list(declared_columns(path))
    except FooterError as error:
        raise DamagedFileError("parquet cannot be read", file=path, actual=str(error), fix=_AGAIN) from None
    _demand(path, sum(chunk.values * (chunk.width or 1) for chunk in chunks))
    longest = max((chunk.size for chunk in chunks if not chunk.width), default=0)
    return max(1, min(1 << 16, _STEP_BYTES // max(1, longest)))


def _within_bounds(path: Path, file: Any, columns: list[str], step: int) -> Any:
    """The columns as a table, read ``step`` rows at a time and counted on the way."""
    batches, held = [], 0
    for batch in file.iter_batches(batch_size=step, columns=columns, use_threads=False):
        held += batch.nbytes
        _demand(path, held)
        batches.append(batch)
    schema = pa.schema([file.schema_arrow.field(name) for name in columns], file.schema_arrow.metadata)
    return pa.Table.from_batches(batches, schema=batches[0].schema if batches else schema)


def _demand(path: Path, size: int) -> None:
    if size > MAX_BYTES:
        raise TooLargeError(
            "too large once decompressed", file=path, actual=f"{size} bytes or more", allowed=MAX_BYTES, fix=_AGAIN
        )
