"""Section 8: every key a holder gave, held against what the chain said at that moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

from headwater.catalog.ledger import Sale, VersionFacts
from headwater.chain.events import ConsentWithdrawn
from headwater.chain.structs import ACCEPTED
from headwater.client.audit.book import Book
from headwater.client.audit.errors import EvidenceError
from headwater.client.audit.facts import Facts
from headwater.client.audit.opened import Opened, OpenItem
from headwater.primitives import canonical, eip712
from headwater.primitives.canonical import CanonicalError
from headwater.primitives.cid import DAG_CBOR, Cid, cid_decode, cid_digest
from headwater.primitives.errors import HeadwaterError
from headwater.primitives.hashing import ZERO_WORD
from headwater.records import codec
from headwater.records.batch import BatchEntry, BatchReceipt, BatchRelease, entries_of, entry_tree
from headwater.records.dataset import DatasetManifest
from headwater.records.envelope import KeyEnvelope
from headwater.records.manifest import Manifest
from headwater.records.release import Release, ReleaseReceipt, Role

SECTION = "grants"
_KINDS: dict[str, type[Release | BatchRelease]] = {"release/1": Release, "batch-release/1": BatchRelease}


def audit_grants(facts: Facts, opened: Opened, book: Book, campaigns: Iterable[int]) -> None:
    """Claims about every release in storage that belongs to one of these campaigns."""
    wanted = set(campaigns)
    book.open(SECTION, "releases in storage")
    known = {item.contribution: item for item in opened.by_place().values()}
    for cid in sorted(facts.blobs.iter()):
        name, title = f"grant/{cid}", "a holder gave a key only to someone the chain entitled"
        with book.reading(name, title, cid):
            release = _release(facts, cid)
            if release is None or release.receipt.campaign not in wanted:
                continue
            if isinstance(release, BatchRelease):
                _grants(facts, book, name, cid, release, known)
            else:
                _grant(facts, book, name, cid, release, known.get(release.receipt.contribution))


def _release(facts: Facts, cid: Cid) -> Release | BatchRelease | None:
    """The release under a CID; ``None`` for any other blob. A damaged block is told by the sweep of storage."""
    if cid_decode(cid)[0] != DAG_CBOR:
        return None
    try:
        plain = canonical.decode(facts.blob(cid))
    except (EvidenceError, CanonicalError):
        return None
    kind = _KINDS.get(str(plain.get("type"))) if isinstance(plain, dict) else None
    if kind is None:
        return None
    try:
        return codec.from_plain(kind, plain)
    except HeadwaterError as error:
        raise EvidenceError(f"release {cid}", cid, error.line()) from None


def _grant(facts: Facts, book: Book, name: str, cid: str, release: Release, item: OpenItem | None) -> None:
    receipt = release.receipt
    to = f"{receipt.requester} as {receipt.role}, contribution {receipt.contribution.hex()}, receipt {cid}"
    title = f"the receipt is signed by {receipt.holder}, a registered key holder, for the part it gave"
    signed = eip712.recover(receipt.digest(facts.campaigns_domain), release.signature) == receipt.holder
    whole = (release.part.holder, sha256(release.part.sealed).digest()) == (receipt.holder, receipt.part)
    registered = receipt.holder in facts.ledger.holders
    book.holds(f"{name}/receipt", title, signed and whole and registered, leaf=to)
    _entitled(facts, book, name, receipt, item, to)


def _entitled(facts: Facts, book: Book, name: str, receipt: ReleaseReceipt, item: OpenItem | None, to: str) -> None:
    title = f"{receipt.requester} was entitled to this key as {receipt.role} when it was given"
    if item is None:
        book.skip(f"{name}/entitled", title, "its contribution is not settled, so nothing of it is published", to)
        return
    with book.reading(f"{name}/entitled", title, to):
        why = refusal(facts, receipt, item)
        book.holds(f"{name}/entitled", title, not why, leaf=to, expected="entitled", actual=why or "entitled")
    _share(facts, book, name, receipt, item, to)


def _grants(
    facts: Facts, book: Book, name: str, cid: str, release: BatchRelease, known: Mapping[bytes, OpenItem]
) -> None:
    """A batch is as many grants as it has entries, under one signature."""
    receipt, entries = release.receipt, entries_of(release)
    to = f"{receipt.requester} as buyer, {receipt.count} contributions, receipt {cid}"
    title = f"the receipt is signed by {receipt.holder}, a registered key holder, for the parts it gave"
    signed = eip712.recover(receipt.digest(facts.campaigns_domain), release.signature) == receipt.holder
    envelopes = [_envelope_of(facts, known.get(entry.contribution)) for entry in entries]
    held = (entry_tree(entries, envelopes).root, len(entries), sha256(release.sealed).digest())
    whole = held == (receipt.entries, receipt.count, receipt.part)
    book.holds(f"{name}/receipt", title, signed and whole and receipt.holder in facts.ledger.holders, leaf=to)
    for at, (entry, envelope) in enumerate(zip(entries, envelopes, strict=True)):
        single, place = _single(receipt, entry, envelope), f"{name}/{at}"
        leaf = f"{receipt.requester} as buyer, contribution {entry.contribution.hex()}, receipt {cid}"
        _entitled(facts, book, place, single, known.get(entry.contribution), leaf)


def _envelope_of(facts: Facts, item: OpenItem | None) -> bytes:
    """Digest of the key envelope its contributor signed for; zero for a contribution nobody published."""
    return cid_digest(facts.named(Manifest, item.opening.manifest).envelope) if item else ZERO_WORD


def _single(receipt: BatchReceipt, entry: BatchEntry, envelope: bytes) -> ReleaseReceipt:
    """What the batch receipt says of one entry."""
    return ReleaseReceipt(
        request=receipt.request,
        role=Role.BUYER,
        campaign=receipt.campaign,
        dataset=receipt.dataset,
        version=receipt.version,
        licence=receipt.licence,
        contribution=entry.contribution,
        holder=receipt.holder,
        requester=receipt.requester,
        envelope=envelope,
        commitment=entry.commitment,
        part=receipt.part,
        time=receipt.time,
    )


def refusal(facts: Facts, receipt: ReleaseReceipt, item: OpenItem) -> str:
    """Why the chain did not entitle this reader at that time; empty if it did."""
    if receipt.campaign != item.campaign:
        return f"the contribution is campaign {item.campaign}'s"
    if receipt.role != Role.CONTRIBUTOR and _withdrawn(facts, receipt):
        return "consent had been withdrawn"
    match receipt.role:
        case Role.BUYER:
            return _not_bought(facts, receipt)
        case Role.CHECKER:
            return "" if receipt.requester == item.anchor.anchorer else "a stranger: not the anchorer"
        case Role.CONTRIBUTOR:
            return "" if receipt.requester == item.opening.contributor else "a stranger: not the contributor"
        case Role.REQUESTER:
            return _not_requested(facts, receipt, item)
        case _:
            return f"no such role: {receipt.role}"


def _withdrawn(facts: Facts, receipt: ReleaseReceipt) -> bool:
    return any(
        facts.reads.block_time(event.at.block) <= receipt.time
        for event in facts.events(ConsentWithdrawn)
        if (event.campaign, event.contribution) == (receipt.campaign, receipt.contribution)
    )


def _not_requested(facts: Facts, receipt: ReleaseReceipt, item: OpenItem) -> str:
    campaign = facts.ledger.campaign(receipt.campaign)
    if receipt.requester != campaign.terms.requester:
        return "a stranger: not the campaign's requester"
    standing = facts.ledger.standing(receipt.campaign)
    (settlement,) = (s for s in standing if 0 <= item.item - s.posted.first_item < s.posted.count)
    final = settlement.final_at <= receipt.time
    accepted = item.verdict is not None and item.verdict.byte == ACCEPTED
    return "" if final and accepted else "the item was not finally accepted"


def _not_bought(facts: Facts, receipt: ReleaseReceipt) -> str:
    dataset = facts.ledger.datasets.get(receipt.dataset)
    published = dataset.versions.get(receipt.version) if dataset else None
    if published is None or published.version.campaign != receipt.campaign:
        return "no such version of this campaign's dataset"
    manifest = facts.named(DatasetManifest, published.version.manifest)
    if receipt.contribution not in {episode.contribution for episode in manifest.episodes}:
        return "the contribution is not in the version"
    return _no_licence(facts, published, receipt)


def _no_licence(facts: Facts, published: VersionFacts, receipt: ReleaseReceipt) -> str:
    number = int.from_bytes(receipt.licence, "big")
    mine = [s for s in published.sales if (s.to, s.licence) == (receipt.requester, number)]
    bought = [s for s in mine if facts.reads.block_time(s.at.block) <= receipt.time]
    if not bought:
        return "a stranger: no sale gave this licence before the key was given"
    expiry = expiry_of(facts, published, bought)
    expired = expiry != 0 and receipt.time >= expiry
    return f"the licence had run out at {expiry}, the key was given at {receipt.time}" if expired else ""


def expiry_of(facts: Facts, published: VersionFacts, sales: Iterable[Sale]) -> int:
    """When a licence bought by these sales, in order, ends; 0 for never (contracts/src/Licences.sol, mint)."""
    expiry = None
    for sale in sales:
        duration, now = published.version.offers[sale.offer].duration, facts.reads.block_time(sale.at.block)
        expiry = 0 if duration == 0 or expiry == 0 else max(expiry or 0, now) + duration
    return expiry or 0


def _share(facts: Facts, book: Book, name: str, receipt: ReleaseReceipt, item: OpenItem, to: str) -> None:
    title = "the share it gave is the one the key envelope commits to"
    with book.reading(f"{name}/share", title, to):
        envelope = facts.record(KeyEnvelope, facts.named(Manifest, item.opening.manifest).envelope)
        expected = envelope.holder(receipt.holder).commitment
        book.same(f"{name}/share", title, expected, receipt.commitment, leaf=to)
