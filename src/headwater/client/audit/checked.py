"""Section 3, checks: the report behind an item, its ratio added up again, and what it was compared with."""

from __future__ import annotations

from headwater.checks import CheckReport, read_report
from headwater.checks.llr import llr_milli, weights
from headwater.checks.reading import UNREADABLE_LLR
from headwater.client.audit.book import Book
from headwater.client.audit.errors import EvidenceError
from headwater.client.audit.facts import Facts
from headwater.client.audit.opened import Opened, OpenItem
from headwater.client.copy_index import ListedItem, listed_items, rebuilt
from headwater.primitives.errors import HeadwaterError
from headwater.records.verdict import Verdict


def audit_report(facts: Facts, opened: Opened, book: Book, item: OpenItem, verdict: Verdict) -> None:
    """Claims about the check report of one item."""
    title = "the check report is about this content and gives this log-likelihood ratio"
    with book.reading(f"{item.id}/report", title, item.leaf):
        report = read_report(facts.blob(verdict.report))
        expected, found = (item.opening.content_root, verdict.llr), (report.content_root, report.llr_milli)
        book.same(f"{item.id}/report", title, expected, found, leaf=f"{item.leaf}, report {verdict.report}")
        _ratio(book, item, report)
        title = "novelty is 0 exactly where the checks proved a copy"
        book.same(f"{item.id}/novelty", title, report.is_copy, verdict.novelty == 0, leaf=item.leaf)
        _index(facts, opened, book, item, verdict, report)


def _ratio(book: Book, item: OpenItem, report: CheckReport) -> None:
    title = "the ratio is the sum of the report's findings"
    table = weights()
    if report.suite != table.suite:
        book.skip(f"{item.id}/ratio", title, f"weights of suite {report.suite} are not here, only {table.suite}")
    elif any(finding.rule not in table.rules for finding in report.findings):
        book.same(f"{item.id}/ratio", title, UNREADABLE_LLR, report.llr_milli, leaf=item.leaf)
    else:
        ran = [name.partition("@")[0] for name in report.ran]
        book.same(f"{item.id}/ratio", title, llr_milli(report.findings, ran), report.llr_milli, leaf=item.leaf)


def _index(facts: Facts, opened: Opened, book: Book, item: OpenItem, verdict: Verdict, report: CheckReport) -> None:
    """The copy index it was held against, item by item. What is not settled yet nobody but its checker can know."""
    title = "it was compared with what was anchored before it, all of it, and equal content made it a copy"
    with book.reading(f"{item.id}/index", title, item.leaf):
        data = facts.blob(verdict.index)
        listed = listed_items(data, facts.blob)
        wrong = [] if report.index_entries == -1 else _differences(facts, opened, item, listed)
        if report.index_entries not in (-1, len(listed)):
            wrong.append(f"{len(listed)} entries, the report says {report.index_entries}")
        if (again := rebuilt(data, facts.blob)) != verdict.index:
            wrong.append(f"these entries make {again} when the index is rebuilt")
        same = bool(report.content_root) and any(row.content_root == report.content_root for row in listed)
        if report.index_entries != -1 and same and verdict.novelty:
            wrong.append("an earlier item has the same content")
        leaf = f"{item.leaf}, index {verdict.index}"
        book.same(f"{item.id}/index", title, [], wrong, leaf=leaf)


def _differences(facts: Facts, opened: Opened, item: OpenItem, listed: list[ListedItem]) -> list[str]:
    known = opened.by_place()
    wrong = [f"entry {row.order} was not anchored before" for row in listed if row.order >= item.place]
    for row in listed:
        other = known.get(row.order)
        if other is None:
            continue
        if (row.contribution_id, row.content_root) != (other.contribution.hex(), other.opening.content_root):
            wrong.append(f"entry {row.order} is not {other.leaf}")
        elif not _strangers(item, other, row) and not _same_prints(facts, other, row):
            wrong.append(f"entry {row.order} has other fingerprints than the report of {other.leaf}")
    places = {row.order for row in listed}
    mine = (o for o in known.values() if (o.campaign, o.anchor.anchorer) == (item.campaign, item.anchor.anchorer))
    wrong += [f"left out: {o.leaf}" for o in mine if o.place < item.place and o.place not in places and not o.missing]
    return wrong


def _strangers(item: OpenItem, other: OpenItem, row: ListedItem) -> bool:
    """Whether it is another operator's, of which its content alone was shown."""
    return item.anchor.anchorer != other.anchor.anchorer and row.content_only


def _same_prints(facts: Facts, other: OpenItem, row: ListedItem) -> bool:
    """Whether the report of an item has these fingerprints; true if it cannot be read, as its own claim says so."""
    if other.verdict is None or row.report == other.verdict.report:
        return True
    try:
        theirs = read_report(facts.blob(other.verdict.report)).fingerprints
    except (EvidenceError, HeadwaterError):
        return True
    return theirs == row.prints(facts.blob)
