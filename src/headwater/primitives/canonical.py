"""Canonical bytes of a record: dag-cbor with integers, text, bytes, lists, maps with text keys, and null.

Floats are refused on purpose: two machines may print one differently, and a record's name is its hash. Encoded with
the ``dag-cbor`` package only; libipld turns bytes that look like a CID into a link, which gives two records one hash
(reference: IPLD dag-cbor spec, strictness).
"""

from __future__ import annotations

from typing import Any

import dag_cbor

from headwater.primitives.errors import HeadwaterError
from headwater.primitives.hashing import sha256

_PLAIN = frozenset((type(None), bool, int, str, bytes))
Plain = None | bool | int | str | bytes | list["Plain"] | dict[str, "Plain"]


class CanonicalError(HeadwaterError):
    """A value that has no canonical form, or bytes that are not one."""


def encode(value: Any) -> bytes:
    """Canonical dag-cbor of ``value``.

    Raises:
        CanonicalError: for a float, a key that is not text, or any other type.
    """
    if not _plain(value):
        _refuse_foreign(value, "$")
    return bytes(dag_cbor.encode(value))


def decode(data: bytes) -> Any:
    """The value of canonical bytes.

    Raises:
        CanonicalError: if the bytes are not dag-cbor, or not the canonical encoding of what they hold.
    """
    value = decode_own(data)
    if encode(value) != data:
        raise CanonicalError("record bytes", actual="not canonical", allowed="the one dag-cbor form")
    return value


def decode_own(data: bytes) -> Any:
    """The same in half the time for bytes that this program wrote and nobody could change: not asked is their form.

    Raises:
        CanonicalError: if the bytes are not dag-cbor.
    """
    try:
        return dag_cbor.decode(data)
    except Exception as error:  # dag_cbor raises a family of its own and plain ValueErrors
        raise CanonicalError("record bytes", actual=f"not dag-cbor ({error})", fix="fetch the blob again") from error


def digest(value: Any) -> bytes:
    """SHA-256 of the canonical bytes: the 32 bytes that go on chain."""
    return sha256(encode(value))


def _plain(value: Any) -> bool:
    """True if ``_refuse_foreign`` has nothing to say; it names the place, which takes ten times as long."""
    kind = type(value)
    if kind in _PLAIN:
        return True
    if kind is list:
        return all(map(_plain, value))
    return kind is dict and all(type(key) is str for key in value) and all(map(_plain, value.values()))


def _refuse_foreign(value: Any, where: str) -> None:
    if value is None or isinstance(value, bool | int | str | bytes):
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_foreign(item, f"{where}[{index}]")
        return
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise CanonicalError(f"key at {where}", actual=repr(key), allowed="text")
            _refuse_foreign(item, f"{where}.{key}")
        return
    raise CanonicalError(
        f"value at {where}",
        actual=type(value).__name__,
        allowed="int, str, bytes, bool, null, list, map",
        fix="write measures as integers in a named unit",
    )
