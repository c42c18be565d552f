"""Solidity ABI hashing: leaves and preimage hashes, spec/settlement.md section 2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headwater.primitives.hashing import keccak256


def abi_encode(types: Sequence[str], values: Sequence[Any]) -> bytes:
    """``abi.encode`` of the values."""
    from eth_abi.abi import encode  # slow to import, so only when something is hashed

    return bytes(encode(types, values))


def abi_hash(types: Sequence[str], values: Sequence[Any]) -> bytes:
    """``keccak256(abi.encode(...))``, 32 bytes."""
    return keccak256(abi_encode(types, values))


def tag(name: str) -> bytes:
    """The domain word of a tree or message: keccak-256 of its ASCII name."""
    return keccak256(name.encode("ascii"))


def leaf(name: str, chain_id: int, contract: str, scope: int, types: Sequence[str], values: Sequence[Any]) -> bytes:
    """A double-hashed leaf bound to tree, chain, contract and scope."""
    head = ("bytes32", "uint256", "address", "uint256")
    return keccak256(abi_hash((*head, *types), (tag(name), chain_id, contract, scope, *values)))
