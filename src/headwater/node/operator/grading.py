"""What the requester states about values, as the operator was told it, and the grades that follow (spec/value.md)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, insert, select

from headwater.client.errors import ClientError
from headwater.client.valuing import due_grades, signed_gaps, statements, work_of
from headwater.market.reward import FULL_GRADE
from headwater.node.database import valuations
from headwater.node.operator.desk import Desk
from headwater.records.campaign_spec import value_work
from headwater.records.valuing import ItemValue

Grades = Mapping[int, tuple[ItemValue, int]]
NO_GRADES: Grades = {}


def tell_values(desk: Desk, campaign: int, newest: str) -> int:
    """Keeps the newest statement of a campaign's requester; settlements from now on grade by it.

    Returns:
        How many items have a value now.

    Raises:
        ClientError: a campaign without a value part, a statement that is not the requester's, or one that leaves out
            what was told before.
    """
    work_of(desk, campaign)
    stated = statements(desk, newest)
    for at, said in enumerate(stated):
        wrong = signed_gaps(desk, campaign, said, stated[at - 1] if at else None, None)
        if wrong:
            fix = "ask the requester for the CID 'headwater value compute' printed"
            raise ClientError(f"statement {said.cid}", actual=", ".join(wrong), allowed="the requester's own", fix=fix)
    known = _newest(desk, campaign)
    if known and known not in {said.cid for said in stated}:
        fix = "give the newest statement: each names the one before it"
        raise ClientError(f"statement {newest}", actual=f"not after {known}", allowed="a later one", fix=fix)
    with desk.engine.begin() as db:
        db.execute(delete(valuations).where(valuations.c.campaign == campaign))
        db.execute(insert(valuations).values(campaign=campaign, newest=newest))
    return sum(len(said.values.items) for said in stated)


def grades(desk: Desk, campaign: int) -> Grades:
    """What the newest statement says of each item; nothing for a campaign that has none."""
    work, newest = value_work(desk.spec(campaign)), _newest(desk, campaign)
    return due_grades(statements(desk, newest), work.weight_bps) if work and newest else {}


def grade_in(due: Grades, item: int, contribution: bytes) -> int:
    """An item's grade; full for what nothing is stated of."""
    line, made = due.get(item, (None, FULL_GRADE))
    return made if line is not None and line.contribution == contribution else FULL_GRADE


def _newest(desk: Desk, campaign: int) -> str:
    with desk.engine.begin() as db:
        return (
            db.execute(select(valuations.c.newest).where(valuations.c.campaign == campaign)).scalar_one_or_none() or ""
        )
