"""Sealing a contribution's key to its holders, opening one's own share, and finding who dealt or holds a wrong one."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest

from cryptography.exceptions import InvalidTag

from headwater.primitives import canonical
from headwater.primitives.abi import abi_hash, tag
from headwater.primitives.eip712 import Domain
from headwater.records.envelope import SUITE, KeyEnvelope, SealedShare
from headwater.vault import shamir
from headwater.vault.errors import BadDealerError, KeyCommitmentError, RelabelledError, SecretRangeError, ShareError
from headwater.vault.models import ContentKey, HolderKey, Share
from headwater.vault.ports import HolderKeys
from headwater.vault.seal import seal_to

LABEL_TAG = "headwater.key-label.v1"
_SHARE_INFO = b"headwater.share-seal.v1"


def contribution_label(domain: Domain, campaign: int, contributor: str, content_root: bytes) -> bytes:
    """The 32 bytes a key is tied to: keccak256(abi.encode(tag, chainId, contract, campaign, contributor, root)).

    ``domain.contract`` is the Campaigns contract. A holder computes the label from what *it* reads on chain and refuses
    an envelope that carries another, so nobody can list somebody else's ciphertext as his own.
    """
    types = ("bytes32", "uint256", "address", "uint256", "address", "bytes32")
    return abi_hash(types, (tag(LABEL_TAG), domain.chain_id, domain.contract, campaign, contributor, content_root))


def key_commitment(key: ContentKey) -> bytes:
    """HMAC-SHA256(key, "commit"): without it one GCM ciphertext can be made to open under two keys."""
    return hmac_digest(key.reveal(), b"commit", sha256)


def require_commitment(key: ContentKey, envelope: KeyEnvelope) -> None:
    """KeyCommitmentError unless the envelope commits to ``key``. To be called before anything is decrypted."""
    if not compare_digest(key_commitment(key), envelope.key_commitment):
        raise KeyCommitmentError("content key", actual="another key", allowed="the one the envelope commits to")


def require_label(envelope: KeyEnvelope, label: bytes) -> None:
    """RelabelledError unless the envelope was made for ``label``."""
    if envelope.label != label:
        raise RelabelledError("key envelope label", actual=envelope.label.hex(), allowed=label.hex())


def seal(key: ContentKey, holders: Sequence[HolderKey], t: int, label: bytes) -> KeyEnvelope:
    """Split ``key`` t of n and seal each share to its holder. The contributor may then go offline for ever.

    ``holders`` come in index order 1 to n. Raises SecretRangeError or RecordError for a bad key, threshold or order.
    """
    n = len(holders)
    commitment = key_commitment(key)
    shares = shamir.split(key, t, n)
    if [holder.index for holder in holders] != list(range(1, n + 1)):
        indices = [holder.index for holder in holders]
        raise SecretRangeError("holders", actual=indices, allowed=f"indices 1 to {n} in order")
    sealed = tuple(
        SealedShare(
            index=holder.index,
            address=holder.address,
            sealed=seal_to(holder.public_key, share.reveal(), share_info(label, commitment, t, n, holder.address)),
            commitment=shamir.share_commitment(label, share),
        )
        for holder, share in zip(holders, shares, strict=True)
    )
    return KeyEnvelope(suite=SUITE, t=t, n=n, label=label, key_commitment=commitment, holders=sealed)


def share_info(label: bytes, commitment: bytes, t: int, n: int, address: str) -> bytes:
    """HPKE info of a holder's seal: a share moved to another envelope, label or holder does not open."""
    fields = {"suite": SUITE, "label": label, "keyCommitment": commitment, "t": t, "n": n, "holder": address}
    return _SHARE_INFO + canonical.encode(fields)


def open_share(envelope: KeyEnvelope, keys: HolderKeys) -> Share:
    """A holder's own share; ShareError if it does not open or is not the one committed to (a bad dealer)."""
    mine = envelope.holder(keys.address)
    info = share_info(envelope.label, envelope.key_commitment, envelope.t, envelope.n, mine.address)
    try:
        data = keys.unseal(mine.sealed, info)
    except (InvalidTag, ValueError):
        raise ShareError(mine.index, mine.address, "the seal does not open for this envelope") from None
    return check_share(envelope, mine, data)


def check_share(envelope: KeyEnvelope, expected: SealedShare, data: bytes) -> Share:
    """The share in ``data`` if it is the one ``expected`` commits to; ShareError naming the holder if not."""
    try:
        share = shamir.share_from_bytes(data)
    except SecretRangeError:
        raise ShareError(expected.index, expected.address, "not a share at all") from None
    right = compare_digest(shamir.share_commitment(envelope.label, share), expected.commitment)
    if share.index != expected.index or not right:
        raise ShareError(expected.index, expected.address, "not the share the envelope commits to")
    return share


def combine_shares(envelope: KeyEnvelope, shares: Sequence[Share]) -> ContentKey:
    """The committed key from checked shares; tries other choices of t before it blames the dealer."""
    return shamir.combine(_agreeing(envelope, shares))


def confirm_shares(envelope: KeyEnvelope, shares: Sequence[Share]) -> ContentKey:
    """What the assigned checker does before a verdict: all n shares, one polynomial, the committed key.

    Args:
        shares: all n, each already past ``check_share``.

    Raises:
        ShareError: a share is missing or not the committed one; names the holder.
        BadDealerError: the contributor dealt shares that contradict each other; names their indices.
    """
    given = {share.index: share for share in shares}
    for expected in envelope.holders:
        if expected.index not in given:
            raise ShareError(expected.index, expected.address, "no share came")
        check_share(envelope, expected, given[expected.index].reveal())
    base = _agreeing(envelope, [given[index] for index in sorted(given)])
    wrong = [share.index for share in given.values() if shamir.interpolate(base, share.index) != share.value]
    if wrong:
        raise BadDealerError(sorted(wrong))
    return shamir.combine(base)


def _agreeing(envelope: KeyEnvelope, shares: Sequence[Share]) -> tuple[Share, ...]:
    """The first t shares that give the committed key; BadDealerError if no choice does."""
    for chosen in shamir.subsets(shares, envelope.t):
        if compare_digest(key_commitment(shamir.combine(chosen)), envelope.key_commitment):
            return chosen
    raise BadDealerError([])
