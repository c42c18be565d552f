"""What a contributor signs, and how it is blinded until it is anchored (spec/settlement.md section 2)."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.primitives.abi import leaf
from headwater.primitives.eip712 import Domain, typed_digest
from headwater.records.codec import record
from headwater.records.signed import demand_one_form, message_of

ANCHOR_TAG = "headwater.anchor.v1"
TYPES = {
    "Contribution": (
        ("campaign", "uint256"),
        ("contributor", "address"),
        ("manifest", "bytes32"),
        ("contentRoot", "bytes32"),
        ("consent", "bytes32"),
        ("nonce", "uint256"),
    )
}


@record("contribution", 1)
@dataclass(frozen=True)
class Contribution:
    """One signed contribution; ``digest`` names it everywhere."""

    campaign: int
    contributor: str
    manifest: bytes
    content_root: bytes
    consent: bytes
    nonce: int

    def __post_init__(self) -> None:
        demand_one_form(self, "contribution/1", TYPES["Contribution"])

    def digest(self, domain: Domain) -> bytes:
        """EIP-712 digest, 32 bytes: what is signed and the contribution's id."""
        return typed_digest(domain, "Contribution", TYPES, message_of(self, TYPES["Contribution"]))


@record("signed-contribution", 1)
@dataclass(frozen=True)
class SignedContribution:
    """A contribution, its signature, and the salt that opens its anchor leaf (kept back until anchored)."""

    contribution: Contribution
    signature: bytes
    salt: bytes


def anchor_leaf(domain: Domain, campaign: int, salt: bytes, contributor: str, contribution: bytes) -> bytes:
    """The blinded commitment that goes into an anchor's tree."""
    types = ("bytes32", "address", "bytes32")
    return leaf(ANCHOR_TAG, domain.chain_id, domain.contract, campaign, types, (salt, contributor, contribution))
