"""Whether a holder gives its part, how it gives it, and how the reader puts parts together.

``decide`` is pure: facts in, decision out. A holder's process reads the facts, remembers ``request.replay_key`` durably
**before** it answers, and logs the signed receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from headwater.primitives import canonical, eip712
from headwater.primitives.eip712 import Domain, WalletCheck
from headwater.records import codec
from headwater.records.envelope import KeyEnvelope
from headwater.records.errors import RecordError
from headwater.records.release import KeyPart, Release, ReleaseReceipt, ReleaseRequest, Role, SignedReleaseRequest
from headwater.vault.envelope import check_share, combine_shares, open_share
from headwater.vault.errors import NotEnoughPartsError, ShareError
from headwater.vault.models import Decision, OpenedKey, PartFault, Reason, Share
from headwater.vault.ports import Entitlements, HolderKeys
from headwater.vault.seal import open_with, seal_to
from headwater.vault.shamir import share_commitment

MAX_LIFETIME_S = 3_600
"""A request may not live longer: it bounds how long a holder must remember nonces."""

_PART_INFO = b"headwater.part-seal.v1"


def signature_ok(signed: SignedReleaseRequest, domain: Domain, wallets: WalletCheck | None = None) -> bool:
    """Whether the requester signed this request for the holder's own chain and contract."""
    return eip712.check(signed.request.requester, signed.request.digest(domain), signed.signature, wallets)


def decide(
    request: ReleaseRequest,
    *,
    signature_ok: bool,
    entitlements: Entitlements,
    now: int,
    seen_nonces: Container[tuple[str, bytes]],
    holder: str,
    envelope: KeyEnvelope,
    proof: bytes = b"",
) -> Decision:
    """Whether the holder with account ``holder`` answers ``request``.

    Args:
        now: ``entitlements.chain_time()``, read once for decision and receipt.
        seen_nonces: replay keys this holder has answered.
        envelope: the one the holder is about to open.
        proof: what came with the request, passed to ``entitlements`` unread.

    Cheap checks come first, so a stranger costs no RPC call. Errors of ``entitlements`` pass through: a holder that
    cannot read the chain gives nothing.
    """
    refusal = _refuse_form(request, signature_ok, now, seen_nonces, holder)
    refusal = refusal or _refuse_envelope(request, entitlements, envelope.label, proof)
    refusal = refusal or _ROLES[Role(request.role)](request, envelope, entitlements, proof)
    return Decision(refusal is None, refusal or Reason.ALLOWED)


def answer(
    request: ReleaseRequest,
    envelope: KeyEnvelope,
    keys: HolderKeys,
    domain: Domain,
    now: int,
    share: Share | None = None,
) -> Release:
    """The holder's part, sealed to the requester, with a signed receipt. Only after ``decide`` allowed it.

    Args:
        share: taken in earlier; by default it is opened from the envelope.

    Raises ShareError if the holder's own share does not open or was dealt wrongly.
    """
    share = share or open_share(envelope, keys)
    digest = request.digest(domain)
    sealed = seal_to(request.recipient_key, share.reveal(), part_info(digest, envelope.label, keys.address))
    receipt = ReleaseReceipt(
        request=digest,
        role=request.role,
        campaign=request.campaign,
        dataset=request.dataset,
        version=request.version,
        licence=request.licence,
        contribution=request.contribution,
        holder=keys.address,
        requester=request.requester,
        envelope=codec.digest(envelope),
        commitment=share_commitment(envelope.label, share),
        part=sha256(sealed).digest(),
        time=now,
    )
    part = KeyPart(index=share.index, holder=keys.address, sealed=sealed)
    return Release(part, receipt, keys.sign_digest(receipt.digest(domain)))


def check_receipt(release: Release, request: ReleaseRequest, domain: Domain) -> str | None:
    """Why the receipt does not stand for this request and part, or None if it does."""
    receipt = release.receipt
    same = ("role", "campaign", "dataset", "version", "licence", "contribution", "holder", "requester")
    if receipt.request != request.digest(domain) or any(getattr(receipt, f) != getattr(request, f) for f in same):
        return "the receipt is for another request"
    if receipt.holder != release.part.holder or receipt.part != sha256(release.part.sealed).digest():
        return "the receipt is for another part"
    if eip712.recover(receipt.digest(domain), release.signature) != receipt.holder:
        return "the holder did not sign the receipt"
    return None


def open_release(
    release: Release, request: ReleaseRequest, envelope: KeyEnvelope, private_key: X25519PrivateKey, domain: Domain
) -> Share:
    """The share in one holder's answer to ``request``; ShareError naming the holder if anything is wrong with it."""
    try:
        expected = envelope.holder(request.holder)
    except RecordError:
        raise ShareError(release.part.index, request.holder, "not a holder of this key") from None
    fault = check_receipt(release, request, domain)
    if fault is None and release.receipt.envelope != codec.digest(envelope):
        fault = "the receipt is for another envelope"
    if fault is None and release.part.index != expected.index:
        fault = "the part says it is another holder's"
    if fault is None and release.receipt.commitment != expected.commitment:
        fault = "the receipt admits another share than the envelope commits to"
    if fault:
        raise ShareError(expected.index, expected.address, fault)
    try:
        info = part_info(release.receipt.request, envelope.label, expected.address)
        data = open_with(private_key, release.part.sealed, info)
    except (InvalidTag, ValueError):
        raise ShareError(expected.index, expected.address, "the part does not open") from None
    return check_share(envelope, expected, data)


def open_parts(
    answers: Sequence[tuple[ReleaseRequest, Release]],
    envelope: KeyEnvelope,
    private_key: X25519PrivateKey,
    domain: Domain,
    faults: Sequence[PartFault] = (),
) -> OpenedKey:
    """The key from any t right parts; wrong ones are named and left out.

    Args:
        answers: each request with the answer that came to it.
        private_key: X25519 key the requests named.
        faults: holders already known to have failed (down, refused), for the error text.

    Raises:
        NotEnoughPartsError: fewer than t right parts; says who failed and why.
        BadDealerError: t right parts that do not give the committed key.
    """
    shares: dict[int, Share] = {}
    named = list(faults)
    for request, release in answers:
        try:
            share = open_release(release, request, envelope, private_key, domain)
        except ShareError as error:
            named.append(PartFault(error.index, error.holder, error.reason))
        else:
            shares[share.index] = share
    if len(shares) < envelope.t:
        raise NotEnoughPartsError(len(shares), envelope.t, named)
    return OpenedKey(combine_shares(envelope, list(shares.values())), tuple(named))


def part_info(request_digest: bytes, label: bytes, holder: str) -> bytes:
    """HPKE info of a part: it opens for one question, one label and one holder only."""
    return _PART_INFO + canonical.encode({"request": request_digest, "label": label, "holder": holder})


def _refuse_form(
    request: ReleaseRequest, signed: bool, now: int, seen: Container[tuple[str, bytes]], holder: str
) -> Reason | None:
    if request.holder != holder:
        return Reason.WRONG_HOLDER
    if request.role not in tuple(Role):
        return Reason.UNKNOWN_ROLE
    if now >= request.expiry:
        return Reason.EXPIRED
    if request.expiry - now > MAX_LIFETIME_S:
        return Reason.TOO_FAR
    if not signed:
        return Reason.BAD_SIGNATURE
    return Reason.REPLAYED if request.replay_key in seen else None


def _refuse_envelope(request: ReleaseRequest, chain: Entitlements, label: bytes, proof: bytes) -> Reason | None:
    expected = chain.label_of(request.campaign, request.contribution, proof)
    if expected is None:
        return Reason.UNKNOWN_CONTRIBUTION
    if expected != label:
        return Reason.RELABELLED
    # Withdrawal ends every grant at once, except the contributor's own.
    if request.role != Role.CONTRIBUTOR and chain.withdrawn(request.campaign, request.contribution):
        return Reason.WITHDRAWN
    return None


def _refuse_buyer(request: ReleaseRequest, envelope: KeyEnvelope, chain: Entitlements, proof: bytes) -> Reason | None:
    dataset, version, contribution = request.dataset, request.version, request.contribution
    if not chain.in_version(dataset, version, contribution, codec.digest(envelope), proof):
        return Reason.NOT_IN_VERSION
    if not chain.sold_under(dataset, request.campaign, contribution, proof):
        return Reason.NOT_FOR_SALE_THERE
    if not chain.entitled(request.licence, dataset, version, contribution, request.requester):
        return Reason.NOT_ENTITLED
    return None


def _refuse_checker(request: ReleaseRequest, envelope: KeyEnvelope, chain: Entitlements, proof: bytes) -> Reason | None:
    assigned = chain.anchored_by(request.campaign, request.contribution, proof, request.requester)
    return None if assigned else Reason.NOT_ASSIGNED


def _refuse_contributor(
    request: ReleaseRequest, envelope: KeyEnvelope, chain: Entitlements, proof: bytes
) -> Reason | None:
    owner = chain.contributor_of(request.campaign, request.contribution, proof)
    return None if owner == request.requester else Reason.NOT_THE_CONTRIBUTOR


def _refuse_requester(
    request: ReleaseRequest, envelope: KeyEnvelope, chain: Entitlements, proof: bytes
) -> Reason | None:
    if chain.requester_of(request.campaign) != request.requester:
        return Reason.NOT_THE_REQUESTER
    return None if chain.accepted(request.campaign, request.contribution, proof) else Reason.NOT_ACCEPTED


_ROLES: dict[Role, Callable[[ReleaseRequest, KeyEnvelope, Entitlements, bytes], Reason | None]] = {
    Role.BUYER: _refuse_buyer,
    Role.CHECKER: _refuse_checker,
    Role.CONTRIBUTOR: _refuse_contributor,
    Role.REQUESTER: _refuse_requester,
}
