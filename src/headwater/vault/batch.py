"""Many parts in one answer: how a holder makes it, and how the buyer reads it.

One seal and one signature stand for all; each share is still checked against its own commitment, and the entries' tree
lets anybody be shown a single wrong one.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from headwater.primitives import canonical, eip712
from headwater.primitives.eip712 import Domain, WalletCheck
from headwater.records.batch import (
    MAX_ROWS,
    ROW_BYTES,
    BatchEntry,
    BatchReceipt,
    BatchRefusal,
    BatchRelease,
    BatchRequest,
    BatchRow,
    SignedBatch,
    entries_of,
    entry_tree,
    packed_entries,
    rows_of,
)
from headwater.records.envelope import KeyEnvelope
from headwater.records.errors import RecordError
from headwater.vault.envelope import check_share
from headwater.vault.errors import ShareError
from headwater.vault.models import PartFault, Reason, Share
from headwater.vault.ports import HolderKeys
from headwater.vault.release import MAX_LIFETIME_S
from headwater.vault.seal import open_with, seal_to
from headwater.vault.shamir import SHARE_BYTES

_INFO = b"headwater.batch-seal.v1"


@dataclass(frozen=True)
class Held:
    """A share a holder took in, with the commitment it was checked against."""

    share: Share
    commitment: bytes


def refuse_form(
    signed: SignedBatch,
    domain: Domain,
    *,
    now: int,
    seen_nonces: Container[tuple[str, bytes]],
    holder: str,
    wallets: WalletCheck | None = None,
) -> Reason | None:
    """Why a batch is not looked at any further; cheap checks first, none of them reads the chain but for wallets."""
    request = signed.request
    if request.holder != holder:
        return Reason.WRONG_HOLDER
    if now >= request.expiry:
        return Reason.EXPIRED
    if request.expiry - now > MAX_LIFETIME_S:
        return Reason.TOO_FAR
    size = len(signed.rows)
    if size != request.count * ROW_BYTES or not 0 < request.count <= MAX_ROWS:
        return Reason.OTHER_ROWS
    if sha256(signed.rows).digest() != request.rows:
        return Reason.OTHER_ROWS
    if (request.requester, request.nonce) in seen_nonces:
        return Reason.REPLAYED
    ok = eip712.check(request.requester, request.digest(domain), signed.signature, wallets)
    return None if ok else Reason.BAD_SIGNATURE


def answer_batch(
    signed: SignedBatch,
    campaign: int,
    given: Sequence[Held | Reason],
    keys: HolderKeys,
    domain: Domain,
    now: int,
) -> BatchRelease:
    """The holder's answer: for each row its share, or why not. Only after everything was decided."""
    request, digest = signed.request, signed.request.digest(domain)
    pairs = list(zip(rows_of(signed), given, strict=True))
    held = [(row, one) for row, one in pairs if isinstance(one, Held)]
    entries = [BatchEntry(row.contribution, one.commitment) for row, one in held]
    shares = b"".join([one.share.reveal() for _, one in held])
    sealed = seal_to(request.recipient_key, shares, _info(digest, keys.address))
    receipt = BatchReceipt(
        request=digest,
        campaign=campaign,
        dataset=request.dataset,
        version=request.version,
        licence=request.licence,
        holder=keys.address,
        requester=request.requester,
        entries=entry_tree(entries, [row.envelope for row, _ in held]).root,
        count=len(entries),
        part=sha256(sealed).digest(),
        time=now,
    )
    refused = tuple(BatchRefusal(at, str(one)) for at, (_, one) in enumerate(pairs) if isinstance(one, Reason))
    return BatchRelease(receipt, keys.sign_digest(receipt.digest(domain)), packed_entries(entries), refused, sealed)


def check_batch(
    release: BatchRelease,
    entries: Sequence[BatchEntry],
    envelopes: Sequence[bytes],
    request: BatchRequest,
    domain: Domain,
) -> str | None:
    """Why the receipt does not stand for this request and these parts, or None if it does.

    Args:
        envelopes: digests, of the rows that ``entries`` answer.
    """
    receipt = release.receipt
    same = ("dataset", "version", "licence", "holder", "requester")
    if receipt.request != request.digest(domain) or any(getattr(receipt, f) != getattr(request, f) for f in same):
        return "the receipt is for another request"
    if (receipt.count, receipt.entries) != (len(entries), entry_tree(entries, envelopes).root):
        return "the receipt is for other shares"
    if receipt.part != sha256(release.sealed).digest():
        return "the receipt is for another part"
    if eip712.recover(receipt.digest(domain), release.signature) != receipt.holder:
        return "the holder did not sign the receipt"
    return None


def open_batch(
    release: BatchRelease,
    request: BatchRequest,
    rows: Sequence[BatchRow],
    envelopes: Sequence[KeyEnvelope],
    private_key: X25519PrivateKey,
    domain: Domain,
) -> list[Share | PartFault]:
    """A share or a named fault for each row.

    Args:
        envelopes: of each row, by its digest.

    Raises:
        ShareError: naming the holder if its answer as a whole is not what it signed, or does not open.
    """
    holder = request.holder
    reasons = {one.place: one.reason for one in release.refused}
    answered = [at for at in range(len(rows)) if at not in reasons]
    asked = [rows[at].contribution for at in answered]
    try:
        entries = entries_of(release)
    except RecordError as error:
        raise ShareError(0, holder, error.line()) from None
    fault = None if asked == [one.contribution for one in entries] else "other contributions than were asked for"
    fault = fault or check_batch(release, entries, [rows[at].envelope for at in answered], request, domain)
    data = b"" if fault else _opened(release, private_key, holder)
    if fault is None and len(data) != SHARE_BYTES * len(answered):
        fault = "not as many shares as it signed for"
    if fault:
        raise ShareError(0, holder, fault)
    results: list[Share | PartFault] = [PartFault(0, holder, reasons.get(at, "")) for at in range(len(rows))]
    for n, at in enumerate(answered):
        piece = data[n * SHARE_BYTES : (n + 1) * SHARE_BYTES]
        results[at] = _one(envelopes[at], holder, entries[n], piece)
    return results


def _one(envelope: KeyEnvelope, holder: str, entry: BatchEntry, data: bytes) -> Share | PartFault:
    expected = envelope.holder(holder)
    if entry.commitment != expected.commitment:
        return PartFault(expected.index, holder, "the receipt admits another share than the envelope commits to")
    try:
        return check_share(envelope, expected, data)
    except ShareError as error:
        return PartFault(error.index, error.holder, error.reason)


def _opened(release: BatchRelease, private_key: X25519PrivateKey, holder: str) -> bytes:
    try:
        return open_with(private_key, release.sealed, _info(release.receipt.request, holder))
    except (InvalidTag, ValueError):
        raise ShareError(0, holder, "the part does not open") from None


def _info(request_digest: bytes, holder: str) -> bytes:
    return _INFO + canonical.encode({"request": request_digest, "holder": holder})
