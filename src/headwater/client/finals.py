"""Settlements as review learns from them: what their evidence says, as far as it is what was bound on chain.

Operator, watcher and auditor read through this one door, so that none of them counts what another does not. What does
not hold (a plan that is not what was bound, an answer whose commit stands nowhere) counts for nothing here; the audit
says so aloud.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from headwater.catalog.ledger import CampaignFacts, Ledger, SettlementFacts
from headwater.catalog.reputation import cited
from headwater.chain.disputes import DisputeOutcome
from headwater.chain.events import VotesCommitted
from headwater.chain.stakes import REVIEWER_ROLE
from headwater.chain.structs import ACCEPTED, Anchor
from headwater.market import Known
from headwater.primitives.cid import dag_cbor_cid
from headwater.primitives.eip712 import Domain
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.merkle import build
from headwater.records.anchor import AnchorLeaves, PlannedLeaves
from headwater.records.epoch import EpochEvidence
from headwater.records.evidence import Evidence, PlannedEvidence
from headwater.records.gold import GoldPlan
from headwater.records.verdict import Verdict
from headwater.records.vote import ACCEPT, REJECT, Ballot, VoteCommit
from headwater.review import MAX_PLACES, Gold, GoldError, Stock, plan_gaps, take_plan
from headwater.review.final import Entry, Final, Judged, Ruling, agreement, gold_accuracy, judged

R = TypeVar("R")
Plans = tuple[Mapping[int, int], ...]
"""Truth by item, of the plans that hold."""


class Records(Protocol):
    """Published records by CID."""

    def record(self, kind: type[R], cid: str) -> R: ...


@dataclass
class Finals:
    """The settlements of one network.

    Attributes:
        reputation: address of the contract. domain: of votes and contributions.
        time_of: chain time of a block, seconds.
        unreadable: what ``records`` raises for a record that is not there or is none.
    """

    ledger: Ledger
    records: Records
    reputation: str
    domain: Domain
    time_of: Callable[[int], int]
    unreadable: tuple[type[Exception], ...]
    _kept: dict[int, tuple[tuple[Verdict, ...], Plans, tuple[Entry, ...]]] = field(default_factory=dict)

    def at(self, when: int) -> list[Final]:
        """Everything final at ``when``, over all campaigns.

        Raises:
            Whatever ``records`` raises for evidence that cannot be read.
        """
        rows = [s for number in self.ledger.campaigns for s in self.ledger.standing(number) if s.final_at <= when]
        return [self._final(facts) for facts in rows]

    def known(self, when: int) -> Known:
        """What pay needs to know of reviewers for a settlement whose first anchor was made at ``when``."""
        found = self.at(when)
        return Known(gold_accuracy(found, when), agreement(found, when))

    def epoch(self, until: int, previous: int) -> Judged:
        """The epoch that follows from everything final or ruled at ``until`` on the epoch numbered ``previous``."""
        return judged(self.at(until), until, self.rows(previous), self.until(previous))

    def rows(self, number: int) -> dict[str, tuple[int, int]]:
        """Records in tenths of an epoch by reviewer; none of epoch 0."""
        rows = cited(self.ledger, number).rows if number else ()
        return {row.reviewer: (row.right, row.wrong) for row in rows}

    def until(self, number: int) -> int | None:
        """Up to when an epoch counted; ``None`` for epoch 0.

        One whose evidence nobody can read counted up to its own time: else whoever posted it could end all records.
        """
        if not number:
            return None
        posted = self.ledger.institutions.epochs[number].epoch
        try:
            return self.records.record(EpochEvidence, dag_cbor_cid(posted.evidence)).until
        except self.unreadable:
            return posted.time

    def plan(self, campaign: CampaignFacts, anchor: Anchor, opened: GoldPlan | None) -> Plan:
        """An anchor's plan as it was bound and as it was opened."""
        bound = None if anchor.direct else self.records.record(AnchorLeaves, dag_cbor_cid(anchor.cid))
        root = bound.plan if isinstance(bound, PlannedLeaves) else None
        return Plan(self.domain.chain_id, self.reputation, campaign.id, root, opened)

    def entry_rounds(self, facts: SettlementFacts, evidence: Evidence) -> Iterator[EntryRound]:
        """Newcomers' ballots of a settlement by anchor and round, each with the roots that may hold them."""
        campaign = self.ledger.campaign(facts.posted.campaign)
        rounds: dict[tuple[int, int], list[Ballot]] = {}
        for cid in evidence.entries if isinstance(evidence, PlannedEvidence) else ():
            ballot = self.records.record(Ballot, cid)
            inside = facts.posted.first_item <= ballot.item < facts.posted.first_item + facts.posted.count
            if ballot.campaign == campaign.id and inside and ballot.round >= MAX_PLACES:
                first = campaign.anchor_of(ballot.item).first_item
                rounds.setdefault((first, ballot.round), []).append(ballot)
        for (first, number), ballots in sorted(rounds.items(), key=lambda one: one[0]):
            anchor = campaign.anchors[first]
            closers = dict.fromkeys((anchor.anchorer, facts.posted.settler))
            found = (campaign.commit_roots.get((first, number, who)) for who in closers)
            roots = [root for root in found if root is not None and root.at < facts.at]
            yield EntryRound(anchor, number, tuple(ballots), tuple(roots), self.domain)

    def _final(self, facts: SettlementFacts) -> Final:
        key = facts.posted.key
        kept = self._kept.get(key)
        if kept is None:
            evidence = self.records.record(Evidence, dag_cbor_cid(facts.posted.evidence))
            verdicts = tuple(self.records.record(Verdict, cid) for cid in evidence.verdicts)
            plans = self._plans(facts, evidence, verdicts)
            kept = self._kept[key] = verdicts, plans, self._entries(facts, evidence, plans)
        threshold = self.ledger.campaign(facts.posted.campaign).terms.threshold_milli
        verdicts, plans, entries = kept
        place = key, facts.posted.campaign, facts.final_at, threshold
        return Final(*place, verdicts=verdicts, plans=plans, entries=entries, rulings=self._rulings(facts))

    def _plans(self, facts: SettlementFacts, evidence: Evidence, verdicts: tuple[Verdict, ...]) -> Plans:
        """Truth by item of the plans that hold; one opened twice does not."""
        campaign, found = self.ledger.campaign(facts.posted.campaign), list[Mapping[int, int]]()
        told = evidence.plans if isinstance(evidence, PlannedEvidence) else ()
        firsts = [opened.first_item for opened in told]
        for opened in told:
            anchor = campaign.anchors.get(opened.first_item)
            if anchor is None or firsts.count(opened.first_item) > 1:
                continue
            inside = [v for v in verdicts if anchor.first_item <= v.item < anchor.first_item + anchor.count]
            try:
                found.append(self.plan(campaign, anchor, opened).truths(inside))
            except GoldError:
                continue  # the audit says it
        return tuple(plan for plan in found if plan)

    def _entries(self, facts: SettlementFacts, evidence: Evidence, plans: Plans) -> tuple[Entry, ...]:
        """Newcomers' answers that count."""
        truths = {item: truth for plan in plans for item, truth in plan.items()}
        campaign, found = self.ledger.campaign(facts.posted.campaign), list[Entry]()
        for round_ in self.entry_rounds(facts, evidence):
            if round_.stands is None:
                continue
            staked = self.ledger.stakes_at(REVIEWER_ROLE, round_.anchor.block)
            drawable = {c.address for c in campaign.weights[round_.anchor.first_item] if c.stake}
            for ballot in round_.ballots:
                if ballot.item in truths and ballot.reviewer in staked and ballot.reviewer not in drawable:
                    found.append(Entry(ballot.reviewer, ballot.item, ballot.verdict == truths[ballot.item]))
        return tuple(found)

    def _rulings(self, facts: SettlementFacts) -> dict[int, Ruling]:
        """What juries said, as far as it was carried out."""
        first, found = facts.posted.first_item, dict[int, Ruling]()
        for item, made in facts.disputes.items():
            if made.closed_at is None or made.outcome in (None, DisputeOutcome.UNCHANGED):
                continue
            stood = ACCEPT if facts.verdicts[2 * (item - first)] == ACCEPTED else REJECT
            told = {DisputeOutcome.ACCEPTED: ACCEPT, DisputeOutcome.REJECTED: REJECT}
            truth = told.get(DisputeOutcome(made.outcome), stood)
            found[item] = Ruling(truth, self.time_of(made.closed_at.block))
        return found


@dataclass(frozen=True)
class Plan:
    """An anchor's gold plan: the root that was bound with the anchor, and what was opened with its settlement."""

    chain_id: int
    reputation: str
    campaign: int
    root: bytes | None
    opened: GoldPlan | None

    def truths(self, verdicts: list[Verdict]) -> dict[int, int]:
        """Truth by item; empty if none was bound or none is gold.

        Args:
            verdicts: of the anchor's items.

        Raises:
            GoldError: it is withheld, not what was bound, names what is not in the anchor, or is out of balance.
        """
        if self.root is None and self.opened is None:
            return {}
        if self.root is None or self.opened is None:
            actual, allowed = ("opened", "none was bound") if self.root is None else ("withheld", "opened, all of it")
            raise GoldError("gold plan", actual=actual, allowed=allowed, fix="open what the anchor bound")
        golds = [Gold(one.contribution, one.truth) for one in self.opened.golds]
        by_name = {v.contribution: v for v in verdicts}
        told = take_plan(golds, self.chain_id, self.reputation, self.campaign, self.opened.secret, self.root)
        strange = [name.hex() for name in told if name not in by_name]
        if strange:
            raise GoldError("gold plan", actual=strange, allowed="contributions of its anchor")
        if gaps := plan_gaps(Stock(gold, by_name[gold.contribution].llr) for gold in golds):
            raise GoldError("balance of a gold plan", actual="; ".join(gaps), allowed="counts that differ by one")
        return {by_name[name].item: truth for name, truth in told.items()}


@dataclass(frozen=True)
class EntryRound:
    """What newcomers answered in one round of an anchor."""

    anchor: Anchor
    number: int
    ballots: tuple[Ballot, ...]
    roots: tuple[VotesCommitted, ...]
    domain: Domain

    @property
    def leaves(self) -> list[bytes]:
        """What the round's root is made of: a leaf for each item of the anchor, a zero word where nobody was asked."""
        leaves = [ZERO_WORD] * self.anchor.count
        for one in self.ballots:
            cast = VoteCommit(one.campaign, one.item, one.round, one.reviewer, one.commit(self.domain), b"")
            leaves[one.item - self.anchor.first_item] = cast.leaf(self.domain)
        return leaves

    @property
    def stands(self) -> VotesCommitted | None:
        """The event that put these ballots' root on chain before the settlement; ``None`` if none did."""
        wanted = build(self.leaves).root, self.anchor.count
        twice = len({one.item for one in self.ballots}) < len(self.ballots)
        return None if twice else next((e for e in self.roots if (e.root, e.count) == wanted), None)
