"""Wrong parts as evidence: asked for once more under a key of their own, judged from bytes by anybody.

A delivery's parts are all sealed to one throwaway key, so showing that key would open them all, and the sealed parts
lie in public storage. The reader therefore asks the holder again, for this one part and under a fresh key: a holder
that now answers rightly has healed its fault, one that does not has signed the evidence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from headwater.primitives.eip712 import Domain
from headwater.primitives.errors import HeadwaterError
from headwater.records import codec
from headwater.records.envelope import KeyEnvelope
from headwater.records.errors import RecordError
from headwater.records.holder_fault import HolderFault
from headwater.records.release import SignedReleaseRequest
from headwater.vault.collect import Ask, HolderPort
from headwater.vault.errors import FaultError, ShareError
from headwater.vault.models import Share
from headwater.vault.release import check_receipt, open_release

Sign = Callable[[str, X25519PrivateKey], SignedReleaseRequest]


@dataclass(frozen=True)
class Asked:
    """What a holder answers when asked again: exactly one of a right share, or a fault that convinces others."""

    share: Share | None = None
    fault: HolderFault | None = None


def ask_again(holder: HolderPort, envelope: KeyEnvelope, sign: Sign, domain: Domain) -> Asked:
    """One part, under a key of its own.

    Args:
        sign: makes a signed request to a holder's account and a recipient key.

    Raises:
        FaultError: the holder was silent, refused, or sent what it did not sign: known to the asker, proof to nobody.
    """
    private = X25519PrivateKey.generate()
    signed = sign(holder.address, private)
    try:
        (reply,) = holder.ask([Ask(signed, envelope)])
    except (HeadwaterError, ValueError) as error:
        raise FaultError(f"key holder {holder.address}", actual=f"no answer: {error}") from None
    if isinstance(reply, str):
        raise FaultError(f"key holder {holder.address}", actual=f"refused: {reply}")
    try:
        return Asked(share=open_release(reply, signed.request, envelope, private, domain))
    except ShareError as error:
        fault = _smallest(HolderFault(signed.request, envelope, reply, private.private_bytes_raw()), domain)
        if fault is None:
            raise FaultError(f"key holder {holder.address}", actual=f"unsigned: {error.reason}") from None
        return Asked(fault=fault)


def judge(fault: HolderFault, domain: Domain) -> str:
    """What the holder did wrong, in words; everything is recomputed from the record.

    Raises:
        FaultError: it proves nothing: not signed by the holder, about another question, or the part is right.
    """
    request, release, envelope = fault.request, fault.release, fault.envelope
    if why := check_receipt(release, request, domain):
        raise FaultError("evidence against a key holder", actual=why)
    if release.receipt.envelope != codec.digest(envelope):
        raise FaultError("evidence against a key holder", actual="the receipt is for another envelope")
    try:
        expected = envelope.holder(request.holder)
    except RecordError as error:
        raise FaultError("evidence against a key holder", actual=error.line()) from None
    if release.receipt.commitment != expected.commitment:
        return f"holder {request.holder} signed for another share than the envelope commits to"
    return f"holder {request.holder}: {_opened(fault, domain)}"


def _opened(fault: HolderFault, domain: Domain) -> str:
    try:
        private = X25519PrivateKey.from_private_bytes(fault.recipient_secret)
    except ValueError:
        raise FaultError("evidence against a key holder", actual="no recipient key") from None
    if private.public_key().public_bytes_raw() != fault.request.recipient_key:
        raise FaultError("evidence against a key holder", actual="another recipient key than the request's")
    try:
        open_release(fault.release, fault.request, fault.envelope, private, domain)
    except ShareError as error:
        return error.reason
    raise FaultError("evidence against a key holder", actual="the part is right")


def _smallest(fault: HolderFault, domain: Domain) -> HolderFault | None:
    """Without the recipient's key where the receipt is enough; ``None`` if it convinces nobody."""
    bare = HolderFault(fault.request, fault.envelope, fault.release, b"")
    for one in (bare, fault):
        try:
            judge(one, domain)
        except FaultError:
            continue
        return one
    return None
