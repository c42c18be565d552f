"""A reviewer's vote: ballot, commit, signature."""

from __future__ import annotations

from headwater.client.ports import Gateway
from headwater.primitives.eip712 import Domain, Signer, typed_digest
from headwater.primitives.hashing import keccak256
from headwater.records import codec
from headwater.records.vote import Ballot, Evidence, Reasons, VoteCommit

_SALT = {
    "VoteSalt": (
        ("campaign", "uint256"),
        ("item", "uint32"),
        ("round", "uint8"),
        ("reviewer", "address"),
        ("verdict", "uint8"),
        ("reasons", "bytes32"),
    )
}


def vote(
    domain: Domain,
    signer: Signer,
    gateway: Gateway,
    campaign: int,
    item: int,
    round_: int,
    verdict: int,
    evidence: tuple[Evidence, ...] = (),
    comment: str = "",
) -> Ballot:
    """Commits to a verdict and opens it to the operator; other reviewers see neither before the item closes.

    The same vote again gives the same commit, however often it is sent. Another verdict or other reasons for the same
    item and round give another one: whoever holds both signatures takes the reviewer's least stake.

    Args:
        verdict: ``records.vote.ACCEPT`` or ``REJECT``; a rejection needs evidence.
    """
    reasons = Reasons(evidence, comment)
    salt = salt_of(domain, signer, campaign, item, round_, verdict, codec.digest(reasons))
    ballot = Ballot(campaign, item, round_, signer.address, verdict, reasons, salt)
    commit = ballot.commit(domain)
    unsigned = VoteCommit(campaign, item, round_, signer.address, commit, b"")
    signature = signer.sign_digest(unsigned.digest(domain))
    gateway.vote(VoteCommit(campaign, item, round_, signer.address, commit, signature), ballot)
    return ballot


def salt_of(
    domain: Domain, signer: Signer, campaign: int, item: int, round_: int, verdict: int, reasons: bytes
) -> bytes:
    """A salt only the reviewer can make, always the same for the same vote: the hash of his signature over it."""
    message = {
        "campaign": campaign,
        "item": item,
        "round": round_,
        "reviewer": signer.address,
        "verdict": verdict,
        "reasons": reasons,
    }
    return keccak256(signer.sign_digest(typed_digest(domain, "VoteSalt", _SALT, message)))
