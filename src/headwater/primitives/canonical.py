"""Canonical bytes of a record: dag-cbor with integers, text, bytes, lists, maps with text keys, and null.

Floats are refused on purpose: two machines may print one differently, and a record's name is its hash. Written and
read here, ten times as fast as by the ``dag-cbor`` package, with which a test compares it. libipld turns bytes that
look like a CID into a link, which gives two records one hash (reference: IPLD dag-cbor spec, strictness).
"""

from __future__ import annotations

from typing import Any

from headwater.primitives.errors import HeadwaterError
from headwater.primitives.hashing import sha256

Plain = None | bool | int | str | bytes | list["Plain"] | dict[str, "Plain"]


class CanonicalError(HeadwaterError):
    """A value that has no canonical form, or bytes that are not one."""


def encode(value: Any) -> bytes:
    """Canonical dag-cbor of ``value``.

    Raises:
        CanonicalError: for a float, a key that is not text, or any other type.
    """
    out = bytearray()
    _write(value, out, "$")
    return bytes(out)


def decode(data: bytes) -> Any:
    """The value of canonical bytes.

    Raises:
        CanonicalError: if the bytes are not dag-cbor, or not the canonical encoding of what they hold.
    """
    try:
        value, end = _read(data, 0, _DEPTH)
        if end != len(data):
            raise ValueError(f"{len(data) - end} bytes after the end")
    except (ValueError, IndexError) as error:
        raise CanonicalError("record bytes", actual=f"not dag-cbor ({error})", fix="fetch the blob again") from error
    if encode(value) != data:
        raise CanonicalError("record bytes", actual="not canonical", allowed="the one dag-cbor form")
    return value


def digest(value: Any) -> bytes:
    """SHA-256 of the canonical bytes: the 32 bytes that go on chain."""
    return sha256(encode(value))


def _write(value: Any, out: bytearray, where: str) -> None:
    if isinstance(value, str):
        text = value.encode()
        out += _head(3, len(text)) + text
    elif isinstance(value, bytes):
        out += _head(2, len(value)) + value
    elif value is None or value is True or value is False:
        out += _SIMPLE[value]
    elif isinstance(value, int):
        out += _integer(value, where)
    elif isinstance(value, list):
        out += _head(4, len(value))
        for index, item in enumerate(value):
            _write(item, out, f"{where}[{index}]")
    elif isinstance(value, dict):
        _write_map(value, out, where)
    else:
        raise CanonicalError(
            f"value at {where}",
            actual=type(value).__name__,
            allowed="int, str, bytes, bool, null, list, map",
            fix="write measures as integers in a named unit",
        )


def _write_map(value: dict[Any, Any], out: bytearray, where: str) -> None:
    for key in value:
        if not isinstance(key, str):
            raise CanonicalError(f"key at {where}", actual=repr(key), allowed="text")
    rows = sorted((len(text), text, key) for key in value for text in (key.encode(),))
    out += _head(5, len(rows))
    for size, text, key in rows:
        out += _head(3, size) + text
        _write(value[key], out, f"{where}.{key}")


def _integer(value: int, where: str) -> bytes:
    if not -(1 << 64) <= value < 1 << 64:
        raise CanonicalError(f"value at {where}", actual=value, allowed="an integer of 64 bits", fix="write it as text")
    return _head(0, value) if value >= 0 else _head(1, -1 - value)


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes((major << 5 | argument,))
    size = next(n for n in (1, 2, 4, 8) if argument < 1 << 8 * n)
    return bytes((major << 5 | 23 + size.bit_length(),)) + argument.to_bytes(size, "big")


_SIMPLE: dict[bool | None, bytes] = {False: b"\xf4", True: b"\xf5", None: b"\xf6"}
_VALUES: dict[int, bool | None] = {0xF4: False, 0xF5: True, 0xF6: None}
_DEPTH = 100


def _read(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    """The value that starts there and where it ends. It takes other forms than the canonical: ``decode`` compares."""
    first = data[at]
    if first in _VALUES:
        return _VALUES[first], at + 1
    major, argument, at = first >> 5, first & 31, at + 1
    if argument > 23:
        size = 1 << argument - 24
        if size > 8 or at + size > len(data):
            raise ValueError("a length that has no end")
        argument, at = int.from_bytes(data[at : at + size], "big"), at + size
    if major < 2:
        return (argument if major == 0 else -1 - argument), at
    if major < 4:
        end = at + argument
        if end > len(data):
            raise ValueError("the end is missing")
        return (data[at:end] if major == 2 else data[at:end].decode()), end
    if depth == 0 or major > 5:
        raise ValueError("nested too deep" if depth == 0 else "neither number, text, bytes, list nor map")
    return _read_list(data, at, argument, depth - 1) if major == 4 else _read_map(data, at, argument, depth - 1)


def _read_list(data: bytes, at: int, count: int, depth: int) -> tuple[list[Any], int]:
    items = []
    for _ in range(count):
        item, at = _read(data, at, depth)
        items.append(item)
    return items, at


def _read_map(data: bytes, at: int, count: int, depth: int) -> tuple[dict[str, Any], int]:
    items = {}
    for _ in range(count):
        key, at = _read(data, at, depth)
        if not isinstance(key, str):
            raise ValueError("a key that is not text")
        items[key], at = _read(data, at, depth)
    return items, at
