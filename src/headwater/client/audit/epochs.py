"""Section 4, epochs: reviewers' records recomputed from final settlements alone."""

from __future__ import annotations

from headwater.catalog.institutions import EpochFacts
from headwater.catalog.reputation import rows_of
from headwater.client.audit.book import Book
from headwater.client.audit.facts import Facts
from headwater.primitives.cid import dag_cbor_cid
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.merkle import build
from headwater.records.epoch import EpochEvidence
from headwater.review import encode_changes, records_after
from headwater.review.standing import gold_tree

SECTION = "reputation"


def audit_epochs(facts: Facts, book: Book) -> None:
    """Claims about every epoch, oldest first."""
    book.open(SECTION)
    by_hash = {posted.epoch.hash(): n for n, posted in facts.ledger.institutions.epochs.items()}
    for number, posted in sorted(facts.ledger.institutions.epochs.items()):
        if posted.standing:
            _epoch(facts, book, posted, by_hash.get(posted.epoch.previous, 0))
        else:
            title = "proven wrong on chain: no settlement can cite it"
            truth = facts.reads.epoch_slot(number).status != 1
            book.holds(f"epoch/{number}/voided", title, truth, detail=f"a fault was proven by {posted.voided_by}")


def _epoch(facts: Facts, book: Book, posted: EpochFacts, previous: int) -> None:
    epoch = posted.epoch
    name, leaf = f"epoch/{epoch.number}", f"epoch {epoch.number}"
    title = "what it counts is all that was final by then, and nothing else"
    with book.reading(f"{name}/changes", title, leaf):
        told = facts.record(EpochEvidence, dag_cbor_cid(epoch.evidence))
        before = facts.finals.until(previous)
        since = 0 if before is None else before + 1
        ordered = since <= told.until <= epoch.time
        stated = "it counts up to a moment after the epoch before and not in its own future"
        book.holds(f"{name}/until", stated, ordered, leaf=leaf, expected=f"{since} to {epoch.time}", actual=told.until)
        right = facts.finals.epoch(told.until, previous)
        book.same(f"{name}/changes", title, encode_changes(right.changes), posted.changes, leaf=leaf)
        listed = told.answers, told.admitted, told.suspended
        expected = right.answers, right.admitted, right.suspended
        stated = "the evidence lists every answer it counts, and whom it lets in and puts out"
        book.same(f"{name}/answers", stated, expected, listed, leaf=leaf)
        where = facts.chain_id, facts.addresses.reputation, epoch.number
        gold = gold_tree(right.golds, *where).root if right.golds else ZERO_WORD
        stated = "the gold tree is over the gold items whose answers it counts"
        book.same(f"{name}/gold", stated, (gold, len(right.golds)), (epoch.gold, epoch.golds), leaf=leaf)
        rows = rows_of(records_after(facts.finals.rows(previous), right.changes))
        root = build([row.leaf(*where) for row in rows]).root
        stated = "its rows are those of the epoch before with these changes, each weighing what its record says"
        book.same(f"{name}/rows", stated, (root, len(rows)), (epoch.root, epoch.count), leaf=leaf)
