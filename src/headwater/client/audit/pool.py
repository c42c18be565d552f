"""Section 5: that a pool was divided by what its settlements say, and nobody took more than his part."""

from __future__ import annotations

from headwater.catalog.ledger import ClosingFacts
from headwater.chain.structs import POOL_MODE, reference, settlements_hash
from headwater.client.audit.book import Book
from headwater.client.audit.facts import Facts
from headwater.client.audit.opened import Opened
from headwater.market import pool_part, share_lists, share_weight_of
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.merkle import build

SECTION = "pool"


def audit_pool(facts: Facts, opened: Opened, book: Book, number: int) -> None:
    """Claims about the closings of one campaign's pool."""
    campaign = facts.ledger.campaign(number)
    if campaign.terms.mode != POOL_MODE:
        return
    for attempt, closed in enumerate(campaign.closings):
        name = f"pool/{number}/{attempt}"
        book.open(SECTION, name)
        if closed.voided_by is not None:
            title = "void: this closing was proven wrong, and nothing was paid by it"
            book.holds(f"{name}/voided", title, not closed.claims, detail=f"proven by {closed.voided_by}")
            continue
        _closing(facts, book, name, closed)
        _shares(facts, opened, book, name, closed)


def _closing(facts: Facts, book: Book, name: str, closed: ClosingFacts) -> None:
    closing = closed.closing
    title = "the closing is the one stored on chain"
    book.same(f"{name}/stored", title, closing.hash(), facts.reads.closing_hash(closing.campaign))
    title = "it divides every settlement of the campaign that stands"
    keys = tuple(sorted(s.posted.key for s in facts.ledger.standing(closing.campaign)))
    expected = (keys, settlements_hash(keys))
    book.same(f"{name}/settlements", title, expected, (closed.settlements, closing.settlements))


def _shares(facts: Facts, opened: Opened, book: Book, name: str, closed: ClosingFacts) -> None:
    closing, title = closed.closing, "the verdicts give the share root and total weight on chain"
    with book.reading(f"{name}/share-root", title, name):
        rows = []
        for key in closed.settlements:
            for verdict in opened.settlement(key).verdicts or ():
                if weight := share_weight_of(verdict):
                    rows.append((verdict.contributor, weight, reference(key, verdict.item)))
        shares = [share for share, _ in share_lists(rows)] if rows else []
        leaves = [share.leaf(facts.chain_id, facts.addresses.pools, closing.campaign) for share in shares]
        root, total = (build(leaves).root, shares[-1].cumulative) if shares else (ZERO_WORD, 0)
        found = (closing.share_root, closing.shares, closing.total_weight)
        book.same(f"{name}/share-root", title, (root, len(shares), total), found)
        due = {s.index: (s.account, pool_part(closing.pool, s.weight, total, closing.pool_floor)) for s in shares}
        for index, account, amount in closed.claims:
            title_of = f"{account} took his part of the pool, once"
            once = sum(1 for one, _, _ in closed.claims if one == index) == 1
            truth = once and due.get(index) == (account, amount)
            leaf = f"share {index} of {name}"
            book.holds(f"{name}/share/{index}", title_of, truth, leaf=leaf, expected=due.get(index), actual=amount)
