"""One sealed contribution and the people around it: what a test of keys starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from headwater.primitives.eip712 import Domain
from headwater.records import codec
from headwater.testing.entitlements import FakeEntitlements
from headwater.vault import (
    ContentKey,
    HolderKey,
    HolderSecret,
    KeyEnvelope,
    ReleaseRequest,
    Role,
    SignedReleaseRequest,
    contribution_label,
    new_key,
    seal,
)


def person(seed: str) -> HolderSecret:
    """The same keys for the same name, every time."""
    return HolderSecret(sha256(f"sign {seed}".encode()).digest(), sha256(f"open {seed}".encode()).digest())


@dataclass(frozen=True)
class Scene:
    """A 2-of-3 envelope, a buyer with a licence, and the facts a holder would read."""

    domain: Domain
    key: ContentKey
    holders: tuple[HolderSecret, ...]
    buyer: HolderSecret
    recipient: X25519PrivateKey
    label: bytes
    envelope: KeyEnvelope
    contribution: bytes
    chain: FakeEntitlements

    def request(self, to: int = 0, **changes: object) -> ReleaseRequest:
        """The buyer's honest request to holder number ``to``, with fields changed."""
        request = ReleaseRequest(
            role=Role.BUYER,
            campaign=4,
            dataset=9,
            version=1,
            licence=b"L" * 32,
            contribution=self.contribution,
            holder=self.holders[to].address,
            requester=self.buyer.address,
            recipient_key=self.recipient.public_key().public_bytes_raw(),
            expiry=self.chain.now + 600,
            nonce=sha256(f"nonce {to}".encode()).digest(),
        )
        return replace(request, **changes)  # type: ignore[arg-type]

    def signed(self, request: ReleaseRequest, by: HolderSecret | None = None) -> SignedReleaseRequest:
        """The request signed by its requester, or by somebody else."""
        return SignedReleaseRequest(request, (by or self.buyer).sign_digest(request.digest(self.domain)), b"")


def sealed_scene() -> Scene:
    """A fresh scene; people and requests are always the same, key and seals are new."""
    domain = Domain(31337, "0x" + "11" * 20)
    holders = tuple(person(str(number)) for number in range(3))
    contributor, requester, checker, buyer = (person(name) for name in ("contributor", "requester", "checker", "buyer"))
    root, contribution, key = b"r" * 32, b"c" * 32, new_key()
    label = contribution_label(domain, 4, contributor.address, root)
    keys = [HolderKey(index, h.address, h.public_key) for index, h in enumerate(holders, 1)]
    chain = FakeEntitlements(
        labels={(4, contribution): label},
        contributors={(4, contribution): contributor.address},
        licences={(b"L" * 32, 9, 1, contribution, buyer.address)},
        sales={(9, 4, contribution)},
        anchors={(4, contribution, checker.address)},
        acceptances={(4, contribution)},
        requesters={4: requester.address},
    )
    envelope = seal(key, keys, 2, label)
    chain.versions.add((9, 1, contribution, codec.digest(envelope)))
    recipient = X25519PrivateKey.from_private_bytes(b"\x07" * 32)
    return Scene(domain, key, holders, buyer, recipient, label, envelope, contribution, chain)
