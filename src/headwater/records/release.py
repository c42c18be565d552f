"""What is signed when a key is asked for and given: the request, the receipt, and the part between them.

Both messages carry chain id and contract in their domain and campaign and dataset in their fields (spec/keys.md, 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from headwater.primitives.eip712 import Domain, Types, typed_digest
from headwater.records.codec import record
from headwater.records.signed import demand_one_form, message_of

REQUEST_TYPES: Types = {
    "ReleaseRequest": (
        ("role", "string"),
        ("campaign", "uint256"),
        ("dataset", "uint256"),
        ("version", "uint32"),
        ("licence", "bytes32"),
        ("contribution", "bytes32"),
        ("holder", "address"),
        ("requester", "address"),
        ("recipientKey", "bytes32"),
        ("expiry", "uint64"),
        ("nonce", "bytes32"),
    )
}
RECEIPT_TYPES: Types = {
    "ReleaseReceipt": (
        ("request", "bytes32"),
        ("role", "string"),
        ("campaign", "uint256"),
        ("dataset", "uint256"),
        ("version", "uint32"),
        ("licence", "bytes32"),
        ("contribution", "bytes32"),
        ("holder", "address"),
        ("requester", "address"),
        ("envelope", "bytes32"),
        ("commitment", "bytes32"),
        ("part", "bytes32"),
        ("time", "uint64"),
    )
}


class Role(StrEnum):
    """Why somebody may read: each is a fact on chain, never a setting."""

    BUYER = "buyer"
    CHECKER = "checker"
    CONTRIBUTOR = "contributor"
    REQUESTER = "requester"


@record("release-request", 1)
@dataclass(frozen=True)
class ReleaseRequest:
    """One reader asks one holder for one contribution's part. Fields in any but their one form raise RecordError.

    Attributes:
        role: a ``Role`` value.
        campaign: the campaign the contribution was signed for.
        dataset, version, licence: what was bought; zero for other roles than buyer. ``licence`` is the ERC-1155 id,
            32 bytes big endian (a record's integers end at 64 bits).
        contribution: its EIP-712 digest, 32 bytes.
        holder: whom this request is for; another holder refuses it.
        recipient_key: X25519 public key the part is to be sealed to, 32 bytes.
        expiry: chain time, Unix seconds; from then on holders refuse.
        nonce: 32 random bytes; a holder answers a nonce of one requester once.
    """

    role: str
    campaign: int
    dataset: int
    version: int
    licence: bytes
    contribution: bytes
    holder: str
    requester: str
    recipient_key: bytes
    expiry: int
    nonce: bytes

    def __post_init__(self) -> None:
        demand_one_form(self, "release-request/1", REQUEST_TYPES["ReleaseRequest"])

    @property
    def replay_key(self) -> tuple[str, bytes]:
        """What a holder remembers until the request has expired."""
        return self.requester, self.nonce

    def digest(self, domain: Domain) -> bytes:
        """EIP-712 digest, 32 bytes: what the requester signs."""
        return typed_digest(domain, "ReleaseRequest", REQUEST_TYPES, message_of(self, REQUEST_TYPES["ReleaseRequest"]))


@record("signed-release-request", 1)
@dataclass(frozen=True)
class SignedReleaseRequest:
    """A request, its signature, and the proof its role needs.

    Attributes:
        signature: 65 bytes r, s, v; or what the requester's contract wallet accepts.
        proof: canonical bytes that the holder's entitlements binding reads; the vault does not look inside.
    """

    request: ReleaseRequest
    signature: bytes
    proof: bytes


@record("key-part", 1)
@dataclass(frozen=True)
class KeyPart:
    """A holder's share, sealed to the requester: index, holder's account, 81-byte HPKE ciphertext."""

    index: int
    holder: str
    sealed: bytes


@record("release-receipt", 1)
@dataclass(frozen=True)
class ReleaseReceipt:
    """A holder's statement that it gave its part.

    Attributes:
        request: EIP-712 digest of the request that was answered, 32 bytes.
        envelope: digest of the key envelope record whose share was asked for, 32 bytes.
        commitment: commitment of the share the holder says it sealed: another than that envelope's proves a fault.
        part: sha256 of the sealed part, 32 bytes.
        time: chain time of the decision, Unix seconds.
    """

    request: bytes
    role: str
    campaign: int
    dataset: int
    version: int
    licence: bytes
    contribution: bytes
    holder: str
    requester: str
    envelope: bytes
    commitment: bytes
    part: bytes
    time: int

    def __post_init__(self) -> None:
        demand_one_form(self, "release-receipt/1", RECEIPT_TYPES["ReleaseReceipt"])

    def digest(self, domain: Domain) -> bytes:
        """EIP-712 digest, 32 bytes: what the holder signs."""
        return typed_digest(domain, "ReleaseReceipt", RECEIPT_TYPES, message_of(self, RECEIPT_TYPES["ReleaseReceipt"]))


@record("release", 1)
@dataclass(frozen=True)
class Release:
    """A holder's whole answer: the part, the receipt for it, and the holder's signature over the receipt."""

    part: KeyPart
    receipt: ReleaseReceipt
    signature: bytes
