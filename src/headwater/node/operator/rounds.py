"""Closing a round: its votes' root goes on chain when all are in, or once the turn of those who stay silent is over.

Only then is the next place asked. A vote opened on chain within its turn counts like one that was handed in. Whoever is
passed over has an empty vote in the book, so that a late one cannot slip in beside the root.
"""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from headwater.chain.events import VoteRevealed
from headwater.chain.structs import Anchor
from headwater.node.database import votes
from headwater.node.operator.desk import Desk
from headwater.node.operator.reviewing import (
    OpenItem,
    assignment_of,
    checked_anchors,
    closed_rounds,
    heard,
    items_of,
)
from headwater.primitives.errors import HeadwaterError
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.merkle import build
from headwater.records import codec
from headwater.records.vote import Ballot, Reasons, VoteCommit
from headwater.review import Step, ends_at


def close_rounds(desk: Desk, campaign: int) -> int:
    """Posts the commit root of every round whose votes are all in or whose turn is over; how many roots were posted."""
    posted = 0
    for anchor_id in checked_anchors(desk, campaign):
        asked = [i for i in items_of(desk, campaign, anchor_id) if i.step is Step.ASK]
        if not asked:
            continue
        anchor, number = asked[0].anchor, asked[0].round
        if not _all_heard(desk, campaign, anchor, asked):
            continue
        root = build(_round_leaves(desk, campaign, anchor, number)).root
        desk.contracts.campaigns.commit_votes(desk.signer, campaign, anchor.first_item, number, root, anchor.count)
        posted += 1
    return posted


def turn_ends(desk: Desk, campaign: int, anchor: Anchor, number: int) -> int | None:
    """Chain time from which a round may be closed without those who are silent; ``None`` before its turn began."""
    facts = desk.ledger().campaign(campaign)
    earlier = [time for round_, time in closed_rounds(desk, facts, anchor).items() if round_ == number - 1]
    return ends_at(number, anchor.time, earlier, facts.terms.settle_window)


def _all_heard(desk: Desk, campaign: int, anchor: Anchor, asked: list[OpenItem]) -> bool:
    """Whether everybody asked has voted, on chain if not here, or had his turn."""
    ends = turn_ends(desk, campaign, anchor, asked[0].round)
    reveals = desk.ledger().campaign(campaign).reveals
    silent = []
    for one in asked:
        if heard(desk, campaign, one.item, one.round):
            continue
        who = assignment_of(desk, campaign, one).reviewer
        said = reveals.get((one.item, one.round, who))
        shown = said is not None and ends is not None and said.time < ends
        silent.append(_from_chain(desk, said) if shown and said else _row(campaign, one, who))
    if any(not row["commit"] for row in silent) and (ends is None or desk.contracts.chain.now() < ends):
        return False
    try:
        with desk.engine.begin() as db:
            if silent:
                db.execute(insert(votes), silent)
    except IntegrityError:
        return False  # one voted meanwhile; the next time sees it
    return True


def _row(campaign: int, one: OpenItem, who: str) -> dict[str, object]:
    place = {"campaign": campaign, "item": one.item, "round": one.round, "reviewer": who}
    return {**place, "commit": b"", "ballot": b""}


def _from_chain(desk: Desk, said: VoteRevealed) -> dict[str, object]:
    """A vote as if it had been handed in; without a ballot where its reasons cannot be had."""
    opened = said.ballot
    place = (opened.campaign, opened.item, opened.round, opened.reviewer)
    commit = VoteCommit(*place, opened.commit(desk.contracts.campaigns_domain), b"")
    try:
        reasons = desk.record(Reasons, desk.cid_of(opened.reasons))
        ballot = codec.encode(Ballot(*place, opened.verdict, reasons, opened.salt))
    except HeadwaterError:
        ballot = b""
    named = dict(zip(("campaign", "item", "round", "reviewer"), place, strict=True))
    return {**named, "commit": codec.encode(commit), "ballot": ballot}


def _round_leaves(desk: Desk, campaign: int, anchor: Anchor, number: int) -> list[bytes]:
    """Leaves of a round's commit tree: one for each item of the anchor, a zero word where nobody was asked or spoke."""
    items = range(anchor.first_item, anchor.first_item + anchor.count)
    query = select(votes.c.item, votes.c.commit).where(
        votes.c.campaign == campaign, votes.c.round == number, votes.c.item.between(items[0], items[-1])
    )
    with desk.engine.begin() as db:
        rows = db.execute(query).all()
    domain = desk.contracts.campaigns_domain
    leaves = {row.item: codec.decode(VoteCommit, row.commit).leaf(domain) for row in rows if row.commit}
    return [leaves.get(item, ZERO_WORD) for item in items]
