"""Value: that a requester's statements are his, follow from the set he committed to, and grades follow from them."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.chain.structs import ACCEPTED
from headwater.client.audit.book import Book
from headwater.client.audit.facts import Facts
from headwater.client.audit.opened import Opened
from headwater.client.audit.report import AuditReport
from headwater.client.audit.run import gather
from headwater.client.network import Network
from headwater.client.valuing import Said, due_grades, parted, signed_gaps, statements, work_of
from headwater.market.reward import FULL_GRADE
from headwater.market.valuing import Embedded, gaps
from headwater.records.valuing import HeldOut
from headwater.records.verdict import Verdict

SECTION = "value"


def audit_value(
    network: Network, campaign: int, newest: str, shown: tuple[HeldOut, Sequence[Embedded]] | None = None
) -> AuditReport:
    """Claims about the value part of one campaign.

    Args:
        newest: CID of the newest statement; empty if there is none.
        shown: the held-out set and every item's features, for whoever may see them; else values stay unread.

    Raises:
        ClientError: a campaign without a value part.
    """
    facts = gather(network.contracts, network.blobs)
    book, opened, work = Book(), Opened(facts), work_of(network, campaign)
    book.open(SECTION)
    name = f"value/{campaign}"
    stated: list[Said] = []
    with book.reading(f"{name}/statements", "every statement can be read", newest):
        stated = statements(network, newest)
    for at, said in enumerate(stated):
        id_, title = f"{name}/statement/{at}", "signed by the requester, by the set he committed to, after the last"
        wrong = signed_gaps(network, campaign, said, stated[at - 1] if at else None, facts.wallets)
        book.same(id_, title, [], wrong, leaf=said.cid)
        if shown:
            _recomputed(book, id_, stated[:at], said, *shown)
        else:
            book.skip(f"{id_}/values", "the values follow from the held-out set", "the set was not shown", said.cid)
    due = due_grades(stated, work.weight_bps)
    for verdict in _accepted(facts, opened, campaign):
        line, grade = due.get(verdict.item, (None, FULL_GRADE))
        if line is not None and line.contribution != verdict.contribution:
            title = "the statement means the contribution that was settled"
            book.same(f"{name}/item/{verdict.item}/contribution", title, verdict.contribution, line.contribution)
            grade = FULL_GRADE
        _grade(book, f"{name}/item/{verdict.item}/grade", verdict, grade)
    return AuditReport(facts.chain_id, facts.block, facts.time, book.claims)


def _recomputed(
    book: Book, id_: str, earlier: Sequence[Said], said: Said, held: HeldOut, rows: Sequence[Embedded]
) -> None:
    title = "the values follow from the held-out set and the items' features"
    last = said.values.items[-1].item if said.values.items else -1
    with book.reading(f"{id_}/values", title, said.cid):
        before, items = parted(earlier, [one for one in rows if one.item <= last])
        wrong = gaps(said.statement, said.values, held, before, items)
        book.same(f"{id_}/values", title, (), wrong, leaf=said.cid)


def _grade(book: Book, id_: str, verdict: Verdict, due: int) -> None:
    title = "the grade is what the newest statement says"
    if due != FULL_GRADE == verdict.grade:
        book.skip(id_, title, f"settled in full, {due} by a statement that may have come later: the requester disputes")
        return
    book.same(id_, title, due, verdict.grade)


def _accepted(facts: Facts, opened: Opened, campaign: int) -> list[Verdict]:
    """Verdicts of the settlements that stand."""
    keys = [settled.posted.key for settled in facts.ledger.standing(campaign)]
    return [v for key in keys for v in opened.settlement(key).verdicts or () if v.byte == ACCEPTED]
