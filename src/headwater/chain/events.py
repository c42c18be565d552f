"""Everything the contracts say, typed. A class is named as its event, a field as its argument in snake case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

from headwater.chain import interface
from headwater.chain.models import Log
from headwater.chain.structs import (
    Anchor,
    Closing,
    CourtWindows,
    Epoch,
    Item,
    Pay,
    Posted,
    Record,
    ReputationRow,
    ShareProof,
    Terms,
    UsageLink,
    Version,
    VoteOpening,
)

if TYPE_CHECKING:
    from headwater.chain.deployment import Deployment
    from headwater.chain.rpc import Chain


@dataclass(frozen=True, order=True)
class Position:
    """Where an event stands in the chain's order; ``block_hash`` is 32 bytes."""

    block: int
    index: int
    block_hash: bytes
    tx: str


@dataclass(frozen=True)
class Event:
    """Base of all events."""

    at: Position

    CONTRACT: ClassVar[str]
    NAME: ClassVar[str] = ""  # the event's name where the class has another


class _OfStakes(Event):
    CONTRACT = "Stakes"


@dataclass(frozen=True)
class Deposited(_OfStakes):
    account: str
    token: str
    amount: int


@dataclass(frozen=True)
class WithdrawRequested(_OfStakes):
    account: str
    token: str
    amount: int
    ready_at: int


@dataclass(frozen=True)
class Withdrawn(_OfStakes):
    account: str
    token: str
    amount: int


@dataclass(frozen=True)
class Locked(_OfStakes):
    account: str
    token: str
    amount: int


@dataclass(frozen=True)
class Unlocked(_OfStakes):
    account: str
    token: str
    amount: int


@dataclass(frozen=True)
class Slashed(_OfStakes):
    account: str
    token: str
    amount: int
    watcher: str
    rewarded: int


@dataclass(frozen=True)
class Joined(_OfStakes):
    account: str
    role: int
    amount: int
    stake: int


@dataclass(frozen=True)
class Left(_OfStakes):
    account: str
    role: int
    stake: int
    ready_at: int


@dataclass(frozen=True)
class StakeHeld(_OfStakes):
    """``held`` is what open votes may cost the account in all."""

    account: str
    role: int
    amount: int
    held: int


@dataclass(frozen=True)
class StakeFreed(_OfStakes):
    account: str
    role: int
    amount: int
    held: int


@dataclass(frozen=True)
class StakeSlashed(_OfStakes):
    """``stake`` is what is left of it; part of ``amount`` may have come from what was leaving."""

    account: str
    role: int
    amount: int
    stake: int
    beneficiary: str
    rewarded: int


@dataclass(frozen=True)
class Awarded(_OfStakes):
    """A keeper gave of the collateral that slashes left it."""

    keeper: str
    account: str
    token: str
    amount: int


@dataclass(frozen=True)
class StakeWithdrawn(_OfStakes):
    account: str
    role: int
    amount: int


@dataclass(frozen=True)
class HolderRegistered(_OfStakes):
    index: int
    account: str
    public_key: bytes
    endpoint: str


class _OfCampaigns(Event):
    CONTRACT = "Campaigns"


@dataclass(frozen=True)
class Funded(_OfCampaigns):
    campaign: int
    requester: str
    amount: int
    terms: Terms


@dataclass(frozen=True)
class ToppedUp(_OfCampaigns):
    campaign: int
    from_: str
    amount: int


@dataclass(frozen=True)
class Refunded(_OfCampaigns):
    campaign: int
    requester: str
    amount: int


@dataclass(frozen=True)
class Lapsed(_OfCampaigns):
    campaign: int
    first_item: int
    unreserved: int


@dataclass(frozen=True)
class Anchored(_OfCampaigns):
    campaign: int
    anchorer: str
    anchor: Anchor


@dataclass(frozen=True)
class DepositReclaimed(_OfCampaigns):
    campaign: int
    first_item: int
    anchorer: str
    amount: int


@dataclass(frozen=True)
class SeedRecorded(_OfCampaigns):
    campaign: int
    first_item: int
    seed: bytes
    late: bool


@dataclass(frozen=True)
class VotesCommitted(_OfCampaigns):
    campaign: int
    first_item: int
    operator: str
    round: int
    root: bytes
    count: int
    time: int


@dataclass(frozen=True)
class VoteCommitted(_OfCampaigns):
    campaign: int
    item: int
    reviewer: str
    round: int
    commit: bytes
    time: int


@dataclass(frozen=True)
class VoteRevealed(_OfCampaigns):
    """``time`` is when; the settlements posted later count it."""

    campaign: int
    item: int
    reviewer: str
    ballot: VoteOpening
    time: int


@dataclass(frozen=True)
class Credited(_OfCampaigns):
    campaign: int
    amount: int


@dataclass(frozen=True)
class PoolPaid(_OfCampaigns):
    campaign: int
    to: str
    amount: int


@dataclass(frozen=True)
class PoolRaised(_OfCampaigns):
    """What a void closing cost its closer, as far as the watcher did not get it."""

    campaign: int
    amount: int


@dataclass(frozen=True)
class PoolFreed(_OfCampaigns):
    campaign: int
    amount: int


@dataclass(frozen=True)
class Synced(Event):
    """A reviewer's weight in the draws of anchors made from now on; ``leaf`` is its place in their order."""

    CONTRACT = "Reviewers"

    account: str
    leaf: int
    weight: int


@dataclass(frozen=True)
class Heeded(Event):
    """What an epoch's row says of a reviewer: ``standing`` 1 he may be drawn, 2 he is suspended."""

    CONTRACT = "Reviewers"

    account: str
    epoch: int
    standing: int


@dataclass(frozen=True)
class Equivocated(Event):
    """A reviewer voted twice in one round; ``taken`` of his stake."""

    CONTRACT = "VoteFaults"

    campaign: int
    item: int
    reviewer: str
    round: int
    watcher: str
    taken: int


class _OfSettlement(Event):
    CONTRACT = "Settlement"


@dataclass(frozen=True)
class Settled(_OfSettlement):
    key: int
    campaign: int
    posted: Posted
    verdicts: bytes


@dataclass(frozen=True)
class Voided(_OfSettlement):
    """``fault`` is the selector of the function of Faults that held, ``index`` the item or pay leaf it was shown on."""

    key: int
    watcher: str
    fault: bytes
    index: int


@dataclass(frozen=True)
class Collected(_OfSettlement):
    """The bond of a void settlement went to its watcher and its campaign."""

    key: int
    watcher: str
    rewarded: int
    credited: int


@dataclass(frozen=True)
class Assigned(_OfSettlement):
    """``to`` took over what ``account`` is owed; ``index`` is its pay leaf."""

    key: int
    account: str
    to: str
    index: int


@dataclass(frozen=True)
class Claimed(_OfSettlement):
    key: int
    index: int


@dataclass(frozen=True)
class Pushed(_OfSettlement):
    """``paid`` is money; what was already paid or refused by the token is not in it."""

    key: int
    from_: int
    count: int
    paid: int


@dataclass(frozen=True)
class Released(_OfSettlement):
    key: int
    bond: int
    forfeited: int


@dataclass(frozen=True)
class Reclaimed(_OfSettlement):
    key: int


@dataclass(frozen=True)
class Advanced(Event):
    """``account`` was paid ``price`` at once for a claim to ``owed``."""

    CONTRACT = "Advances"

    key: int
    account: str
    to: str
    price: int
    owed: int


class _OfDoubts(Event):
    CONTRACT = "Doubts"


@dataclass(frozen=True)
class BondHeld(_OfDoubts):
    """Until freed, the settlement's bond stays locked."""

    key: int


@dataclass(frozen=True)
class BondFreed(_OfDoubts):
    key: int


@dataclass(frozen=True)
class LeafHeld(_OfDoubts):
    """Until freed, pay leaf ``index`` is not paid."""

    key: int
    index: int


@dataclass(frozen=True)
class LeafFreed(_OfDoubts):
    """``cut`` is not paid and goes back to the campaign, ``left`` the leaf is still paid."""

    key: int
    index: int
    cut: int
    left: int


@dataclass(frozen=True)
class CutReturned(_OfDoubts):
    """What was cut of the leaf is back in the campaign's escrow."""

    key: int
    index: int
    cut: int


@dataclass(frozen=True)
class Suspended(_OfDoubts):
    """Until resumed, the settlement does not become final."""

    key: int


@dataclass(frozen=True)
class Resumed(_OfDoubts):
    """Final not before ``final_at``."""

    key: int
    final_at: int


@dataclass(frozen=True)
class Fined(_OfDoubts):
    """Part of a settlement's bond: ``rewarded`` to the beneficiary, the rest to the campaign."""

    key: int
    amount: int
    beneficiary: str
    rewarded: int


@dataclass(frozen=True)
class Approved(Event):
    """A contract wallet approved a digest."""

    CONTRACT = "Approvals"

    wallet: str
    digest: bytes


class _OfContentFaults(Event):
    CONTRACT = "ContentFaults"


@dataclass(frozen=True)
class ItemVoided(_OfContentFaults):
    """A copy of item ``copied`` of settlement ``first``: not paid; nothing else of its settlement changes."""

    key: int
    item: int
    watcher: str
    first: int
    copied: int


@dataclass(frozen=True)
class ContentShown(_OfContentFaults):
    """From now on every settler can know that this content was accepted."""

    content_root: bytes
    key: int
    item: int


class _OfCalls(Event):
    CONTRACT = "Calls"


@dataclass(frozen=True)
class Called(_OfCalls):
    """Somebody asks for an item's record or a pay leaf; the settlement is not final until it is answered."""

    key: int
    place: int
    by: str
    due: int


@dataclass(frozen=True)
class Answered(_OfCalls):
    """An item's record, all of it right as far as the chain can see."""

    key: int
    place: int
    by: str
    item: Item
    record: Record


@dataclass(frozen=True)
class PayAnswered(_OfCalls):
    """A pay leaf, and a contributor's items in four bytes each."""

    key: int
    place: int
    by: str
    pay: Pay
    numbers: bytes


@dataclass(frozen=True)
class CallExpired(_OfCalls):
    """Nobody answered: the settlement is void."""

    key: int
    place: int
    by: str


@dataclass(frozen=True)
class CallClosed(_OfCalls):
    """``paid`` has the bond: the answerer of a final settlement, the caller of a void one."""

    key: int
    place: int
    paid: str


class _OfDatasets(Event):
    CONTRACT = "Datasets"


@dataclass(frozen=True)
class DatasetCreated(_OfDatasets):
    dataset: int
    campaign: int
    owner: str


@dataclass(frozen=True)
class DatasetMoved(_OfDatasets):
    """ERC-721 Transfer: minted from the zero address, or sold with all its future income."""

    NAME = "Transfer"

    from_: str
    to: str
    token_id: int


@dataclass(frozen=True)
class Published(_OfDatasets):
    key: int
    dataset: int
    publisher: str
    version: Version
    settlements: tuple[int, ...]


@dataclass(frozen=True)
class Sold(_OfDatasets):
    key: int
    buyer: str
    to: str
    offer: int
    licence: int
    price: int
    purpose: int
    region: int


@dataclass(frozen=True)
class ShareClaimed(_OfDatasets):
    key: int
    account: str
    index: int
    amount: int


@dataclass(frozen=True)
class OwnerClaimed(_OfDatasets):
    key: int
    owner: str
    amount: int


@dataclass(frozen=True)
class FeeClaimed(_OfDatasets):
    key: int
    treasury: str
    amount: int


@dataclass(frozen=True)
class BondReleased(_OfDatasets):
    key: int
    publisher: str
    amount: int


@dataclass(frozen=True)
class VersionVoided(_OfDatasets):
    """``fault`` is the selector of the proof that held, ``index`` the share leaf it was shown on."""

    key: int
    watcher: str
    fault: bytes
    index: int
    bond: int
    rewarded: int


@dataclass(frozen=True)
class Carried(_OfDatasets):
    """What buyers paid for a void version went to its successor."""

    from_: int
    to: int
    gross: int


class _OfPools(Event):
    CONTRACT = "Pools"


@dataclass(frozen=True)
class Closed(_OfPools):
    campaign: int
    closer: str
    closing: Closing
    settlements: tuple[int, ...]


@dataclass(frozen=True)
class ClosingVoided(_OfPools):
    """``fault`` is the selector of the proof that held, ``index`` the share leaf or settlement it was shown on."""

    campaign: int
    watcher: str
    fault: bytes
    attempt: int
    index: int


@dataclass(frozen=True)
class ClosingCollected(_OfPools):
    campaign: int
    watcher: str
    rewarded: int
    credited: int


@dataclass(frozen=True)
class ClosingReleased(_OfPools):
    campaign: int
    closer: str
    bond: int


@dataclass(frozen=True)
class PoolClaimed(_OfPools):
    campaign: int
    account: str
    index: int
    amount: int


@dataclass(frozen=True)
class PoolShareCalled(_OfPools):
    NAME = "ShareCalled"

    tree: int
    index: int
    caller: str


@dataclass(frozen=True)
class PoolShareShown(_OfPools):
    NAME = "ShareShown"

    tree: int
    index: int
    by: str
    leaf: ShareProof


@dataclass(frozen=True)
class PoolCallRefunded(_OfPools):
    NAME = "CallRefunded"

    tree: int
    index: int
    caller: str


class _OfShareFaults(Event):
    CONTRACT = "ShareFaults"


@dataclass(frozen=True)
class ShareCalled(_OfShareFaults):
    tree: int
    index: int
    caller: str


@dataclass(frozen=True)
class ShareShown(_OfShareFaults):
    tree: int
    index: int
    by: str
    leaf: ShareProof


@dataclass(frozen=True)
class CallRefunded(_OfShareFaults):
    tree: int
    index: int
    caller: str


@dataclass(frozen=True)
class ConsentWithdrawn(_OfDatasets):
    campaign: int
    contribution: bytes
    by: str


@dataclass(frozen=True)
class OwnWithdrawn(_OfDatasets):
    dataset: int
    contribution: bytes
    by: str


class _OfLicences(Event):
    CONTRACT = "Licences"


@dataclass(frozen=True)
class Extended(_OfLicences):
    account: str
    id: int
    expiry: int


@dataclass(frozen=True)
class LicenceMoved(_OfLicences):
    """ERC-1155 TransferSingle; licences are soulbound, so only ever minted."""

    NAME = "TransferSingle"

    operator: str
    from_: str
    to: str
    id: int
    value: int


class _OfParameters(Event):
    CONTRACT = "Parameters"


@dataclass(frozen=True)
class ParameterSet(_OfParameters):
    """An address stands in ``value`` as a number where the parameter is one (treasury)."""

    name: bytes
    before: int
    value: int


@dataclass(frozen=True)
class StakeSet(_OfParameters):
    """Least stake of a role, for those who join from now on."""

    role: int
    before: int
    value: int


@dataclass(frozen=True)
class SuiteAdded(_OfParameters):
    """``number`` is the current check suite from now on."""

    number: int
    digest: bytes


class _OfGovernor(Event):
    CONTRACT = "HeadwaterGovernor"


@dataclass(frozen=True)
class ProposalCanceled(_OfGovernor):
    proposal_id: int


@dataclass(frozen=True)
class ProposalCreated(_OfGovernor):
    """Votes count from ``vote_start`` to ``vote_end``, weighed as they stood at the former."""

    proposal_id: int
    proposer: str
    targets: tuple[str, ...]
    values: tuple[int, ...]
    signatures: tuple[str, ...]
    calldatas: tuple[bytes, ...]
    vote_start: int
    vote_end: int
    description: str


@dataclass(frozen=True)
class ProposalExecuted(_OfGovernor):
    proposal_id: int


@dataclass(frozen=True)
class ProposalQueued(_OfGovernor):
    """Can be executed from ``eta_seconds`` on."""

    proposal_id: int
    eta_seconds: int


@dataclass(frozen=True)
class ProposalThresholdSet(_OfGovernor):
    old_proposal_threshold: int
    new_proposal_threshold: int


@dataclass(frozen=True)
class QuorumNumeratorUpdated(_OfGovernor):
    old_quorum_numerator: int
    new_quorum_numerator: int


@dataclass(frozen=True)
class TimelockChange(_OfGovernor):
    """The governor's own; one without rights ends governance."""

    old_timelock: str
    new_timelock: str


@dataclass(frozen=True)
class VoteCast(_OfGovernor):
    """``support`` is 0 against, 1 for, 2 abstain."""

    voter: str
    proposal_id: int
    support: int
    weight: int
    reason: str


@dataclass(frozen=True)
class VotingDelaySet(_OfGovernor):
    old_voting_delay: int
    new_voting_delay: int


@dataclass(frozen=True)
class VotingPeriodSet(_OfGovernor):
    old_voting_period: int
    new_voting_period: int


class _OfTimelock(Event):
    CONTRACT = "HeadwaterTimelock"


@dataclass(frozen=True)
class CallExecuted(_OfTimelock):
    id: bytes
    index: int
    target: str
    value: int
    data: bytes


@dataclass(frozen=True)
class CallScheduled(_OfTimelock):
    """One call of what passed; ``delay`` seconds until it can run."""

    id: bytes
    index: int
    target: str
    value: int
    data: bytes
    predecessor: bytes
    delay: int


@dataclass(frozen=True)
class CallCancelled(_OfTimelock):
    NAME = "Cancelled"

    id: bytes


@dataclass(frozen=True)
class MinDelayChange(_OfTimelock):
    old_duration: int
    new_duration: int


@dataclass(frozen=True)
class RoleGranted(_OfTimelock):
    """A role in the timelock: another proposer is another way to govern."""

    role: bytes
    account: str
    sender: str


@dataclass(frozen=True)
class RoleRevoked(_OfTimelock):
    role: bytes
    account: str
    sender: str


class _OfReputation(Event):
    CONTRACT = "Reputation"


@dataclass(frozen=True)
class DemandClosed(_OfReputation):
    """``paid`` has the bond of the demand."""

    number: int
    block_: int
    paid: str


@dataclass(frozen=True)
class EpochPosted(_OfReputation):
    """``changes`` has 24 bytes a reviewer; its hash is in the epoch."""

    number: int
    poster: str
    epoch: Epoch
    changes: bytes


@dataclass(frozen=True)
class EpochReleased(_OfReputation):
    number: int
    poster: str
    bond: int


@dataclass(frozen=True)
class EpochSuspended(_OfReputation):
    number: int


@dataclass(frozen=True)
class EpochUpheld(_OfReputation):
    """The judge found nothing; final from ``final_at``."""

    number: int
    final_at: int


@dataclass(frozen=True)
class EpochVoided(_OfReputation):
    """``fault`` is the selector of the function that held."""

    number: int
    watcher: str
    fault: bytes


@dataclass(frozen=True)
class RowsDemanded(_OfReputation):
    number: int
    block_: int
    by: str
    due: int


@dataclass(frozen=True)
class RowsShown(_OfReputation):
    number: int
    block_: int
    by: str
    rows: tuple[ReputationRow, ...]


@dataclass(frozen=True)
class UsageAnchored(Event):
    """A link in a poster's chain."""

    CONTRACT = "Usage"

    poster: str
    dataset: int
    link: UsageLink


class _OfCourt(Event):
    CONTRACT = "Court"


@dataclass(frozen=True)
class CourtAdjusted(_OfCourt):
    NAME = "Adjusted"

    windows: CourtWindows
    fee: int


@dataclass(frozen=True)
class AppealClaimed(_OfCourt):
    dispute: int
    round: int
    side: int
    contributor: str
    amount: int
    stake: int


@dataclass(frozen=True)
class AppealDecision(_OfCourt):
    dispute_id: int
    arbitrable: str


@dataclass(frozen=True)
class AppealFunded(_OfCourt):
    """Somebody paid toward a side's part of an appeal."""

    dispute: int
    round: int
    side: int
    contributor: str
    amount: int


@dataclass(frozen=True)
class AppealPossible(_OfCourt):
    dispute_id: int
    arbitrable: str


@dataclass(frozen=True)
class JurorCommitted(_OfCourt):
    NAME = "Committed"

    dispute: int
    round: int
    juror: str
    seat: int
    commitment: bytes


@dataclass(frozen=True)
class DisputeCreation(_OfCourt):
    dispute_id: int
    arbitrable: str


@dataclass(frozen=True)
class DisputeFrozen(_OfCourt):
    """What stands for all its rounds."""

    dispute: int
    choices: int
    value: int
    windows: CourtWindows
    fee: int


@dataclass(frozen=True)
class JurorDrawn(_OfCourt):
    NAME = "Drawn"

    dispute: int
    round: int
    juror: str
    seat: int


@dataclass(frozen=True)
class JurorJudged(_OfCourt):
    NAME = "Judged"

    dispute: int
    round: int
    juror: str
    seat: int
    penalty: int


@dataclass(frozen=True)
class JuryComplete(_OfCourt):
    """The commit window begins at ``start``."""

    dispute: int
    round: int
    seated: int
    start: int


@dataclass(frozen=True)
class PassedOver(_OfCourt):
    """The account had less stake than it was drawn with."""

    dispute: int
    round: int
    account: str
    seat: int


@dataclass(frozen=True)
class JurorRevealed(_OfCourt):
    NAME = "Revealed"

    dispute: int
    round: int
    juror: str
    seat: int
    choice: int


@dataclass(frozen=True)
class JurorRewarded(_OfCourt):
    NAME = "Rewarded"

    dispute: int
    round: int
    juror: str
    seat: int
    amount: int
    stake: int


@dataclass(frozen=True)
class RoundOpened(_OfCourt):
    """A jury of ``size`` will be drawn by the hash of ``seed_block``."""

    dispute: int
    round: int
    size: int
    seed_block: int


@dataclass(frozen=True)
class RoundSettled(_OfCourt):
    dispute: int
    round: int


@dataclass(frozen=True)
class RulingGiven(_OfCourt):
    """The arbitrable was told."""

    dispute: int
    arbitrable: str
    ruling: int


@dataclass(frozen=True)
class JurySeedRecorded(_OfCourt):
    NAME = "SeedRecorded"

    dispute: int
    round: int
    seed: bytes
    late: bool


@dataclass(frozen=True)
class SideFunded(_OfCourt):
    dispute: int
    round: int
    side: int


@dataclass(frozen=True)
class JurorSynced(_OfCourt):
    """The account's weight in later draws."""

    NAME = "Synced"

    account: str
    leaf: int
    weight: int


@dataclass(frozen=True)
class CourtPaidOut(_OfCourt):
    """Coin the account was owed left the court."""

    NAME = "Withdrawn"

    account: str
    amount: int


class _OfKeyFaults(Event):
    CONTRACT = "KeyFaults"


@dataclass(frozen=True)
class WrongCommitment(_OfKeyFaults):
    """A holder signed for another share than the envelope commits to; ``taken`` of its stake."""

    holder: str
    envelope: bytes
    watcher: str
    taken: int


@dataclass(frozen=True)
class HolderAccused(_OfKeyFaults):
    """A jury is asked about the fault record with this sha256; ``held`` of the holder's stake meanwhile."""

    NAME = "Accused"

    dispute: int
    holder: str
    accuser: str
    fault: bytes
    held: int


@dataclass(frozen=True)
class KeyCaseClosed(_OfKeyFaults):
    NAME = "CaseClosed"

    dispute: int
    holder: str
    ruling: int
    taken: int


@dataclass(frozen=True)
class KeyCoinWithdrawn(_OfKeyFaults):
    NAME = "CoinWithdrawn"

    account: str
    amount: int


@dataclass(frozen=True)
class KeyMetaEvidence(_OfKeyFaults):
    """ERC-1497: where jurors read what they are asked."""

    NAME = "MetaEvidence"

    meta_evidence_id: int
    evidence: str


@dataclass(frozen=True)
class KeyEvidenceGiven(_OfKeyFaults):
    """ERC-1497: where the fault record lies."""

    NAME = "Evidence"

    arbitrator: str
    evidence_group_id: int
    party: str
    evidence: str


@dataclass(frozen=True)
class KeyCaseLinked(_OfKeyFaults):
    """ERC-1497: which question and which evidence a case has."""

    NAME = "Dispute"

    arbitrator: str
    dispute_id: int
    meta_evidence_id: int
    evidence_group_id: int


@dataclass(frozen=True)
class KeyCaseRuled(_OfKeyFaults):
    """ERC-792: the arbitrator ruled; nothing is carried out yet."""

    NAME = "Ruling"

    arbitrator: str
    dispute_id: int
    ruling: int


class _OfDisputes(Event):
    CONTRACT = "Disputes"


@dataclass(frozen=True)
class DisputeOpened(_OfDisputes):
    """The verdict on an item is disputed; ``bond`` of the challenger's collateral is locked, ``cost`` coin was paid."""

    dispute: int
    key: int
    challenger: str
    item: Item
    bond: int
    cost: int


@dataclass(frozen=True)
class DisputeClosed(_OfDisputes):
    """``outcome`` and ``ruling`` as numbers; ``fined`` of the settler's bond."""

    dispute: int
    key: int
    item: int
    outcome: int
    ruling: int
    fined: int


@dataclass(frozen=True)
class CoinWithdrawn(_OfDisputes):
    account: str
    amount: int


@dataclass(frozen=True)
class FeesReturned(_OfDisputes):
    """Coin an arbitrator sent back is owed to the treasury."""

    amount: int


@dataclass(frozen=True)
class MetaEvidence(_OfDisputes):
    """ERC-1497: where jurors read what they are asked."""

    meta_evidence_id: int
    evidence: str


@dataclass(frozen=True)
class EvidenceGiven(_OfDisputes):
    """ERC-1497: a URI somebody wants jurors to read."""

    NAME = "Evidence"

    arbitrator: str
    evidence_group_id: int
    party: str
    evidence: str


@dataclass(frozen=True)
class DisputeLinked(_OfDisputes):
    """ERC-1497: which question and which evidence a dispute has."""

    NAME = "Dispute"

    arbitrator: str
    dispute_id: int
    meta_evidence_id: int
    evidence_group_id: int


@dataclass(frozen=True)
class ItemRuled(_OfDisputes):
    """ERC-792: the arbitrator ruled; nothing is carried out yet."""

    NAME = "Ruling"

    arbitrator: str
    dispute_id: int
    ruling: int


def kinds() -> list[type[Event]]:
    """Every event class."""
    return [one for one in _leaves(Event) if not one.__name__.startswith("_")]


def decode(log: Log, contract: str) -> Event | None:
    """The event of a log that ``contract`` emitted; ``None`` for one we have no class for."""
    entry = interface.load(contract).events.get(log.topics[0]) if log.topics else None
    kind = _registry().get((contract, str(entry["name"]))) if entry else None
    if entry is None or kind is None:
        return None
    values = interface.decode_event(entry, log.topics[1:], log.data)
    at = Position(log.block, log.index, log.block_hash, log.tx)
    return kind(at, **{field_name(name): value for name, value in values.items()})


def decode_all(logs: Iterable[Log], deployment: Deployment) -> list[Event]:
    """Events of the deployment's own contracts, in the order given. Lookalikes from other addresses are passed over."""
    emitters = {address: name for name, address in deployment.contracts.items()}
    found = (decode(log, emitters[log.address]) for log in logs if log.address in emitters)
    return [event for event in found if event is not None]


def read_events(
    chain: Chain,
    deployment: Deployment,
    from_block: int,
    to_block: int,
    kinds: Sequence[type[Event]] | None = None,
) -> list[Event]:
    """Events of blocks ``from_block`` to ``to_block`` inclusive, in chain order.

    Args:
        kinds: classes wanted; all by default.
    """
    wanted = tuple(kinds) if kinds is not None else tuple(_registry().values())
    contracts = {kind.CONTRACT for kind in wanted} & set(deployment.contracts)
    if not contracts:
        return []
    addresses = sorted(deployment.address(name) for name in contracts)
    topics = sorted({topic for kind in wanted if (topic := _topic(kind))})
    found = decode_all(chain.logs(from_block, to_block, addresses, topics), deployment)
    return [event for event in found if isinstance(event, wanted)]


def field_name(argument: str) -> str:
    """Field of an event argument: snake case, with an underscore after what Python reserves, never before."""
    snake = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", argument.lstrip("_")).lower()
    return "from_" if snake == "from" else snake


def arguments(event: Event) -> dict[str, Any]:
    """The event's own fields, without its position."""
    return {field.name: getattr(event, field.name) for field in fields(event) if field.name != "at"}


def _registry() -> Mapping[tuple[str, str], type[Event]]:
    return {(kind.CONTRACT, kind.NAME or kind.__name__): kind for kind in kinds()}


def _topic(kind: type[Event]) -> bytes | None:
    name = kind.NAME or kind.__name__
    return next((topic for topic, entry in interface.load(kind.CONTRACT).events.items() if entry["name"] == name), None)


def _leaves(kind: type[Event]) -> Iterable[type[Event]]:
    for one in kind.__subclasses__():
        yield one
        yield from _leaves(one)
