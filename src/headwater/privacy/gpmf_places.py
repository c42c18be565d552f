"""GPMF payloads without positions: streams of a GPS become free space, everything else keeps its bytes.

``FREE`` is what gpmf-parser's key list calls bytes to skip. Source: github.com/gopro/gpmf-parser, README.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

GPS_KEYS = frozenset((b"GPS5", b"GPS9", b"GPSU", b"GPSF", b"GPSP", b"GPSA", b"GPSL", b"GPRI", b"GLPI"))
_FREE = b"FREE"
_HEAD = struct.Struct(">4scBH")


def gps_keys(payload: bytes) -> tuple[str, ...]:
    """Keys of GPS data in a payload, sorted; positions that are all zero count as well, as they may be added to."""
    found = {key for start, stop in _streams(payload) for key, _, _ in _items(payload, start, stop) if key in GPS_KEYS}
    return tuple(sorted(key.decode("ascii") for key in found))


def without_gps(payload: bytes) -> bytes:
    """The payload, equally long, with every stream that holds a GPS key made free space of zeros."""
    out = bytearray(payload)
    for start, stop in _streams(payload):
        if any(key in GPS_KEYS for key, _, _ in _items(payload, start, stop)):
            out[start - 8 : start - 3] = _FREE + b"c"
            out[start:stop] = bytes(stop - start)
    return bytes(out)


def _streams(payload: bytes) -> Iterator[tuple[int, int]]:
    for key, start, stop in _items(payload, 0, len(payload)):
        if key == b"DEVC":
            for inner, first, last in _items(payload, start, stop):
                if inner == b"STRM":
                    yield first, last


def _items(data: bytes, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """(key, start, stop) of the values in a range; ends quietly at padding or where a value does not fit."""
    position = start
    while position + 8 <= stop:
        key, _, size, repeat = _HEAD.unpack_from(data, position)
        first = position + 8
        last = first + size * repeat
        if key == b"\0\0\0\0" or last > stop:
            return
        yield key, first, last
        position = first + (size * repeat + 3) // 4 * 4
