"""The assigned checker's work: key through the holders, all shares confirmed, decrypt, run the suite, keep the report.

Items are judged in anchor order against everything anchored before, so the earlier of two copies is never the copy.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select, update

from headwater.chain import waiting
from headwater.chain.structs import Anchor
from headwater.checks import CheckReport, CopyIndex, check_episode, read_report, unreadable
from headwater.client.sealing import open_files
from headwater.formats import RecordingError, open_recording
from headwater.node.database import anchors, contributions
from headwater.node.operator.anchoring import signed_of
from headwater.node.operator.desk import Desk
from headwater.node.operator.proofs import AnchoredItem, anchored_items
from headwater.primitives.cid import DAG_CBOR, Cid
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


def check_pending(desk: Desk, campaign: int, progress: Progress = lambda item, report: None) -> int:
    """Checks every anchored item of ours that has no report; how many. Killed anywhere, it goes on where it was."""
    done = 0
    for anchor_id, anchor in _ours(desk, campaign):
        items = anchored_items(desk, campaign, anchor, signed_of(desk, anchor_id))
        todo = [item for item in items if not _has_report(desk, item)]
        if todo:
            waiting.for_final(desk.contracts.chain, anchor.block)
            for item, key in zip(todo, keys_of(desk, todo), strict=True):
                progress(item, _check(desk, item, key))
                done += 1
    return done


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


def judge(
    desk: Desk, item: AnchoredItem, key: ContentKey | BadDealerError, spec: CampaignSpec, index: CopyIndex
) -> CheckReport:
    """The report of one item. What cannot be opened or read is judged so, with the reason as its finding."""
    root = item.signed.contribution.content_root
    name = f"item-{item.item:06d}"
    if isinstance(key, BadDealerError):
        return unreadable(name, root, "vault/bad-dealer", key)
    desk.work.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="check-", dir=desk.work))
    try:
        return _judge_files(desk, item, key, spec, index, folder)
    except (CiphertextError, PlaintextMismatchError, KeyCommitmentError) as error:
        return unreadable(name, root, "vault/ciphertext", error)
    except RecordingError as error:
        return unreadable(name, root, "recording/unreadable", error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def recording_path(folder: Path, manifest: Manifest) -> Path:
    """What to open of decrypted files: the file if it is alone, else the folder."""
    return folder / manifest.files[0].path if len(manifest.files) == 1 else folder


def index_before(desk: Desk, order: int) -> CopyIndex:
    """Fingerprints of every item this operator checked that was anchored before ``order``, over all campaigns."""
    query = (
        select(contributions.c.digest, contributions.c.report, contributions.c.position, anchors.c.struct)
        .join(anchors, anchors.c.id == contributions.c.anchor)
        .where(contributions.c.report.is_not(None), anchors.c.struct.is_not(None))
    )
    with desk.engine.begin() as db:
        rows = db.execute(query).all()
    placed = sorted((Anchor.decode(row.struct).sequence << 10 | row.position, row) for row in rows)
    index = CopyIndex()
    for place, row in placed:
        if place < order:
            report = read_report(desk.blobs.get(Cid(row.report)))
            index.add(row.digest.hex(), place, report.content_root, report.fingerprints)
    return index


def _check(desk: Desk, item: AnchoredItem, key: ContentKey | BadDealerError) -> CheckReport:
    index = index_before(desk, item.order)
    campaign = item.signed.contribution.campaign
    report = judge(desk, item, key, desk.spec(campaign), index)
    copied = any(f.rule.startswith(COPY_RULES) for f in report.defects)
    values = {
        "report": desk.blobs.put_block(report.to_bytes(), DAG_CBOR),
        "copy_index": desk.blobs.put_block(index.to_bytes(), DAG_CBOR),
        "llr": report.llr_milli,
        "novelty": 0 if copied else 10_000,
    }
    with desk.engine.begin() as db:
        db.execute(update(contributions).where(contributions.c.digest == item.digest).values(**values))
    return report


def _judge_files(
    desk: Desk, item: AnchoredItem, key: ContentKey, spec: CampaignSpec, index: CopyIndex, folder: Path
) -> CheckReport:
    given = item.signed.contribution
    label = contribution_label(desk.contracts.campaigns_domain, given.campaign, given.contributor, given.content_root)
    for _ in open_files(item.manifest.files, key, label, desk.blobs, folder):
        pass
    recording = open_recording(recording_path(folder, item.manifest))
    episode = recording[item.manifest.episode]
    return check_episode(episode, spec=spec, index=index, content_root=given.content_root)


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
