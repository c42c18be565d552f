"""Solidity ABI hashing: leaves and preimage hashes, spec/settlement.md section 2."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from struct import Struct, error
from typing import Any

from headwater.primitives.hashing import keccak256

_WORD = 32
_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}
_Pack = Callable[[Any], bytes]


def abi_encode(types: Sequence[str], values: Sequence[Any]) -> bytes:
    """``abi.encode`` of the values.

    Words, and lists of words and of structs of words, which is nearly all we hash, are packed here, many times as fast
    as eth-abi does it; everything else, and every value that does not fit, is eth-abi's.
    """
    pack = _packer(tuple(types))
    if pack is not None:
        try:
            return pack(values)
        except (AttributeError, OverflowError, TypeError, ValueError, error):
            pass  # eth-abi says what is wrong
    from eth_abi.abi import encode  # slow to import, so only when it is needed

    return bytes(encode(types, values))


def pack_words(types: tuple[str, ...], values: Sequence[Any]) -> bytes | None:
    """``abi.encode`` as packed here; ``None`` where that is eth-abi's to do or to refuse."""
    pack = _packer(types)
    try:
        return None if pack is None else pack(values)
    except (AttributeError, OverflowError, TypeError, ValueError, error):
        return None


def abi_hash(types: Sequence[str], values: Sequence[Any]) -> bytes:
    """``keccak256(abi.encode(...))``, 32 bytes."""
    return keccak256(abi_encode(types, values))


@lru_cache(maxsize=256)
def tag(name: str) -> bytes:
    """The domain word of a tree or message: keccak-256 of its ASCII name."""
    return keccak256(name.encode("ascii"))


def leaf(name: str, chain_id: int, contract: str, scope: int, types: Sequence[str], values: Sequence[Any]) -> bytes:
    """A double-hashed leaf bound to tree, chain, contract and scope; ``types`` are words."""
    body = abi_encode(types, values)
    assert len(body) == _WORD * len(types)  # whatever is no word would be encoded otherwise behind a head
    return keccak256(keccak256(head(name, chain_id, contract, scope) + body))


@lru_cache(maxsize=256)
def head(name: str, chain_id: int, contract: str, scope: int) -> bytes:
    """What all leaves of one tree, and all rolls of one campaign, begin with: 128 bytes."""
    return abi_encode(("bytes32", "uint256", "address", "uint256"), (tag(name), chain_id, contract, scope))


@cache
def _packer(types: tuple[str, ...]) -> _Pack | None:
    """How to encode values of these types, if they are words, or one list of words or of structs of words."""
    if (words := _words(types)) is not None:
        return words
    listed = re.fullmatch(r"\(([^()\[\]]+)\)\[\]|(\w+)\[\]", types[0]) if len(types) == 1 else None
    if listed is None:
        return None
    if listed[2]:
        member = _word(listed[2])
        return None if member is None else partial(_list, member.pack_all)
    members = _words(tuple(listed[1].split(",")))
    return None if members is None else partial(_list, lambda rows: map(members, rows))


def _list(pack_all: Callable[[Any], Iterable[bytes]], values: Sequence[Any]) -> bytes:
    (rows,) = values
    head = _WORD.to_bytes(_WORD, "big") + len(rows).to_bytes(_WORD, "big")
    return head + b"".join(pack_all(rows))


def _words(types: Sequence[str]) -> _Pack | None:
    """How to encode one value of each of these types, all in one call of ``struct``; ``None`` if one is no word."""
    words = [word for word in map(_word, types) if word is not None]
    if len(words) < len(types):
        return None
    kinds = [word.kind for word in words]
    fitted = [(place, word.fit) for place, word in enumerate(words) if word.fit is not None]
    layout = _layout("".join(word.code for word in words))

    def pack(values: Sequence[Any]) -> bytes:
        row = list(values)
        if [*map(type, row)] != kinds:
            raise TypeError
        for place, fit in fitted:
            row[place] = fit(row[place])
        return layout.pack(*row)

    return pack


@dataclass(frozen=True)
class _Word:
    """How one type becomes a word.

    Attributes:
        kind: the one Python type it is written from.
        code: of ``struct``, with its padding.
        fit: makes of a value what the code takes, or says that it does not fit.
    """

    kind: type
    code: str = "32s"
    fit: Callable[[Any], Any] | None = None

    def pack_all(self, rows: Sequence[Any]) -> Iterable[bytes]:
        """A word of each of these values."""
        if not {self.kind}.issuperset(map(type, rows)):
            raise TypeError
        return map(_layout(self.code).pack, rows if self.fit is None else map(self.fit, rows))


@cache
def _layout(code: str) -> Struct:
    return Struct(">" + code)


@cache
def _word(kind: str) -> _Word | None:
    if kind == "address":
        return _Word(str, fit=_address)
    if kind == "bytes32":
        return _Word(bytes, fit=_bytes32)
    if kind == "bool":
        return _Word(bool, "31x?")
    number = re.fullmatch(r"(u?)int(\d+)", kind)
    if number is None or not 8 <= int(number[2]) <= 256 or int(number[2]) % 8:
        return None
    size = int(number[2]) // 8
    if number[1] and size in _CODES:
        return _Word(int, f"{_WORD - size}x{_CODES[size]}")
    return _Word(int, fit=partial(_unsigned if number[1] else _signed, size))


def _unsigned(size: int, value: int) -> bytes:
    return value.to_bytes(size, "big").rjust(_WORD, b"\0")


def _signed(size: int, value: int) -> bytes:
    value.to_bytes(size, "big", signed=True)  # whether it fits
    return value.to_bytes(_WORD, "big", signed=True)


@lru_cache(maxsize=65_536)
def _address(value: str) -> bytes:
    """A checksum is eth-abi's to judge; one in lower case has none."""
    body = bytes.fromhex(value[2:])
    if not value.startswith("0x") or len(body) != 20 or value != value.lower():
        from eth_abi.abi import encode

        return bytes(encode(("address",), (value,)))
    return body.rjust(_WORD, b"\0")


def _bytes32(value: bytes) -> bytes:
    if len(value) != _WORD:
        raise ValueError
    return value
