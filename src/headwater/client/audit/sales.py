"""Section 7: every sale at its offer's price, split as the terms say, and nobody paid more than his part."""

from __future__ import annotations

from headwater.catalog.ledger import VersionFacts
from headwater.chain.structs import Use, licence_id
from headwater.client.audit.book import Book
from headwater.client.audit.facts import Facts
from headwater.market import Split, share_amount, split_of, use_gaps
from headwater.market.versions import rebuild
from headwater.primitives.cid import dag_cbor_cid
from headwater.records.dataset import DatasetManifest
from headwater.records.purposes import PURPOSE_BITS
from headwater.records.regions import REGION_BITS

SECTION = "sales"


def audit_sales(facts: Facts, book: Book, published: VersionFacts) -> None:
    """Claims about the money of one version."""
    version = published.version
    name = f"dataset/{version.dataset}@{version.number}"
    book.open(SECTION, name)
    for number, sale in enumerate(published.sales):
        offer = version.offers[sale.offer]
        expected = (offer.price, licence_id(version.key, sale.offer, offer.terms))
        title = f"{sale.buyer} paid the offer's price for the licence of this version"
        book.same(f"{name}/sale/{number}", title, expected, (sale.price, sale.licence), leaf=sale.at.tx)
        use = Use(sale.purpose, sale.region)
        title = f"{sale.buyer} declared a purpose and a region that the offer grants"
        gaps, shown = [gap.line() for gap in use_gaps(offer, use)], _declared(use)
        leaf, id_ = f"{sale.at.tx}, licence {sale.licence}", f"{name}/sale/{number}/use"
        book.holds(id_, title, not gaps, leaf=leaf, detail=shown, expected="no gap", actual=gaps)
    title = "gross on chain is the sum of the sales, and of what void versions carried here"
    book.same(f"{name}/gross", title, published.gross, facts.reads.sales(version.key).gross)
    split = split_of(published.gross, version.owner_bps, version.fee_bps)
    _owner_and_fee(facts, book, name, published, split)
    if version.total_weight and published.standing:
        _shares(facts, book, name, published, split)


def _declared(use: Use) -> str:
    return f"{PURPOSE_BITS.shown(1 << use.purpose)} in {REGION_BITS.shown(1 << use.region)}"


def audit_sale_money(facts: Facts, book: Book) -> None:
    """The Datasets contract holds at least everything sold and not yet claimed."""
    book.open(SECTION, "money held")
    owed: dict[str, int] = {}
    for dataset in facts.ledger.datasets.values():
        for published in dataset.versions.values():
            paid = facts.reads.sales_paid(published.version.key)
            left = published.gross - paid.pool - paid.owner - facts.reads.fee_paid(published.version.key)
            token = published.version.token
            owed[token] = owed.get(token, 0) + left
    for token, amount in owed.items():
        held = facts.reads.token_balance(token, facts.addresses.datasets)
        title = "the contract holds at least everything sold and not claimed"
        book.holds(f"sales-money/{token}", title, held >= amount, expected=f"at least {amount}", actual=held)


def _owner_and_fee(facts: Facts, book: Book, name: str, published: VersionFacts, split: Split) -> None:
    key = published.version.key
    rows = (
        ("owner", split.owner, published.owner_claims, facts.reads.sales_paid(key).owner),
        ("fee", split.fee_claimable, published.fee_claims, facts.reads.fee_paid(key)),
    )
    for who, due, claims, counted in rows:
        claimed = sum(amount for _, amount in claims)
        truth = claimed == counted <= due
        title = f"the {who} part of the gross, and claims that do not exceed it"
        shown = f"at most {due}"
        book.holds(f"{name}/{who}", title, truth, expected=shown, actual=f"claimed {claimed}, counted {counted}")


def _shares(facts: Facts, book: Book, name: str, published: VersionFacts, split: Split) -> None:
    version = published.version
    title = "claimed sale shares add up to what the contract counts and fit the pool"
    with book.reading(f"{name}/pool", title, dag_cbor_cid(version.manifest)):
        made = rebuild(facts.named(DatasetManifest, version.manifest), version)
        claimed: dict[int, int] = {}
        accounts: dict[int, set[str]] = {}
        for index, account, amount in published.share_claims:
            claimed[index] = claimed.get(index, 0) + amount
            accounts.setdefault(index, set()).add(account)
        for share in made.shares:
            due, got = share_amount(split.pool, share, version.total_weight), claimed.get(share.index, 0)
            counted = facts.reads.share_claimed(version.key, share.index)
            truth = got == counted <= due and accounts.get(share.index, {share.account}) == {share.account}
            title_of = f"{share.account} has {share.weight} of {version.total_weight} of the pool and took no more"
            leaf = f"share {share.index} of {name}, {share.account}"
            shown = f"at most {due}"
            book.holds(f"{name}/share/{share.index}", title_of, truth, leaf=leaf, expected=shown, actual=(got, counted))
        total, counted = sum(claimed.values()), facts.reads.sales_paid(version.key).pool
        book.holds(f"{name}/pool", title, total == counted <= split.pool, expected=split.pool, actual=(total, counted))
