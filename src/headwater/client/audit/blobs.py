"""Section 9: the bytes: every frame of every file, the key envelopes, previews, and every block storage holds."""

from __future__ import annotations

from headwater.client.audit.book import Book
from headwater.client.audit.errors import EvidenceError
from headwater.client.audit.facts import Facts
from headwater.client.audit.opened import OpenItem, OpenSettlement
from headwater.primitives.cid import DAG_PB, Cid, cid_decode
from headwater.records.envelope import KeyEnvelope
from headwater.records.manifest import Manifest, ManifestFile
from headwater.storage import BlobNotFoundError, CorruptBlockError, MalformedNodeError
from headwater.vault import ciphertext_bytes, contribution_label

SECTION = "blobs"


def audit_files(facts: Facts, book: Book, whole: OpenSettlement) -> None:
    """Claims about the ciphertext and envelope of each item of a standing settlement."""
    book.open(SECTION, whole.id)
    for item in whole.items:
        if item.missing:
            continue
        try:
            manifest = facts.named(Manifest, item.opening.manifest)
        except EvidenceError as error:
            book.broken(f"{item.id}/files", "its files are whole", error, item.leaf)
            continue
        _envelope(facts, book, item, manifest)
        for file in manifest.files:
            _file(facts, book, item, file)
        _previews(facts, book, item, manifest)


def audit_blocks(facts: Facts, book: Book) -> None:
    """One claim for all blocks that are what their names say, one for each that is not and was not named before."""
    book.open(SECTION, "every block in storage")
    held = 0
    for cid in sorted(facts.blobs.iter()):
        held += 1
        try:
            facts.blobs.stat(cid) if cid_decode(cid)[0] == DAG_PB else facts.blobs.get(cid)
        except (CorruptBlockError, MalformedNodeError) as error:
            found = EvidenceError(f"block {cid}", error.cid, error.line())
            book.broken(f"block/{cid}", "a block is what its name says", found)
    book.holds("blocks", "blocks in storage were hashed and compared with their names", True, detail=f"{held} blocks")


def _envelope(facts: Facts, book: Book, item: OpenItem, manifest: Manifest) -> None:
    title = "its key envelope was made for this contributor, campaign and content, and registered holders"
    with book.reading(f"{item.id}/envelope", title, item.leaf):
        envelope = facts.record(KeyEnvelope, manifest.envelope)
        who, root = item.opening.contributor, item.opening.content_root
        label = contribution_label(facts.campaigns_domain, item.campaign, who, root)
        strangers = [h.address for h in envelope.holders if h.address not in facts.ledger.holders]
        leaf = f"{item.leaf}, envelope {manifest.envelope}"
        book.same(f"{item.id}/envelope", title, (label, []), (envelope.label, strangers), leaf=leaf)


def _file(facts: Facts, book: Book, item: OpenItem, file: ManifestFile) -> None:
    title = f"every frame of {file.path} is in storage, unchanged, and no more"
    name, expected = f"{item.id}/file/{file.path}", ciphertext_bytes(file.size_bytes)
    with book.reading(name, title, item.leaf):
        try:
            size = sum(len(leaf) for leaf in facts.blobs.open_stream(Cid(file.cid)))
        except (BlobNotFoundError, CorruptBlockError, MalformedNodeError) as error:
            raise EvidenceError(f"file {file.path}", error.cid, error.line()) from None
        book.same(name, title, expected, size, leaf=f"{item.leaf}, file {file.cid}", detail="bytes")


def _previews(facts: Facts, book: Book, item: OpenItem, manifest: Manifest) -> None:
    for cid in manifest.previews:
        title = "the preview reviewers saw is in storage, unchanged"
        with book.reading(f"{item.id}/preview/{cid}", title, item.leaf):
            facts.blob(cid)
            book.holds(f"{item.id}/preview/{cid}", title, True, leaf=cid)
