"""The bytes of a ``.rrd`` file without chance: what rerun-sdk 0.41 draws or leaves to a hash map is put in order.

Three places of a file differ between two writings of the same chunks: the row id of the store's first message, the
order of key-value pairs in every Arrow schema, and that of the fields in the footer's schema. None of it has meaning.

A file is a header of 12 bytes; messages, each with its kind and length; and a trailer that says where the footer is and
its xxHash32 (re_log_encoding's ``frames.rs``). Messages are protobuf (``log_msg.proto``), tables in them Arrow streams,
bare or in LZ4 blocks. The footer's table says where each chunk is and how long, so it is written last.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from headwater.export.errors import OutputError
from headwater.export.xxh32 import xxh32

_HEADER, _TRAILER = 12, 32
_FRAME = struct.Struct("<QQ")
_FOOTER, _STORE, _TABLE = 0, 1, 2  # kinds of message
_STORE_ROW = 1  # SetStoreInfo
_CODEC, _SIZE, _PAYLOAD = 2, 3, 5  # ArrowMsg
_MANIFESTS = 1  # RrdFooter
_SCHEMA, _ROWS = 2, 4  # RrdManifest
_ROWS_PAYLOAD, _ROWS_CODEC, _ROWS_SIZE = 2, 3, 4  # DataframePart
_LZ4 = 2
_SEED = 7850921
_STORE_ROW_ID = struct.pack("<BQBQ", 0x09, 0, 0x11, 1)  # Tuid: two fixed64, 0 and 1; a chunk's rows begin with (1, 1)

Blob = bytes | memoryview
Fields = list[tuple[int, int | Blob]]


@dataclass
class _Places:
    """Where chunks are in the new file, in the order of messages."""

    starts: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    plain_sizes: list[int] = field(default_factory=list)


def settle(drawn: Path, settled: Path) -> None:
    """Write the recording ``drawn`` to ``settled``; equal chunks give equal bytes. One message in memory at a time.

    Raises:
        OutputError: the file is not of the form rerun-sdk 0.41 writes.
    """
    places = _Places()
    with drawn.open("rb") as source, settled.open("wb") as out:
        out.write(source.read(_HEADER))
        for kind, body in _messages(source, drawn.stat().st_size - _TRAILER):
            start = out.tell() + _FRAME.size
            if kind == _STORE:
                body = _joined([(n, _STORE_ROW_ID if n == _STORE_ROW else value) for n, value in _fields(body)])
            elif kind == _TABLE:
                body, plain_size = _table(body)
                places.starts.append(start)
                places.sizes.append(len(body))
                places.plain_sizes.append(plain_size)
            elif kind == _FOOTER:
                body = _footer(body, places)
            out.write(_FRAME.pack(kind, len(body)))
            out.write(body)
        if kind != _FOOTER:
            raise _unlike("last message", kind, _FOOTER)
        out.write(struct.pack("<QQI4s4sI", start, len(body), xxh32(body, _SEED), b"RRF2", b"FOOT", 1))


def _messages(source: BinaryIO, end: int) -> Iterator[tuple[int, bytes]]:
    while source.tell() < end:
        kind, size = _FRAME.unpack(source.read(_FRAME.size))
        if kind not in (_FOOTER, _STORE, _TABLE) or source.tell() + size > end:
            raise _unlike("message", f"kind {kind}, {size} bytes", "footer, store or table, within the file")
        yield kind, source.read(size)


def _table(body: bytes) -> tuple[bytes, int]:
    """An ArrowMsg with its table in order, and the table's plain size."""
    fields = dict(_fields(body))
    payload, size = _ordered(_blob(fields[_PAYLOAD]), fields[_CODEC] == _LZ4, fields[_SIZE])
    return _joined(list((fields | {_PAYLOAD: payload, _SIZE: size}).items())), size


def _footer(body: bytes, places: _Places) -> bytes:
    (manifest,) = (value for number, value in _fields(body) if number == _MANIFESTS)
    fields = dict(_fields(_blob(manifest)))
    ((_, schema),) = _fields(_blob(fields[_SCHEMA]))
    fields[_SCHEMA] = _joined([(1, _sorted_schema(_blob(schema)))])
    rows = dict(_fields(_blob(fields[_ROWS])))
    payload, size = _ordered(_blob(rows[_ROWS_PAYLOAD]), rows[_ROWS_CODEC] == _LZ4, rows[_ROWS_SIZE], places)
    fields[_ROWS] = _joined(list((rows | {_ROWS_PAYLOAD: payload, _ROWS_SIZE: size}).items()))
    return _joined([(_MANIFESTS, _joined(list(fields.items())))])


def _ordered(payload: Blob, packed: bool, size: int | Blob, places: _Places | None = None) -> tuple[Blob, int]:
    """An Arrow stream with sorted metadata (and the chunks' places), packed as it was; and its plain size."""
    plain = pa.decompress(payload, size, "lz4_raw") if packed else pa.py_buffer(payload)
    with pa.ipc.open_stream(plain) as reader:
        batches = list(reader)
        schema = _sorted_metadata(reader.schema)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        for batch in batches:
            writer.write_batch(pa.RecordBatch.from_arrays(_placed(batch, places).columns, schema=schema))
    made = sink.getvalue()
    return (pa.compress(made, "lz4_raw", asbytes=True) if packed else memoryview(made)), made.size


def _placed(batch: pa.RecordBatch, places: _Places | None) -> pa.RecordBatch:
    if places is None:
        return batch
    found = {
        "chunk_byte_offset": places.starts,
        "chunk_byte_size": places.sizes,
        "chunk_byte_size_uncompressed": places.plain_sizes,
    }
    for name, values in found.items():
        if batch.num_rows != len(values):
            raise _unlike("rows of the footer", batch.num_rows, len(values))
        at = batch.schema.get_field_index(name)
        batch = batch.set_column(at, batch.schema.field(at), pa.array(values, pa.uint64()))
    return batch


def _sorted_metadata(schema: pa.Schema) -> pa.Schema:
    fields = [one.with_metadata(_sorted(one.metadata)) for one in schema]
    return pa.schema(fields, _sorted(schema.metadata))


def _sorted(metadata: dict[bytes, bytes] | None) -> dict[bytes, bytes]:
    return dict(sorted((metadata or {}).items()))


def _sorted_schema(raw: Blob) -> bytes:
    schema = _sorted_metadata(pa.ipc.read_schema(pa.py_buffer(raw)))
    ordered = pa.schema(sorted(schema, key=lambda one: one.name), schema.metadata)
    return bytes(ordered.serialize())


def _fields(data: Blob) -> Fields:
    """A protobuf message's fields: each a number or bytes, for no other kind is in what we open."""
    data = memoryview(data)
    found: Fields = []
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        value, at = _varint(data, at)
        if key & 7 == 2:
            found.append((key >> 3, data[at : at + value]))
            at += value
        elif key & 7 == 0:
            found.append((key >> 3, value))
        else:
            raise _unlike("wire type", key & 7, "0 or 2")
    return found


def _joined(fields: Fields) -> bytes:
    parts: list[Blob] = []
    for number, value in fields:
        if isinstance(value, bytes | memoryview):
            parts += [_packed(number << 3 | 2), _packed(len(value)), value]
        else:
            parts += [_packed(number << 3), _packed(value)]
    return b"".join(parts)


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _packed(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _blob(value: int | Blob) -> Blob:
    if isinstance(value, bytes | memoryview):
        return value
    raise _unlike("field", value, "bytes")


def _unlike(what: str, actual: object, allowed: object) -> OutputError:
    return OutputError(f"a .rrd file's {what} is not as rerun-sdk 0.41 writes it", actual=str(actual),
                       allowed=str(allowed), fix="Install rerun-sdk 0.41.")  # fmt: skip
