"""Evidence against holders: what convinces a stranger, and what must not."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from headwater.records.holder_fault import HolderFault
from headwater.records.release import Release, ReleaseRequest
from headwater.testing.sealed import Scene
from headwater.vault import FaultError, HolderKey, answer, judge_fault, new_key, seal
from headwater.vault.release import part_info
from headwater.vault.seal import seal_to


def asked(scene: Scene) -> tuple[ReleaseRequest, Release, bytes]:
    private = X25519PrivateKey.generate()
    request = scene.request(recipient_key=private.public_key().public_bytes_raw())
    release = answer(request, scene.envelope, scene.holders[0], scene.domain, scene.chain.now)
    return request, release, private.private_bytes_raw()


def lied(scene: Scene) -> tuple[ReleaseRequest, Release, bytes]:
    """A wrong share under a receipt that admits the right one."""
    request, right, secret = asked(scene)
    info = part_info(request.digest(scene.domain), scene.label, request.holder)
    sealed = seal_to(request.recipient_key, b"\x01" + bytes(32), info)
    receipt = replace(right.receipt, part=sha256(sealed).digest())
    part = replace(right.part, sealed=sealed)
    return request, Release(part, receipt, scene.holders[0].sign_digest(receipt.digest(scene.domain))), secret


def test_a_wrong_share_under_a_right_receipt_needs_the_recipients_key(scene: Scene) -> None:
    request, release, secret = lied(scene)
    said = judge_fault(HolderFault(request, scene.envelope, release, secret), scene.domain)
    assert request.holder in said
    assert "not the share the envelope commits to" in said
    for other in (b"", bytes(32), X25519PrivateKey.generate().private_bytes_raw()):
        with pytest.raises(FaultError, match="recipient key"):
            judge_fault(HolderFault(request, scene.envelope, release, other), scene.domain)


def test_a_right_part_proves_nothing(scene: Scene) -> None:
    request, release, secret = asked(scene)
    with pytest.raises(FaultError, match="the part is right"):
        judge_fault(HolderFault(request, scene.envelope, release, secret), scene.domain)


def test_attack_framing_a_holder_with_an_envelope_of_ones_own(scene: Scene) -> None:
    """A buyer makes an envelope of the victim's label with shares of his own, asks with it, and shows the honest
    receipt beside the true envelope: its commitment is another. The receipt says which envelope it answers for."""
    keys = [HolderKey(i, h.address, h.public_key) for i, h in enumerate(scene.holders, 1)]
    forged = seal(new_key(), keys, 2, scene.label)
    private = X25519PrivateKey.generate()
    request = scene.request(recipient_key=private.public_key().public_bytes_raw())
    honest = answer(request, forged, scene.holders[0], scene.domain, scene.chain.now)
    assert honest.receipt.commitment != scene.envelope.holder(request.holder).commitment
    with pytest.raises(FaultError, match="another envelope"):
        judge_fault(HolderFault(request, scene.envelope, honest, private.private_bytes_raw()), scene.domain)
    with pytest.raises(FaultError, match="the part is right"):
        judge_fault(HolderFault(request, forged, honest, private.private_bytes_raw()), scene.domain)


def test_attack_evidence_that_was_touched(scene: Scene) -> None:
    request, release, secret = lied(scene)
    box = bytes((release.part.sealed[0] ^ 1,)) + release.part.sealed[1:]
    for other in (
        HolderFault(replace(request, nonce=bytes(32)), scene.envelope, release, secret),
        HolderFault(request, scene.envelope, replace(release, signature=bytes(65)), secret),
        HolderFault(request, scene.envelope, replace(release, part=replace(release.part, sealed=box)), secret),
        HolderFault(request, scene.envelope, replace(release, receipt=replace(release.receipt, time=1)), secret),
    ):
        with pytest.raises(FaultError):
            judge_fault(other, scene.domain)
