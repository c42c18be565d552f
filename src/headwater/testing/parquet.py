"""Parquet written by hand, so that its parts may disagree: pages of few bytes that hold many values.

Every column has one value, in a dictionary, said as often as asked: all rows alike, or all in the list of one row.
Source: parquet-format, ``parquet.thrift`` and Encodings.md; thrift-compact-protocol.md.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater.testing.varint import varint

BOOLEAN, INT64, FLOAT, DOUBLE, BYTE_ARRAY = 0, 2, 4, 5, 6
UNCOMPRESSED, ZSTD = 0, 6
_I32, _I64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12
_PLAIN, _RLE, _RLE_DICTIONARY = 0, 3, 8
_REQUIRED, _OPTIONAL, _REPEATED = 0, 1, 2


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        kind: physical type; a BOOLEAN, which has no dictionary, is all false.
        values: how many values its one data page holds.
        value: the dictionary's first entry, as parquet stores it plain; all rows are it.
        listed: True if they are all in the list of the first and only row; False if each is a row.
        declared: what the footer says of their number; ``None`` for the truth.
        more: further entries of the dictionary, of which no row speaks.
        second: True to write the page as DATA_PAGE_V2.
        again: True for a second page like the first.
        packed: codec, and the bytes of the data page as it compresses them, with their number unpacked.
    """

    name: str
    kind: int
    values: int
    value: bytes = bytes(8)
    listed: bool = False
    declared: int | None = None
    more: tuple[bytes, ...] = ()
    second: bool = False
    again: bool = False
    packed: tuple[int, bytes, int] | None = None


def text(value: bytes) -> bytes:
    """Text as parquet stores it plain."""
    return struct.pack("<I", len(value)) + value


def write_parquet(path: Path, columns: Sequence[Column], rows: int) -> Path:
    """Write the columns as one row group that says it has ``rows`` rows."""
    out = bytearray(b"PAR1")
    chunks = []
    for column in columns:
        start = len(out)
        out += _dictionary(column)
        data = len(out)
        out += _page(column) * (2 if column.again else 1)
        chunks.append(_chunk(column, start, data, len(out)))
    group = _struct((1, _LIST, (_STRUCT, chunks)), (2, _I64, len(out)), (3, _I64, rows))
    schema = [_struct((4, _BINARY, b"schema"), (5, _I32, len(columns)))]
    schema += [element for column in columns for element in _schema(column)]
    footer = _struct((1, _I32, 1), (2, _LIST, (_STRUCT, schema)), (3, _I64, rows), (4, _LIST, (_STRUCT, [group])))
    path.write_bytes(bytes(out) + footer + struct.pack("<I", len(footer)) + b"PAR1")
    return path


def _dictionary(column: Column) -> bytes:
    if column.kind == BOOLEAN:
        return b""
    body = b"".join((column.value, *column.more))
    count = _struct((1, _I32, 1 + len(column.more)), (2, _I32, _PLAIN))
    return _struct((1, _I32, 2), (2, _I32, len(body)), (3, _I32, len(body)), (7, _STRUCT, count)) + body


def _page(column: Column) -> bytes:
    count = column.values
    repeats = _run(1, 0, 1) + _run(count - 1, 1, 1) if column.listed else b""
    defined = _run(count, 3, 1) if column.listed else b""
    values = bytes((count + 7) // 8) if column.kind == BOOLEAN else b"\1" + _run(count, 0, 1)
    encoding = _PLAIN if column.kind == BOOLEAN else _RLE_DICTIONARY
    if column.second:
        about = _struct((1, _I32, count), (2, _I32, 0), (3, _I32, 1 if column.listed else count), (4, _I32, encoding),
                        (5, _I32, len(defined)), (6, _I32, len(repeats)))  # fmt: skip
        kind, field, body = 3, 8, repeats + defined + values
    else:
        about = _struct((1, _I32, count), (2, _I32, encoding), (3, _I32, _RLE), (4, _I32, _RLE))
        kind, field, body = 0, 5, (_sized(repeats) + _sized(defined) if column.listed else b"") + values
    unpacked = len(body)
    if column.packed is not None:
        _, body, unpacked = column.packed
    return _struct((1, _I32, kind), (2, _I32, unpacked), (3, _I32, len(body)), (field, _STRUCT, about)) + body


def _chunk(column: Column, start: int, data: int, stop: int) -> bytes:
    declared = column.values if column.declared is None else column.declared
    names = [column.name.encode(), b"list", b"element"] if column.listed else [column.name.encode()]
    codec = column.packed[0] if column.packed else UNCOMPRESSED
    fields: list[tuple[int, int, Any]] = [
        (1, _I32, column.kind), (2, _LIST, (_I32, [_PLAIN, _RLE_DICTIONARY])), (3, _LIST, (_BINARY, names)),
        (4, _I32, codec), (5, _I64, declared), (6, _I64, stop - start), (7, _I64, stop - start), (9, _I64, data),
    ]  # fmt: skip
    if column.kind != BOOLEAN:
        fields.append((11, _I64, start))
    return _struct((2, _I64, 0), (3, _STRUCT, _struct(*fields)))


def _schema(column: Column) -> list[bytes]:
    name, utf8 = column.name.encode(), ((6, _I32, 0),) if column.kind == BYTE_ARRAY else ()
    if not column.listed:
        return [_struct((1, _I32, column.kind), (3, _I32, _REQUIRED), (4, _BINARY, name), *utf8)]
    return [
        _struct((3, _I32, _OPTIONAL), (4, _BINARY, name), (5, _I32, 1), (6, _I32, 3)),
        _struct((3, _I32, _REPEATED), (4, _BINARY, b"list"), (5, _I32, 1)),
        _struct((1, _I32, column.kind), (3, _I32, _OPTIONAL), (4, _BINARY, b"element"), *utf8),
    ]


def _run(count: int, value: int, width: int) -> bytes:
    return varint(count << 1) + value.to_bytes(width, "little")


def _sized(body: bytes) -> bytes:
    return struct.pack("<I", len(body)) + body


def _struct(*fields: tuple[int, int, Any]) -> bytes:
    out, last = b"", 0
    for number, kind, value in fields:
        out += bytes([(number - last) << 4 | kind]) + _value(kind, value)
        last = number
    return out + b"\0"


def _value(kind: int, value: Any) -> bytes:
    if kind in (_I32, _I64):
        return varint(value << 1)
    if kind == _BINARY:
        return varint(len(value)) + bytes(value)
    if kind == _LIST:
        inner, items = value
        count = len(items)
        head = bytes([count << 4 | inner]) if count < 15 else bytes([0xF0 | inner]) + varint(count)
        return head + b"".join(_value(inner, item) for item in items)
    return bytes(value)
