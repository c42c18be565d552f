"""Gold on its way: what the requester says is planted, what each anchor binds of it, and what its settlement opens.

A planted contribution is handed in like any other, under an account of its own; here lies only which one it is. The
plan of an anchor is drawn up with the anchor, so its root stands on chain before anybody can know whom the seed asks.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection, insert, select

from headwater.chain.structs import Anchor
from headwater.node.database import anchors, contributions, gold, plans
from headwater.node.errors import IntakeError
from headwater.node.operator.desk import Desk
from headwater.records import codec
from headwater.records.gold import GoldPlan, GoldTruth
from headwater.records.vote import ACCEPT, REJECT
from headwater.review import Gold, Stock, fill, plan_root

SECRET_BYTES = 32


def plant(desk: Desk, campaign: int, contribution: bytes, truth: int, llr: int) -> None:
    """Keeps that a contribution handed in is gold; the same again changes nothing.

    Args:
        truth: ``records.vote.ACCEPT`` or ``REJECT``.
        llr: what the suite says of it, milli log-odds: half of the gold is to be where the check errs.

    Raises:
        IntakeError: it was never handed in, is anchored already, or was said to be otherwise.
    """
    desk.demand_operator()
    what = f"contribution {contribution.hex()}"
    if truth not in (ACCEPT, REJECT):
        raise IntakeError(f"truth of {what}", actual=truth, allowed="0 reject, 1 accept")
    waiting = select(contributions.c.anchor).where(
        contributions.c.digest == contribution, contributions.c.campaign == campaign
    )
    known = select(gold.c.truth, gold.c.llr).where(gold.c.digest == contribution)
    with desk.engine.begin() as db:
        row, kept = db.execute(waiting).first(), db.execute(known).first()
        if kept is not None and tuple(kept) == (truth, llr):
            return
        if row is None or row.anchor is not None or kept is not None:
            actual = "not handed in" if row is None else "planted otherwise" if kept is not None else "anchored already"
            fix = "plant what waits for its anchor: afterwards anybody could choose whom it tests"
            raise IntakeError(what, actual=actual, fix=fix)
        db.execute(insert(gold).values(digest=contribution, campaign=campaign, truth=truth, llr=llr))


def held_back(db: Connection, campaign: int, digests: Iterable[bytes]) -> tuple[list[Gold], set[bytes]]:
    """Of contributions about to be anchored: the gold that is in balance, and what of it must wait for the next one."""
    query = select(gold.c.digest, gold.c.truth, gold.c.llr).where(gold.c.campaign == campaign)
    known = {row.digest: Stock(Gold(row.digest, row.truth), row.llr) for row in db.execute(query)}
    stock = [known[digest] for digest in digests if digest in known]
    taken = [one.gold for one in fill(stock)]
    return taken, {one.gold.contribution for one in stock} - {one.contribution for one in taken}


def draw_up(desk: Desk, campaign: int, golds: Sequence[Gold]) -> tuple[bytes, GoldPlan]:
    """Root of a new plan, and the plan; its first item is not known yet."""
    secret = secrets.token_bytes(SECRET_BYTES)
    contracts = desk.contracts
    root = plan_root(golds, contracts.chain.chain_id, contracts.reputation.address, campaign, secret)
    return root, GoldPlan(0, secret, tuple(GoldTruth(one.contribution, one.truth) for one in golds))


def keep(db: Connection, anchor: int, plan: GoldPlan) -> None:
    """Keeps the plan of an anchor that is about to be sent."""
    db.execute(insert(plans).values(anchor=anchor, plan=codec.encode(plan)))


def opened(desk: Desk, campaign: int, covered: Sequence[Anchor]) -> tuple[GoldPlan, ...]:
    """Plans of those anchors that are ours, opened."""
    firsts = {anchor.first_item for anchor in covered}
    return tuple(plan for plan in _kept(desk, campaign) if plan.first_item in firsts)


def golds_in(desk: Desk, campaign: int, first_item: int) -> dict[int, int]:
    """Truth by item number of the gold in one of our anchors."""
    query = (
        select(contributions.c.digest, contributions.c.position)
        .join(anchors, anchors.c.id == contributions.c.anchor)
        .where(anchors.c.campaign == campaign, anchors.c.first_item == first_item)
    )
    with desk.engine.begin() as db:
        places = {row.digest: first_item + row.position for row in db.execute(query)}
    told = (one for plan in _kept(desk, campaign) if plan.first_item == first_item for one in plan.golds)
    return {places[one.contribution]: one.truth for one in told}


def _kept(desk: Desk, campaign: int) -> list[GoldPlan]:
    """Plans of our anchors in a campaign, in queue order, with the first items they have once they are on chain."""
    query = select(anchors.c.first_item, plans.c.plan).join(plans, plans.c.anchor == anchors.c.id)
    on_chain = query.where(anchors.c.campaign == campaign, anchors.c.first_item.is_not(None))
    with desk.engine.begin() as db:
        rows = db.execute(on_chain.order_by(anchors.c.first_item)).all()
    return [replace(codec.decode(GoldPlan, row.plan), first_item=row.first_item) for row in rows]
