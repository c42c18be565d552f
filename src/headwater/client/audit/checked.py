"""Section 3, checks: the report behind an item, its ratio added up again, and what it was compared with."""

from __future__ import annotations

from headwater.checks import CheckReport, CopyIndex, Entry, Fingerprints, read_report
from headwater.checks.llr import llr_milli, weights
from headwater.checks.reading import UNREADABLE_LLR
from headwater.client.audit.book import Book
from headwater.client.audit.errors import EvidenceError
from headwater.client.audit.facts import Facts
from headwater.client.audit.opened import Opened, OpenItem
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
        index = CopyIndex.from_bytes(facts.blob(verdict.index))
        wrong = [] if report.index_entries == -1 else _differences(facts, opened, item, index)
        if report.index_entries not in (-1, len(index)):
            wrong.append(f"{len(index)} entries, the report says {report.index_entries}")
        if report.index_entries != -1 and index.same_content(report.content_root) and verdict.novelty:
            wrong.append("an earlier item has the same content")
        leaf = f"{item.leaf}, index {verdict.index}"
        book.same(f"{item.id}/index", title, [], wrong, leaf=leaf)


def _differences(facts: Facts, opened: Opened, item: OpenItem, index: CopyIndex) -> list[str]:
    known = opened.by_place()
    wrong = [f"entry {e.order} was not anchored before" for e in index.entries if e.order >= item.place]
    for entry in index.entries:
        other = known.get(entry.order)
        if other is None:
            continue
        if (entry.contribution_id, entry.content_root) != (other.contribution.hex(), other.opening.content_root):
            wrong.append(f"entry {entry.order} is not {other.leaf}")
        elif not _strangers(item, other, entry) and not _same_prints(facts, other, entry.prints.to_record()):
            wrong.append(f"entry {entry.order} has other fingerprints than the report of {other.leaf}")
    listed = {entry.order for entry in index.entries}
    mine = (o for o in known.values() if (o.campaign, o.anchor.anchorer) == (item.campaign, item.anchor.anchorer))
    wrong += [f"left out: {o.leaf}" for o in mine if o.place < item.place and o.place not in listed and not o.missing]
    return wrong


def _strangers(item: OpenItem, other: OpenItem, entry: Entry) -> bool:
    """Whether it is another operator's, of which its content alone was shown."""
    return item.anchor.anchorer != other.anchor.anchorer and entry.prints == Fingerprints({})


def _same_prints(facts: Facts, other: OpenItem, prints: dict[str, object]) -> bool:
    """Whether the report of an item has these fingerprints; true if it cannot be read, as its own claim says so."""
    if other.verdict is None:
        return True
    try:
        return bool(read_report(facts.blob(other.verdict.report)).fingerprints.to_record() == prints)
    except (EvidenceError, HeadwaterError):
        return True
