"""Labels at an operator's door: what is refused before it costs a deposit, and what waits for each origin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from sqlalchemy import select

from headwater.checks import read_report
from headwater.client.labels.origins import outcomes_of, work_of
from headwater.client.labels.wanted import wanted_of
from headwater.node.database import contributions
from headwater.node.errors import IntakeError
from headwater.node.operator.desk import Desk
from headwater.primitives.cid import Cid, dag_cbor_cid
from headwater.records import codec
from headwater.records.contribution import Contribution, SignedContribution
from headwater.records.manifest import Manifest


def waiting_labels(desk: Desk, campaign: int) -> Mapping[bytes, int]:
    """Sheets by origin that this operator took in and that are not settled; none the checks reject."""
    return Counter(origin for _, origin in _open(desk, campaign))


def demand_labels(desk: Desk, given: Contribution, manifest: Manifest) -> None:
    """What a label campaign's door asks of a contribution; nothing of another campaign's.

    Raises:
        IntakeError: no sheet, of no origin of the version, a labeller's second one for it, or one more than asked.
    """
    spec = desk.spec(given.campaign)
    if (spec.modality == "labels") != (manifest.modality == "labels"):
        raise IntakeError("manifest: modality", actual=manifest.modality, allowed=spec.modality)
    if spec.modality != "labels":
        return
    work = work_of(desk, given.campaign)
    pairs = list(_open(desk, given.campaign))
    rows = wanted_of(desk, given.campaign, Counter(origin for _, origin in pairs), frozenset())
    wanted = {row.origin.contribution: row for row in rows}
    if len(manifest.derived_from) != 1 or manifest.derived_from[0] not in wanted:
        raise IntakeError(
            "manifest: derived_from",
            actual=[one.hex()[:16] for one in manifest.derived_from],
            allowed=f"one contribution of dataset {work.dataset}@{work.version}",
            fix="label what 'headwater label list' shows",
        )
    origin = manifest.derived_from[0]
    digest = given.digest(desk.contracts.campaigns_domain)
    if _known(desk, digest):
        return
    if (given.contributor, origin) in pairs:
        fix = "label another one"
        raise IntakeError(f"labels of {origin.hex()[:16]}", actual="yours are here already", allowed="one", fix=fix)
    if not wanted[origin].left:
        fix = "see 'headwater label list' for what still wants labels"
        allowed = f"{work.per_item} labellers"
        raise IntakeError(f"labels of {origin.hex()[:16]}", actual="enough", allowed=allowed, fix=fix)


def _open(desk: Desk, campaign: int) -> Iterator[tuple[str, bytes]]:
    """Labeller and origin of every sheet that waits and was not found bad."""
    settled = {digest for digest, _ in outcomes_of(desk, campaign, 1 << 62)}
    query = select(contributions.c.digest, contributions.c.signed, contributions.c.report)
    with desk.engine.begin() as db:
        rows = db.execute(query.where(contributions.c.campaign == campaign)).all()
    for row in rows:
        if row.digest in settled or (row.report and not _sound(desk, row.report)):
            continue
        given = codec.decode(SignedContribution, row.signed).contribution
        for origin in desk.record(Manifest, dag_cbor_cid(given.manifest)).derived_from:
            yield given.contributor, origin


def _sound(desk: Desk, report: str) -> bool:
    labels = read_report(desk.blobs.get(Cid(report))).fingerprints.labels
    return labels is not None and labels.sound


def _known(desk: Desk, digest: bytes) -> bool:
    query = select(contributions.c.digest).where(contributions.c.digest == digest)
    with desk.engine.begin() as db:
        return db.execute(query).first() is not None
