"""What the network's institutions did, folded from events: governance, reputation, usage and the court."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import singledispatchmethod

from headwater.catalog.errors import UnknownIdError
from headwater.chain import events as ev
from headwater.chain.structs import CourtWindows, Epoch, UsageLink

SUPPORT = ("against", "for", "abstain")


@dataclass(frozen=True)
class Change:
    """One parameter set by a proposal; ``name`` as the contract has it, a stake's with its role: ``minimumStake:4``."""

    name: str
    before: int
    value: int
    at: ev.Position


@dataclass
class ProposalFacts:
    """One proposal; ``number`` counts from 1 in the order proposed, ``id`` is the governor's."""

    number: int
    created: ev.ProposalCreated
    votes: dict[str, tuple[str, int]] = field(default_factory=dict)
    eta: int = 0
    executed: bool = False
    canceled: bool = False

    @property
    def id(self) -> int:
        """The governor's."""
        return self.created.proposal_id


@dataclass
class EpochFacts:
    """One posted epoch; ``demands`` by block, with who was paid once closed."""

    epoch: Epoch
    changes: bytes
    at: ev.Position
    voided_by: str | None = None
    suspended: bool = False
    released: bool = False
    demands: dict[int, str | None] = field(default_factory=dict)

    @property
    def standing(self) -> bool:
        """Not void."""
        return self.voided_by is None


@dataclass
class RoundFacts:
    """One jury: who sits where, what each committed to (32 bytes), what was revealed."""

    size: int
    seats: dict[int, str] = field(default_factory=dict)
    commitments: dict[int, bytes] = field(default_factory=dict)
    votes: dict[int, int] = field(default_factory=dict)
    funded: list[int] = field(default_factory=list)
    settled: bool = False


@dataclass
class DisputeFacts:
    """One dispute before the court; ``ruling`` once its arbitrable was told."""

    id: int
    arbitrable: str
    at: ev.Position
    choices: int = 0
    value: int = 0
    fee: int = 0
    windows: CourtWindows | None = None
    rounds: list[RoundFacts] = field(default_factory=list)
    ruling: int | None = None


class Institutions:
    """State after the events applied so far."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.suites: dict[int, bytes] = {}
        self.proposals: dict[int, ProposalFacts] = {}
        self.epochs: dict[int, EpochFacts] = {}
        self.usage: dict[str, list[UsageLink]] = {}
        self.disputes: dict[int, DisputeFacts] = {}

    def proposal(self, number: int) -> ProposalFacts:
        """A proposal by its number or by the governor's id.

        Raises:
            UnknownIdError: there is none.
        """
        for facts in self.proposals.values():
            if number in (facts.number, facts.id):
                return facts
        allowed = f"1 to {len(self.proposals)}" if self.proposals else "none yet"
        fix = "list them with 'headwater governance proposals'"
        raise UnknownIdError(f"proposal {number}", actual="unknown on this chain", allowed=allowed, fix=fix)

    @singledispatchmethod
    def apply(self, event: ev.Event) -> None:
        """Take in the next event; kinds that change no fact kept here are passed over."""

    @apply.register
    def _(self, e: ev.ParameterSet) -> None:
        self.changes.append(Change(e.name.rstrip(b"\0").decode("ascii", "replace"), e.before, e.value, e.at))

    @apply.register
    def _(self, e: ev.StakeSet) -> None:
        self.changes.append(Change(f"minimumStake:{e.role}", e.before, e.value, e.at))

    @apply.register
    def _(self, e: ev.SuiteAdded) -> None:
        self.suites[e.number] = e.digest

    @apply.register
    def _(self, e: ev.ProposalCreated) -> None:
        self.proposals[e.proposal_id] = ProposalFacts(len(self.proposals) + 1, e)

    @apply.register
    def _(self, e: ev.VoteCast) -> None:
        self.proposals[e.proposal_id].votes[e.voter] = (SUPPORT[e.support], e.weight)

    @apply.register
    def _(self, e: ev.ProposalQueued) -> None:
        self.proposals[e.proposal_id].eta = e.eta_seconds

    @apply.register
    def _(self, e: ev.ProposalExecuted) -> None:
        self.proposals[e.proposal_id].executed = True

    @apply.register
    def _(self, e: ev.ProposalCanceled) -> None:
        self.proposals[e.proposal_id].canceled = True

    @apply.register
    def _(self, e: ev.EpochPosted) -> None:
        self.epochs[e.number] = EpochFacts(e.epoch, e.changes, e.at)

    @apply.register
    def _(self, e: ev.EpochVoided) -> None:
        self.epochs[e.number].voided_by = e.watcher

    @apply.register
    def _(self, e: ev.EpochSuspended) -> None:
        self.epochs[e.number].suspended = True

    @apply.register
    def _(self, e: ev.EpochUpheld) -> None:
        self.epochs[e.number].suspended = False

    @apply.register
    def _(self, e: ev.EpochReleased) -> None:
        self.epochs[e.number].released = True

    @apply.register
    def _(self, e: ev.RowsDemanded) -> None:
        self.epochs[e.number].demands[e.block_] = None

    @apply.register
    def _(self, e: ev.DemandClosed) -> None:
        self.epochs[e.number].demands[e.block_] = e.paid

    @apply.register
    def _(self, e: ev.UsageAnchored) -> None:
        self.usage.setdefault(e.poster, []).append(e.link)

    @apply.register
    def _(self, e: ev.DisputeCreation) -> None:
        self.disputes[e.dispute_id] = DisputeFacts(e.dispute_id, e.arbitrable, e.at)

    @apply.register
    def _(self, e: ev.DisputeFrozen) -> None:
        dispute = self.disputes[e.dispute]
        dispute.choices, dispute.value, dispute.fee, dispute.windows = e.choices, e.value, e.fee, e.windows

    @apply.register
    def _(self, e: ev.RoundOpened) -> None:
        self.disputes[e.dispute].rounds.append(RoundFacts(e.size))

    @apply.register
    def _(self, e: ev.JurorDrawn) -> None:
        self.disputes[e.dispute].rounds[e.round].seats[e.seat] = e.juror

    @apply.register
    def _(self, e: ev.JurorCommitted) -> None:
        self.disputes[e.dispute].rounds[e.round].commitments[e.seat] = e.commitment

    @apply.register
    def _(self, e: ev.JurorRevealed) -> None:
        self.disputes[e.dispute].rounds[e.round].votes[e.seat] = e.choice

    @apply.register
    def _(self, e: ev.SideFunded) -> None:
        self.disputes[e.dispute].rounds[e.round].funded.append(e.side)

    @apply.register
    def _(self, e: ev.RoundSettled) -> None:
        self.disputes[e.dispute].rounds[e.round].settled = True

    @apply.register
    def _(self, e: ev.RulingGiven) -> None:
        self.disputes[e.dispute].ruling = e.ruling
