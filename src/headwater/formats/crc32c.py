"""CRC-32C (Castagnoli) as TFRecord uses it, in NumPy: many lanes at once, joined two by two.

A CRC without its initial value is linear: crc(A B) = shift(crc(A), len B) xor crc(B), and leading zeros change nothing.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_POLYNOMIAL = 0x82F63B78
_MASK_DELTA = 0xA282EAD8
_SHORT = 64

Words = NDArray[np.uint32]


def crc32c(data: bytes) -> int:
    """The checksum of ``data``."""
    table = _table()
    if len(data) <= _SHORT:
        crc, entries = 0xFFFFFFFF, _entries()
        for byte in data:
            crc = entries[(crc ^ byte) & 255] ^ (crc >> 8)
        return crc ^ 0xFFFFFFFF
    power = max(4, (len(data) // 2048).bit_length())
    each = 1 << power
    lanes = -(-len(data) // each)
    padded = np.zeros(lanes * each, np.uint8)
    padded[lanes * each - len(data) :] = np.frombuffer(data, np.uint8)
    columns = np.ascontiguousarray(padded.reshape(lanes, each).T)
    crcs = np.zeros(lanes, np.uint32)
    for column in columns:
        crcs = table[(crcs ^ column) & 255] ^ (crcs >> 8)
    while len(crcs) > 1:
        if len(crcs) % 2:
            crcs = np.concatenate([np.zeros(1, np.uint32), crcs])
        crcs = _apply(_shift(power), crcs[::2]) ^ crcs[1::2]
        power += 1
    start = np.array([0xFFFFFFFF], np.uint32)
    for bit in range(len(data).bit_length()):
        if len(data) >> bit & 1:
            start = _apply(_shift(bit), start)
    return int(crcs[0] ^ start[0]) ^ 0xFFFFFFFF


def masked_crc32c(data: bytes) -> int:
    """The checksum as TFRecord stores it: turned by 15 bits, plus a constant."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF


@lru_cache(maxsize=1)
def _table() -> Words:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(_POLYNOMIAL), table >> 1).astype(np.uint32)
    return table


@lru_cache(maxsize=1)
def _entries() -> list[int]:
    return [int(entry) for entry in _table()]


@lru_cache(maxsize=64)
def _shift(power: int) -> Words:
    """What 2**power zero bytes do to each byte of a CRC: uint32 (4, 256)."""
    if power:
        half = _shift(power - 1)
        return np.stack([_apply(half, row) for row in half])
    values = np.arange(256, dtype=np.uint32)
    rows = [values << np.uint32(8 * place) for place in range(4)]
    return np.stack([_table()[row & 255] ^ (row >> 8) for row in rows])


def _apply(shift: Words, crcs: Words) -> Words:
    out: Words = shift[0][crcs & 255] ^ shift[1][crcs >> 8 & 255] ^ shift[2][crcs >> 16 & 255] ^ shift[3][crcs >> 24]
    return out
