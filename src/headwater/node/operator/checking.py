"""The assigned checker's work: key through the holders, all shares confirmed, decrypt, run the suite, keep the report.

Items are judged in anchor order against everything anchored before, so the earlier of two copies is never the copy.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select, update

from headwater.chain import waiting
from headwater.chain.structs import Anchor
from headwater.checks import CheckReport, CopyIndex, Observed, judge, observe, unreadable
from headwater.checks.index_tree import IndexRow
from headwater.checks.time_code import confirmed
from headwater.client.copy_index import listed_items
from headwater.client.errors import ClientError
from headwater.client.labels.origins import labelling_of
from headwater.client.sealing import open_files
from headwater.formats import RecordingError, open_recording
from headwater.node.database import anchors, contributions
from headwater.node.operator.anchoring import signed_of
from headwater.node.operator.desk import Desk
from headwater.node.operator.proofs import AnchoredItem, anchored_items
from headwater.node.operator.shown import is_shown_before, shown_rows
from headwater.primitives.cid import DAG_CBOR, Cid
from headwater.primitives.errors import HeadwaterError
from headwater.records.campaign_spec import CampaignSpec
from headwater.records.manifest import Manifest
from headwater.records.release import Role
from headwater.vault import (
    BadDealerError,
    CiphertextError,
    ContentKey,
    KeyCommitmentError,
    KeyEnvelope,
    PlaintextMismatchError,
    Wanted,
    collect,
    contribution_label,
)
from headwater.vault.asking import Asker, Right

Progress = Callable[[AnchoredItem, CheckReport], None]
COPY_RULES = "copy/"
WINDOW = 16  # items decrypted at a time


def check_pending(desk: Desk, campaign: int, progress: Progress = lambda item, report: None) -> int:
    """Checks every anchored item of ours that has no report, or whose content was shown since; how many.

    Killed anywhere, it goes on where it was.
    """
    done = 0
    for anchor_id, anchor in _ours(desk, campaign):
        items = anchored_items(desk, campaign, anchor, signed_of(desk, anchor_id))
        todo = unjudged(desk, campaign, items)
        if todo:
            waiting.for_final(desk.contracts.chain, anchor.block)
        for start in range(0, len(todo), WINDOW):
            part = todo[start : start + WINDOW]
            for item, report in _judged(desk, campaign, part):
                progress(item, report)
                done += 1
    return done


def unjudged(desk: Desk, campaign: int, items: Sequence[AnchoredItem]) -> list[AnchoredItem]:
    """Those without a report, and those not settled whose report does not know that their content was shown."""
    return [item for item in items if not _has_report(desk, item) or _is_outdated(desk, campaign, item)]


def keys_of(desk: Desk, items: Sequence[AnchoredItem]) -> list[ContentKey | BadDealerError]:
    """Content keys as the assigned checker, all shares confirmed; a bad dealer's item gets his error instead.

    Raises:
        NotEnoughPartsError: a holder is down or refuses: nothing is judged until every share was confirmed.
    """
    private = X25519PrivateKey.generate()
    domain = desk.contracts.campaigns_domain
    asker = Asker(desk.signer, domain, private, desk.contracts.chain.final_block().time)
    holders = desk.holders()
    keys: list[ContentKey | BadDealerError] = []
    for item in items:
        envelope = desk.record(KeyEnvelope, item.manifest.envelope)
        wanted = _wanted(asker, item, envelope)
        try:
            keys.append(collect([wanted], holders, private, domain, confirm_all=True)[0].opened.key)
        except BadDealerError as error:
            keys.append(error)
    return keys


def recording_path(folder: Path, manifest: Manifest) -> Path:
    """What to open of decrypted files: the file if it is alone, else the folder."""
    return folder / manifest.files[0].path if len(manifest.files) == 1 else folder


def index_before(desk: Desk, order: int) -> CopyIndex:
    """Every item this operator checked and all content shown on chain, anchored before ``order``, of all campaigns."""
    query = (
        select(contributions.c.digest, contributions.c.report, contributions.c.position, anchors.c.struct)
        .join(anchors, anchors.c.id == contributions.c.anchor)
        .where(contributions.c.report.is_not(None), anchors.c.struct.is_not(None))
    )
    with desk.engine.begin() as db:
        rows = db.execute(query).all()
    found = {row.order: row for row in shown_rows(desk)}
    for row in rows:
        place = Anchor.decode(row.struct).sequence << 10 | row.position
        found[place] = IndexRow(row.digest.hex(), place, b"", row.report)
    desk.copies.sync(found.values())
    return desk.copies.before(order)


def _judged(desk: Desk, campaign: int, items: Sequence[AnchoredItem]) -> Iterator[tuple[AnchoredItem, CheckReport]]:
    """Decodes a window of items side by side, then judges and stores them one by one in anchor order."""
    desk.work.mkdir(parents=True, exist_ok=True)
    spec = desk.spec(campaign)
    with tempfile.TemporaryDirectory(prefix="check-", dir=desk.work) as folder:
        opened = [
            _open(desk, i, k, Path(folder) / str(i.item)) for i, k in zip(items, keys_of(desk, items), strict=True)
        ]
        index_before(desk, 0)
        for item, seen in zip(items, _observed(desk, items, opened), strict=True):
            report = _report(desk, item, seen, spec, desk.copies.before(item.order))
            _store(desk, item, report)
            yield item, report


def _open(desk: Desk, item: AnchoredItem, key: ContentKey | BadDealerError, folder: Path) -> Path | CheckReport:
    """The decrypted recording, or the report of what cannot be decrypted, with the reason as its finding."""
    if isinstance(key, BadDealerError):
        return _unreadable(item, "vault/bad-dealer", key)
    given = item.signed.contribution
    label = contribution_label(desk.contracts.campaigns_domain, given.campaign, given.contributor, given.content_root)
    try:
        for _ in open_files(item.manifest.files, key, label, desk.blobs, folder):
            pass
    except (CiphertextError, PlaintextMismatchError, KeyCommitmentError, ClientError) as error:
        return _unreadable(item, "vault/ciphertext", error)
    return recording_path(folder, item.manifest)


def _observed(
    desk: Desk, items: Sequence[AnchoredItem], opened: Sequence[Path | CheckReport]
) -> Iterator[Observed | CheckReport]:
    """What the suite needs of each recording, in order; decoded in the desk's pool if it has one."""
    jobs = [(path, item.manifest.episode) for item, path in zip(items, opened, strict=True) if isinstance(path, Path)]
    results = desk.pool.map(observe_recording, *zip(*jobs, strict=True)) if desk.pool and jobs else None
    for item, path in zip(items, opened, strict=True):
        if isinstance(path, CheckReport):
            yield path
            continue
        seen = next(results) if results else observe_recording(path, item.manifest.episode)
        yield seen if isinstance(seen, Observed) else _unreadable(item, "recording/unreadable", seen)


def observe_recording(path: Path, episode: int) -> Observed | HeadwaterError:
    """Opens and decodes one recording (in a worker process); an unreadable one is a result, not an exception.

    The error is a plain HeadwaterError, which survives the way back from a worker, and names files relative to the
    recording, so that a report of it has the same bytes on every machine.
    """
    root = f"{path if path.is_dir() else path.parent}/"
    try:
        recording = open_recording(path)
        if episode < len(recording):
            return observe(recording[episode])
    except RecordingError as error:
        actual, allowed = (str(x).replace(root, "") if x is not None else None for x in (error.actual, error.allowed))
        return HeadwaterError(error.what.replace(root, ""), actual=actual, allowed=allowed, fix=error.fix)
    return HeadwaterError(f"episode {episode}", actual="not in the files", fix="name the episode the files hold")


def _report(
    desk: Desk, item: AnchoredItem, seen: Observed | CheckReport, spec: CampaignSpec, index: CopyIndex
) -> CheckReport:
    if isinstance(seen, CheckReport):
        return seen
    given, chain = item.signed.contribution, desk.contracts.chain
    code = confirmed(seen.time_code, bytes.fromhex(given.contributor[2:]), chain.chain_id, chain.final_hash)
    facts = labelling_of(
        desk, given.campaign, given.contributor, item.manifest.derived_from, anchored=_anchored_at(desk, item)
    )
    whole = replace(seen, spec=spec, index=index, content_root=given.content_root, time_code=code, labelling=facts)
    return judge(whole)


def _anchored_at(desk: Desk, item: AnchoredItem) -> int:
    return desk.ledger().campaign(item.signed.contribution.campaign).anchor_of(item.item).time


def _unreadable(item: AnchoredItem, rule: str, error: HeadwaterError) -> CheckReport:
    return unreadable(f"item-{item.item:06d}", item.signed.contribution.content_root, rule, error)


def _store(desk: Desk, item: AnchoredItem, report: CheckReport) -> None:
    copied = any(f.rule.startswith(COPY_RULES) for f in report.defects)
    name = desk.blobs.put_block(report.to_bytes(), DAG_CBOR)
    values = {
        "report": name,
        "copy_index": desk.copies.store(item.order),
        "llr": report.llr_milli,
        "novelty": 0 if copied else 10_000,
    }
    with desk.engine.begin() as db:
        db.execute(update(contributions).where(contributions.c.digest == item.digest).values(**values))
    desk.copies.sync([IndexRow(item.digest.hex(), item.order, report.content_root, name)])


def _wanted(asker: Asker, item: AnchoredItem, envelope: KeyEnvelope) -> Wanted:
    right = Right(Role.CHECKER)
    return Wanted(item.digest, envelope, lambda holder: asker.request(right, item.proof, item.digest, holder))


def _ours(desk: Desk, campaign: int) -> list[tuple[int, Anchor]]:
    query = select(anchors.c.id, anchors.c.struct).where(anchors.c.campaign == campaign, anchors.c.struct.is_not(None))
    with desk.engine.begin() as db:
        rows = db.execute(query.order_by(anchors.c.first_item)).all()
    return [(row.id, Anchor.decode(row.struct)) for row in rows]


def _has_report(desk: Desk, item: AnchoredItem) -> bool:
    query = select(contributions.c.report).where(contributions.c.digest == item.digest)
    with desk.engine.begin() as db:
        return db.execute(query).scalar_one() is not None


def _is_outdated(desk: Desk, campaign: int, item: AnchoredItem) -> bool:
    """Whether the report of an item that can still be judged does not know that its content was shown."""
    content_root = item.signed.contribution.content_root
    if not is_shown_before(desk, content_root, item.order) or _is_settled(desk, campaign, item.item):
        return False
    query = select(contributions.c.copy_index).where(contributions.c.digest == item.digest)
    with desk.engine.begin() as db:
        known = desk.blobs.get(Cid(db.execute(query).scalar_one()))
    return all(row.content_root != content_root for row in listed_items(known, desk.blobs.get))


def _is_settled(desk: Desk, campaign: int, item: int) -> bool:
    posts = [facts.posted for facts in desk.ledger().standing(campaign)]
    return any(posted.first_item <= item < posted.first_item + posted.count for posted in posts)
