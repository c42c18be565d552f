"""Making key requests for contributions: signed, proven, one for each holder asked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from headwater.primitives.eip712 import Domain, Signer
from headwater.records import codec
from headwater.records.batch import BatchRequest
from headwater.records.proof import ReleaseProof
from headwater.records.release import ReleaseRequest, Role, SignedReleaseRequest

LIFETIME_S = 600
NO_LICENCE = bytes(32)


@dataclass(frozen=True)
class Right:
    """Under which right a key is asked for; ``dataset``, ``version`` and ``licence`` only for a buyer."""

    role: Role
    dataset: int = 0
    version: int = 0
    licence: bytes = NO_LICENCE


@dataclass(frozen=True)
class Asker:
    """Signs requests for one reader, to one throwaway X25519 key.

    Attributes:
        now: chain time, Unix seconds.
    """

    signer: Signer
    domain: Domain
    recipient: X25519PrivateKey
    now: int

    def request(self, right: Right, proof: ReleaseProof, contribution: bytes, holder: str) -> SignedReleaseRequest:
        """The signed request to one holder; every call has a nonce of its own."""
        request = ReleaseRequest(
            role=right.role,
            campaign=proof.contribution.campaign,
            dataset=right.dataset,
            version=right.version,
            licence=right.licence,
            contribution=contribution,
            holder=holder,
            requester=self.signer.address,
            recipient_key=self.recipient.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw),
            expiry=self.now + LIFETIME_S,
            nonce=secrets.token_bytes(32),
        )
        return SignedReleaseRequest(request, self.signer.sign_digest(request.digest(self.domain)), codec.encode(proof))

    def batch(self, dataset: int, version: int, licence: bytes, rows: bytes, count: int, holder: str) -> BatchRequest:
        """The request to one holder for ``count`` rows of this sha256; unsigned, with a nonce of its own."""
        return BatchRequest(
            dataset=dataset,
            version=version,
            licence=licence,
            rows=rows,
            count=count,
            holder=holder,
            requester=self.signer.address,
            recipient_key=self.recipient.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw),
            expiry=self.now + LIFETIME_S,
            nonce=secrets.token_bytes(32),
        )
