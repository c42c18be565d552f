"""Values of the vault. Secrets have no readable repr, are compared in constant time and cannot be pickled."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest
from typing import Any, NoReturn


class Secret:
    """Bytes that must not be seen. ``reveal`` is the only way out, so a search for it finds every use."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = bytes(value)

    def reveal(self) -> bytes:
        """The secret bytes."""
        return self._value

    def __repr__(self) -> str:
        return f"{type(self).__name__}(hidden)"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and compare_digest(self._value, other._value)

    __hash__ = None  # type: ignore[assignment]  # a hash in a set would outlive the secret

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is secret and is not serialised")


class ContentKey(Secret):
    """The 32-byte key of one contribution, an integer below 2^256 - 189. ``shamir.new_key`` makes one."""


class Share(Secret):
    """One point of the polynomial: 1 byte index (x), 32 bytes value (y, big endian)."""

    @property
    def index(self) -> int:
        return self._value[0]

    @property
    def value(self) -> int:
        return int.from_bytes(self._value[1:], "big")


@dataclass(frozen=True)
class HolderKey:
    """A key holder as registered on chain: share index from 1, account (EIP-55), X25519 public key (32 bytes)."""

    index: int
    address: str
    public_key: bytes


@dataclass(frozen=True)
class FileRef:
    """Which file of a contribution: its place in the manifest, path, and sha256 of its plaintext (32 bytes)."""

    index: int
    path: str
    sha256: bytes


@dataclass(frozen=True)
class PartFault:
    """A holder whose part could not be used."""

    index: int
    holder: str
    reason: str


@dataclass(frozen=True)
class OpenedKey:
    """The key put together from parts, and the holders that sent wrong ones."""

    key: ContentKey
    faults: tuple[PartFault, ...]


class Reason(StrEnum):
    """Why a holder answered or refused; the text is what the requester is told."""

    ALLOWED = "allowed"
    WRONG_HOLDER = "the request names another holder"
    UNKNOWN_ROLE = "the role is not buyer, checker, contributor or requester"
    EXPIRED = "the request has expired on the chain's clock"
    TOO_FAR = "the request expires too far in the future"
    BAD_SIGNATURE = "the signature is not the requester's for this chain and contract"
    OTHER_ROWS = "the rows are not those that were signed, or too many"
    NOT_TAKEN_IN = "this holder has not taken the share in: ask for it alone, with its envelope"
    DESTROYED = "consent was withdrawn and the share destroyed"
    REPLAYED = "the nonce was used before"
    TOO_MANY = "too many keys in an hour for one requester"
    UNKNOWN_CONTRIBUTION = "the contribution is not proven"
    RELABELLED = "the key envelope belongs to another contribution"
    WITHDRAWN = "consent was withdrawn"
    NOT_IN_VERSION = "the contribution is not in that dataset version"
    NOT_FOR_SALE_THERE = "the contributor signed for another dataset"
    NOT_ENTITLED = "no valid licence on chain"
    NOT_ASSIGNED = "the item is not assigned to this checker"
    NOT_ACCEPTED = "the item is not finally accepted in that campaign"
    NOT_THE_REQUESTER = "the campaign belongs to another account"
    NOT_THE_CONTRIBUTOR = "the contribution belongs to another account"


@dataclass(frozen=True)
class Decision:
    """Whether a holder answers, and why."""

    allowed: bool
    reason: Reason
