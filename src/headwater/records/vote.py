"""Votes: a commit bound to chain, contract, item, round and reviewer, then its opening (settlement.md section 4)."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.primitives.abi import abi_hash, leaf, tag
from headwater.primitives.eip712 import Domain, typed_digest
from headwater.records import codec
from headwater.records.codec import record
from headwater.records.signed import demand_one_form, message_of

ACCEPT, REJECT = 1, 0
COMMIT_TAG = "headwater.commit.v1"
_VOTE_TAG = tag("headwater.vote.v1")
TYPES = {
    "VoteCommit": (
        ("campaign", "uint256"),
        ("item", "uint32"),
        ("round", "uint8"),
        ("reviewer", "address"),
        ("commit", "bytes32"),
    )
}


@dataclass(frozen=True)
class Evidence:
    """Where a reviewer saw it: milliseconds from the episode's start."""

    code: str
    start_ms: int
    end_ms: int


@record("vote-reasons", 1)
@dataclass(frozen=True)
class Reasons:
    """Why: reason codes with evidence; a rejecting vote without one is refused."""

    evidence: tuple[Evidence, ...]
    comment: str


@record("ballot", 1)
@dataclass(frozen=True)
class Ballot:
    """The opening of a commit.

    Attributes:
        item: number in the campaign's queue.
        round: 0-based draw round of the item.
        verdict: ``ACCEPT`` or ``REJECT``.
        salt: 32 bytes.
    """

    campaign: int
    item: int
    round: int
    reviewer: str
    verdict: int
    reasons: Reasons
    salt: bytes

    def commit(self, domain: Domain) -> bytes:
        """The 32 bytes the reviewer commits to; worthless to anyone else and for any other item."""
        types = (
            "bytes32",
            "uint256",
            "address",
            "uint256",
            "uint32",
            "uint8",
            "address",
            "uint8",
            "bytes32",
            "bytes32",
        )
        reasons = codec.digest(self.reasons)
        head = (_VOTE_TAG, domain.chain_id, domain.contract, self.campaign, self.item, self.round)
        return abi_hash(types, (*head, self.reviewer, self.verdict, reasons, self.salt))


@record("vote-commit", 1)
@dataclass(frozen=True)
class VoteCommit:
    """A signed commit, as an operator collects it before posting the commit root."""

    campaign: int
    item: int
    round: int
    reviewer: str
    commit: bytes
    signature: bytes

    def __post_init__(self) -> None:
        demand_one_form(self, "vote-commit/1", TYPES["VoteCommit"])

    def digest(self, domain: Domain) -> bytes:
        """EIP-712 digest the reviewer signs."""
        return typed_digest(domain, "VoteCommit", TYPES, message_of(self, TYPES["VoteCommit"]))

    def leaf(self, domain: Domain) -> bytes:
        """Leaf of the commit tree whose root goes on chain before any reveal."""
        types = ("uint32", "uint8", "address", "bytes32")
        values = (self.item, self.round, self.reviewer, self.commit)
        return leaf(COMMIT_TAG, domain.chain_id, domain.contract, self.campaign, types, values)
