"""Section 6: that a dataset version holds exactly what was accepted, and shares it as the campaign paid."""

from __future__ import annotations

from dataclasses import fields

from headwater.catalog.ledger import VersionFacts, accepted
from headwater.chain.events import ConsentWithdrawn
from headwater.chain.structs import settlements_hash
from headwater.chain.views import VERSION_VOID
from headwater.client.audit.book import Book
from headwater.client.audit.facts import Facts
from headwater.client.audit.labels import audit_labels
from headwater.client.audit.opened import Opened, OpenItem
from headwater.market import episode_leaves, offer_gaps, share_weight_of
from headwater.market.versions import rebuild
from headwater.primitives.amounts import Amount
from headwater.primitives.cid import cid_digest, dag_cbor_cid
from headwater.primitives.merkle import build
from headwater.records.dataset import DatasetEpisode, DatasetManifest
from headwater.records.manifest import Manifest

SECTION = "versions"


def audit_version(facts: Facts, opened: Opened, book: Book, published: VersionFacts) -> None:
    """Claims about one dataset version."""
    version = published.version
    name = f"dataset/{version.dataset}@{version.number}"
    book.open(SECTION, name)
    title = "the version is the one stored on chain"
    book.same(f"{name}/stored", title, version.hash(), facts.reads.version_hash(version.key))
    if version.campaign:
        _terms(facts, book, name, published)
        _sources(facts, book, name, published)
    if published.voided_by is not None:
        title = "void: its shares were proven wrong, and nothing can be claimed from it"
        void = facts.reads.sales(version.key).status == VERSION_VOID
        detail = f"proven by {published.voided_by}; {_carried(published)}"
        book.holds(f"{name}/voided", title, void and not published.share_claims, detail=detail)
        return
    title = "the manifest buyers read is in storage"
    cid = dag_cbor_cid(version.manifest)
    with book.reading(f"{name}/manifest", title, cid):
        manifest = facts.named(DatasetManifest, version.manifest)
        book.same(f"{name}/manifest", title, version.campaign, manifest.campaign, leaf=cid)
        _roots(facts, book, name, published, manifest)
        if version.campaign:
            _episodes(facts, opened, book, name, published, manifest)
        audit_labels(facts, book, name, published, manifest)


def _carried(published: VersionFacts) -> str:
    went = [f"{-gross} to dataset/{key >> 32}@{key & 0xFFFFFFFF}" for key, gross in published.carried]
    return f"its sales went on: {', '.join(went)}" if went else f"its sales of {published.gross} wait for a successor"


def _terms(facts: Facts, book: Book, name: str, published: VersionFacts) -> None:
    version, terms = published.version, facts.ledger.campaign(published.version.campaign).terms
    title = "token, owner and network parts and licence are those the campaign was funded with"
    expected = (terms.token, terms.owner_bps, terms.fee_bps, {terms.licence})
    found = (version.token, version.owner_bps, version.fee_bps, {offer.terms for offer in version.offers})
    book.same(f"{name}/terms", title, expected, found)
    for number, offer in enumerate(version.offers):
        title = "the offer grants no purpose and no region outside the campaign's terms"
        gaps = [gap.line() for gap in offer_gaps(terms, offer)]
        leaf = f"offer {number} of {name}"
        book.holds(f"{name}/offer/{number}", title, not gaps, leaf=leaf, expected="no gap", actual=gaps)


def _sources(facts: Facts, book: Book, name: str, published: VersionFacts) -> None:
    version, keys = published.version, published.settlements
    title = "the settlements cited on chain are the listed ones"
    book.same(f"{name}/settlements", title, settlements_hash(keys), version.settlements)
    when = facts.reads.sales(version.key).published_at
    cited = {key: facts.ledger.settlements.get(key) for key in keys}
    wrong = [
        key
        for key, found in cited.items()
        if not (found and found.standing and found.final_at <= when and key >> 64 == version.campaign)
    ]
    title = "each of them is the campaign's and was final when the version was published"
    book.holds(f"{name}/final", title, not wrong, expected="none that was not", actual=wrong)


def _roots(facts: Facts, book: Book, name: str, published: VersionFacts, manifest: DatasetManifest) -> None:
    version, contract = published.version, facts.addresses.datasets
    title = "the manifest gives the episode root on chain"
    rows = [leaf.leaf(facts.chain_id, contract, version.key) for leaf in episode_leaves(manifest)]
    expected = (build(rows).root, len(rows))
    book.same(f"{name}/episode-root", title, expected, (version.episode_root, version.episodes))
    title = "the manifest's weights give the share root and total weight on chain"
    found = (version.share_root, version.shares, version.total_weight)
    if not version.campaign and found == (bytes(32), 0, 0):
        book.holds(f"{name}/share-root", "own data without shares: the owner has the whole pool", True)
        return
    made = rebuild(manifest, version)
    root, total = made.share_tree(facts.chain_id, contract).root, made.shares[-1].cumulative
    book.same(f"{name}/share-root", title, (root, len(made.shares), total), found)


def _episodes(
    facts: Facts, opened: Opened, book: Book, name: str, published: VersionFacts, manifest: DatasetManifest
) -> None:
    title = "it holds every accepted item of the cited settlements that was not withdrawn, and no other"
    listed = {(int(e.settlement), e.item): e for e in manifest.episodes}
    wanted: dict[tuple[int, int], OpenItem] = {}
    with book.reading(f"{name}/episodes", title):
        gone = withdrawn_before(facts, published.version.campaign, published)
        for key in published.settlements:
            whole = opened.settlement(key)
            for item in whole.items:
                if accepted(whole.facts.verdicts, item.position) and item.contribution not in gone:
                    wanted[(key, item.item)] = item
        odd = sorted(item for _, item in wanted.keys() ^ listed.keys())
        leaf = ", ".join(f"item {item}" for item in odd)
        once = len(listed) == len(manifest.episodes)
        book.holds(f"{name}/episodes", title, not odd and once, leaf=leaf, expected="no difference", actual=odd)
    for place, item in wanted.items():
        if place in listed:
            _episode(facts, book, name, place[0], item, listed[place])


def _episode(facts: Facts, book: Book, name: str, key: int, item: OpenItem, found: DatasetEpisode) -> None:
    title = "its row says who gave it, what it is, how it is sealed and what it weighs"
    with book.reading(f"{name}/item/{item.item}", title, item.leaf):
        if item.verdict is None:
            book.skip(f"{name}/item/{item.item}", title, "its verdict record cannot be read", item.leaf)
            return
        expected = DatasetEpisode(
            contribution=item.contribution,
            contributor=item.opening.contributor,
            content_root=item.opening.content_root,
            envelope=cid_digest(facts.named(Manifest, item.opening.manifest).envelope),
            manifest=dag_cbor_cid(item.opening.manifest),
            weight=share_weight_of(item.verdict),
            item=item.item,
            settlement=Amount(key),
        )
        odd = [f.name for f in fields(DatasetEpisode) if getattr(expected, f.name) != getattr(found, f.name)]
        shown = [[getattr(row, field) for field in odd] for row in (expected, found)]
        detail = f"differs in {', '.join(odd)}" if odd else ""
        book.same(f"{name}/item/{item.item}", title, *shown, leaf=item.leaf, detail=detail)


def withdrawn_before(facts: Facts, campaign: int, published: VersionFacts) -> set[bytes]:
    """Contributions of a campaign whose consent was withdrawn before a version was published."""
    events = facts.events(ConsentWithdrawn)
    return {e.contribution for e in events if e.campaign == campaign and e.at < published.at}
