"""Anchoring what was handed in: plan in the database, send, adopt what the chain says.

A crash after sending and before writing leaves a planned row; the next run finds the same root on chain and adopts it,
so nothing is anchored twice.
"""

from __future__ import annotations

from sqlalchemy import insert, select, update

from headwater.chain import waiting
from headwater.chain.events import Anchored, SeedRecorded
from headwater.chain.structs import Anchor
from headwater.node.database import anchors, contributions
from headwater.node.operator.desk import Desk
from headwater.node.operator.planting import draw_up, held_back, keep
from headwater.primitives.cid import cid_digest
from headwater.primitives.merkle import build
from headwater.records import codec
from headwater.records.anchor import PlannedLeaves
from headwater.records.contribution import SignedContribution, anchor_leaf

MAX_ANCHOR = 1_024
SEED_DELAY = 2


def anchor_pending(desk: Desk, campaign: int) -> list[Anchor]:
    """Anchors everything received and not yet anchored; the new anchors."""
    _plan(desk, campaign)
    with desk.engine.begin() as db:
        waiting = db.execute(
            select(anchors).where(anchors.c.campaign == campaign, anchors.c.struct.is_(None)).order_by(anchors.c.id)
        ).all()
    return [_send(desk, campaign, row.id, row.root, row.size, row.cid) for row in waiting]


def sync_reviewers(desk: Desk) -> int:
    """Brings every reviewer's weight to his stake, so that the next anchor seals what is true; how many were not."""
    stale = desk.ledger().unsynced(desk.contracts.reputation.latest() > 0)
    for account in stale:
        desk.contracts.reviewers.sync(desk.signer, account)
    return len(stale)


def record_seed(desk: Desk, campaign: int, anchor: Anchor) -> bytes:
    """The anchor's review seed, recorded by us if nobody has yet; waits for the block it needs."""
    known = desk.ledger().campaign(campaign).seeds.get(anchor.first_item)
    if known is not None:
        return known
    waiting.for_block(desk.contracts.chain, anchor.block + SEED_DELAY)
    receipt = desk.contracts.campaigns.record_seed(desk.signer, campaign, anchor)
    return receipt.only(SeedRecorded).seed


def leaves_of(desk: Desk, signed: list[SignedContribution], campaign: int) -> list[bytes]:
    """Blinded commitments of contributions, in order."""
    domain = desk.contracts.campaigns_domain
    return [
        anchor_leaf(domain, campaign, s.salt, s.contribution.contributor, s.contribution.digest(domain)) for s in signed
    ]


def signed_of(desk: Desk, anchor_id: int) -> list[SignedContribution]:
    """Contributions of one of our anchors, in order."""
    query = select(contributions.c.signed).where(contributions.c.anchor == anchor_id)
    with desk.engine.begin() as db:
        rows = db.execute(query.order_by(contributions.c.position)).all()
    return [codec.decode(SignedContribution, row.signed) for row in rows]


def _plan(desk: Desk, campaign: int) -> None:
    while True:
        with desk.engine.begin() as db:
            rows = db.execute(
                select(contributions.c.digest, contributions.c.signed)
                .where(contributions.c.campaign == campaign, contributions.c.anchor.is_(None))
                .order_by(contributions.c.id)
                .limit(MAX_ANCHOR)
            ).all()
            golds, waits = held_back(db, campaign, [row.digest for row in rows])
            rows = [row for row in rows if row.digest not in waits]
            if not rows:
                return
            signed = [codec.decode(SignedContribution, row.signed) for row in rows]
            leaves = leaves_of(desk, signed, campaign)
            bound, plan = draw_up(desk, campaign, golds)
            cid = desk.put(PlannedLeaves(campaign, tuple(leaves), bound))
            values = {"campaign": campaign, "root": build(leaves).root, "cid": cid, "size": len(rows)}
            number = db.execute(insert(anchors).values(**values)).inserted_primary_key
            assert number is not None
            keep(db, number[0], plan)
            for position, row in enumerate(rows):
                db.execute(
                    update(contributions)
                    .where(contributions.c.digest == row.digest)
                    .values(anchor=number[0], position=position)
                )


def _send(desk: Desk, campaign: int, number: int, root: bytes, count: int, cid: str) -> Anchor:
    facts = desk.ledger().campaign(campaign)
    mine = (a for a in facts.anchors.values() if a.root == root and a.anchorer == desk.signer.address)
    anchor = next(mine, None)
    if anchor is None:
        sync_reviewers(desk)
        receipt = desk.contracts.campaigns.anchor(desk.signer, campaign, facts.terms, root, count, cid_digest(cid))
        anchor = receipt.only(Anchored).anchor
    with desk.engine.begin() as db:
        db.execute(
            update(anchors).where(anchors.c.id == number).values(first_item=anchor.first_item, struct=anchor.encode())
        )
    return anchor
