"""The VRS container: records of many streams, each a configuration, a state or data, described by tags.

Read by hand: records are followed one after another from the front, their sizes compared with the file's and their
number with the index, nothing is unpacked beyond what it declares. What a stream's bytes mean stands in its tags as
JSON (``DL:Data:VERSION:BLOCK``, ``RF:Data:VERSION``).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from headwater.formats.errors import DamagedFileError, TooLargeError, UnfinishedRecordingError
from headwater.formats.log_bytes import MAX_CHUNK_BYTES, Budget, ChunkError, unpacked, unpacked_start
from headwater.primitives import json_text

MAGIC = b"VisionRe"
STATE, CONFIGURATION, DATA = 1, 2, 3
MAX_RECORDS = 20_000_000
MAX_TAGS = 100_000
MAX_PIECES = 4096
_HEADER = struct.Struct("<IIiIdHBBI")
_ROW_BYTES = 19
_METHODS = {0: "none", 1: "lz4", 2: "zstd"}
_FIX = "Copy the file again from where it was recorded; `vrs check FILE` must accept it."
_REPAIR = "Run `vrs copy IN.vrs --to OUT.vrs`; what the killed recorder still held is lost."
_TYPES = {
    "bool": "?", "Bool": "?", "char": "i1", "int8_t": "i1", "uint8_t": "u1", "int16_t": "i2", "uint16_t": "u2",
    "int32_t": "i4", "uint32_t": "u4", "int64_t": "i8", "uint64_t": "u8", "float": "f4", "double": "f8",
}  # fmt: skip
_POINTS = {"2": 2, "3": 3, "4": 4}


class Record(NamedTuple):
    """A record's header and place. ``time_s`` is the recorder's; ``stream`` is ``type-instance``."""

    at: int
    size: int
    stream: str
    kind: int
    version: int
    time_s: float
    method: str
    unpacked: int


class Piece(NamedTuple):
    """One field of a layout: at a fixed offset, or in the ``slot``-th place of the table of variable ones."""

    name: str
    dtype: str
    each: int
    repeat: int
    offset: int
    slot: int


@dataclass(frozen=True)
class Layout:
    """A block of fields. ``fixed`` bytes, then a table of ``variable`` places, then what they point to."""

    pieces: tuple[Piece, ...]
    fixed: int
    variable: int

    def size(self, data: bytes) -> int:
        """Bytes the block takes at the front of ``data``. Raises struct.error."""
        if not self.variable:
            return self.fixed
        offset, length = struct.unpack_from("<II", data, self.fixed + 8 * (self.variable - 1))
        return int(self.fixed + 8 * self.variable + offset + length)

    def read(self, data: bytes) -> dict[str, Any]:
        """Numbers, arrays and texts by name. Raises struct.error or ValueError."""
        out: dict[str, Any] = {}
        for piece in self.pieces:
            place, length = piece.offset, piece.repeat * piece.each * _size(piece.dtype)
            if piece.slot >= 0:
                start, length = struct.unpack_from("<II", data, self.fixed + 8 * piece.slot)
                place = self.fixed + 8 * self.variable + start
            if place + length > len(data):
                raise ValueError(f"{piece.name} ends at {place + length} of {len(data)} bytes")
            raw = data[place : place + length]
            if piece.dtype == "text":
                out[piece.name] = raw.decode("utf-8", "replace")
                continue
            whole = length // _size(piece.dtype)
            values = np.frombuffer(raw, f"<{piece.dtype}" if piece.dtype != "?" else "?", whole)
            out[piece.name] = values[0].item() if piece.slot < 0 and piece.repeat * piece.each == 1 else values
        return out


@dataclass
class VrsStream:
    """One stream's tags."""

    name: str
    flavor: str
    tags: dict[str, str]
    formats: dict[str, str] = field(default_factory=dict)
    _layouts: dict[tuple[str, int, int], Layout] = field(default_factory=dict)

    def blocks(self, record: Record) -> list[str]:
        """What the record's bytes are, one after another: ``data_layout``, ``image/jpg`` ..."""
        kind = {STATE: "State", CONFIGURATION: "Configuration", DATA: "Data"}[record.kind]
        return [block for block in self.formats.get(f"RF:{kind}:{record.version}", "").split("+") if block]

    def layout(self, record: Record, block: int) -> Layout:
        """Raises ValueError if the tags do not describe it."""
        kind = {STATE: "State", CONFIGURATION: "Configuration", DATA: "Data"}[record.kind]
        key = (kind, record.version, block)
        if key not in self._layouts:
            self._layouts[key] = parse_layout(self.formats.get(f"DL:{kind}:{record.version}:{block}", ""))
        return self._layouts[key]


class VrsFile:
    """A file's streams and records."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        self.streams: dict[str, VrsStream] = {}
        self.tags: dict[str, str] = {}
        self._budget = Budget(self.size)
        with path.open("rb") as file:
            head = file.read(80)
            if len(head) < 80 or not head.startswith(MAGIC) or head[72:76] != b"cord":
                raise self.damaged("is not VRS", "file header", head[:8].hex())
            size, record_size, index, about, first = struct.unpack_from("<IIqqq", head, 16)
            if size < 80 or record_size != _HEADER.size:
                raise self.damaged("header sizes are not known", "file header", f"{size}, {record_size}")
            if not index:
                raise UnfinishedRecordingError("has no index", file=path, field="index record", actual=0, fix=_REPAIR)
            if first and not size <= first < self.size:
                raise self.damaged("first record lies outside the file", "file header", first)
            if not (size <= about < self.size) or not (size <= index < self.size):
                raise UnfinishedRecordingError(
                    "is cut: its index or description lies behind its end",
                    file=path,
                    field="file header",
                    actual=max(index, about),
                    allowed=self.size,
                    fix=_REPAIR,
                )
            described = self._header(file, about)
            self._describe(self._payload(file, described))
            self._first = first or about + described.size
            self._index = index
            self._declared = self._count(file)

    def records(self, file: BinaryIO) -> Iterator[Record]:
        """Every record in file order. Raises DamagedFileError if there are fewer than the index says, or more."""
        at, found = self._first, 0
        while at < self.size and (at != self._index or self._index < self._first):
            record = self._header(file, at)
            at += record.size
            if record.stream.startswith(("2-", "3-")):
                continue
            found += 1
            if found > MAX_RECORDS:
                raise TooLargeError("too many records", file=self.path, actual=found, allowed=MAX_RECORDS)
            yield record
        if self._declared >= 0 and found != self._declared:
            raise self.damaged("number of records is a lie", "index", f"{found} records", self._declared)

    def read(self, file: BinaryIO, record: Record, *, passing: bool = False) -> bytes:
        """The record's bytes, unpacked; ``passing`` if this is one of all, whose sum is bounded."""
        return self._payload(file, record, self._budget if passing else None)

    def start(self, file: BinaryIO, record: Record, size: int) -> bytes:
        """The first ``size`` bytes of the record, unpacked."""
        if record.method == "none":
            file.seek(record.at + _HEADER.size)
            return file.read(min(size, record.size - _HEADER.size))
        try:
            self._budget.spend(min(size, record.unpacked))
            return unpacked_start(self._raw(file, record), record.method, size)
        except ChunkError as error:
            raise self.damaged("record cannot be unpacked", f"record at {record.at}", str(error)) from None

    def damaged(self, problem: str, where: str, actual: Any, allowed: Any = None) -> DamagedFileError:
        """The error for this file."""
        return DamagedFileError(problem, file=self.path, field=where, actual=actual, allowed=allowed, fix=_FIX)

    def _header(self, file: BinaryIO, at: int) -> Record:
        file.seek(at)
        head = file.read(_HEADER.size)
        if len(head) < _HEADER.size:
            raise self.damaged("record is cut", f"record at {at}", f"{len(head)} bytes")
        size, _, kind, version, time_s, instance, what, method, whole = _HEADER.unpack(head)
        if not _HEADER.size <= size <= self.size - at:
            raise self.damaged("record is cut", f"record at {at}", f"{size} bytes", f"{self.size - at} left")
        if what not in (STATE, CONFIGURATION, DATA) or method not in _METHODS:
            raise self.damaged("record header is damaged", f"record at {at}", f"type {what}, compression {method}")
        if size - _HEADER.size > MAX_CHUNK_BYTES or whole > MAX_CHUNK_BYTES:
            raise TooLargeError(
                "record is too large",
                file=self.path,
                field=f"record at {at}",
                actual=max(size, whole),
                allowed=MAX_CHUNK_BYTES,
            )
        return Record(at, size, f"{kind}-{instance}", what, version, time_s, _METHODS[method], whole)

    def _raw(self, file: BinaryIO, record: Record) -> bytes:
        file.seek(record.at + _HEADER.size)
        return file.read(record.size - _HEADER.size)

    def _payload(self, file: BinaryIO, record: Record, budget: Budget | None = None) -> bytes:
        raw = self._raw(file, record)
        if record.method == "none":
            return raw
        try:
            if budget is not None:
                budget.spend(record.unpacked)
            return unpacked(raw, record.method, record.unpacked)
        except ChunkError as error:
            raise self.damaged("record cannot be unpacked", f"record at {record.at}", str(error)) from None

    def _count(self, file: BinaryIO) -> int:
        """Records the index declares; -1 if it does not say."""
        header = self._header(file, self._index)
        if header.version != 2:
            return -1
        file.seek(self._index + _HEADER.size)
        start = file.read(min(header.size - _HEADER.size, 1 << 20))
        if len(start) >= 8:
            (streams,) = struct.unpack_from("<I", start)
            place = 4 + 6 * streams
            if place + 4 <= len(start):
                return int(struct.unpack_from("<I", start, place)[0])
        raise self.damaged("index is damaged", "index", f"{len(start)} bytes")

    def _describe(self, data: bytes) -> None:
        try:
            words = _Words(data)
            for _ in range(words.count()):
                kind, instance = struct.unpack("<iH", words.take(6))
                tags, formats = words.map(), words.map()
                name = formats.get("VRS_Original_Recordable_Name", f"stream {kind}")
                self.streams[f"{kind}-{instance}"] = VrsStream(
                    name, formats.get("VRS_Recordable_Flavor", ""), tags, formats
                )
            self.tags = words.map()
        except (struct.error, ValueError) as error:
            raise self.damaged("description cannot be read", "description record", str(error)[:80]) from None


class _Words:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, size: int) -> bytes:
        if size > len(self._data) - self._at:
            raise ValueError(f"{size} bytes declared, {len(self._data) - self._at} left")
        self._at += size
        return self._data[self._at - size : self._at]

    def count(self) -> int:
        (value,) = struct.unpack("<I", self.take(4))
        if value > MAX_TAGS:
            raise ValueError(f"{value} entries")
        return int(value)

    def text(self) -> str:
        (size,) = struct.unpack("<I", self.take(4))
        return self.take(size).decode("utf-8", "replace")

    def map(self) -> dict[str, str]:
        out: dict[str, str] = {}
        for _ in range(self.count()):
            key = self.text()
            out[key] = self.text()
        return out


def parse_layout(text: str) -> Layout:
    """A layout from its tag. Raises ValueError."""
    value = json_text.parse(text.encode()) if text else None
    rows = value.get("data_layout") if isinstance(value, Mapping) else None
    if not isinstance(rows, list) or len(rows) > MAX_PIECES:
        raise ValueError("no data_layout")
    pieces = []
    for row in rows:
        if not isinstance(row, Mapping) or not isinstance(row.get("name"), str):
            raise ValueError("data_layout entry without a name")
        pieces.append(_piece(row))
    fixed = max((p.offset + p.repeat * p.each * _size(p.dtype) for p in pieces if p.slot < 0), default=0)
    variable = max((p.slot + 1 for p in pieces), default=0)
    if fixed > MAX_CHUNK_BYTES or variable > MAX_PIECES:
        raise ValueError(f"data_layout of {fixed} bytes and {variable} parts")
    return Layout(tuple(p for p in pieces if p.dtype), fixed, max(0, variable))


def _piece(row: Mapping[str, Any]) -> Piece:
    kind = str(row.get("type", ""))
    outer, _, inner = kind.partition("<")
    inner = inner.rstrip(">")
    each = 1
    if inner.startswith(("Point", "Matrix")):
        side = _POINTS.get(inner.removeprefix("Point").removeprefix("Matrix")[:1], 1)
        each = side * side if inner.startswith("Matrix") else side
        inner = {"d": "double", "f": "float", "i": "int32_t"}.get(inner[-1], "")
    dtype = "text" if outer == "DataPieceString" else _TYPES.get(inner, "")
    offset, index, count = (row.get(name, default) for name, default in (("offset", -1), ("index", -1), ("size", 1)))
    if any(type(n) is not int or not -1 <= n <= MAX_CHUNK_BYTES for n in (offset, index, count)):
        raise ValueError(f"{row['name']}: offset, index or size")
    if (offset < 0) == (index < 0):
        raise ValueError(f"{row['name']}: offset or index")
    return Piece(row["name"], dtype, each, max(0, count), offset, index)


def _size(dtype: str) -> int:
    return 1 if dtype in ("text", "?", "") else int(dtype[1])
