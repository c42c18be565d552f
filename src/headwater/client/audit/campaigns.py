"""Section 1: terms, data spec, and that no unit of money came from or went nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.chain import events as ev
from headwater.chain.structs import Terms, reserve_of
from headwater.client.audit.book import Book
from headwater.client.audit.facts import Facts
from headwater.primitives.cid import dag_cbor_cid
from headwater.records.campaign_spec import CampaignSpec
from headwater.records.licence import PRESETS, LicencePreset
from headwater.records.purposes import PURPOSES

SECTION = "campaigns"


@dataclass
class Purse:
    """A campaign's one storage slot, replayed from events (contracts/src/Campaigns.sol)."""

    escrow: int = 0
    reserved: int = 0
    anchored: int = 0
    settled: int = 0
    pool: int = 0  # part of the reserved that is a pool's


def audit_campaign(facts: Facts, book: Book, number: int) -> None:
    """Claims about one campaign."""
    book.open(SECTION, f"campaign {number}")
    name, terms = f"campaign/{number}", facts.ledger.campaign(number).terms
    title = "the terms people were shown are the terms stored on chain"
    book.same(f"{name}/terms", title, terms.hash(), facts.reads.terms_hash(number))
    _spec(facts, book, name, terms.spec_digest)
    _licence(facts, book, name, terms)
    _purse(facts, book, name, number)


def audit_money(facts: Facts, book: Book) -> None:
    """Settlement holds every escrow and all that is settled and unpaid (more only if someone gave it)."""
    book.open(SECTION, "money held")
    owed: dict[str, int] = {}
    for number, campaign in facts.ledger.campaigns.items():
        unpaid = 0
        for key in campaign.settlements:
            posted = facts.ledger.settlement(key).posted
            if not facts.reads.slot(key).void:
                unpaid += posted.total - facts.reads.paid(key, posted.pay_count)
        token = campaign.terms.token
        owed[token] = owed.get(token, 0) + facts.reads.campaign_state(number).escrow + unpaid
    for token, amount in owed.items():
        held = facts.reads.token_balance(token, facts.addresses.settlement)
        title = "the contract holds at least all escrow and all settled, unclaimed pay"
        book.holds(f"money/{token}", title, held >= amount, expected=f"at least {amount}", actual=held)


def _spec(facts: Facts, book: Book, name: str, digest: bytes) -> None:
    title = "the data spec the campaign was funded for is in storage"
    with book.reading(f"{name}/spec", title, dag_cbor_cid(digest)):
        facts.named(CampaignSpec, digest)
        book.holds(f"{name}/spec", title, True, leaf=dag_cbor_cid(digest))


def _licence(facts: Facts, book: Book, name: str, terms: Terms) -> None:
    title, cid = "the licence text buyers agree to is known", dag_cbor_cid(terms.licence)
    with book.reading(f"{name}/licence", title, cid):
        known = next((preset for preset in PRESETS if preset.digest() == terms.licence), None)
        preset = known or facts.named(LicencePreset, terms.licence)
        book.holds(f"{name}/licence", title, True, leaf=cid)
        title = "it permits no purpose outside the terms"
        allowed = [name for bit, name in enumerate(PURPOSES) if terms.purposes >> bit & 1]
        beyond = [purpose for purpose in preset.purposes if purpose not in allowed]
        book.holds(f"{name}/licence-purposes", title, not beyond, leaf=cid, expected=allowed, actual=preset.purposes)


def _purse(facts: Facts, book: Book, name: str, number: int) -> None:
    purse, state = replay(facts, number), facts.reads.campaign_state(number)
    title = "escrow = funded + topped up + forfeited deposits and bonds - refunded - settled (voided ones came back)"
    book.same(f"{name}/escrow", title, purse.escrow, state.escrow)
    title = "reserved = every anchored item's reserve, less what is settled, final and released, or lapsed"
    book.same(f"{name}/reserved", title, purse.reserved, state.reserved)
    title = "the escrow covers everything reserved"
    book.holds(f"{name}/covered", title, state.escrow >= state.reserved, expected=state.reserved, actual=state.escrow)
    title = "items anchored and items settled, as events count them"
    book.same(f"{name}/queue", title, (purse.anchored, purse.settled), (state.anchored, state.settled))


def replay(facts: Facts, number: int) -> Purse:
    """The slot as the campaign's events leave it."""
    terms = facts.ledger.campaign(number).terms
    purse = Purse(reserved=terms.pool, pool=terms.pool)
    reserve = reserve_of(terms)
    for event in facts.history:
        _queue(purse, event, number, reserve)
        _money(purse, event, number)
        _settling(facts, purse, event, number)
    return purse


def _queue(purse: Purse, event: ev.Event, number: int, reserve: int) -> None:
    match event:
        case ev.Anchored(campaign=of, anchor=anchor) if of == number:
            purse.anchored += anchor.count
            purse.reserved += anchor.count * reserve
        case ev.Lapsed(campaign=of) if of == number:
            purse.reserved -= event.unreserved
            purse.settled = purse.anchored


def _money(purse: Purse, event: ev.Event, number: int) -> None:
    match event:
        case ev.Funded() | ev.ToppedUp() | ev.Credited() if event.campaign == number:
            purse.escrow += event.amount
        case ev.Refunded(campaign=of, amount=amount) if of == number:
            purse.escrow -= amount
        case ev.PoolPaid(campaign=of, amount=amount) if of == number:
            purse.escrow -= amount
            purse.reserved -= amount
            purse.pool -= amount
        case ev.PoolRaised(campaign=of, amount=amount) if of == number:
            purse.escrow += amount
            purse.reserved += amount
            purse.pool += amount
        case ev.PoolFreed(campaign=of, amount=amount) if of == number:
            purse.reserved -= amount
            purse.pool -= amount


def _settling(facts: Facts, purse: Purse, event: ev.Event, number: int) -> None:
    match event:
        case ev.Settled(campaign=of, posted=posted) if of == number:
            purse.escrow -= posted.total
            purse.reserved -= posted.total
            purse.settled += posted.count if posted.key & 0xFFFF == 0 else 0
        case ev.Voided(key=key) if key >> 64 == number:
            total = facts.ledger.settlement(key).posted.total
            purse.escrow += total
            purse.reserved += total
        case ev.Released(key=key) if key >> 64 == number:
            posted = facts.ledger.settlement(key).posted
            purse.reserved -= posted.reserve - posted.total
        case ev.Reclaimed(key=key) if key >> 64 == number:
            purse.reserved -= facts.ledger.settlement(key).posted.reserve
