"""How many values a parquet footer declares for each column, read without the library.

pyarrow's accessor of a column's metadata ends the process on a damaged footer (an exception of C++ that nothing
catches), and the sizes it offers elsewhere are of encoded pages. So the footer is walked here.
Source: parquet-format, ``parquet.thrift`` (FileMetaData, RowGroup, ColumnChunk); thrift-compact-protocol.md.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

MAX_FOOTER_BYTES = 64 << 20
MAX_DEPTH = 16
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
_INTEGERS = (4, 5, 6)
_ROW_GROUPS, _COLUMNS, _META = 4, 1, 3
_TYPE, _VALUES, _SIZE = 1, 5, 6
_WIDTHS = {0: 1, 1: 4, 2: 8, 3: 12, 4: 4, 5: 8}


class FooterError(ValueError):
    """A footer that is not what the format says; ``tables`` adds the file."""


class Column(NamedTuple):
    """One column of one row group: bytes a value (0 if they differ), values, encoded size unpacked."""

    width: int
    values: int
    size: int


def declared_columns(path: Path) -> Iterator[Column]:
    """All columns of all row groups. Raises FooterError."""
    with path.open("rb") as file:
        file.seek(-8, 2)
        length = int.from_bytes(file.read(4), "little")
        if not 0 < length <= min(MAX_FOOTER_BYTES, path.stat().st_size - 12):
            raise FooterError(f"footer of {length} bytes")
        file.seek(-8 - length, 2)
        raw = file.read(length)
    try:
        footer = _Compact(raw).struct(0)
        for group in footer[_ROW_GROUPS]:
            for chunk in group[_COLUMNS]:
                about = chunk[_META]
                column = Column(_WIDTHS.get(about[_TYPE], 0), about[_VALUES], about[_SIZE])
                if min(column.values, column.size) < 0:
                    raise FooterError("a count is negative")
                yield column
    except (IndexError, KeyError, TypeError, struct.error) as error:
        raise FooterError(f"footer is damaged: {type(error).__name__}") from None


class _Compact:
    """Thrift's compact protocol: structs as dicts by field number, lists as lists."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self._at = raw, 0

    def struct(self, depth: int) -> dict[int, Any]:
        out: dict[int, Any] = {}
        number = 0
        while (head := self._byte()) != 0:
            number = number + (head >> 4) if head >> 4 else self._integer()
            kind = head & 15
            out[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, depth + 1)
        return out

    def _value(self, kind: int, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise FooterError(f"footer is nested deeper than {MAX_DEPTH}")
        if kind in _INTEGERS:
            return self._integer()
        if kind == _BINARY:
            return self._skip(self._varint())
        if kind == _STRUCT:
            return self.struct(depth)
        if kind in (_LIST, _SET):
            head = self._byte()
            count, inner = head >> 4 if head >> 4 != 15 else self._varint(), head & 15
            if count > len(self._raw):
                raise FooterError(f"a list of {count}")
            return [self._value(inner, depth + 1) for _ in range(count)]
        if kind == _DOUBLE:
            return self._skip(8)
        if kind in (_BYTE, _TRUE, _FALSE):  # in a list, a boolean is a byte
            return self._byte()
        raise FooterError(f"type {kind} is not known")  # parquet has no maps

    def _skip(self, size: int) -> None:
        self._at += size
        if self._at > len(self._raw):
            raise IndexError

    def _byte(self) -> int:
        self._at += 1
        return self._raw[self._at - 1]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
            if shift > 63:
                raise FooterError("an integer of more than 64 bits")

    def _integer(self) -> int:
        value = self._varint()
        return value >> 1 ^ -(value & 1)
