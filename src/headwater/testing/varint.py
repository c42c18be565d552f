"""The number format Thrift's compact protocol and Protocol Buffers share: seven bits a byte, low ones first."""

from __future__ import annotations


def varint(value: int) -> bytes:
    """``value`` >= 0 of any size (the multiformats package stops at 63 bits)."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
