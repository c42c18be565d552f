"""GPMF: GoPro's telemetry, key-length-value, from one payload of the MP4's metadata track.

DEVC (device) holds DVID, DVNM and STRMs (streams); the last item of a STRM is its data, the items before it say
its name (STNM), unit (SIUN, UNIT), divisor (SCAL) and, for samples of mixed types, the type of each part (TYPE).
Big-endian, padded to four bytes.
Source: github.com/gopro/gpmf-parser, README "GPMF KLV structure".
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_DEPTH = 8
MAX_PARTS = 256
_ARRAY = re.compile(rb"(.)\[(\d{1,6})\]")
_HEAD = struct.Struct(">4scBH")
_DTYPES = {
    b"b": ">i1", b"B": ">u1", b"s": ">i2", b"S": ">u2", b"l": ">i4", b"L": ">u4",
    b"j": ">i8", b"J": ">u8", b"f": ">f4", b"d": ">f8",
}  # fmt: skip


class GpmfError(ValueError):
    """A payload that is not GPMF; ``gopro`` adds the file and payload number."""


@dataclass(frozen=True)
class Item:
    """One key-length-value: ``kind`` is the GPMF type character, ``size`` the bytes of one sample."""

    key: str
    kind: bytes
    size: int
    repeat: int
    data: bytes


@dataclass(frozen=True, eq=False)
class Chunk:
    """One sensor's samples in one payload.

    Attributes:
        device: DVID and DVNM of the device that made them.
        key: four-character code (``GYRO``).
        title: the stream's own name (``Gyroscope (z,x,y)``).
        unit: as written, ``²`` and ``³`` spelled ``^2`` and ``^3``; for GPS one unit a column, comma separated.
        values: float64 (n, d), divided by SCAL.
    """

    device: tuple[int, str]
    key: str
    title: str
    unit: str
    values: NDArray[np.float64]


def parse(payload: bytes) -> list[Chunk]:
    """All numeric streams of one payload. Raises GpmfError."""
    return [
        chunk
        for device in _items(payload, 0)
        if device.key == "DEVC"
        for chunk in _device(device)
    ]  # fmt: skip


def devices(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Number (DVID), start and end of each device in bytes of one payload after another. Raises GpmfError."""
    place = 0
    for item in _items(data, 0):
        stop = place + 8 + (len(item.data) + 3) // 4 * 4
        if item.key == "DEVC":
            yield (
                next((int.from_bytes(i.data[:4], "big") for i in _items(item.data, 1) if i.key == "DVID"), 0),
                place,
                stop,
            )
        place = stop


def _items(data: bytes, depth: int) -> Iterator[Item]:
    if depth > MAX_DEPTH:
        raise GpmfError(f"nested deeper than {MAX_DEPTH}")
    position = 0
    while position + 8 <= len(data):
        key, kind, size, repeat = _HEAD.unpack_from(data, position)
        if key == b"\0\0\0\0":  # cameras pad a payload with zeros
            return
        start, stop = position + 8, position + 8 + size * repeat
        if stop > len(data):
            raise GpmfError(f"{key.decode('latin-1')} needs {stop - len(data)} more bytes")
        yield Item(key.decode("latin-1"), kind, size, repeat, data[start:stop])
        position = start + (size * repeat + 3) // 4 * 4


def _device(device: Item) -> Iterator[Chunk]:
    inside = list(_items(device.data, 1))
    number = next((int.from_bytes(i.data[:4], "big") for i in inside if i.key == "DVID"), 0)
    name = next((_text(i) for i in inside if i.key == "DVNM"), "")
    for stream in inside:
        if stream.key == "STRM":
            items = list(_items(stream.data, 2))
            chunk = _stream((number, name), items) if items else None
            if chunk is not None:
                yield chunk


def _stream(device: tuple[int, str], items: list[Item]) -> Chunk | None:
    about = {item.key: item for item in items[:-1]}
    mixed = items[-1].kind == b"?"
    values = _mixed(items[-1], about.get("TYPE")) if mixed else _numbers(items[-1])
    if values is None or not values.size:
        return None
    if "SCAL" in about:
        scale = _numbers(about["SCAL"])
        if scale is None or scale.size not in (1, values.shape[1]) or not scale.all():
            raise GpmfError(f"SCAL does not fit {items[-1].key}")
        values = values / scale.reshape(1, -1)
    unit = about.get("SIUN") or about.get("UNIT")
    title = _text(about["STNM"]) if "STNM" in about else ""
    return Chunk(device, items[-1].key, title, _unit(unit) if unit else "", values)


def _numbers(item: Item) -> NDArray[np.float64] | None:
    dtype = _DTYPES.get(item.kind)
    if dtype is None or not item.repeat or item.size % np.dtype(dtype).itemsize or not item.size:
        return None
    flat: NDArray[Any] = np.frombuffer(item.data, dtype=dtype)
    return flat.reshape(item.repeat, -1).astype(np.float64)


def _mixed(item: Item, types: Item | None) -> NDArray[np.float64] | None:
    """Samples of several numbers of different types; ``None`` if a part is no number. Raises GpmfError."""
    if types is None or not item.repeat:
        return None
    codes = _ARRAY.sub(lambda m: m[1] * min(int(m[2]), MAX_PARTS), types.data.strip(b"\0"))
    if len(codes) > MAX_PARTS:
        raise GpmfError(f"TYPE of {item.key} has more than {MAX_PARTS} parts")
    parts = [_DTYPES.get(codes[i : i + 1]) for i in range(len(codes))]
    if not parts or None in parts:
        return None
    sample = np.dtype([(str(i), part) for i, part in enumerate(parts)])
    if sample.itemsize != item.size:
        raise GpmfError(f"TYPE of {item.key} says {sample.itemsize} bytes a sample, not {item.size}")
    rows = np.frombuffer(item.data, dtype=sample)
    return np.stack([rows[str(i)].astype(np.float64) for i in range(len(parts))], axis=1)


def _text(item: Item) -> str:
    return item.data.decode("latin-1").strip("\0 ").replace("²", "^2").replace("³", "^3")


def _unit(item: Item) -> str:
    """One unit, or one a column: the item repeats fixed-size strings."""
    one = item.size > 1 or len(set(item.data)) == 1  # "ss" is seconds twice
    width = item.size if one else len(item.data)
    parts = [item.data[i : i + width] for i in range(0, len(item.data), width or 1)]
    texts = [p.decode("latin-1").strip("\0 ").replace("²", "^2").replace("³", "^3") for p in parts]
    return ",".join(texts) if len(set(texts)) > 1 else (texts[0] if texts else "")
