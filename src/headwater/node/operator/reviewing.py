"""Rounds of review: who is drawn, what they said, and the commit root that must be on chain before a vote counts.

Round r asks the reviewer in place r for every item of an anchor that is not decided; ``rounds`` closes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from headwater.catalog.ledger import CampaignFacts
from headwater.catalog.reputation import Cited
from headwater.chain.structs import Anchor
from headwater.node.database import anchors, contributions, votes
from headwater.node.errors import NotReadyError
from headwater.node.operator.anchoring import record_seed
from headwater.node.operator.desk import Desk
from headwater.node.operator.history import Record, records_before
from headwater.records import codec
from headwater.records.contribution import SignedContribution
from headwater.records.verdict import CountedVote
from headwater.records.vote import Ballot, VoteCommit
from headwater.review import (
    MAX_PLACES,
    Lot,
    Step,
    counted,
    draw,
    next_step,
    take_ballot,
    take_commit,
)


@dataclass(frozen=True)
class OpenItem:
    """A checked item and where its review stands.

    Attributes:
        ballots: of the votes, in their order; ``None`` for one opened on chain whose reasons nobody published.
        round: number of the round that is open, or would be.
    """

    item: int
    anchor: Anchor
    signed: SignedContribution
    report: str
    index: str
    llr: int
    novelty: int
    record: Record
    votes: tuple[CountedVote, ...]
    ballots: tuple[Ballot | None, ...]
    round: int
    step: Step


@dataclass(frozen=True)
class Assignment:
    """One reviewer asked about one item."""

    campaign: int
    item: int
    round: int
    reviewer: str
    manifest: str


def items_of(desk: Desk, campaign: int, anchor_id: int) -> list[OpenItem]:
    """Items of one of our anchors with the votes that count so far.

    Raises:
        NotReadyError: an item has no check report yet.
    """
    with desk.engine.begin() as db:
        anchor = Anchor.decode(db.execute(select(anchors.c.struct).where(anchors.c.id == anchor_id)).scalar_one())
        query = select(contributions).where(contributions.c.anchor == anchor_id)
        rows = db.execute(query.order_by(contributions.c.position)).all()
    if any(row.report is None for row in rows):
        raise NotReadyError(f"anchor {anchor_id}", actual="items without a check report", fix="run the checker first")
    seed = record_seed(desk, campaign, anchor)
    facts = desk.ledger().campaign(campaign)
    records, cited = records_before(desk, anchor.time), desk.cited_at(anchor.time)
    found, number = [], len(closed_rounds(desk, facts, anchor))
    for row in rows:
        item = anchor.first_item + row.position
        cast = _cast(desk, facts, anchor, item, cited)
        record = records.get(row.contributor, Record())
        pool, passed = len(facts.pool_of(item, row.contributor)), number - len(cast)
        step = next_step(row.llr, record.prior, record.settled, [v for v, _ in cast], seed, item, pool, passed)
        signed = codec.decode(SignedContribution, row.signed)
        ballots = tuple(b for _, b in cast)
        numbers = (row.report, row.copy_index, row.llr, row.novelty)
        counts = tuple(v for v, _ in cast)
        found.append(OpenItem(item, anchor, signed, *numbers, record, counts, ballots, number, step))
    return found


def assignments(desk: Desk, campaign: int) -> list[Assignment]:
    """Everybody asked and not yet heard, in queue order."""
    asked = []
    for anchor_id in checked_anchors(desk, campaign):
        for open_ in items_of(desk, campaign, anchor_id):
            if open_.step is Step.ASK and not heard(desk, campaign, open_.item, open_.round):
                asked.append(assignment_of(desk, campaign, open_))
    return asked


def take_vote(desk: Desk, commit: VoteCommit, ballot: Ballot) -> None:
    """Keeps a drawn reviewer's vote. The same vote again is harmless; another one for the same round is refused.

    Raises:
        NotDrawnError, BadBallotError: see ``review``.
        NotReadyError: the item is not open for this round.
    """
    keep_vote(desk, commit, ballot, assignments(desk, commit.campaign))


def keep_vote(desk: Desk, commit: VoteCommit, ballot: Ballot, asked: Sequence[Assignment]) -> None:
    """Keeps the vote of somebody among those asked; errors as ``take_vote``."""
    domain = desk.contracts.campaigns_domain
    open_ = [a for a in asked if (a.item, a.round) == (commit.item, commit.round)]
    if not open_:
        if _kept(desk, commit) == codec.encode(commit):
            return
        raise NotReadyError(f"item {commit.item}, round {commit.round}", actual="not open for a vote")
    take_commit(domain, commit, open_[0].reviewer)
    take_ballot(domain, ballot, commit)
    row = {
        "campaign": commit.campaign,
        "item": commit.item,
        "round": commit.round,
        "reviewer": commit.reviewer,
        "commit": codec.encode(commit),
        "ballot": codec.encode(ballot),
    }
    try:
        with desk.engine.begin() as db:
            db.execute(insert(votes).values(**row))
    except IntegrityError:
        raise NotReadyError(f"item {commit.item}, round {commit.round}", actual="already voted") from None


def reviewers_of(desk: Desk, campaign: int, item: int, contributor: str, rounds: int) -> tuple[str, ...]:
    """The first ``rounds`` reviewers drawn for an item, from the weights its anchor sealed."""
    facts = desk.ledger().campaign(campaign)
    seed = facts.seeds[facts.anchor_of(item).first_item]
    lot = Lot(desk.contracts.chain.chain_id, desk.contracts.reviewers.address, campaign, item, seed)
    return draw(lot, rounds, facts.pool_of(item, contributor))


def closed_rounds(desk: Desk, facts: CampaignFacts, anchor: Anchor) -> dict[int, int]:
    """Rounds of the draw of an anchor this operator closed, and when."""
    return {
        number: event.time
        for (first, number, who), event in facts.commit_roots.items()
        if (first, who) == (anchor.first_item, desk.signer.address) and number < MAX_PLACES
    }


def assignment_of(desk: Desk, campaign: int, open_: OpenItem) -> Assignment:
    number = open_.round
    given = open_.signed.contribution
    drawn = reviewers_of(desk, campaign, open_.item, given.contributor, number + 1)
    return Assignment(campaign, open_.item, number, drawn[number], desk.cid_of(given.manifest))


def _cast(
    desk: Desk, facts: CampaignFacts, anchor: Anchor, item: int, cited: Cited
) -> list[tuple[CountedVote, Ballot | None]]:
    """Votes whose round root is on chain, in round order, weighing what the cited epoch says."""
    drawn = votes.c.round < MAX_PLACES
    query = select(votes).where(votes.c.campaign == facts.id, votes.c.item == item, drawn).order_by(votes.c.round)
    with desk.engine.begin() as db:
        rows = db.execute(query).all()
    cast = list[tuple[CountedVote, Ballot | None]]()
    for row in rows:
        if not row.commit or (anchor.first_item, row.round, desk.signer.address) not in facts.commit_roots:
            continue
        commit, weight = codec.decode(VoteCommit, row.commit), cited.weight(row.reviewer)
        if row.ballot:
            ballot = codec.decode(Ballot, row.ballot)
            cast.append((counted(ballot, commit, weight), ballot))
        else:  # opened on chain, its reasons nowhere
            said = facts.reveals[item, row.round, row.reviewer].ballot.verdict
            cast.append((CountedVote(row.reviewer, row.round, said, weight, commit.commit), None))
    return cast


def checked_anchors(desk: Desk, campaign: int) -> list[int]:
    """Ids of our anchors that are on chain, wholly checked and not settled, in queue order."""
    open_ = select(contributions.c.anchor).where(contributions.c.report.is_(None), contributions.c.anchor.is_not(None))
    query = select(anchors.c.id, anchors.c.first_item).where(
        anchors.c.campaign == campaign, anchors.c.struct.is_not(None), anchors.c.id.not_in(open_)
    )
    covered = _covered(desk, campaign)
    with desk.engine.begin() as db:
        rows = db.execute(query.order_by(anchors.c.first_item)).all()
    return [row.id for row in rows if row.first_item not in covered]


def _covered(desk: Desk, campaign: int) -> set[int]:
    """First items of anchors inside standing settlements."""
    inside = set()
    for settlement in desk.ledger().standing(campaign):
        start, stop = settlement.posted.first_item, settlement.posted.first_item + settlement.posted.count
        inside |= {first for first in desk.ledger().campaign(campaign).anchors if start <= first < stop}
    return inside


def heard(desk: Desk, campaign: int, item: int, number: int) -> bool:
    query = select(votes.c.item).where(votes.c.campaign == campaign, votes.c.item == item, votes.c.round == number)
    with desk.engine.begin() as db:
        return db.execute(query).first() is not None


def _kept(desk: Desk, commit: VoteCommit) -> bytes | None:
    query = select(votes.c.commit).where(
        votes.c.campaign == commit.campaign, votes.c.item == commit.item, votes.c.round == commit.round
    )
    with desk.engine.begin() as db:
        kept: bytes | None = db.execute(query).scalar_one_or_none()
    return kept
