"""Section 2: anchors: what was committed to, in which order, and the seed reviewers are drawn from."""

from __future__ import annotations

from headwater.chain.events import SeedRecorded
from headwater.chain.structs import Anchor
from headwater.client.audit.book import Book
from headwater.client.audit.facts import Facts
from headwater.primitives.cid import dag_cbor_cid
from headwater.primitives.merkle import build
from headwater.records.anchor import AnchorLeaves

SECTION = "anchors"


def audit_anchors(facts: Facts, book: Book, campaign: int) -> None:
    """Claims about a campaign's anchors."""
    book.open(SECTION, f"campaign {campaign}")
    for anchor in facts.ledger.campaign(campaign).anchors.values():
        name = f"campaign/{campaign}/anchor/{anchor.first_item}"
        _stored(facts, book, name, campaign, anchor)
        _leaves(facts, book, name, campaign, anchor)
        _seed(facts, book, name, campaign, anchor)


def audit_order(facts: Facts, book: Book) -> None:
    """Anchors of all campaigns stand in one order without gaps, and queues without holes."""
    book.open(SECTION, "order")
    numbered = sorted(a.sequence for c in facts.ledger.campaigns.values() for a in c.anchors.values())
    title = "anchors of all campaigns are numbered 1, 2, 3 ... without a gap"
    book.same("anchors/order", title, list(range(1, len(numbered) + 1)), numbered)
    for number, campaign in facts.ledger.campaigns.items():
        starts, at = [], 0
        for anchor in sorted(campaign.anchors.values(), key=lambda a: a.sequence):
            starts.append(at)
            at += anchor.count
        found = [a.first_item for a in sorted(campaign.anchors.values(), key=lambda a: a.sequence)]
        book.same(f"campaign/{number}/queue-order", "each anchor starts where the one before ends", starts, found)


def _stored(facts: Facts, book: Book, name: str, campaign: int, anchor: Anchor) -> None:
    title = "the anchor is the one stored on chain"
    found = facts.reads.anchor_hash(campaign, anchor.first_item)
    if found == bytes(32):
        book.skip(f"{name}/stored", title, "its deposit was reclaimed after the campaign lapsed")
    else:
        book.same(f"{name}/stored", title, anchor.hash(), found)


def _leaves(facts: Facts, book: Book, name: str, campaign: int, anchor: Anchor) -> None:
    title = "the published blinded leaves rebuild the anchor's root"
    cid = dag_cbor_cid(anchor.cid)
    if anchor.direct:
        book.holds(f"{name}/leaves", "a direct anchor's root is its one leaf", anchor.count == 1)
        return
    with book.reading(f"{name}/leaves", title, cid):
        listed = facts.named(AnchorLeaves, anchor.cid)
        found = (listed.campaign, len(listed.leaves), build(listed.leaves).root)
        book.same(f"{name}/leaves", title, (campaign, anchor.count, anchor.root), found, leaf=cid)


def _seed(facts: Facts, book: Book, name: str, campaign: int, anchor: Anchor) -> None:
    events = facts.events(SeedRecorded)
    recorded = [e for e in events if (e.campaign, e.first_item) == (campaign, anchor.first_item)]
    if not recorded:
        return
    (event,) = recorded
    book.same(
        f"{name}/seed", "the seed is the one stored on chain", event.seed, facts.reads.seed(campaign, anchor.first_item)
    )
    title = (
        "the seed is the hash of a block nobody could choose: the one after the anchor's, or the last before a late one"
    )
    source = event.at.block - 1 if event.late else anchor.block + 1
    expected = facts.reads.block_hash(source)
    if expected is None:
        book.skip(f"{name}/seed-block", title, f"the node no longer has block {source}")
    else:
        book.same(f"{name}/seed-block", title, expected, event.seed)
