"""A reviewer's vote: ballot, commit, signature."""

from __future__ import annotations

import secrets

from headwater.client.ports import Gateway
from headwater.primitives.eip712 import Domain, Signer
from headwater.records.vote import Ballot, Evidence, Reasons, VoteCommit


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

    Args:
        verdict: ``records.vote.ACCEPT`` or ``REJECT``; a rejection needs evidence.
    """
    reasons = Reasons(evidence, comment)
    ballot = Ballot(campaign, item, round_, signer.address, verdict, reasons, secrets.token_bytes(32))
    commit = ballot.commit(domain)
    unsigned = VoteCommit(campaign, item, round_, signer.address, commit, b"")
    signature = signer.sign_digest(unsigned.digest(domain))
    gateway.vote(VoteCommit(campaign, item, round_, signer.address, commit, signature), ballot)
    return ballot
