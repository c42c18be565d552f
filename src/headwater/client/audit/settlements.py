"""Section 3, whole settlements: what was posted, whether it stands, and that its records give the root on chain."""

from __future__ import annotations

from headwater.catalog.ledger import SettlementFacts
from headwater.chain.calls import PAY_PLACES
from headwater.chain.disputes import LIMIT, DisputeOutcome
from headwater.chain.structs import CONTRIBUTOR, NO_PAY_INDEX, anchors_hash, reserve_of, settlement_key
from headwater.client.audit.book import Book
from headwater.client.audit.errors import EvidenceError
from headwater.client.audit.facts import Facts, is_final
from headwater.client.audit.items import audit_item
from headwater.client.audit.opened import Opened, OpenSettlement
from headwater.market import item_of, share_weight_of
from headwater.primitives.cid import dag_cbor_cid
from headwater.primitives.hashing import keccak256
from headwater.primitives.merkle import build

SECTION = "items"
MIN_BOND_REWARDS = 10


def audit_settlement(facts: Facts, opened: Opened, book: Book, settlement: SettlementFacts) -> OpenSettlement | None:
    """Claims about one settlement and its items; ``None`` if it was voided or its evidence cannot be read."""
    key = settlement.posted.key
    book.open(SECTION, f"settlement {key}")
    name, cid = f"settlement/{key}", dag_cbor_cid(settlement.posted.evidence)
    _posted(facts, book, name, settlement)
    _calls(book, name, settlement)
    if not settlement.standing:
        _voided(facts, book, name, settlement)
        return None
    _status(facts, book, name, settlement)
    _disputes(book, name, settlement)
    title = "the published evidence is the settlement's"
    try:
        whole = opened.settlement(key)
    except EvidenceError as error:
        book.broken(f"{name}/evidence", title, error, name)
        return None
    book.holds(f"{name}/evidence", title, True, leaf=cid)
    for item in whole.items:
        audit_item(facts, opened, book, whole, item)
    _item_root(facts, book, whole)
    return whole


def _posted(facts: Facts, book: Book, name: str, settlement: SettlementFacts) -> None:
    posted = settlement.posted
    title = "the settlement is the one stored on chain"
    stored = posted.void_hash(settlement.voided_by) if settlement.voided_by else posted.hash()
    book.same(f"{name}/posted", title, stored[:26], facts.reads.slot(posted.key).digest)
    terms = facts.ledger.campaign(posted.campaign).terms
    anchors = facts.anchors_in(settlement)
    count = sum(a.count for a in anchors)
    attempt = posted.key & 0xFFFF
    expected = (
        settlement_key(posted.campaign, posted.first_item, attempt),
        (terms.hash(), terms.token),
        (anchors_hash(anchors), count, count * reserve_of(terms)),
        (keccak256(settlement.verdicts), 2 * count),
        max(posted.total // 4, MIN_BOND_REWARDS * terms.unit_reward),
        facts.reads.block_time(settlement.at.block) + terms.challenge_window,
    )
    found = (
        posted.key,
        (posted.terms, posted.token),
        (posted.anchors_hash, posted.count, posted.reserve),
        (posted.verdicts_hash, len(settlement.verdicts)),
        posted.bond,
        posted.final_at,
    )
    title = "key, terms, anchors, reserve, verdict bytes, bond and challenge window are what the campaign says"
    book.same(f"{name}/bound", title, expected, found)


def _voided(facts: Facts, book: Book, name: str, settlement: SettlementFacts) -> None:
    slot = facts.reads.slot(settlement.posted.key)
    title = "proven wrong on chain: it is void and pays nothing"
    truth = slot.void and facts.reads.paid(settlement.posted.key, settlement.posted.pay_count) == 0
    book.holds(f"{name}/voided", title, truth, detail=f"a fault was proven by {settlement.voided_by}")


def _status(facts: Facts, book: Book, name: str, settlement: SettlementFacts) -> None:
    slot = facts.reads.slot(settlement.posted.key)
    final = is_final(facts, settlement)
    until = settlement.final_at
    over = "a call or a dispute is over" if settlement.suspensions else until
    detail = f"final since {until}" if final else f"pending: can be proven wrong until {over}"
    title = "it stands, and is final when it said or when what kept it was over"
    expected = (False, settlement.suspensions > 0, until)
    book.same(f"{name}/status", title, expected, (slot.void, slot.suspended, slot.final_at), detail=detail)


def _disputes(book: Book, name: str, settlement: SettlementFacts) -> None:
    """What a jury was asked, and that no more was fined and cut than it said."""
    eighth = settlement.posted.bond // LIMIT
    overturns = (DisputeOutcome.ACCEPTED, DisputeOutcome.REJECTED)
    spent = sum(made.outcome in overturns for made in settlement.disputes.values()) > LIMIT
    rewards: dict[int, int] = {}
    for item, made in sorted(settlement.disputes.items()):
        outcome = DisputeOutcome.UNCHANGED if made.outcome is None else DisputeOutcome(made.outcome)
        ruled = "not ruled yet" if made.ruling is None else f"ruled {made.ruling}"
        detail = f"dispute {made.number} by {made.challenger}: {ruled}, " + (
            "open" if made.outcome is None else outcome.name.lower()
        )
        title = f"item {item} was disputed; an overturned verdict costs an eighth of the bond, any other nothing"
        fine = eighth if outcome in overturns and not (spent and not made.fined) else 0
        book.same(f"{name}/dispute/{item}", title, fine, made.fined, detail=detail)
        if outcome is DisputeOutcome.REJECTED:
            index = made.opened.item.pay_index
            rewards[index] = rewards.get(index, 0) + made.opened.item.reward
    for index, reward in sorted(rewards.items()):
        title = f"what the jury rejected of pay leaf {index} is not paid"
        cut = settlement.cuts.get(index, 0)
        book.holds(f"{name}/cut/{index}", title, cut >= reward, expected=f"at least {reward}", actual=cut)


def _calls(book: Book, name: str, settlement: SettlementFacts) -> None:
    """What was called for, and whether it was shown."""
    for place, call in settlement.calls.items():
        what = f"pay leaf {place - PAY_PLACES}" if place >= PAY_PLACES else f"the record of item {place}"
        title = f"{what} was shown when {call.by} called for it"
        if call.answer is not None:
            book.holds(f"{name}/call/{place}", title, True, detail=f"{call.answer.by} answered it on chain")
        elif settlement.standing:
            book.skip(f"{name}/call/{place}", title, f"open: due {call.due}")
        else:
            book.skip(f"{name}/call/{place}", title, "nobody did before the settlement was void")


def _item_root(facts: Facts, book: Book, whole: OpenSettlement) -> None:
    posted, verdicts = whole.facts.posted, whole.verdicts
    title = "the verdict records give the item root on chain"
    if verdicts is None:
        book.skip(f"{whole.id}/item-root", title, "a verdict record cannot be read")
        return
    with book.reading(f"{whole.id}/item-root", title):
        rows = [row.items if row.kind == CONTRIBUTOR else () for row in whole.evidence.pay]
        index = {item: number for number, items in enumerate(rows) for item in items}
        leaves = [
            item_of(v, index.get(v.item, NO_PAY_INDEX), share_weight_of(v)).leaf(
                facts.chain_id, facts.addresses.settlement, posted.key
            )
            for v in verdicts
        ]
        span = f"items {posted.first_item} to {posted.first_item + posted.count - 1} of campaign {posted.campaign}"
        book.same(f"{whole.id}/item-root", title, build(leaves).root, posted.item_root, leaf=span)
