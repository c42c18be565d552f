"""A key holder who gives a wrong part loses stake: by bytes if it signed for another share, else by a real jury."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from tests.integration.conftest import Town
from tests.integration.test_disputes import Trial

from headwater.chain import Chain, KeySigner, RevertError
from headwater.chain.disputes import Choice
from headwater.chain.key_faults import WRONG
from headwater.chain.stakes import HOLDER_ROLE
from headwater.client.key_faults import pursue
from headwater.client.network import Network
from headwater.records import codec
from headwater.records.holder_fault import HolderFault
from headwater.records.release import ReleaseRequest
from headwater.storage import MemoryBlobStore
from headwater.testing.sealed import person
from headwater.vault import HolderKey, answer, new_key, seal
from headwater.vault.errors import FaultError
from headwater.vault.models import Share

pytestmark = pytest.mark.chain
RECIPIENT = X25519PrivateKey.from_private_bytes(b"\x07" * 32)


class Holders:
    """Three people with keys, the second of whom holds a stake and answers wrongly."""

    def __init__(self, town: Town) -> None:
        self.town, self.domain = town, town.contracts.campaigns_domain
        self.people = [person(f"{town.deployer.address} {n}") for n in range(3)]
        town.member(HOLDER_ROLE, signer=KeySigner(self.people[1]._signing.secret))
        self.address = self.people[1].address
        keys = [HolderKey(n, one.address, one.public_key) for n, one in enumerate(self.people, 1)]
        self.envelope = seal(new_key(), keys, 2, b"l" * 32)

    def fault(self, *, other: bool, right: bool = False) -> HolderFault:
        """What somebody has in hand who got another share than was dealt; ``other``: and it was signed for as such."""
        envelope, keys = self.envelope, self.people[1]
        request = ReleaseRequest(
            role="buyer",
            campaign=4,
            dataset=9,
            version=1,
            licence=b"L" * 32,
            contribution=b"c" * 32,
            holder=keys.address,
            requester=person("buyer").address,
            recipient_key=RECIPIENT.public_key().public_bytes_raw(),
            expiry=2_000_000_000,
            nonce=sha256(b"nonce").digest(),
        )
        wrong = None if right else Share(b"\2" + bytes(32))
        release = answer(request, envelope, keys, self.domain, 1_900_000_000, wrong)
        if not other and not right:  # it lies about the commitment, too: only opening the part shows it
            receipt = replace(release.receipt, commitment=envelope.holder(keys.address).commitment)
            release = replace(release, receipt=receipt, signature=keys.sign_digest(receipt.digest(self.domain)))
        return HolderFault(request, envelope, release, b"" if other else RECIPIENT.private_bytes_raw())

    @property
    def stake(self) -> int:
        return self.town.contracts.stakes.stake(self.address, HOLDER_ROLE)


def test_attack_a_holder_signs_for_another_share(town: Town) -> None:
    holders, watcher = Holders(town), town.account()
    network = Network(town.contracts, MemoryBlobStore())
    had, fault = holders.stake, holders.fault(other=True)
    assert had == town.contracts.stakes.minimum(HOLDER_ROLE)
    done = pursue(network, watcher, codec.decode(HolderFault, codec.encode(fault)))
    assert done.dispute is None
    assert "signed for another share" in done.wrong
    assert holders.stake == 0
    assert town.contracts.stakes.collateral(watcher.address, town.contracts.network_token.address).free == had // 2
    assert town.contracts.key_faults.is_proven(holders.address, codec.digest(holders.envelope))
    with pytest.raises(RevertError, match="answered for this"):
        pursue(network, watcher, fault)


def test_attack_framing_a_holder_that_gave_its_share(town: Town) -> None:
    """Nothing it signed proves anything, whatever envelope is laid beside it."""
    honest = Holders(town)
    network, watcher = Network(town.contracts, MemoryBlobStore()), town.account()
    fault = honest.fault(other=False, right=True)
    with pytest.raises(FaultError, match="the part is right"):
        pursue(network, watcher, fault)
    forged = replace(
        honest.envelope,
        holders=tuple(replace(one, commitment=bytes([n]) * 32) for n, one in enumerate(honest.envelope.holders)),
    )
    with pytest.raises(FaultError, match="another envelope"):
        pursue(network, watcher, replace(fault, envelope=forged))
    assert honest.stake > 0


def test_attack_a_wrong_part_behind_a_right_receipt_goes_before_a_jury(chain: Chain) -> None:
    trial = Trial(chain, lie=False)
    c, town = trial.c, trial.town
    holders, watcher = Holders(town), town.account()
    had, fault = holders.stake, holders.fault(other=False)
    done = pursue(trial.network, watcher, fault)
    assert done.dispute is not None
    assert c.stakes.held_stake(holders.address, HOLDER_ROLE) == had
    with pytest.raises(RevertError, match="answered for this"):
        pursue(trial.network, watcher, fault)
    assert c.key_faults.case(done.dispute).accuser == watcher.address
    trial.decide(done.dispute, Choice(WRONG))
    c.key_faults.execute(town.account(), done.dispute)
    assert (holders.stake, c.stakes.held_stake(holders.address, HOLDER_ROLE)) == (0, 0)
    assert c.stakes.collateral(watcher.address, c.network_token.address).free == had // 2
