from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from headwater.primitives.eip712 import Domain
from headwater.records import codec
from headwater.records.errors import RecordError
from headwater.records.release import KeyPart, Release, ReleaseReceipt, ReleaseRequest, Role
from headwater.testing.sealed import Scene, person
from headwater.vault import (
    Decision,
    NotEnoughPartsError,
    PartFault,
    Reason,
    ShareError,
    answer,
    check_receipt,
    decide,
    open_parts,
    open_release,
    signature_ok,
)
from headwater.vault.release import MAX_LIFETIME_S
from headwater.vault.seal import seal_to


def judge(
    scene: Scene,
    request: ReleaseRequest,
    *,
    signed: bool = True,
    seen: Container[tuple[str, bytes]] = frozenset(),
    label: bytes | None = None,
) -> Decision:
    return decide(
        request,
        signature_ok=signed,
        entitlements=scene.chain,
        now=scene.chain.now,
        seen_nonces=seen,
        holder=scene.holders[0].address,
        envelope=scene.envelope if label is None else replace(scene.envelope, label=label),
    )


def give(scene: Scene, to: int) -> tuple[ReleaseRequest, Release]:
    request = scene.request(to)
    return request, answer(request, scene.envelope, scene.holders[to], scene.domain, scene.chain.now)


def test_the_buyer_with_a_licence_is_answered(scene: Scene) -> None:
    assert judge(scene, scene.request()) == Decision(True, Reason.ALLOWED)


NOW = 1_800_000_000
STRANGER = person("stranger").address

REFUSED: list[tuple[str, dict[str, object], Reason]] = [
    ("for another holder", {"holder": STRANGER}, Reason.WRONG_HOLDER),
    ("invented role", {"role": "admin"}, Reason.UNKNOWN_ROLE),
    ("expired this second", {"expiry": NOW}, Reason.EXPIRED),
    ("expired long ago", {"expiry": 1}, Reason.EXPIRED),
    ("valid for ever", {"expiry": NOW + MAX_LIFETIME_S + 1}, Reason.TOO_FAR),
    ("a stranger", {"requester": STRANGER}, Reason.NOT_ENTITLED),
    ("another licence", {"licence": bytes(32)}, Reason.NOT_ENTITLED),
    ("another version", {"version": 2}, Reason.NOT_IN_VERSION),
    ("another dataset", {"dataset": 10}, Reason.NOT_IN_VERSION),
    ("another contribution", {"contribution": b"x" * 32}, Reason.UNKNOWN_CONTRIBUTION),
    ("another campaign", {"campaign": 5}, Reason.UNKNOWN_CONTRIBUTION),
    ("buyer as checker", {"role": Role.CHECKER}, Reason.NOT_ASSIGNED),
    ("buyer as contributor", {"role": Role.CONTRIBUTOR}, Reason.NOT_THE_CONTRIBUTOR),
    ("buyer as requester", {"role": Role.REQUESTER}, Reason.NOT_THE_REQUESTER),
]


@pytest.mark.parametrize(("changes", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused(scene: Scene, changes: dict[str, object], reason: Reason) -> None:
    assert judge(scene, scene.request(**changes)) == Decision(False, reason)  # type: ignore[arg-type]


def test_a_buyer_whose_licence_covers_a_dataset_the_contributor_never_signed_for(scene: Scene) -> None:
    """The thief's dataset lists the episode and the thief holds its licence: still refused."""
    scene.chain.versions.add((77, 1, scene.contribution, codec.digest(scene.envelope)))
    scene.chain.licences.add((b"L" * 32, 77, 1, scene.contribution, scene.buyer.address))
    assert judge(scene, scene.request(dataset=77)).reason is Reason.NOT_FOR_SALE_THERE


def test_a_relabelled_envelope(scene: Scene) -> None:
    assert judge(scene, scene.request(), label=b"m" * 32).reason is Reason.RELABELLED


def test_an_unsigned_request_costs_no_rpc(scene: Scene) -> None:
    assert judge(scene, scene.request(), signed=False).reason is Reason.BAD_SIGNATURE
    assert scene.chain.reads == 0


def test_a_replayed_nonce(scene: Scene) -> None:
    request = scene.request()
    assert judge(scene, request, seen={request.replay_key}).reason is Reason.REPLAYED
    assert judge(scene, request, seen={(STRANGER, request.nonce)}).allowed  # another's nonce burns nothing of ours
    assert scene.chain.reads > 0


def test_withdrawn_consent_ends_every_grant_but_the_contributors(scene: Scene) -> None:
    scene.chain.withdrawals.add((4, scene.contribution))
    assert judge(scene, scene.request()).reason is Reason.WITHDRAWN
    own = scene.request(role=Role.CONTRIBUTOR, requester=person("contributor").address)
    assert judge(scene, own).allowed


@pytest.mark.parametrize("role", [Role.CHECKER, Role.CONTRIBUTOR, Role.REQUESTER])
def test_the_other_roles_get_exactly_their_item(scene: Scene, role: Role) -> None:
    request = scene.request(role=role, requester=person(role).address)
    assert judge(scene, request).allowed
    other = b"o" * 32
    scene.chain.labels[4, other] = scene.label
    assert not judge(scene, replace(request, contribution=other)).allowed


def test_the_requester_waits_for_acceptance(scene: Scene) -> None:
    scene.chain.acceptances.clear()
    request = scene.request(role=Role.REQUESTER, requester=person("requester").address)
    assert judge(scene, request).reason is Reason.NOT_ACCEPTED


def test_a_chain_that_cannot_be_read_gives_nothing(scene: Scene) -> None:
    scene.chain.down = True
    with pytest.raises(ConnectionError):
        judge(scene, scene.request())


def test_signatures_bind_chain_contract_and_every_field(scene: Scene) -> None:
    signed = scene.signed(scene.request())
    assert signature_ok(signed, scene.domain)
    assert not signature_ok(signed, Domain(1, scene.domain.contract))
    assert not signature_ok(signed, Domain(31337, "0x" + "22" * 20))
    assert not signature_ok(scene.signed(signed.request, by=person("stranger")), scene.domain)
    changes: dict[str, object] = {
        "role": "checker", "campaign": 5, "dataset": 10, "version": 2, "licence": bytes(32), "contribution": bytes(32),
        "holder": STRANGER, "requester": STRANGER, "recipient_key": bytes(32), "expiry": 1, "nonce": bytes(32),
    }  # fmt: skip
    assert set(changes) == set(ReleaseRequest.__dataclass_fields__)
    for name, value in changes.items():
        altered = replace(signed, request=replace(signed.request, **{name: value}))  # type: ignore[arg-type]
        assert not signature_ok(altered, scene.domain), name


@pytest.mark.parametrize(
    ("field", "alias"),
    [
        ("nonce", lambda value: value[:-1]),
        ("nonce", lambda value: value + b"\0"),
        ("recipient_key", lambda value: value[:31]),
        ("contribution", lambda value: b""),
        ("requester", str.lower),
        ("holder", lambda value: value[2:]),
        ("campaign", lambda value: -1),
        ("version", lambda value: 1 << 32),
        ("expiry", lambda value: 1 << 64),
    ],
)
def test_a_signed_request_has_one_form(scene: Scene, field: str, alias: Callable[[Any], object]) -> None:
    """The replay: EIP-712 pads a short nonce and ignores an address's case, so an alias carries the same signature
    but another replay key. It must not even decode."""
    plain = codec.to_plain(scene.request(nonce=bytes(31) + b"\0"))
    plain[field] = alias(plain[field])
    with pytest.raises(RecordError):
        codec.from_plain(ReleaseRequest, plain)


def test_a_malleable_signature_is_refused(scene: Scene) -> None:
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    signed = scene.signed(scene.request())
    r, s, v = signed.signature[:32], int.from_bytes(signed.signature[32:64], "big"), signed.signature[64]
    twin = r + (order - s).to_bytes(32, "big") + bytes((55 - v,))
    assert not signature_ok(replace(signed, signature=twin), scene.domain)


@pytest.mark.parametrize("pair", [(0, 1), (0, 2), (1, 2)])
def test_two_of_three_answers_open_the_key(scene: Scene, pair: tuple[int, int]) -> None:
    opened = open_parts([give(scene, to) for to in pair], scene.envelope, scene.recipient, scene.domain)
    assert opened.key == scene.key
    assert opened.faults == ()


def test_records_survive_their_bytes(scene: Scene) -> None:
    request, release = give(scene, 1)
    signed = scene.signed(request)
    for value in (request, signed, release, release.part, release.receipt):
        assert codec.decode(type(value), codec.encode(value)) == value


def lies(scene: Scene, release: Release, request: ReleaseRequest) -> Iterable[tuple[str, Release]]:
    """What a dishonest holder 0 can send instead of its part, signing whatever it likes."""
    keys, receipt = scene.holders[0], release.receipt

    def signed(part: KeyPart, stated: ReleaseReceipt) -> Release:
        return Release(part, stated, keys.sign_digest(stated.digest(scene.domain)))

    def sealed(data: bytes, info: bytes) -> Release:
        box = seal_to(request.recipient_key, data, info)
        return signed(replace(release.part, sealed=box), replace(receipt, part=sha256(box).digest()))

    from headwater.vault.release import part_info

    info = part_info(request.digest(scene.domain), scene.label, keys.address)
    yield "not the share the envelope commits to", sealed(b"\x01" + bytes(32), info)
    yield "not a share at all", sealed(b"junk", info)
    yield "not a share at all", sealed(b"\x01" + b"\xff" * 32, info)
    yield "the part does not open", sealed(bytes(33), b"other info")
    yield (
        "the part does not open",
        signed(replace(release.part, sealed=b"short"), replace(receipt, part=sha256(b"short").digest())),
    )
    yield "another part", replace(release, part=replace(release.part, sealed=bytes(81)))
    yield "another request", signed(release.part, replace(receipt, request=bytes(32)))
    yield "another request", signed(release.part, replace(receipt, requester=STRANGER))
    yield "did not sign", replace(release, signature=bytes(65))
    yield "did not sign", replace(release, signature=person("stranger").sign_digest(receipt.digest(scene.domain)))
    yield "admits another share", signed(release.part, replace(receipt, commitment=bytes(32)))
    yield "another request", give(scene, 1)[1]
    yield "another part", replace(release, part=replace(release.part, holder=STRANGER))
    earlier = answer(scene.request(0, nonce=bytes(32)), scene.envelope, keys, scene.domain, scene.chain.now)
    yield "the part does not open", signed(earlier.part, replace(receipt, part=earlier.receipt.part))


def test_every_lie_is_named_and_the_rest_used(scene: Scene) -> None:
    request, release = give(scene, 0)
    for reason, lie in lies(scene, release, request):
        answers = [(request, lie), give(scene, 1), give(scene, 2)]
        opened = open_parts(answers, scene.envelope, scene.recipient, scene.domain)
        assert opened.key == scene.key
        (fault,) = opened.faults
        assert (fault.index, fault.holder) == (1, scene.holders[0].address)
        assert reason in fault.reason


def test_too_few_parts_says_who_failed_and_why(scene: Scene) -> None:
    down = PartFault(3, scene.holders[2].address, "connection refused")
    request, release = give(scene, 0)
    liar = (request, replace(release, signature=bytes(65)))
    with pytest.raises(NotEnoughPartsError) as caught:
        open_parts([liar, give(scene, 1)], scene.envelope, scene.recipient, scene.domain, [down])
    assert [fault.index for fault in caught.value.faults] == [3, 1]
    assert (caught.value.right, caught.value.needed) == (1, 2)
    assert "connection refused" in str(caught.value)
    assert "did not sign" in str(caught.value)


def test_one_holder_counted_twice_is_one(scene: Scene) -> None:
    with pytest.raises(NotEnoughPartsError):
        open_parts([give(scene, 0), give(scene, 0)], scene.envelope, scene.recipient, scene.domain)


def test_a_part_opens_only_for_the_key_and_request_it_was_made_for(scene: Scene) -> None:
    request, release = give(scene, 0)
    open_release(release, request, scene.envelope, scene.recipient, scene.domain)
    with pytest.raises(ShareError, match="does not open"):
        open_release(release, request, scene.envelope, X25519PrivateKey.generate(), scene.domain)
    for other in (replace(request, nonce=bytes(32)), replace(request, contribution=bytes(32))):
        with pytest.raises(ShareError, match="another request"):
            open_release(release, other, scene.envelope, scene.recipient, scene.domain)
    with pytest.raises(ShareError, match="another request"):
        open_release(release, request, scene.envelope, scene.recipient, Domain(1, scene.domain.contract))


def test_an_answer_from_outside_the_committee(scene: Scene) -> None:
    outsider = scene.request(holder=STRANGER)
    _, release = give(scene, 0)
    with pytest.raises(NotEnoughPartsError, match="not a holder"):
        open_parts([(outsider, release)], scene.envelope, scene.recipient, scene.domain)


def test_any_flipped_byte_of_a_receipt(scene: Scene) -> None:
    request, release = give(scene, 0)
    assert check_receipt(release, request, scene.domain) is None
    for name in ReleaseReceipt.__dataclass_fields__:
        value = getattr(release.receipt, name)
        if isinstance(value, bytes):
            other: object = bytes((value[0] ^ 1,)) + value[1:]
        elif isinstance(value, int):
            other = value + 1
        else:
            other = STRANGER if value.startswith("0x") else "checker"
        altered = replace(release, receipt=replace(release.receipt, **{name: other}))  # type: ignore[arg-type]
        assert check_receipt(altered, request, scene.domain), name
