"""Carrying on after a voided settlement: the same items, judged by the rule from what was published, posted anew."""

from __future__ import annotations

from dataclasses import replace

from headwater.catalog.ledger import SettlementFacts
from headwater.chain.structs import ACCEPTED, MISSING, Posted, Terms, price_of, settlement_key
from headwater.client.settled import settled
from headwater.client.watch_votes import VoteWatch
from headwater.market import draft, value
from headwater.node.errors import NotReadyError
from headwater.node.operator.desk import Desk
from headwater.node.operator.settling import anchors_in, reason_for, send
from headwater.primitives.amounts import Amount
from headwater.records.evidence import Evidence
from headwater.records.verdict import Verdict
from headwater.records.vote import Ballot


def voided(desk: Desk, campaign: int) -> list[SettlementFacts]:
    """The last attempt of every voided settlement nobody replaced."""
    ledger = desk.ledger()
    firsts = {ledger.settlements[key].posted.first_item for key in ledger.campaign(campaign).settlements}
    last = [ledger.attempts(campaign, first)[-1] for first in sorted(firsts)]
    return [facts for facts in last if not facts.standing]


def resettle(desk: Desk, facts: SettlementFacts) -> Posted:
    """Replaces a voided settlement. Reports, votes and records are the published ones; the arithmetic is the rule's.

    Raises:
        NotReadyError: votes that cannot be counted are missing now: the item has to be reviewed again.
    """
    campaign = facts.posted.campaign
    terms = desk.terms(campaign)
    evidence = desk.record(Evidence, desk.cid_of(facts.posted.evidence))
    verdicts = [_by_the_rule(desk, verdict, terms) for verdict in _sound(desk, facts)]
    earlier = desk.ledger().attempts(campaign, facts.posted.first_item)
    key = settlement_key(campaign, facts.posted.first_item, len(earlier))
    contract = desk.contracts.settlement
    anchors = anchors_in(desk, facts.posted)
    known = desk.finals().known(anchors[0].time)
    made = draft(contract.chain.chain_id, contract.address, key, terms, desk.signer.address, verdicts, known)
    return send(desk, campaign, made, evidence.openings, anchors, earlier, evidence)


def _sound(desk: Desk, facts: SettlementFacts) -> list[Verdict]:
    """The published verdicts with the votes that count, weighing what the epoch to cite says."""
    whole = settled(desk, facts)
    votes = VoteWatch(desk, facts, whole)
    weights = desk.cited_at(desk.ledger().campaign(facts.posted.campaign).anchors[facts.posted.first_item].time)
    sound = [votes.sound(verdict, weights) for verdict in whole.verdicts]
    lacking = [
        kept.item
        for kept, verdict in zip(sound, whole.verdicts, strict=True)
        if len(kept.votes) < len(verdict.votes) and votes.undecided(kept)
    ]
    if lacking:
        what, fix = f"settlement {facts.posted.key}", "have these items reviewed again"
        raise NotReadyError(what, actual=f"votes of items {lacking} that do not count", fix=fix)
    return sound


def _by_the_rule(desk: Desk, verdict: Verdict, terms: Terms) -> Verdict:
    if verdict.byte == MISSING and not verdict.votes:
        return verdict
    worth = value(
        verdict.llr,
        verdict.prior,
        verdict.votes,
        threshold=terms.threshold_milli,
        unit_reward=price_of(terms),
        grade=verdict.grade,
        novelty=verdict.novelty,
    )
    why = ""
    if worth.byte != ACCEPTED:
        ballots = [desk.record(Ballot, cid) for cid in verdict.ballots if cid]
        why = reason_for(desk, verdict.report, ballots, verdict.llr)
    return replace(verdict, byte=worth.byte, reward=Amount(worth.reward), score=worth.score, reason=why)
