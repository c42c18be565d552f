"""TFRecord framing and tf.train.Example without TensorFlow, within bounds."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater.formats.crc32c import masked_crc32c
from headwater.formats.errors import DamagedFileError, EmptyRecordingError, TooLargeError

MAX_RECORD_BYTES = 512 << 20
MAX_RECORDS = 1_000_000
MAX_FEATURES = 10_000
_FIX = "Copy the shard again from where it was made; its checksums must hold."


class Place(NamedTuple):
    """A record's bytes in its shard."""

    offset: int
    size: int


@dataclass(frozen=True)
class Feature:
    """One list of an Example: numbers, or places of byte strings within the record."""

    numbers: NDArray[np.float32] | NDArray[np.int64] | None = None
    blobs: tuple[tuple[int, int], ...] = ()

    def __len__(self) -> int:
        return len(self.blobs) if self.numbers is None else len(self.numbers)


class ExampleError(ValueError):
    """Bytes that are no tf.train.Example."""


def record_places(path: Path) -> list[Place]:
    """Where the records of a shard lie; their lengths' checksums are compared, not yet their data's.

    Raises:
        EmptyRecordingError, DamagedFileError, TooLargeError.
    """
    size = path.stat().st_size
    if size == 0:
        raise EmptyRecordingError("file is empty", file=path, actual="0 bytes", fix=_FIX)
    places: list[Place] = []
    at = 0
    with path.open("rb") as file:
        while at < size:
            file.seek(at)
            head = file.read(12)
            if head[:2] == b"\x1f\x8b" and not at:
                raise DamagedFileError("is compressed with gzip", file=path, fix="Unpack it with gunzip.")
            length, crc = struct.unpack("<QI", head) if len(head) == 12 else (0, -1)
            if crc != masked_crc32c(head[:8]):
                raise _damaged(path, len(places), "length is damaged, or the file is cut", head.hex())
            if length > size - at - 16:
                raise _damaged(path, len(places), "record is cut", f"{length} bytes, {size - at - 16} left")
            if length > MAX_RECORD_BYTES:
                where = f"record {len(places)}"
                raise TooLargeError("too large", file=path, field=where, actual=length, allowed=MAX_RECORD_BYTES)
            places.append(Place(at + 12, length))
            if len(places) > MAX_RECORDS:
                raise TooLargeError("too many records", file=path, allowed=MAX_RECORDS)
            at += length + 16
    return places


def read_record(path: Path, place: Place, number: int) -> bytes:
    """A record's bytes, their checksum compared. Raises DamagedFileError."""
    with path.open("rb") as file:
        file.seek(place.offset)
        data, tail = file.read(place.size), file.read(4)
    if len(tail) != 4 or struct.unpack("<I", tail)[0] != masked_crc32c(data):
        raise _damaged(path, number, "checksum does not hold", tail.hex())
    return data


def parse_example(data: bytes) -> dict[str, Feature]:
    """The features of an Example by name. Raises ExampleError."""
    features: dict[str, Feature] = {}
    for number, start, end in _parts(data, 0, len(data)):
        if number != 1:
            continue
        for inner, entry_start, entry_end in _parts(data, start, end):
            if inner != 1:
                continue
            name, feature = _entry(data, entry_start, entry_end)
            features[name] = feature
            if len(features) > MAX_FEATURES:
                raise ExampleError(f"more than {MAX_FEATURES} features")
    return features


def _entry(data: bytes, start: int, end: int) -> tuple[str, Feature]:
    name, feature = "", Feature()
    for number, at, stop in _parts(data, start, end):
        if number == 1:
            name = data[at:stop].decode("utf-8", "replace")
        elif number == 2:
            for kind, list_start, list_end in _parts(data, at, stop):
                feature = _list(data, kind, list_start, list_end)
    return name, feature


def _list(data: bytes, kind: int, start: int, end: int) -> Feature:
    if kind == 1:
        return Feature(blobs=tuple((at, stop - at) for number, at, stop in _parts(data, start, end) if number == 1))
    if kind == 2:
        floats = [np.frombuffer(data, "<f4", (stop - at) // 4, at) for _, at, stop in _parts(data, start, end)]
        return Feature(np.concatenate(floats) if floats else np.empty(0, np.float32))
    if kind == 3:
        whole = [_varints(data[at:stop]) for _, at, stop in _parts(data, start, end)]
        return Feature(np.concatenate(whole) if whole else np.empty(0, np.int64))
    raise ExampleError(f"list of kind {kind}")


def _parts(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Field number, start and end of every field's bytes."""
    at = start
    while at < end:
        key, value = _varint(data, at, end)
        wire = key & 7
        if wire == 2:
            size, value = _varint(data, value, end)
            stop = value + size
        elif wire == 0:
            stop = _varint(data, value, end)[1]
        elif wire in (1, 5):
            stop = value + (8 if wire == 1 else 4)
        else:
            raise ExampleError(f"wire type {wire}")
        if stop > end:
            raise ExampleError(f"field ends at {stop}, its message at {end}")
        yield key >> 3, value, stop
        at = stop


def _varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while at < end and shift < 70:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
    raise ExampleError("number has no end")


def _varints(raw: bytes) -> NDArray[np.int64]:
    """Packed int64s (or one that is not packed)."""
    bytes_ = np.frombuffer(raw, np.uint8)
    ends = np.flatnonzero(bytes_ < 128)
    if len(bytes_) and (not len(ends) or ends[-1] != len(bytes_) - 1):
        raise ExampleError("numbers have no end")
    if len(ends) == len(bytes_):
        return bytes_.astype(np.int64)
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts + 1
    if lengths.max() > 10:
        raise ExampleError("number has no end")
    out = np.zeros(len(ends), np.uint64)
    for place in range(int(lengths.max())):
        has = lengths > place
        out[has] |= (bytes_[starts[has] + place] & 127).astype(np.uint64) << np.uint64(7 * place)
    return out.view(np.int64)


def _damaged(path: Path, number: int, problem: str, actual: str) -> DamagedFileError:
    return DamagedFileError(problem, file=path, field=f"record {number}", actual=actual[:60], fix=_FIX)
