"""Everything the chain says, folded from events in order: the one reading of history that node, client and audit share.

Pure: feed it events, ask it facts. It keeps preimages (terms, anchors, settlements, versions), because the chain itself
keeps only their hashes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import singledispatchmethod

from headwater.catalog.errors import UnknownIdError
from headwater.catalog.institutions import Institutions
from headwater.chain import events as ev
from headwater.chain.stakes import REVIEWER_ROLE
from headwater.chain.structs import ACCEPTED, Anchor, Closing, Posted, ShareProof, Terms, Version
from headwater.review.draw import Candidate, eligible

ADMITTED = 1


@dataclass
class CampaignFacts:
    """One campaign as events tell it. Items count from 0 over all its anchors.

    Attributes:
        weights: reviewers by leaf as each anchor sealed them, by its first item.
        commit_roots: event of each round's root, by first item, round and operator.
        own_commits, reveals: events by item, round and reviewer.
    """

    id: int
    terms: Terms
    funded: int
    funded_at: ev.Position
    refunded: int = 0
    lapsed_from: int | None = None
    anchors: dict[int, Anchor] = field(default_factory=dict)
    seeds: dict[int, bytes] = field(default_factory=dict)
    weights: dict[int, tuple[Candidate, ...]] = field(default_factory=dict)
    commit_roots: dict[tuple[int, int, str], ev.VotesCommitted] = field(default_factory=dict)
    own_commits: dict[tuple[int, int, str], ev.VoteCommitted] = field(default_factory=dict)
    reveals: dict[tuple[int, int, str], ev.VoteRevealed] = field(default_factory=dict)
    settlements: list[int] = field(default_factory=list)
    closings: list[ClosingFacts] = field(default_factory=list)

    @property
    def closing(self) -> ClosingFacts | None:
        """The closing of the pool that stands, pending or final."""
        return self.closings[-1] if self.closings and self.closings[-1].standing else None

    @property
    def anchored(self) -> int:
        """Items in the queue."""
        return sum(a.count for a in self.anchors.values())

    def pool_of(self, item: int, contributor: str) -> tuple[Candidate, ...]:
        """Who can be drawn for an item: as its anchor sealed the weights, less its contributor and its anchorer."""
        anchor = self.anchor_of(item)
        return eligible(self.weights[anchor.first_item], (contributor, anchor.anchorer))

    def anchor_of(self, item: int) -> Anchor:
        """The anchor an item lies in.

        Raises:
            UnknownIdError: there is no such item.
        """
        for anchor in self.anchors.values():
            if anchor.first_item <= item < anchor.first_item + anchor.count:
                return anchor
        allowed = f"0 to {self.anchored - 1}" if self.anchors else "none yet"
        fix = f"see 'headwater campaign show {self.id}'; an item has a number once it is anchored"
        raise UnknownIdError(f"item {item} of campaign {self.id}", actual="unknown", allowed=allowed, fix=fix)


@dataclass
class ItemDispute:
    """A dispute of one item; ``ruling`` once the arbitrator gave one, ``outcome`` once that was carried out."""

    number: int
    item: int
    challenger: str
    opened: ev.DisputeOpened
    evidence: list[tuple[str, str]] = field(default_factory=list)
    ruling: int | None = None
    outcome: int | None = None
    fined: int = 0
    closed_at: ev.Position | None = None


@dataclass
class SettlementFacts:
    """One posted settlement.

    Attributes:
        claimed: pay indices of claims, pushes excluded (they name only sums).
        disputes: of its items, by item.
        held: holds of pay leaves not yet lifted, by index; cuts: what was cut of a leaf.
        calls: for evidence, by place.
        void_items: copies that are not paid.
        final_at: from when claims run, as far as suspensions moved it.
    """

    posted: Posted
    verdicts: bytes
    at: ev.Position
    voided_by: str | None = None
    collected: bool = False
    claimed: set[int] = field(default_factory=set)
    pushed: list[tuple[int, int, int]] = field(default_factory=list)
    released: bool = False
    disputes: dict[int, ItemDispute] = field(default_factory=dict)
    held: dict[int, int] = field(default_factory=dict)
    cuts: dict[int, int] = field(default_factory=dict)
    calls: dict[int, CallFacts] = field(default_factory=dict)
    void_items: set[int] = field(default_factory=set)
    suspensions: int = 0
    final_at: int = 0

    @property
    def standing(self) -> bool:
        """Not voided."""
        return self.voided_by is None


@dataclass
class CallFacts:
    """A call for evidence; ``answer`` is the event that answered it."""

    by: str
    due: int
    answer: ev.Answered | ev.PayAnswered | None = None
    closed: bool = False

    @property
    def open(self) -> bool:
        """Nobody has answered, and the settlement is not void for it."""
        return self.answer is None and not self.closed


@dataclass(frozen=True)
class Sale:
    """One licence bought; ``purpose`` and ``region`` are the bits the buyer declared."""

    buyer: str
    to: str
    offer: int
    licence: int
    price: int
    purpose: int
    region: int
    at: ev.Position


@dataclass
class VersionFacts:
    """One dataset version and its money.

    Attributes:
        voided_by: who proved its shares wrong.
        carried: (other version, gross): positive where it came from a void one, negative where it went.
        calls: share leaves somebody called for; what was shown of them.
    """

    version: Version
    settlements: tuple[int, ...]
    publisher: str
    at: ev.Position
    sales: list[Sale] = field(default_factory=list)
    share_claims: list[tuple[int, str, int]] = field(default_factory=list)
    owner_claims: list[tuple[str, int]] = field(default_factory=list)
    fee_claims: list[tuple[str, int]] = field(default_factory=list)
    voided_by: str | None = None
    carried: list[tuple[int, int]] = field(default_factory=list)
    calls: dict[int, ShareProof | None] = field(default_factory=dict)

    @property
    def sold(self) -> int:
        """What buyers of this version paid, smallest units."""
        return sum(sale.price for sale in self.sales)

    @property
    def gross(self) -> int:
        """What is split here: sales, and what was carried from void versions; nothing of what was carried away."""
        return self.sold + sum(amount for _, amount in self.carried)

    @property
    def standing(self) -> bool:
        """Not void."""
        return self.voided_by is None


@dataclass
class ClosingFacts:
    """One closing of a pool; ``claims`` are (share, account, amount), ``calls`` leaves somebody called for."""

    closing: Closing
    settlements: tuple[int, ...]
    at: ev.Position
    voided_by: str | None = None
    collected: bool = False
    released: bool = False
    claims: list[tuple[int, str, int]] = field(default_factory=list)
    calls: dict[int, ShareProof | None] = field(default_factory=dict)

    @property
    def standing(self) -> bool:
        """Not void."""
        return self.voided_by is None


@dataclass
class DatasetFacts:
    """One dataset; versions by number."""

    id: int
    campaign: int
    owner: str
    versions: dict[int, VersionFacts] = field(default_factory=dict)


class Ledger:
    """State after the events applied so far."""

    def __init__(self) -> None:
        self.campaigns: dict[int, CampaignFacts] = {}
        self.settlements: dict[int, SettlementFacts] = {}
        self.datasets: dict[int, DatasetFacts] = {}
        self.withdrawn: set[tuple[int, bytes]] = set()
        self.shown: dict[bytes, tuple[int, int]] = {}  # settlement key and item by content root
        self.holders: dict[str, ev.HolderRegistered] = {}
        self.disputes: dict[int, ItemDispute] = {}
        self.institutions = Institutions()
        self.leaves: tuple[Candidate, ...] = ()
        self.admitted: dict[str, bool] = {}  # what the newest row taken in says; who is not in it has none
        self._stakes: list[tuple[int, int, str, int]] = []

    @classmethod
    def of(cls, history: Iterable[ev.Event]) -> Ledger:
        """The ledger of a whole history."""
        ledger = cls()
        for event in history:
            ledger.apply(event)
        return ledger

    def campaign(self, number: int) -> CampaignFacts:
        """A campaign's facts.

        Raises:
            UnknownIdError: there is none.
        """
        try:
            return self.campaigns[number]
        except KeyError:
            raise _unknown("campaign", number, self.campaigns) from None

    def settlement(self, key: int) -> SettlementFacts:
        """A settlement's facts; UnknownIdError if there is none."""
        try:
            return self.settlements[key]
        except KeyError:
            raise _unknown("settlement", key, self.settlements) from None

    def dispute(self, number: int) -> ItemDispute:
        """A dispute of an item by its arbitrator's number; UnknownIdError if there is none."""
        try:
            return self.disputes[number]
        except KeyError:
            raise _unknown("dispute", number, self.disputes) from None

    def dataset(self, number: int) -> DatasetFacts:
        """A dataset's facts; UnknownIdError if there is none."""
        try:
            return self.datasets[number]
        except KeyError:
            raise _unknown("dataset", number, self.datasets) from None

    def version(self, dataset: int, number: int = 0) -> VersionFacts:
        """A version's facts, the latest for 0; UnknownIdError if there is none."""
        versions = self.dataset(dataset).versions
        try:
            return versions[number or max(versions, default=0)]
        except KeyError:
            raise _unknown(f"version of dataset {dataset}", number, versions) from None

    def standing(self, campaign: int) -> list[SettlementFacts]:
        """A campaign's settlements that were not voided, in queue order."""
        rows = (self.settlements[key] for key in self.campaign(campaign).settlements)
        return sorted((s for s in rows if s.standing), key=lambda s: s.posted.first_item)

    def attempts(self, campaign: int, first_item: int) -> list[SettlementFacts]:
        """Every settlement posted for a first item, attempt 0 first."""
        rows = (self.settlements[key] for key in self.campaign(campaign).settlements)
        return [s for s in rows if s.posted.first_item == first_item]

    def stakes_at(self, role: int, block: int) -> dict[str, int]:
        """Stake by account for a role, as it stood at the end of a block."""
        stakes: dict[str, int] = {}
        for at, held, account, stake in self._stakes:
            if held == role and at <= block:
                stakes[account] = stake
        return {account: stake for account, stake in stakes.items() if stake}

    def unsynced(self, entry: bool) -> list[str]:
        """Accounts whose weight in the draw is not what it must be: their reviewer stake, or 0.

        Args:
            entry: whether an epoch is final, so that newcomers need a row.
        """
        head = max((block for block, *_ in self._stakes), default=0)
        known = {c.address for c in self.leaves}
        stakes = {
            who: stake
            for who, stake in self.stakes_at(REVIEWER_ROLE, head).items()
            if self.admitted.get(who, who in known or not entry)
        }
        weights = {c.address: c.stake for c in self.leaves if c.stake}
        return sorted(a for a in stakes.keys() | weights.keys() if stakes.get(a) != weights.get(a))

    @singledispatchmethod
    def apply(self, event: ev.Event) -> None:
        """Take in the next event; what is no campaign's, dataset's or stake's is the institutions' matter."""
        self.institutions.apply(event)

    @apply.register
    def _(self, e: ev.Funded) -> None:
        self.campaigns[e.campaign] = CampaignFacts(e.campaign, e.terms, e.amount, e.at)

    @apply.register
    def _(self, e: ev.ToppedUp) -> None:
        self.campaigns[e.campaign].funded += e.amount

    @apply.register
    def _(self, e: ev.Refunded) -> None:
        self.campaigns[e.campaign].refunded += e.amount

    @apply.register
    def _(self, e: ev.Lapsed) -> None:
        self.campaigns[e.campaign].lapsed_from = e.first_item

    @apply.register
    def _(self, e: ev.Anchored) -> None:
        facts = self.campaigns[e.campaign]
        facts.anchors[e.anchor.first_item] = e.anchor
        facts.weights[e.anchor.first_item] = self.leaves

    @apply.register
    def _(self, e: ev.SeedRecorded) -> None:
        self.campaigns[e.campaign].seeds[e.first_item] = e.seed

    @apply.register
    def _(self, e: ev.VotesCommitted) -> None:
        self.campaigns[e.campaign].commit_roots[(e.first_item, e.round, e.operator)] = e

    @apply.register
    def _(self, e: ev.VoteCommitted) -> None:
        self.campaigns[e.campaign].own_commits[(e.item, e.round, e.reviewer)] = e

    @apply.register
    def _(self, e: ev.VoteRevealed) -> None:
        self.campaigns[e.campaign].reveals[(e.item, e.ballot.round, e.reviewer)] = e

    @apply.register
    def _(self, e: ev.Synced) -> None:
        leaves = list(self.leaves)
        leaves[e.leaf : e.leaf + 1] = [Candidate(e.account, e.weight)]
        self.leaves = tuple(leaves)

    @apply.register
    def _(self, e: ev.Heeded) -> None:
        self.admitted[e.account] = e.standing == ADMITTED

    @apply.register
    def _(self, e: ev.Settled) -> None:
        self.settlements[e.key] = SettlementFacts(e.posted, e.verdicts, e.at, final_at=e.posted.final_at)
        self.campaigns[e.campaign].settlements.append(e.key)

    @apply.register
    def _(self, e: ev.Voided) -> None:
        self.settlements[e.key].voided_by = e.watcher

    @apply.register
    def _(self, e: ev.Collected) -> None:
        self.settlements[e.key].collected = True

    @apply.register
    def _(self, e: ev.Claimed) -> None:
        self.settlements[e.key].claimed.add(e.index)

    @apply.register
    def _(self, e: ev.Pushed) -> None:
        self.settlements[e.key].pushed.append((e.from_, e.count, e.paid))

    @apply.register
    def _(self, e: ev.Released) -> None:
        self.settlements[e.key].released = True

    @apply.register
    def _(self, e: ev.LeafHeld) -> None:
        held = self.settlements[e.key].held
        held[e.index] = held.get(e.index, 0) + 1

    @apply.register
    def _(self, e: ev.LeafFreed) -> None:
        facts = self.settlements[e.key]
        facts.held[e.index] -= 1
        facts.cuts[e.index] = facts.cuts.get(e.index, 0) + e.cut

    @apply.register
    def _(self, e: ev.Suspended) -> None:
        self.settlements[e.key].suspensions += 1

    @apply.register
    def _(self, e: ev.Resumed) -> None:
        facts = self.settlements[e.key]
        facts.suspensions -= 1
        facts.final_at = max(facts.final_at, e.final_at)

    @apply.register
    def _(self, e: ev.DisputeOpened) -> None:
        made = ItemDispute(e.dispute, e.item.item, e.challenger, e)
        self.disputes[e.dispute] = made
        self.settlements[e.key].disputes[e.item.item] = made

    @apply.register
    def _(self, e: ev.EvidenceGiven) -> None:
        self.disputes[e.evidence_group_id].evidence.append((e.party, e.evidence))

    @apply.register
    def _(self, e: ev.ItemRuled) -> None:
        self.disputes[e.dispute_id].ruling = e.ruling

    @apply.register
    def _(self, e: ev.DisputeClosed) -> None:
        made = self.disputes[e.dispute]
        made.outcome, made.fined, made.closed_at = e.outcome, e.fined, e.at

    @apply.register
    def _(self, e: ev.Called) -> None:
        self.settlements[e.key].calls[e.place] = CallFacts(e.by, e.due)

    @apply.register
    def _(self, e: ev.Answered) -> None:
        self.settlements[e.key].calls[e.place].answer = e

    @apply.register
    def _(self, e: ev.PayAnswered) -> None:
        self.settlements[e.key].calls[e.place].answer = e

    @apply.register
    def _(self, e: ev.CallExpired) -> None:
        self.settlements[e.key].calls[e.place].closed = True

    @apply.register
    def _(self, e: ev.CallClosed) -> None:
        self.settlements[e.key].calls[e.place].closed = True

    @apply.register
    def _(self, e: ev.ItemVoided) -> None:
        self.settlements[e.key].void_items.add(e.item)

    @apply.register
    def _(self, e: ev.ContentShown) -> None:
        self.shown[e.content_root] = (e.key, e.item)

    @apply.register
    def _(self, e: ev.Closed) -> None:
        self.campaigns[e.campaign].closings.append(ClosingFacts(e.closing, e.settlements, e.at))

    @apply.register
    def _(self, e: ev.ClosingVoided) -> None:
        self.campaigns[e.campaign].closings[e.attempt].voided_by = e.watcher

    @apply.register
    def _(self, e: ev.ClosingCollected) -> None:
        self.campaigns[e.campaign].closings[-1].collected = True  # the next one waits for it

    @apply.register
    def _(self, e: ev.ClosingReleased) -> None:
        self.campaigns[e.campaign].closings[-1].released = True

    @apply.register
    def _(self, e: ev.PoolClaimed) -> None:
        self.campaigns[e.campaign].closings[-1].claims.append((e.index, e.account, e.amount))

    @apply.register
    def _(self, e: ev.PoolShareCalled) -> None:
        self._closing(e.tree).calls[e.index] = None

    @apply.register
    def _(self, e: ev.PoolShareShown) -> None:
        self._closing(e.tree).calls[e.index] = e.leaf

    @apply.register
    def _(self, e: ev.DatasetCreated) -> None:
        self.datasets[e.dataset] = DatasetFacts(e.dataset, e.campaign, e.owner)

    @apply.register
    def _(self, e: ev.DatasetMoved) -> None:
        if e.token_id in self.datasets:
            self.datasets[e.token_id].owner = e.to

    @apply.register
    def _(self, e: ev.Published) -> None:
        facts = VersionFacts(e.version, e.settlements, e.publisher, e.at)
        self.datasets[e.dataset].versions[e.version.number] = facts

    @apply.register
    def _(self, e: ev.Sold) -> None:
        sale = Sale(e.buyer, e.to, e.offer, e.licence, e.price, e.purpose, e.region, e.at)
        self._version(e.key).sales.append(sale)

    @apply.register
    def _(self, e: ev.ShareClaimed) -> None:
        self._version(e.key).share_claims.append((e.index, e.account, e.amount))

    @apply.register
    def _(self, e: ev.OwnerClaimed) -> None:
        self._version(e.key).owner_claims.append((e.owner, e.amount))

    @apply.register
    def _(self, e: ev.FeeClaimed) -> None:
        self._version(e.key).fee_claims.append((e.treasury, e.amount))

    @apply.register
    def _(self, e: ev.VersionVoided) -> None:
        self._version(e.key).voided_by = e.watcher

    @apply.register
    def _(self, e: ev.Carried) -> None:
        self._version(e.from_).carried.append((e.to, -e.gross))
        self._version(e.to).carried.append((e.from_, e.gross))

    @apply.register
    def _(self, e: ev.ShareCalled) -> None:
        self._version(e.tree).calls[e.index] = None

    @apply.register
    def _(self, e: ev.ShareShown) -> None:
        self._version(e.tree).calls[e.index] = e.leaf

    @apply.register
    def _(self, e: ev.ConsentWithdrawn) -> None:
        self.withdrawn.add((e.campaign, e.contribution))

    @apply.register
    def _(self, e: ev.HolderRegistered) -> None:
        self.holders[e.account] = e

    @apply.register
    def _(self, e: ev.Joined) -> None:
        self._stakes.append((e.at.block, e.role, e.account, e.stake))

    @apply.register
    def _(self, e: ev.StakeSlashed) -> None:
        self._stakes.append((e.at.block, e.role, e.account, e.stake))

    @apply.register
    def _(self, e: ev.Left) -> None:
        self._stakes.append((e.at.block, e.role, e.account, 0))

    def _closing(self, tree: int) -> ClosingFacts:
        return self.campaigns[tree >> 32].closings[tree & 0xFFFFFFFF]

    def _version(self, key: int) -> VersionFacts:
        return self.datasets[key >> 32].versions[key & 0xFFFFFFFF]


def accepted(verdicts: bytes, position: int) -> bool:
    """Whether the verdict byte at a position of a settlement's calldata says accept."""
    return verdicts[2 * position] == ACCEPTED


def _unknown(what: str, number: int, known: Iterable[int]) -> UnknownIdError:
    ids = sorted(known)
    shown = ", ".join(str(i) for i in ids[:8]) + (" ..." if len(ids) > 8 else "") if ids else "none yet"
    return UnknownIdError(
        f"{what} {number}", actual="unknown on this chain", allowed=shown, fix="list them with 'headwater search'"
    )
