"""Entry: newcomers answer gold items of an anchor once nobody else is asked about them, and before they are settled.

Asked earlier they would tell their friends which items are gold. Whoever had staked when the anchor was made and could
not be drawn for it has a round of his own behind the places of the draw; the settlement waits one turn for his answers.
They are committed like votes, count for nothing but entry, and earn nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from headwater.chain.stakes import REVIEWER_ROLE
from headwater.chain.structs import Anchor
from headwater.node.database import votes
from headwater.node.errors import NotReadyError
from headwater.node.operator.desk import Desk
from headwater.node.operator.planting import golds_in
from headwater.node.operator.reviewing import (
    Assignment,
    OpenItem,
    assignments,
    checked_anchors,
    closed_rounds,
    heard,
    items_of,
    keep_vote,
    take_vote,
)
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.merkle import build
from headwater.records import codec
from headwater.records.vote import Ballot, VoteCommit
from headwater.review import MAX_PLACES, Step, turn_s
from headwater.review.final import tested

MAX_ROUND = 255


def asked_of(desk: Desk, campaign: int) -> list[Assignment]:
    """Everybody asked and not yet heard: those drawn, then newcomers."""
    found = assignments(desk, campaign)
    for anchor_id in checked_anchors(desk, campaign):
        found += _open(desk, campaign, items_of(desk, campaign, anchor_id))
    return found


def take_any(desk: Desk, commit: VoteCommit, ballot: Ballot) -> None:
    """Keeps a drawn reviewer's vote or a newcomer's answer; errors as ``take_vote``."""
    if commit.round < MAX_PLACES:
        take_vote(desk, commit, ballot)
    else:
        keep_vote(desk, commit, ballot, asked_of(desk, commit.campaign))


def newcomers(desk: Desk, campaign: int, anchor: Anchor) -> dict[str, int]:
    """Whoever had staked when an anchor was made and could not be drawn for it, and the number of his round."""
    ledger = desk.ledger()
    drawable = {c.address for c in ledger.campaign(campaign).weights[anchor.first_item] if c.stake}
    staked = sorted(ledger.stakes_at(REVIEWER_ROLE, anchor.block).keys() - drawable)
    return {who: MAX_PLACES + n for n, who in enumerate(staked) if MAX_PLACES + n <= MAX_ROUND}


def entry_ends(desk: Desk, campaign: int, anchor: Anchor) -> int:
    """Chain time from which an anchor is settled without the newcomers who are silent."""
    facts = desk.ledger().campaign(campaign)
    closed = closed_rounds(desk, facts, anchor).values()  # ours: else others could put it off round by round
    return max([anchor.time, *closed]) + turn_s(facts.terms.settle_window)


def close_entry(desk: Desk, campaign: int, items: Sequence[OpenItem]) -> None:
    """Posts the roots of newcomers' answers for anchors about to be settled.

    Raises:
        NotReadyError: somebody is asked and his turn is not over.
    """
    now = desk.contracts.chain.now()
    for anchor in {item.anchor.first_item: item.anchor for item in items}.values():
        own = [item for item in items if item.anchor == anchor]
        silent = _open(desk, campaign, own)
        if silent and now < entry_ends(desk, campaign, anchor):
            raise NotReadyError(
                f"campaign {campaign}",
                actual=f"newcomers asked about items {sorted({one.item for one in silent})}",
                fix="see 'headwater review list', or settle when their turn is over",
            )
        for number in sorted(newcomers(desk, campaign, anchor).values()):
            _post(desk, campaign, anchor, number)


def answers_in(desk: Desk, campaign: int, covered: Sequence[Anchor]) -> tuple[str, ...]:
    """CIDs of newcomers' ballots on items of these anchors, those whose root is on chain."""
    roots = desk.ledger().campaign(campaign).commit_roots
    found = []
    for anchor in covered:
        for number in sorted(newcomers(desk, campaign, anchor).values()):
            if (anchor.first_item, number, desk.signer.address) in roots:
                found += [desk.put(ballot) for _, ballot in _kept(desk, campaign, anchor, number)]
    return tuple(found)


def _open(desk: Desk, campaign: int, items: Sequence[OpenItem]) -> list[Assignment]:
    """Newcomers asked about one anchor and not yet heard; nobody while a drawn reviewer still is, and nobody of whom an
    epoch has said something."""
    if not items or any(item.step is Step.ASK for item in items):
        return []
    anchor, asked = items[0].anchor, list[Assignment]()
    by_number = {item.item: item for item in items}
    golds = sorted(golds_in(desk, campaign, anchor.first_item))
    roots = desk.ledger().campaign(campaign).commit_roots
    known, now = desk.ledger().admitted, desk.contracts.chain.now()
    for who, number in newcomers(desk, campaign, anchor).items() if golds else ():
        if who in known or (anchor.first_item, number, desk.signer.address) in roots:
            continue
        left = tested(desk.finals().at(now), now, who).left
        for item in golds[:left]:
            if not heard(desk, campaign, item, number):
                manifest = desk.cid_of(by_number[item].signed.contribution.manifest)
                asked.append(Assignment(campaign, item, number, who, manifest))
    return asked


def _post(desk: Desk, campaign: int, anchor: Anchor, number: int) -> None:
    kept = _kept(desk, campaign, anchor, number)
    if not kept or (anchor.first_item, number, desk.signer.address) in desk.ledger().campaign(campaign).commit_roots:
        return
    leaves = [ZERO_WORD] * anchor.count
    for commit, _ in kept:
        leaves[commit.item - anchor.first_item] = commit.leaf(desk.contracts.campaigns_domain)
    root = build(leaves).root
    desk.contracts.campaigns.commit_votes(desk.signer, campaign, anchor.first_item, number, root, anchor.count)


def _kept(desk: Desk, campaign: int, anchor: Anchor, number: int) -> list[tuple[VoteCommit, Ballot]]:
    items = votes.c.item.between(anchor.first_item, anchor.first_item + anchor.count - 1)
    query = select(votes.c.commit, votes.c.ballot).where(votes.c.campaign == campaign, votes.c.round == number, items)
    with desk.engine.begin() as db:
        rows = db.execute(query.order_by(votes.c.item)).all()
    return [(codec.decode(VoteCommit, row.commit), codec.decode(Ballot, row.ballot)) for row in rows]
