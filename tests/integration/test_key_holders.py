"""A holder's life on a real chain: batches, limits, replays, withdrawal, rotation; and no secret lies about."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from headwater.chain import Chain, anvil
from headwater.client.asking import VersionAsking
from headwater.client.buy import release_keys
from headwater.client.errors import HoldersError
from headwater.client.network import Network
from headwater.client.withdraw import withdraw
from headwater.node.holder import HolderService
from headwater.node.keys import forget, rotate, settled, status
from headwater.primitives import eip712
from headwater.records.batch import BatchRelease, SignedBatch, packed, rows_of
from headwater.records.envelope import KeyEnvelope
from headwater.records.release import Role
from headwater.testing.sold import Sold, sold_version
from headwater.vault import HolderSecret, Reason, ShareError, Wanted, collect, open_share
from headwater.vault.asking import Asker, Right
from headwater.vault.batch import open_batch

pytestmark = pytest.mark.chain

N, T, EPISODES = 3, 2, 4
SCRYPT = 1 << 12


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sold]:
    running = anvil.start(tmp_path_factory.mktemp("holders") / "chain")
    yield sold_version(Chain(running.url), EPISODES, [f"http://127.0.0.1:{n}" for n in range(1, N + 1)], T)
    running.stop()


class Near:
    """A holder's service without HTTP (implements ``BatchPort``)."""

    def __init__(self, service: HolderService) -> None:
        self.address = service.keys.address
        self.ask, self.ask_batch = service.ask, service.ask_batch


class Here(Network):
    """The network with holders in this process."""

    def __init__(self, sold: Sold, services: list[HolderService]) -> None:
        super().__init__(sold.contracts, sold.blobs)
        self.services = services

    def holders(self) -> list[Near]:  # type: ignore[override]  # what is near answers as what is far
        return [Near(service) for service in self.services]


@pytest.fixture
def services(sold: Sold, tmp_path: Path) -> list[HolderService]:
    return [HolderService(h, sold.contracts, tmp_path / str(n)) for n, h in enumerate(sold.holders, 1)]


def asking(sold: Sold, recipient: X25519PrivateKey) -> VersionAsking:
    now = sold.contracts.chain.final_block().time
    asker = Asker(sold.buyer, sold.contracts.campaigns_domain, recipient, now)
    return VersionAsking(sold.network(), asker, sold.made, sold.licence)


def signed_for(sold: Sold, holder: str) -> SignedBatch:
    return asking(sold, X25519PrivateKey.generate()).wanted(list(enumerate(sold.made.manifest.episodes))).sign(holder)


def get(sold: Sold, services: list[HolderService]) -> tuple[bytes, ...]:
    got = release_keys(
        Here(sold, services), sold.buyer, sold.made, sold.licence, list(enumerate(sold.made.manifest.episodes))
    )
    return tuple(one.key.reveal() for one in got.keys)


def test_a_version_is_released_and_taken_in_on_the_way(sold: Sold, services: list[HolderService]) -> None:
    wanted = tuple(key.reveal() for key in sold.keys)
    assert get(sold, services) == wanted, "shares never taken in are asked for one by one"
    checked(sold, services)
    assert [s.shelf.count() for s in services] == [EPISODES] * N
    before = sum(len(s.receipts()) for s in services)
    assert get(sold, services) == wanted
    assert sum(len(s.receipts()) for s in services) - before <= N, "one receipt for a whole version"


def test_a_batch_is_answered_once(sold: Sold, services: list[HolderService]) -> None:
    signed = signed_for(sold, services[0].keys.address)
    assert isinstance(services[0].ask_batch(signed), BatchRelease)
    assert services[0].ask_batch(signed) == Reason.REPLAYED
    assert services[1].ask_batch(signed) == Reason.WRONG_HOLDER


def test_a_requester_has_so_many_an_hour(sold: Sold, tmp_path: Path) -> None:
    limited = HolderService(sold.holders[0], sold.contracts, tmp_path, most_an_hour=EPISODES)
    with pytest.raises(HoldersError, match="1 of 2 right parts"):
        get(sold, [limited])  # taking the shares in costs what the hour allows
    with pytest.raises(HoldersError, match=Reason.TOO_MANY):
        get(sold, [limited])
    assert limited.shelf.count() == EPISODES


def test_attack_a_batch_with_other_rows_signature_or_version(sold: Sold, services: list[HolderService]) -> None:
    holder = services[0]
    signed = signed_for(sold, holder.keys.address)
    other = packed([replace(row, contribution=sha256(row.contribution).digest()) for row in rows_of(signed)])
    stranger = signed_for(replace(sold, buyer=sold.operator), holder.keys.address)
    tried: list[tuple[SignedBatch, Reason]] = [
        (replace(signed, rows=other), Reason.OTHER_ROWS),
        (replace(signed, rows=signed.rows[:-96]), Reason.OTHER_ROWS),
        (replace(signed, signature=bytes(65)), Reason.BAD_SIGNATURE),
        (replace(signed, request=replace(signed.request, requester=sold.operator.address)), Reason.BAD_SIGNATURE),
        (replace(signed, request=replace(signed.request, expiry=1)), Reason.EXPIRED),
        (resigned(sold, replace(signed, rows=other)), Reason.NOT_IN_VERSION),
        (replace(signed, first=1), Reason.NOT_IN_VERSION),
        (replace(signed, path=(bytes(32),)), Reason.NOT_IN_VERSION),
        (replace(signed, published=signed.published[:-1] + b"\x01"), Reason.NOT_IN_VERSION),
    ]
    for batch, reason in tried:
        assert holder.ask_batch(batch) == reason
    refused = holder.ask_batch(stranger)
    assert isinstance(refused, BatchRelease)
    assert refused.entries == b""
    assert {one.reason for one in refused.refused} == {Reason.NOT_ENTITLED}


def resigned(sold: Sold, signed: SignedBatch) -> SignedBatch:
    """Other rows that the buyer really signed for."""
    request = replace(signed.request, rows=sha256(signed.rows).digest())
    return replace(
        signed, request=request, signature=sold.buyer.sign_digest(request.digest(sold.contracts.campaigns_domain))
    )


def test_any_changed_byte_of_a_batch_answer_is_named(sold: Sold, services: list[HolderService]) -> None:
    holder, private = services[0], X25519PrivateKey.generate()
    get(sold, services)
    wanted = asking(sold, private).wanted(list(enumerate(sold.made.manifest.episodes)))
    signed = wanted.sign(holder.keys.address)
    right = holder.ask_batch(signed)
    assert isinstance(right, BatchRelease)
    where = (signed.request, wanted.rows, wanted.envelopes, private, sold.contracts.campaigns_domain)
    assert len(open_batch(right, *where)) == EPISODES
    lies = [replace(right, sealed=flip(right.sealed, at)) for at in range(0, len(right.sealed), 7)]
    lies += [replace(right, entries=flip(right.entries, at)) for at in range(0, len(right.entries), 7)]
    lies += [replace(right, signature=flip(right.signature, at)) for at in range(65)]
    for lie in lies:
        with pytest.raises(ShareError) as caught:
            open_batch(lie, *where)
        assert caught.value.holder == holder.keys.address


def flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


def checked(sold: Sold, services: list[HolderService]) -> None:
    """The assigned checker's questions, which put every share on its holder's shelf."""
    private, domain = X25519PrivateKey.generate(), sold.contracts.campaigns_domain
    asker = Asker(sold.operator, domain, private, sold.contracts.chain.final_block().time)
    who, network, wanted = asking(sold, private), sold.network(), list[Wanted]()
    for place, row in enumerate(sold.made.manifest.episodes):
        envelope = network.record(KeyEnvelope, network.cid_of(row.envelope))
        proof = who._proofs.of(place, ())
        wanted.append(
            Wanted(row.contribution, envelope, partial(asker.request, Right(Role.CHECKER), proof, row.contribution))
        )
    collect(wanted, [Near(s) for s in services], private, domain, confirm_all=True)


def test_rotation_killed_at_every_step_loses_no_key(sold: Sold, tmp_path: Path) -> None:
    """Before the chain knows the new key, and after it does but before the file has its name."""
    secret, keystore = sold.holders[2], tmp_path / "keystore.json"
    secret.save(keystore, "password", scrypt_n=SCRYPT)
    envelope = sold.network().record(KeyEnvelope, sold.network().cid_of(sold.made.manifest.episodes[0].envelope))
    fresh = secret.rotated()
    fresh.save(tmp_path / "keystore.json.next", "password", scrypt_n=SCRYPT)
    assert settled(sold.contracts, keystore, "password").public_key == secret.public_key, "undone"
    assert not (tmp_path / "keystore.json.next").exists()

    fresh.save(tmp_path / "keystore.json.next", "password", scrypt_n=SCRYPT)
    sold.contracts.stakes.register_holder(fresh, "http://127.0.0.1:3", fresh.public_key)
    found = settled(sold.contracts, keystore, "password")
    assert found.public_key == fresh.public_key, "finished"
    assert open_share(envelope, found) == open_share(envelope, secret), "what was sealed before still opens"

    again = rotate(sold.contracts, keystore, "password", scrypt_n=SCRYPT)
    assert again.address == secret.address
    with pytest.raises(ShareError):
        open_share(envelope, again)  # two keys back
    last = forget(sold.contracts, keystore, "password", scrypt_n=SCRYPT)
    assert (last.public_key, last.has_previous) == (again.public_key, False)
    assert HolderSecret.load(keystore, "password").public_key == last.public_key


def test_withdrawn_consent_destroys_the_share_for_ever_and_leaves_the_others(
    sold: Sold, services: list[HolderService], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Crypto-erasure: refused, destroyed, signed for, gone from the disk; everything else goes on."""
    caplog.set_level(logging.DEBUG)
    checked(sold, services)
    holder = services[0]
    victim = sold.made.manifest.episodes[1]
    envelope = sold.network().record(KeyEnvelope, sold.network().cid_of(victim.envelope))
    share = open_share(envelope, sold.holders[0])
    anvil.fund(sold.contracts.chain, sold.contributor.address)
    withdraw(sold.network(), sold.contributor, sold.made.manifest.campaign, victim.item)
    sold.contracts.chain.request("anvil_mine", "0x4")

    with pytest.raises(HoldersError, match=Reason.WITHDRAWN):
        get(sold, services)
    (said,) = holder.sweep()
    assert said.statement.contribution == victim.contribution
    digest = said.statement.digest(sold.contracts.campaigns_domain)
    assert eip712.recover(digest, said.signature) == holder.keys.address
    assert said.statement.commitment == envelope.holder(holder.keys.address).commitment
    assert holder.sweep() == []
    found = status(holder, sold.holders[0], sold.contracts)
    assert (found.shares, found.destroyed, found.registered) == (EPISODES - 1, 1, True)

    left = [(n, row) for n, row in enumerate(sold.made.manifest.episodes) if n != 1]
    got = release_keys(Here(sold, services), sold.buyer, sold.made, sold.licence, left)
    assert tuple(one.key for one in got.keys) == sold.keys[:1] + sold.keys[2:]

    stored = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for secret in (share.reveal()[1:], *(key.reveal() for key in sold.keys), *private_keys(sold)):
        for form in (secret, secret.hex().encode(), str(int.from_bytes(secret, "big")).encode()):
            assert form not in stored, "databases and their logs on disk"
            assert form.decode("latin-1") not in caplog.text
    with closing(holder.shelf.open()) as db:
        assert holder.shelf.is_destroyed(db, victim.contribution)


def private_keys(sold: Sold) -> list[bytes]:
    """Signing and opening keys of every holder, as ``person`` makes them."""
    names = [f"sold holder {n}" for n in range(1, N + 1)]
    made = [sha256(f"{what} {name}".encode()).digest() for name in names for what in ("sign", "open")]
    assert HolderSecret(made[0], made[1]).address == sold.holders[0].address
    return made
