"""Section 5: the pay list rebuilt from the verdicts, and every unit that left the contract."""

from __future__ import annotations

from dataclasses import replace

from headwater.chain.structs import FORFEITED, MISSING, Pay
from headwater.client.audit.book import Book
from headwater.client.audit.facts import Facts
from headwater.client.audit.opened import OpenSettlement
from headwater.market import Books, draft
from headwater.primitives.amounts import Amount
from headwater.records.verdict import Verdict
from headwater.review import FORFEIT_SUM

SECTION = "pay"


def audit_pay(facts: Facts, book: Book, whole: OpenSettlement) -> None:
    """Claims about the pay of one settlement."""
    book.open(SECTION, whole.id)
    title = "the verdicts, and what was final of their reviewers before, give the pay root and total on chain"
    why = _unfit(book, whole)
    if why:
        book.skip(f"{whole.id}/pay-root", title, why)
        return
    with book.reading(f"{whole.id}/pay-root", title, whole.id):
        posted, verdicts = whole.facts.posted, [_payable(v) for v in whole.verdicts or ()]
        terms = facts.ledger.campaign(posted.campaign).terms
        contract = facts.addresses.settlement
        known = facts.finals.known(facts.anchors_in(whole.facts)[0].time)
        made = draft(facts.chain_id, contract, posted.key, terms, posted.settler, verdicts, known)
        expected = (made.pay_tree.root, len(made.books), made.total)
        found = (posted.pay_root, posted.pay_count, posted.total)
        book.same(f"{whole.id}/pay-root", title, expected, found, leaf=f"the pay list of settlement {posted.key}")
        _rows(book, whole, made.books)
        _paid(facts, book, whole, [row.pay for row in made.books])


def _unfit(book: Book, whole: OpenSettlement) -> str:
    if whole.verdicts is None:
        return "a verdict record cannot be read"
    wrong = [item.item for item in whole.items if book.failed(f"{item.id}/verdict")]
    return f"the verdict of items {wrong} is not what the rule says" if wrong else ""


def _payable(verdict: Verdict) -> Verdict:
    """An item whose data never came pays nobody but the operator, as a forfeited one does."""
    if verdict.byte != MISSING:
        return verdict
    return replace(verdict, llr=FORFEIT_SUM, prior=0, votes=(), byte=FORFEITED, reward=Amount(0), score=0)


def _rows(book: Book, whole: OpenSettlement, books: tuple[Books, ...]) -> None:
    title = "as many accounts are paid as the verdicts say"
    book.same(f"{whole.id}/pay-count", title, len(books), len(whole.evidence.pay))
    for expected, row in zip(books, whole.evidence.pay, strict=False):
        pay = expected.pay
        want, found = (
            (pay.account, pay.amount, pay.kind, expected.items),
            (row.account, row.amount, row.kind, row.items),
        )
        title = f"{pay.account} is owed {pay.amount} for items {', '.join(map(str, expected.items))}"
        leaf = f"pay leaf {pay.index} of settlement {whole.facts.posted.key}, {row.account}"
        book.same(f"{whole.id}/pay/{pay.index}", title, want, found, leaf=leaf)


def _paid(facts: Facts, book: Book, whole: OpenSettlement, pays: list[Pay]) -> None:
    posted, by_index = whole.facts.posted, {pay.index: pay for pay in pays}
    key = posted.key
    unknown = sorted(whole.facts.claimed - by_index.keys())
    title = "every claim was of a leaf of the pay list"
    book.holds(f"{whole.id}/claims", title, not unknown, actual=unknown, expected="none", leaf=f"settlement {key}")
    marked = {pay.index for pay in pays if facts.reads.is_paid(key, pay.index)}
    claimed = sum(by_index[index].amount for index in whole.facts.claimed & by_index.keys())
    sent = claimed + sum(paid for _, _, paid in whole.facts.pushed)
    expected_sums = (sum(by_index[index].amount for index in marked),) * 2
    title = "leaves marked paid = money sent by claims and pushes = what the contract counts"
    counted = facts.reads.paid(key, posted.pay_count)
    book.same(f"{whole.id}/paid", title, expected_sums, (sent, counted), leaf=f"settlement {key}")
    unmarked = sorted(whole.facts.claimed - marked)
    book.holds(
        f"{whole.id}/marked", "every claimed leaf is marked paid", not unmarked, actual=unmarked, expected="none"
    )
