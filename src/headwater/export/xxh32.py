"""xxHash32, the checksum of a ``.rrd`` file's footer (github.com/Cyan4973/xxHash, doc/xxhash_spec.md)."""

from __future__ import annotations

import struct

_P1, _P2, _P3, _P4, _P5 = 2654435761, 2246822519, 3266489917, 668265263, 374761393
_WORD = 0xFFFFFFFF


def xxh32(data: bytes, seed: int) -> int:
    """The hash, 32 bits. Plain Python, as no package we have holds it: a MB takes about a second."""
    whole = len(data) & ~15
    if whole:
        lanes = [seed + _P1 + _P2, seed + _P2, seed, seed - _P1]
        for words in struct.iter_unpack("<4I", data[:whole]):
            lanes = [_turn(lane + word * _P2, 13) * _P1 & _WORD for lane, word in zip(lanes, words, strict=True)]
        total = sum(_turn(lane, by) for lane, by in zip(lanes, (1, 7, 12, 18), strict=True))
    else:
        total = seed + _P5
    total += len(data)
    fours = len(data) & ~3
    for (word,) in struct.iter_unpack("<I", data[whole:fours]):
        total = _turn(total + word * _P3, 17) * _P4
    for byte in data[fours:]:
        total = _turn(total + byte * _P5, 11) * _P1
    total &= _WORD
    total = (total ^ total >> 15) * _P2 & _WORD
    total = (total ^ total >> 13) * _P3 & _WORD
    return total ^ total >> 16


def _turn(value: int, by: int) -> int:
    value &= _WORD
    return (value << by | value >> 32 - by) & _WORD
