"""Section 4, gold: that the plan an anchor bound is what its settlement opened, and that newcomers' answers stood."""

from __future__ import annotations

from headwater.chain.structs import Anchor
from headwater.client.audit.book import Book
from headwater.client.audit.facts import Facts
from headwater.client.audit.opened import OpenSettlement
from headwater.records.evidence import PlannedEvidence
from headwater.review import GoldError


def audit_gold(facts: Facts, book: Book, whole: OpenSettlement) -> None:
    """Claims about the gold of one settlement's anchors."""
    anchors = facts.anchors_in(whole.facts)
    for anchor in anchors:
        _plan(facts, book, whole, anchor)
    told = whole.evidence.plans if isinstance(whole.evidence, PlannedEvidence) else ()
    firsts, own = [plan.first_item for plan in told], {anchor.first_item for anchor in anchors}
    title = "gold plans are opened once each, and of this settlement's anchors"
    truth = len(set(firsts)) == len(firsts) and set(firsts) <= own
    book.holds(f"{whole.id}/plans", title, truth, leaf=whole.id, expected=sorted(own), actual=firsts)
    _entries(facts, book, whole)


def _plan(facts: Facts, book: Book, whole: OpenSettlement, anchor: Anchor) -> None:
    name = f"campaign/{whole.facts.posted.campaign}/anchor/{anchor.first_item}"
    title = "the gold plan bound with the anchor is opened, all of it, names items of the anchor and is balanced"
    verdicts = whole.verdicts
    if verdicts is None:
        book.skip(f"{name}/plan", title, "a verdict record cannot be read")
        return
    told = whole.evidence.plans if isinstance(whole.evidence, PlannedEvidence) else ()
    opened = next((plan for plan in told if plan.first_item == anchor.first_item), None)
    inside = [v for v in verdicts if anchor.first_item <= v.item < anchor.first_item + anchor.count]
    with book.reading(f"{name}/plan", title, name):
        plan = facts.finals.plan(facts.ledger.campaign(whole.facts.posted.campaign), anchor, opened)
        try:
            truths = plan.truths(inside)
        except GoldError as error:
            leaf = f"anchor {anchor.first_item}: {error.what}"
            book.holds(f"{name}/plan", title, False, leaf=leaf, expected=error.allowed, actual=error.actual)
            return
        detail = f"gold: items {sorted(truths)}" if truths else "no gold"
        book.holds(f"{name}/plan", title, True, leaf=f"anchor {anchor.first_item}", detail=detail)


def _entries(facts: Facts, book: Book, whole: OpenSettlement) -> None:
    with book.reading(f"{whole.id}/entries", "newcomers' ballots can be read", whole.id):
        for one in facts.finals.entry_rounds(whole.facts, whole.evidence):
            title = "newcomers' answers stood on chain before the gold was opened"
            leaf = f"anchor {one.anchor.first_item}, round {one.number}"
            name = f"campaign/{whole.facts.posted.campaign}/anchor/{one.anchor.first_item}/entry/{one.number}"
            found = [event.root for event in one.roots]
            book.holds(name, title, one.stands is not None, leaf=leaf, expected="a root over them", actual=found)
