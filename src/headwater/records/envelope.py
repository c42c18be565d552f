"""The key envelope: one contribution's key, split among holders, as it is stored and published (spec/keys.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from headwater.primitives.ids import IdError, checksum_address
from headwater.records.codec import from_plain, record, to_plain
from headwater.records.errors import RecordError

SUITE = "hw-stream-1"
"""AES-256-GCM STREAM frames of 1 MiB, HKDF-SHA256 file keys, Shamir mod 2^256-189, HPKE X25519/SHA256/AES-256-GCM."""

SEALED_SHARE_BYTES = 81
"""HPKE: 32-byte encapsulated key, 33-byte share, 16-byte tag."""

MAX_HOLDERS = 255


@dataclass(frozen=True)
class SealedShare:
    """One holder's share.

    Attributes:
        index: the share's x coordinate, from 1.
        address: the holder's account, EIP-55.
        sealed: HPKE ciphertext of the 33-byte share, 81 bytes.
        commitment: sha256 that names a wrong share without showing the right one, 32 bytes.
    """

    index: int
    address: str
    sealed: bytes
    commitment: bytes


@record("key-envelope", 1)
@dataclass(frozen=True)
class KeyEnvelope:
    """A contribution's key behind ``t`` of ``n`` holders. Making one that breaks the rules below raises RecordError.

    Attributes:
        suite: how files, shares and seals are made; ``hw-stream-1`` is the only one so far.
        t, n: shares needed, shares dealt; 2 <= t <= n <= 255.
        label: 32 bytes that tie the key to chain, contract, campaign, contributor and content root.
        key_commitment: HMAC-SHA256(key, "commit"), 32 bytes, because GCM does not commit to its key.
        holders: n sealed shares, indices 1 to n in order, n different accounts.
    """

    suite: str
    t: int
    n: int
    label: bytes
    key_commitment: bytes
    holders: tuple[SealedShare, ...]

    def __post_init__(self) -> None:
        indices = [holder.index for holder in self.holders]
        accounts = [holder.address for holder in self.holders]
        _require("suite", self.suite, SUITE, self.suite == SUITE)
        _require(
            "t of n", f"{self.t} of {self.n}", f"2 <= t <= n <= {MAX_HOLDERS}", 2 <= self.t <= self.n <= MAX_HOLDERS
        )
        _require("label", f"{len(self.label)} bytes", "32 bytes", len(self.label) == 32)
        _require("key_commitment", f"{len(self.key_commitment)} bytes", "32 bytes", len(self.key_commitment) == 32)
        _require("holders", indices, "indices 1 to n in order", indices == list(range(1, self.n + 1)))
        _require("holders", accounts, "n different accounts", len(set(accounts)) == self.n)
        for share in self.holders:
            _check_share(share)

    def holder(self, address: str) -> SealedShare:
        """The share of the holder with this account; RecordError if it has none."""
        for share in self.holders:
            if share.address == address:
                return share
        raise RecordError("key envelope", actual=f"no share for {address}", allowed=[h.address for h in self.holders])

    def to_record(self) -> dict[str, Any]:
        """Plain maps, lists, ints, text and bytes, ready for canonical encoding."""
        plain: dict[str, Any] = to_plain(self)
        return plain

    @classmethod
    def from_record(cls, plain: Any) -> KeyEnvelope:
        """The envelope ``to_record`` wrote; RecordError naming the field that is missing, unknown or wrong."""
        return from_plain(cls, plain)


def _check_share(share: SealedShare) -> None:
    where = f"holders[{share.index - 1}]"
    _require(f"{where}.address", share.address, "an EIP-55 address", _is_checksummed(share.address))
    sealed, commitment = len(share.sealed), len(share.commitment)
    _require(f"{where}.sealed", f"{sealed} bytes", f"{SEALED_SHARE_BYTES} bytes", sealed == SEALED_SHARE_BYTES)
    _require(f"{where}.commitment", f"{commitment} bytes", "32 bytes", commitment == 32)


def _is_checksummed(address: str) -> bool:
    try:
        return checksum_address(address) == address
    except IdError:
        return False


def _require(field: str, actual: object, allowed: object, holds: bool) -> None:
    if not holds:
        raise RecordError(f"key-envelope/1.{field}", actual=actual, allowed=allowed)
