"""What a holder says of a share outside any release: that it was destroyed."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.primitives.eip712 import Domain, Types, typed_digest
from headwater.records.codec import record
from headwater.records.signed import demand_one_form, message_of

DESTROYED = "destroyed"
TYPES: Types = {
    "ShareStatement": (
        ("what", "string"),
        ("campaign", "uint256"),
        ("contribution", "bytes32"),
        ("envelope", "bytes32"),
        ("holder", "address"),
        ("commitment", "bytes32"),
        ("time", "uint64"),
    )
}


@record("share-statement", 1)
@dataclass(frozen=True)
class ShareStatement:
    """One holder about one share.

    Attributes:
        what: ``destroyed``: consent was withdrawn and this holder can never give the share again.
        envelope: digest of the key envelope record it came in, 32 bytes.
        commitment: the share's, 32 bytes.
        time: chain time of the final block that showed the withdrawal, Unix seconds.
    """

    what: str
    campaign: int
    contribution: bytes
    envelope: bytes
    holder: str
    commitment: bytes
    time: int

    def __post_init__(self) -> None:
        demand_one_form(self, "share-statement/1", TYPES["ShareStatement"])

    def digest(self, domain: Domain) -> bytes:
        """EIP-712 digest, 32 bytes: what the holder signs."""
        return typed_digest(domain, "ShareStatement", TYPES, message_of(self, TYPES["ShareStatement"]))


@record("signed-share-statement", 1)
@dataclass(frozen=True)
class SignedShareStatement:
    """A statement with its holder's signature."""

    statement: ShareStatement
    signature: bytes
