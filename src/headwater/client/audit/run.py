"""The whole audit: gather the facts of one block, then section by section."""

from __future__ import annotations

from collections.abc import Callable

from headwater.catalog.ledger import Ledger, VersionFacts
from headwater.chain import ChainWallets, Contracts, read_events
from headwater.client.audit.anchors import audit_anchors, audit_order
from headwater.client.audit.blobs import audit_blocks, audit_files
from headwater.client.audit.book import Book
from headwater.client.audit.campaigns import audit_campaign, audit_money
from headwater.client.audit.chain_reads import ChainReads
from headwater.client.audit.epochs import audit_epochs
from headwater.client.audit.facts import Addresses, Facts
from headwater.client.audit.gold import audit_gold
from headwater.client.audit.grants import audit_grants
from headwater.client.audit.opened import Opened
from headwater.client.audit.pay import audit_pay
from headwater.client.audit.pool import audit_pool
from headwater.client.audit.report import AuditReport
from headwater.client.audit.sales import audit_sale_money, audit_sales
from headwater.client.audit.settlements import audit_settlement
from headwater.client.audit.versions import audit_version
from headwater.client.audit.votes import audit_votes
from headwater.storage import BlobStore

Progress = Callable[[str], None]


def run_audit(
    contracts: Contracts,
    blobs: BlobStore,
    *,
    campaign: int | None = None,
    dataset: int | None = None,
    progress: Progress | None = None,
) -> AuditReport:
    """Recomputes a network's history from chain and storage alone.

    Args:
        campaign, dataset: audit only this one (a dataset brings its campaign along); by default everything.
        progress: told what is being audited.

    Raises:
        UnknownIdError: no such campaign or dataset.
        ChainDownError, StoreUnavailableError: who does not answer cannot be audited; everything else is a claim.
    """
    return audit(gather(contracts, blobs), campaign=campaign, dataset=dataset, progress=progress)


def gather(contracts: Contracts, blobs: BlobStore) -> Facts:
    """Everything an audit reads from the chain, as of its head now."""
    head = contracts.chain.latest()
    pinned = contracts.at(head.number)
    contracts_at = (
        pinned.campaigns,
        pinned.settlement,
        pinned.datasets,
        pinned.reviewers,
        pinned.pools,
        pinned.reputation,
    )
    addresses = Addresses(*(one.address for one in contracts_at))
    history = read_events(contracts.chain, contracts.deployment, contracts.deployment.block, head.number)
    wallets = ChainWallets(contracts.chain, head.number)
    reads = ChainReads(pinned)
    return Facts(contracts.chain.chain_id, head.number, head.time, addresses, history, reads, blobs, wallets)


def audit(
    facts: Facts, *, campaign: int | None = None, dataset: int | None = None, progress: Progress | None = None
) -> AuditReport:
    """``run_audit`` over facts already gathered."""
    book, opened = Book(progress), Opened(facts)
    campaigns, versions = _scope(facts.ledger, campaign, dataset)
    for number in campaigns:
        audit_campaign(facts, book, number)
        audit_anchors(facts, book, number)
    audit_order(facts, book)
    for number in campaigns:
        _settlements(facts, opened, book, number)
        audit_pool(facts, opened, book, number)
    for published in versions:
        audit_version(facts, opened, book, published)
        audit_sales(facts, book, published)
    audit_grants(facts, opened, book, campaigns)
    if campaign is None and dataset is None:
        audit_epochs(facts, book)
        audit_money(facts, book)
        audit_sale_money(facts, book)
        audit_blocks(facts, book)
    return AuditReport(facts.chain_id, facts.block, facts.time, book.claims)


def _settlements(facts: Facts, opened: Opened, book: Book, campaign: int) -> None:
    for key in facts.ledger.campaign(campaign).settlements:
        whole = audit_settlement(facts, opened, book, facts.ledger.settlement(key))
        if whole is not None:
            audit_votes(facts, opened, book, whole)
            audit_gold(facts, book, whole)
            audit_pay(facts, book, whole)
            audit_files(facts, book, whole)


def _scope(ledger: Ledger, campaign: int | None, dataset: int | None) -> tuple[list[int], list[VersionFacts]]:
    """Campaigns and versions to audit."""
    if dataset is not None:
        found = ledger.dataset(dataset)
        return [found.campaign] if found.campaign else [], list(found.versions.values())
    numbers = list(ledger.campaigns) if campaign is None else [ledger.campaign(campaign).id]
    rows = (d for d in ledger.datasets.values() if campaign is None or d.campaign == campaign)
    return numbers, [version for row in rows for version in row.versions.values()]
