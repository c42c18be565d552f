"""Solidity ABI hashing: leaves and preimage hashes, spec/settlement.md section 2."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from typing import Any

from headwater.primitives.hashing import keccak256

_WORD = 32
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
        except (AttributeError, OverflowError, TypeError, ValueError):
            pass  # eth-abi says what is wrong
    from eth_abi.abi import encode  # slow to import, so only when it is needed

    return bytes(encode(types, values))


def pack_words(types: tuple[str, ...], values: Sequence[Any]) -> bytes | None:
    """``abi.encode`` of words; ``None`` if a type or a value is anything else."""
    packs = _packs(types)
    if packs is None:
        return None
    try:
        return _words(packs, values)
    except (AttributeError, OverflowError, TypeError, ValueError):
        return None


def abi_hash(types: Sequence[str], values: Sequence[Any]) -> bytes:
    """``keccak256(abi.encode(...))``, 32 bytes."""
    return keccak256(abi_encode(types, values))


@lru_cache(maxsize=256)
def tag(name: str) -> bytes:
    """The domain word of a tree or message: keccak-256 of its ASCII name."""
    return keccak256(name.encode("ascii"))


def leaf(name: str, chain_id: int, contract: str, scope: int, types: Sequence[str], values: Sequence[Any]) -> bytes:
    """A double-hashed leaf bound to tree, chain, contract and scope."""
    head = ("bytes32", "uint256", "address", "uint256")
    return keccak256(abi_hash((*head, *types), (tag(name), chain_id, contract, scope, *values)))


@cache
def _packer(types: tuple[str, ...]) -> _Pack | None:
    """How to encode values of these types, if they are words, or one list of words or of structs of words."""
    if (words := _packs(types)) is not None:
        return partial(_words, words)
    listed = re.fullmatch(r"\(([^()\[\]]+)\)\[\]|(\w+)\[\]", types[0]) if len(types) == 1 else None
    if listed is None:
        return None
    if listed[2]:
        member = _word(listed[2])
        return None if member is None else partial(_list, member)
    members = _packs(listed[1].split(","))
    return None if members is None else partial(_list, partial(_words, members))


def _packs(types: Sequence[str]) -> list[_Pack] | None:
    found = [pack for pack in map(_word, types) if pack is not None]
    return found if len(found) == len(types) else None


def _words(packs: Sequence[_Pack], values: Sequence[Any]) -> bytes:
    return b"".join([pack(value) for pack, value in zip(packs, values, strict=True)])


def _list(pack: _Pack, values: Sequence[Any]) -> bytes:
    (rows,) = values
    head = _WORD.to_bytes(_WORD, "big") + len(rows).to_bytes(_WORD, "big")
    return head + b"".join([pack(row) for row in rows])


@cache
def _word(kind: str) -> _Pack | None:
    if kind == "address":
        return _address
    if kind == "bytes32":
        return _bytes32
    if kind == "bool":
        return _bool
    number = re.fullmatch(r"(u?)int(\d+)", kind)
    if number is None or not 8 <= int(number[2]) <= 256 or int(number[2]) % 8:
        return None
    return partial(_unsigned if number[1] else _signed, int(number[2]) // 8)


def _unsigned(size: int, value: Any) -> bytes:
    return _integer(value).to_bytes(size, "big").rjust(_WORD, b"\0")


def _signed(size: int, value: Any) -> bytes:
    _integer(value).to_bytes(size, "big", signed=True)  # whether it fits
    return int(value).to_bytes(_WORD, "big", signed=True)


def _integer(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value


@lru_cache(maxsize=65_536)
def _address(value: str) -> bytes:
    """A checksum is eth-abi's to judge; one in lower case has none."""
    body = bytes.fromhex(value[2:])
    if not value.startswith("0x") or len(body) != 20 or value != value.lower():
        from eth_abi.abi import encode

        return bytes(encode(("address",), (value,)))
    return body.rjust(_WORD, b"\0")


def _bytes32(value: Any) -> bytes:
    if type(value) is not bytes or len(value) != _WORD:
        raise TypeError
    return value


def _bool(value: Any) -> bytes:
    if type(value) is not bool:
        raise TypeError
    return int(value).to_bytes(_WORD, "big")
