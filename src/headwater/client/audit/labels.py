"""Section 6, labels: that a version of labels is of the origins it names, within their owner's terms."""

from __future__ import annotations

from headwater.catalog.ledger import VersionFacts
from headwater.client.audit.book import Book
from headwater.client.audit.facts import Facts
from headwater.client.labels.origins import terms_gaps
from headwater.records.campaign_spec import CampaignSpec, label_work
from headwater.records.dataset import DatasetManifest, LabelDatasetManifest
from headwater.records.manifest import Manifest


def audit_labels(facts: Facts, book: Book, name: str, published: VersionFacts, manifest: DatasetManifest) -> None:
    """Claims about a version of labels; none about any other."""
    spec = facts.record(CampaignSpec, manifest.spec)
    work = label_work(spec)
    if work is None and not isinstance(manifest, LabelDatasetManifest):
        return
    title = "it is of the very origin its campaign was funded for"
    asked = (work.dataset, work.version) if work else None
    found = None
    if isinstance(manifest, LabelDatasetManifest):
        found = (manifest.origin_dataset, manifest.origin_version)
    if not book.same(f"{name}/origin", title, asked, found) or work is None:
        return
    origin = f"{work.dataset}@{work.version}"
    with book.reading(f"{name}/origin-terms", "the origin is a version on this chain", origin):
        source = facts.ledger.version(work.dataset, work.version)
        terms = facts.ledger.campaign(published.version.campaign).terms
        title = "an offer of the origin grants every purpose and region of the label campaign"
        gaps = [gap.line() for gap in terms_gaps(source.version.offers, terms.purposes, terms.regions)]
        book.holds(f"{name}/origin-terms", title, not gaps, leaf=origin, expected="no gap", actual=gaps)
        known = {row.contribution for row in facts.named(DatasetManifest, source.version.manifest).episodes}
        for number, row in enumerate(manifest.episodes):
            _origin(facts, book, f"{name}/label/{number}", row.manifest, known, origin)


def _origin(facts: Facts, book: Book, id_: str, cid: str, known: set[bytes], origin: str) -> None:
    title = f"the label's origin is a contribution of {origin}"
    with book.reading(id_, title, cid):
        derived = facts.record(Manifest, cid).derived_from
        right = len(derived) == 1 and derived[0] in known
        book.holds(id_, title, right, leaf=cid, expected=f"one of {len(known)}", actual=[one.hex() for one in derived])
