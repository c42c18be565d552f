"""Campaigns: escrow, terms, the queue of anchored items, vote commits."""

from __future__ import annotations

from headwater.chain.contract import Contract
from headwater.chain.models import Permit, Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import Anchor, CommitRoot, Terms, VoteOpening
from headwater.chain.views import CampaignState, Pool, Revealed
from headwater.primitives.abi import abi_hash


class Campaigns(Contract):
    """All campaign money is held here; ids count from 1, items of a campaign from 0."""

    NAME = "Campaigns"

    def fund(self, signer: TransactionSigner, terms: Terms, amount: int) -> Receipt:
        """Open a campaign with approved tokens; emits ``Funded``."""
        return self._write(signer, "fund", terms, amount)

    def fund_with_permit(self, signer: TransactionSigner, terms: Terms, permit: Permit) -> Receipt:
        """Open a campaign in one transaction; the permit is for this contract and the whole amount."""
        tail = (permit.deadline, permit.v, permit.r, permit.s)
        return self._write(signer, "fundWithPermit", terms, permit.amount, *tail)

    def top_up(self, signer: TransactionSigner, campaign: int, terms: Terms, amount: int) -> Receipt:
        """Add to a campaign's escrow; anyone may."""
        return self._write(signer, "topUp", campaign, terms, amount)

    def refund(self, signer: TransactionSigner, campaign: int, terms: Terms, amount: int) -> Receipt:
        """Pay unreserved escrow back to the requester, after the deadline."""
        return self._write(signer, "refund", campaign, terms, amount)

    def lapse(self, signer: TransactionSigner, campaign: int, terms: Terms) -> Receipt:
        """Free the reserve of items nobody settled in time."""
        return self._write(signer, "lapse", campaign, terms)

    def reclaim(self, signer: TransactionSigner, campaign: int, terms: Terms, anchor: Anchor) -> Receipt:
        """Unlock the deposit of an anchor that lapsed unsettled."""
        return self._write(signer, "reclaim", campaign, terms, anchor)

    def pool(self, campaign: int) -> Pool:
        """What is left of a pool, and whether a closing stands."""
        return Pool.of(self._read("poolOf", campaign))

    def anchor(
        self, signer: TransactionSigner, campaign: int, terms: Terms, root: bytes, count: int, cid: bytes
    ) -> Receipt:
        """Append ``count`` blinded commitments as an operator; emits ``Anchored``."""
        return self._write(signer, "anchor", campaign, terms, root, count, cid)

    def anchor_direct(self, signer: TransactionSigner, campaign: int, terms: Terms, leaf: bytes, cid: bytes) -> Receipt:
        """Append the signer's own commitment; needs no role."""
        return self._write(signer, "anchorDirect", campaign, terms, leaf, cid)

    def record_seed(self, signer: TransactionSigner, campaign: int, anchor: Anchor) -> Receipt:
        """Store the block hash reviewers of this anchor are drawn from, once."""
        return self._write(signer, "recordSeed", campaign, anchor)

    def commit_votes(
        self, signer: TransactionSigner, campaign: int, first_item: int, round_: int, root: bytes, count: int
    ) -> Receipt:
        """Store the root of a round's vote commits, once; ``count`` is the anchor's. No reveal counts without it."""
        return self._write(signer, "commitVotes", campaign, first_item, round_, root, count)

    def commit_vote(self, signer: TransactionSigner, campaign: int, item: int, round_: int, commit: bytes) -> Receipt:
        """Store the signer's own vote commit, once."""
        return self._write(signer, "commitVote", campaign, item, round_, commit)

    def reveal_vote(self, signer: TransactionSigner, ballot: VoteOpening, time: int) -> Receipt:
        """Open on chain what its reviewer committed himself at ``time``; a second later at the earliest."""
        return self._write(signer, "revealVote", ballot, time)

    def reveal_vote_in(
        self, signer: TransactionSigner, ballot: VoteOpening, operator: str, first_item: int, at: CommitRoot
    ) -> Receipt:
        """The same for a commit in an operator's root over the anchor that begins with ``first_item``."""
        return self._write(signer, "revealVoteIn", ballot, operator, first_item, at)

    def reveal_of(self, campaign: int, item: int, round_: int, reviewer: str) -> Revealed:
        """A vote opened on chain."""
        return Revealed.of(self._read("revealOf", campaign, item, round_, reviewer))

    def state(self, campaign: int) -> CampaignState:
        return CampaignState.of(self._read("stateOf", campaign))

    def terms_hash(self, campaign: int) -> bytes:
        """``Terms.hash()`` of a campaign; the zero word if there is none."""
        return bytes(self._read("termsHash", campaign))

    def anchor_hash(self, campaign: int, first_item: int) -> bytes:
        """``Anchor.hash()`` of the anchor that starts at an item; the zero word if none does."""
        return bytes(self._read("anchorHash", campaign, first_item))

    def seed(self, campaign: int, first_item: int) -> bytes:
        """The recorded seed, or the zero word."""
        return bytes(self._read("seedOf", campaign, first_item))

    def commit_root_hash(self, campaign: int, first_item: int, round_: int, operator: str) -> bytes:
        """``H(abi.encode(root, count, time))`` of a stored commit root, or the zero word."""
        key = abi_hash(("uint256", "uint32", "uint8", "address"), (campaign, first_item, round_, operator))
        return bytes(self._read("commitRoots", key))

    def commit_hash(self, campaign: int, item: int, round_: int, reviewer: str) -> bytes:
        """``H(abi.encode(commit, time))`` of a reviewer's own commit, or the zero word."""
        key = abi_hash(("uint256", "uint32", "uint8", "address"), (campaign, item, round_, reviewer))
        return bytes(self._read("commits", key))

    def reserve_of(self, terms: Terms) -> int:
        """What one item reserves, as the contract reckons it."""
        return int(self._read("reserveOf", terms))

    def lapsed_from(self, campaign: int) -> int | None:
        """First item that lapsed, if any did."""
        found = int(self._read("lapsedFrom", campaign))
        return found - 1 if found else None

    def count(self) -> int:
        """Campaigns so far."""
        return int(self._read("campaignCount"))

    def anchor_count(self) -> int:
        """Anchors so far, over all campaigns."""
        return int(self._read("anchorCount"))
