"""The value part of a pool: what the requester keeps to himself, and what he says follows from it (spec/value.md)."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.primitives.eip712 import Domain, Types, typed_digest
from headwater.records import codec
from headwater.records.codec import record
from headwater.records.signed import demand_one_form, message_of

VALUES_TYPES: Types = {
    "ValueStatement": (
        ("campaign", "uint256"),
        ("requester", "address"),
        ("commitment", "bytes32"),
        ("previous", "bytes32"),
        ("values", "bytes32"),
    )
}


@record("held-out", 1)
@dataclass(frozen=True)
class HeldOut:
    """The private set; its digest is the commitment. Shown to nobody but a court.

    Attributes:
        embedding: name and version of what turns an item into its features.
        neighbours: K of KNN-Shapley.
        width: features an example.
        features: IEEE 754 binary64, little endian, one example after the other.
        labels: one an example.
        salt: 32 random bytes, so that the digest of a small set cannot be guessed.
    """

    embedding: str
    neighbours: int
    width: int
    features: bytes
    labels: tuple[int, ...]
    salt: bytes


@dataclass(frozen=True)
class ItemValue:
    """One item's value.

    Attributes:
        item: number in the campaign's queue.
        contribution: its EIP-712 digest, 32 bytes.
        features: SHA-256 of its features, written as in `held-out/1`.
        label: its class.
        value: 0 to 10,000.
    """

    item: int
    contribution: bytes
    features: bytes
    label: int
    value: int


@record("item-values", 1)
@dataclass(frozen=True)
class ItemValues:
    """What a statement says, items ascending.

    Attributes:
        items: those valued now; with those of all statements before they are what they were valued among.
    """

    items: tuple[ItemValue, ...]


@record("value-statement", 1)
@dataclass(frozen=True)
class ValueStatement:
    """The requester's word for values. Fields in any but their one form raise RecordError.

    Attributes:
        requester: account, EIP-55.
        commitment: digest of the held-out record.
        previous: digest of the statement before, zero for the first.
        values: digest of the item values.
    """

    campaign: int
    requester: str
    commitment: bytes
    previous: bytes
    values: bytes
    signature: bytes

    def __post_init__(self) -> None:
        demand_one_form(self, "value-statement/1", VALUES_TYPES["ValueStatement"])

    def digest(self, domain: Domain) -> bytes:
        """EIP-712 digest the requester signs."""
        return typed_digest(domain, "ValueStatement", VALUES_TYPES, message_of(self, VALUES_TYPES["ValueStatement"]))


def commitment_of(held_out: HeldOut) -> bytes:
    """What is made known of the set before the campaign opens, 32 bytes."""
    return codec.digest(held_out)
