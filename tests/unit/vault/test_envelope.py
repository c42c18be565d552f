from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from headwater.primitives.eip712 import Domain
from headwater.records import codec
from headwater.records.errors import RecordError
from headwater.testing.sealed import Scene
from headwater.vault import (
    BadDealerError,
    HolderKey,
    HolderSecret,
    KeyCommitmentError,
    KeyEnvelope,
    RelabelledError,
    SealedShare,
    SecretRangeError,
    Share,
    ShareError,
    combine_shares,
    confirm_shares,
    contribution_label,
    key_commitment,
    new_key,
    open_share,
    require_commitment,
    require_label,
    seal,
)
from headwater.vault.envelope import share_info
from headwater.vault.seal import seal_to
from headwater.vault.shamir import PRIME, share_commitment


def test_holders_open_their_shares_and_any_two_give_the_key(scene: Scene) -> None:
    shares = [open_share(scene.envelope, holder) for holder in scene.holders]
    assert confirm_shares(scene.envelope, shares) == scene.key
    for pair in (shares[:2], shares[1:], shares[::2]):
        assert combine_shares(scene.envelope, pair) == scene.key


def test_one_share_is_not_enough(scene: Scene) -> None:
    with pytest.raises(BadDealerError):
        combine_shares(scene.envelope, [open_share(scene.envelope, scene.holders[0])])


def test_the_record_survives_its_bytes(scene: Scene) -> None:
    envelope = scene.envelope
    assert KeyEnvelope.from_record(envelope.to_record()) == envelope
    assert codec.decode(KeyEnvelope, codec.encode(envelope)) == envelope


def drop(field: str) -> Callable[[dict[str, Any]], None]:
    return lambda plain: plain.pop(field)


def put(field: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda plain: plain.update({field: value})


def put_holder(field: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda plain: plain["holders"][1].update({field: value})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (drop("t"), "missing"),
        (drop("type"), "type"),
        (drop("key_commitment"), "missing"),
        (put("extra", 1), "unknown"),
        (put("suite", "hw-stream-0"), "suite"),
        (put("t", 1), "t of n"),
        (put("t", 4), "t of n"),
        (put("t", "2"), "t"),
        (put("n", 4), "indices"),
        (put("label", b"short"), "label"),
        (put("key_commitment", bytes(31)), "key_commitment"),
        (put("holders", []), "indices"),
        (put_holder("index", 3), "indices"),
        (put_holder("address", "0x" + "ab" * 20), "address"),
        (put_holder("address", "nobody"), "address"),
        (put_holder("sealed", bytes(80)), "sealed"),
        (put_holder("commitment", bytes(33)), "commitment"),
        (put_holder("note", "x"), "unknown"),
    ],
)
def test_records_that_are_not_envelopes(scene: Scene, change: Callable[[dict[str, Any]], None], says: str) -> None:
    plain = scene.envelope.to_record()
    change(plain)
    with pytest.raises(RecordError, match=says):
        KeyEnvelope.from_record(plain)


def test_a_holder_may_not_hold_two_shares(scene: Scene) -> None:
    first, second, third = scene.envelope.holders
    twice = replace(second, address=first.address)
    with pytest.raises(RecordError, match="different accounts"):
        replace(scene.envelope, holders=(first, twice, third))


@pytest.mark.parametrize(
    "other",
    [
        lambda d, who: contribution_label(Domain(1, d.contract), 4, who, b"r" * 32),
        lambda d, who: contribution_label(Domain(31337, "0x" + "22" * 20), 4, who, b"r" * 32),
        lambda d, who: contribution_label(d, 5, who, b"r" * 32),
        lambda d, who: contribution_label(d, 4, "0x" + "33" * 20, b"r" * 32),
        lambda d, who: contribution_label(d, 4, who, b"s" * 32),
    ],
    ids=["chain", "contract", "campaign", "contributor", "content"],
)
def test_relabelling_somebody_elses_envelope(scene: Scene, other: Callable[[Domain, str], bytes]) -> None:
    """The attack: list the victim's ciphertext under one's own cheap dataset, buy that, read the victim's data."""
    victim = scene.chain.contributors[4, scene.contribution]
    mine = other(scene.domain, victim)
    with pytest.raises(RelabelledError):
        require_label(scene.envelope, mine)
    stolen = replace(scene.envelope, label=mine)
    for holder in scene.holders:
        with pytest.raises(ShareError, match="does not open"):
            open_share(stolen, holder)


def test_a_stolen_share_does_not_open_inside_another_envelope(scene: Scene) -> None:
    mine = seal(
        new_key(), [HolderKey(i, h.address, h.public_key) for i, h in enumerate(scene.holders, 1)], 2, scene.label
    )
    spliced = replace(mine, holders=(scene.envelope.holders[0], *mine.holders[1:]))
    with pytest.raises(ShareError):
        open_share(spliced, scene.holders[0])


class SameKeyOtherAccount(HolderSecret):
    """A holder that registered one X25519 key under two accounts."""

    @property
    def address(self) -> str:
        return "0x" + "33" * 20


def test_a_share_opens_only_for_the_account_it_was_sealed_to(scene: Scene) -> None:
    twin = SameKeyOtherAccount(sha256(b"sign 0").digest(), sha256(b"open 0").digest())
    assert twin.public_key == scene.holders[0].public_key
    first, *rest = scene.envelope.holders
    moved = replace(scene.envelope, holders=(replace(first, address=twin.address), *rest))
    with pytest.raises(ShareError, match="does not open"):
        open_share(moved, twin)


def test_lowering_the_threshold_in_the_record(scene: Scene) -> None:
    dealt = seal(
        scene.key, [HolderKey(i, h.address, h.public_key) for i, h in enumerate(scene.holders, 1)], 3, scene.label
    )
    with pytest.raises(ShareError):
        open_share(replace(dealt, t=2), scene.holders[0])


def test_any_flipped_byte_of_a_seal(scene: Scene) -> None:
    first, *rest = scene.envelope.holders
    for at in range(len(first.sealed)):
        changed = bytearray(first.sealed)
        changed[at] ^= 0x10
        broken = replace(scene.envelope, holders=(replace(first, sealed=bytes(changed)), *rest))
        with pytest.raises(ShareError):
            open_share(broken, scene.holders[0])


def test_a_stranger_has_no_share(scene: Scene) -> None:
    with pytest.raises(RecordError, match="no share"):
        open_share(scene.envelope, HolderSecret.generate())


def test_the_key_is_checked_before_use(scene: Scene) -> None:
    require_commitment(scene.key, scene.envelope)
    with pytest.raises(KeyCommitmentError):
        require_commitment(new_key(), scene.envelope)


def deal(scene: Scene, values: dict[int, int], commitment: bytes | None = None) -> KeyEnvelope:
    """What a dishonest contributor can make: any share values, correctly sealed and committed to."""
    honest = {
        h.index: open_share(scene.envelope, k).value for h, k in zip(scene.envelope.holders, scene.holders, strict=True)
    }
    commitment = commitment or key_commitment(scene.key)
    sealed = []
    for index, keys in enumerate(scene.holders, 1):
        share = Share(bytes((index,)) + ((honest | values)[index] % PRIME).to_bytes(32, "big"))
        info = share_info(scene.label, commitment, 2, 3, keys.address)
        data = seal_to(keys.public_key, share.reveal(), info)
        sealed.append(SealedShare(index, keys.address, data, share_commitment(scene.label, share)))
    return replace(scene.envelope, key_commitment=commitment, holders=tuple(sealed))


@pytest.mark.parametrize("bad", [1, 2, 3])
def test_a_bad_dealer_is_caught_and_the_share_named(scene: Scene, bad: int) -> None:
    envelope = deal(scene, {bad: 12345})
    shares = [open_share(envelope, keys) for keys in scene.holders]
    with pytest.raises(BadDealerError) as caught:
        confirm_shares(envelope, shares)
    assert caught.value.indices == (bad,)


def test_a_dealer_who_deals_one_share_twice(scene: Scene) -> None:
    """Share 2 sealed to holder 1 as well, and committed to: two holders would count for one."""
    keys = scene.holders[0]
    second = open_share(scene.envelope, scene.holders[1])
    info = share_info(scene.label, scene.envelope.key_commitment, 2, 3, keys.address)
    data = seal_to(keys.public_key, second.reveal(), info)
    twice = SealedShare(1, keys.address, data, share_commitment(scene.label, second))
    envelope = replace(scene.envelope, holders=(twice, *scene.envelope.holders[1:]))
    with pytest.raises(ShareError, match="not the share"):
        open_share(envelope, keys)


def test_a_dealer_whose_shares_never_open_the_key(scene: Scene) -> None:
    envelope = deal(scene, {}, commitment=key_commitment(new_key()))
    shares = [open_share(envelope, keys) for keys in scene.holders]
    with pytest.raises(BadDealerError, match="no t shares"):
        confirm_shares(envelope, shares)


def test_a_missing_or_altered_share_is_the_holders_fault(scene: Scene) -> None:
    shares = [open_share(scene.envelope, keys) for keys in scene.holders]
    with pytest.raises(ShareError, match="no share came"):
        confirm_shares(scene.envelope, shares[:2])
    forged = Share(b"\x03" + bytes(32))
    with pytest.raises(ShareError) as caught:
        confirm_shares(scene.envelope, [*shares[:2], forged])
    assert (caught.value.index, caught.value.holder) == (3, scene.holders[2].address)


def test_holders_out_of_order(scene: Scene) -> None:
    keys = [HolderKey(i, h.address, h.public_key) for i, h in enumerate(scene.holders, 2)]
    with pytest.raises(SecretRangeError):
        seal(scene.key, keys, 2, scene.label)


def test_sealing_twice_gives_other_shares_of_the_same_key(scene: Scene) -> None:
    keys = [HolderKey(i, h.address, h.public_key) for i, h in enumerate(scene.holders, 1)]
    again = seal(scene.key, keys, 2, scene.label)
    assert again.key_commitment == scene.envelope.key_commitment
    assert {h.commitment for h in again.holders}.isdisjoint(h.commitment for h in scene.envelope.holders)
