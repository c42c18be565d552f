"""Taking a contribution in: everything that can be refused is refused here, before it costs a deposit."""

from __future__ import annotations

from sqlalchemy import insert, select

from headwater.chain.calls import MAX_SIGNATURE
from headwater.chain.structs import Terms
from headwater.market import consent_gaps
from headwater.node.database import contributions
from headwater.node.errors import IntakeError
from headwater.node.operator.desk import Desk
from headwater.node.operator.labels import demand_labels
from headwater.primitives import eip712
from headwater.primitives.cid import Cid, dag_cbor_cid
from headwater.records import codec
from headwater.records.consent import ConsentReceipt
from headwater.records.contribution import SignedContribution
from headwater.records.manifest import Manifest, content_root
from headwater.vault import KeyEnvelope, contribution_label

SALT_BYTES = 32


def receive(desk: Desk, signed: SignedContribution) -> bytes:
    """Keeps a signed contribution for the next anchor; its digest. Handing in the same one again is harmless.

    Raises:
        RoleError: the desk's account is no operator, so what it takes in would wait for ever.
        IntakeError: naming what does not fit: campaign, signature, manifest, consent, envelope or a missing blob.
    """
    desk.demand_operator()
    given = signed.contribution
    digest = given.digest(desk.contracts.campaigns_domain)
    facts = desk.ledger().campaign(given.campaign)
    now = desk.contracts.chain.now()
    if now > facts.terms.deadline:
        raise IntakeError(f"campaign {given.campaign}", actual="past its deadline", fix="choose an open campaign")
    if len(signed.salt) != SALT_BYTES:
        raise IntakeError("salt", actual=f"{len(signed.salt)} bytes", allowed=f"{SALT_BYTES} bytes")
    _signature_stands(desk, given.contributor, digest, signed.signature)
    _records_fit(desk, signed, facts.terms)
    row = {
        "digest": digest,
        "campaign": given.campaign,
        "contributor": given.contributor,
        "signed": codec.encode(signed),
        "received_at": now,
    }
    with desk.engine.begin() as db:
        known = db.execute(select(contributions.c.digest).where(contributions.c.digest == digest)).first()
        if known is None:
            db.execute(insert(contributions).values(**row))
    return digest


def _signature_stands(desk: Desk, contributor: str, digest: bytes, signature: bytes) -> None:
    """A signature that anyone can check for ever: a key's, or what a contract wallet approved on chain beforehand."""
    if len(signature) > MAX_SIGNATURE:
        allowed = f"at most {MAX_SIGNATURE}: longer ones cannot be shown on chain"
        raise IntakeError("signature of the contribution", actual=f"{len(signature)} bytes", allowed=allowed)
    if eip712.recover(digest, signature) == contributor:
        return
    if desk.contracts.approvals.time(contributor, digest) is not None:
        return
    if desk.contracts.chain.code(contributor):
        raise IntakeError(
            "signature of the contribution",
            actual=f"contract wallet {contributor} has not approved it on chain",
            allowed="an approval recorded before it is anchored: what a wallet answers later can change",
            fix=f"call approve(0x{digest.hex()}) on Approvals at {desk.contracts.approvals.address}, then submit again",
        )
    raise IntakeError("signature of the contribution", actual="not the contributor's", fix="sign it again")


def _records_fit(desk: Desk, signed: SignedContribution, terms: Terms) -> None:
    given = signed.contribution
    manifest = desk.record(Manifest, _held(desk, dag_cbor_cid(given.manifest), "manifest"))
    if manifest.campaign != given.campaign:
        raise IntakeError("manifest: campaign", actual=manifest.campaign, allowed=given.campaign)
    if content_root(tuple(f.sha256 for f in manifest.files)) != given.content_root:
        raise IntakeError("manifest: files", actual="another content root", allowed=given.content_root.hex())
    consent = desk.record(ConsentReceipt, _held(desk, dag_cbor_cid(given.consent), "consent receipt"))
    if (consent.campaign, consent.content_root) != (given.campaign, given.content_root):
        raise IntakeError(
            "consent receipt", actual="given for another clip or campaign", fix="give consent for this one"
        )
    for gap in consent_gaps(terms, consent):
        raise IntakeError(gap.what, actual=gap.actual, allowed=gap.allowed, fix=gap.fix)
    demand_labels(desk, given, manifest)
    if manifest.consent != given.consent:
        raise IntakeError("manifest: consent", actual=manifest.consent.hex(), allowed=given.consent.hex())
    envelope = desk.record(KeyEnvelope, _held(desk, manifest.envelope, "key envelope"))
    label = contribution_label(desk.contracts.campaigns_domain, given.campaign, given.contributor, given.content_root)
    if envelope.label != label:
        raise IntakeError("key envelope: label", actual=envelope.label.hex(), allowed=label.hex(), fix="seal it again")
    registered = [h.address for h in desk.holders()]
    strangers = [h.address for h in envelope.holders if h.address not in registered]
    if strangers:
        raise IntakeError(
            "key envelope: holders", actual=strangers, allowed=registered, fix="seal to registered holders"
        )
    for file in manifest.files:
        _held(desk, file.cid, file.path)


def _held(desk: Desk, cid: str, what: str) -> str:
    if not desk.blobs.has(Cid(cid)):
        raise IntakeError(what, actual=f"{cid} is not in storage", fix="upload it, then submit again: nothing is lost")
    return cid
