"""A reviewer's vote: ballot, commit, signature."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.chain import waiting
from headwater.chain.events import VoteCommitted
from headwater.chain.ports import TransactionSigner
from headwater.chain.stakes import REVIEWER_ROLE
from headwater.client.network import Network
from headwater.client.ports import Gateway
from headwater.client.watch_votes import opening_of
from headwater.primitives.eip712 import Domain, Signer, typed_digest
from headwater.primitives.hashing import keccak256
from headwater.records import codec
from headwater.records.vote import Ballot, Evidence, Reasons, VoteCommit
from headwater.review.final import tested

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
    ballot = ballot_of(domain, signer, (campaign, item, round_), verdict, Reasons(evidence, comment))
    commit = ballot.commit(domain)
    unsigned = VoteCommit(campaign, item, round_, signer.address, commit, b"")
    signature = signer.sign_digest(unsigned.digest(domain))
    gateway.vote(VoteCommit(campaign, item, round_, signer.address, commit, signature), ballot)
    return ballot


def vote_on_chain(
    network: Network, signer: TransactionSigner, place: tuple[int, int, int], verdict: int, reasons: Reasons
) -> Ballot:
    """Commits and opens a vote on chain, for whom no operator listens to; within his turn it must be counted.

    Args:
        place: campaign, item, round. reasons: published, for the contributor to read.
    """
    campaigns, chain = network.contracts.campaigns, network.contracts.chain
    ballot = ballot_of(network.contracts.campaigns_domain, signer, place, verdict, reasons)
    network.put(reasons)
    commit = ballot.commit(network.contracts.campaigns_domain)
    made = campaigns.commit_vote(signer, *place, commit).only(VoteCommitted)
    waiting.for_time(chain, made.time + 1)
    campaigns.reveal_vote(signer, opening_of(ballot), made.time)
    return ballot


def ballot_of(domain: Domain, signer: Signer, place: tuple[int, int, int], verdict: int, reasons: Reasons) -> Ballot:
    """A reviewer's ballot for campaign, item and round, with the salt that is always the same for the same vote."""
    salt = salt_of(domain, signer, *place, verdict, codec.digest(reasons))
    return Ballot(*place, signer.address, verdict, reasons, salt)


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


@dataclass(frozen=True)
class ReviewerStanding:
    """Where a reviewer stands, from final settlements and the chain alone.

    Attributes:
        state: ``none`` (no stake), ``newcomer``, ``drawn``, ``suspended``, or ``waiting`` for somebody to show the draw
            what is known.
        draw_weight: smallest units of the network token.
        entry_left: gold answers to give before the first draw; entry_right of entry_given were right.
        gold_given: answers on gold as a reviewer; gold_accuracy: balanced, in 1/10,000, ``None`` until both kinds came.
        weight: of a vote, milli log-odds, in the newest final epoch.
    """

    reviewer: str
    state: str
    draw_weight: int
    entry_left: int
    entry_given: int
    entry_right: int
    gold_given: int
    gold_accuracy: int | None
    weight: int


def standing_of(network: Network, reviewer: str) -> ReviewerStanding:
    """How an account stands as a reviewer now."""
    contracts, now = network.contracts, network.contracts.chain.now()
    found = tested(network.finals().at(now), now, reviewer)
    weight, needs_entry = contracts.reviewers.weight(reviewer), contracts.reputation.latest() > 0
    known = {c.address for c in network.ledger().leaves}
    admitted = network.ledger().admitted.get(reviewer, reviewer in known or not needs_entry)
    if not contracts.stakes.has_role(reviewer, REVIEWER_ROLE):
        state = "none"
    elif weight:
        state = "drawn"
    elif network.ledger().admitted.get(reviewer) is False:
        state = "suspended"
    else:
        state = "waiting" if admitted or not found.left else "newcomer"
    given = len(found.entry)
    left = found.left if state == "newcomer" else 0
    gold = found.tally.accepts + found.tally.rejects, found.tally.balanced
    vote_weight = network.cited_at(now).weight(reviewer)
    return ReviewerStanding(reviewer, state, weight, left, given, sum(found.entry), *gold, vote_weight)
