"""What a parquet footer declares for each column, read without the library.

pyarrow's accessor of a column's metadata ends the process on a damaged footer (an exception of C++ that nothing
catches), and it shows no page. So the footer is walked here; ``parquet_pages`` holds it to what the pages say.
Source: parquet-format, ``parquet.thrift`` (FileMetaData, RowGroup, ColumnChunk); thrift-compact-protocol.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

MAX_FOOTER_BYTES = 16 << 20  # some five seconds of walking
MAX_DEPTH = 16
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
_INTEGERS = (4, 5, 6)
_ROW_GROUPS, _COLUMNS, _META = 4, 1, 3
_VALUES, _SIZE, _DATA, _DICTIONARY = 5, 7, 9, 11


class FooterError(ValueError):
    """A footer that is not what the format says; ``tables`` adds the file."""


class Column(NamedTuple):
    """One leaf column of one row group: which of each it is, its values, and where its pages lie in the file."""

    group: int
    leaf: int
    values: int
    start: int
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
        for number, group in enumerate(Compact(raw).struct()[_ROW_GROUPS]):
            for leaf, chunk in enumerate(group[_COLUMNS]):
                about = chunk[_META]
                start, dictionary = about[_DATA], about.get(_DICTIONARY, 0)
                start = dictionary if 0 < dictionary < start else start  # as pyarrow does
                column = Column(number, leaf, about[_VALUES], start, about[_SIZE])
                if min(column) < 0:
                    raise FooterError("a count is negative")
                yield column
    except (IndexError, KeyError, TypeError, AttributeError) as error:
        raise FooterError(f"footer is damaged: {type(error).__name__}") from None


class Compact:
    """Thrift's compact protocol: structs as dicts by field number, lists as lists, no texts."""

    def __init__(self, raw: bytes, at: int = 0) -> None:
        self._raw, self.at = raw, at

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """The struct at ``at``, which moves behind it. Raises FooterError; IndexError where the bytes end."""
        out: dict[int, Any] = {}
        number = 0
        raw = self._raw
        while head := raw[self.at]:
            self.at += 1
            number = number + (head >> 4) if head >> 4 else self._integer()
            kind = head & 15
            if kind == _BINARY:
                self._skip(self._varint())
            elif kind in _INTEGERS:
                out[number] = self._integer()
            else:
                out[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, depth + 1)
        self.at += 1
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
        self.at += size
        if self.at > len(self._raw):
            raise IndexError

    def _byte(self) -> int:
        self.at += 1
        return self._raw[self.at - 1]

    def _varint(self) -> int:
        value = self._raw[self.at]
        self.at += 1
        if value < 128:  # most are, and a footer has thousands
            return value
        value &= 127
        shift = 7
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
