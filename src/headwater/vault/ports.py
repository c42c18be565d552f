"""What the vault asks of the chain and of whoever keeps a holder's keys. ``node`` binds both."""

from __future__ import annotations

from typing import Protocol

from headwater.primitives.eip712 import Signer


class Entitlements(Protocol):
    """Facts about who may read, as a holder's **own** RPC shows them at a final block.

    Safety: an implementation answers only from final blocks and raises when it cannot read; it never guesses.
    ``proof`` is the request's, opaque here: it carries what the chain holds only as a commitment (the signed
    contribution, its salt, Merkle paths) and is worthless until checked against the chain.
    """

    def chain_time(self) -> int:
        """Timestamp of the last final block, Unix seconds: the only clock a decision knows."""
        ...

    def label_of(self, campaign: int, contribution: bytes, proof: bytes) -> bytes | None:
        """``envelope.contribution_label`` of the anchored contribution with this digest; None if not proven."""
        ...

    def contributor_of(self, campaign: int, contribution: bytes, proof: bytes) -> str | None:
        """Account that signed the contribution; None if not proven."""
        ...

    def withdrawn(self, campaign: int, contribution: bytes) -> bool:
        """Whether the consent behind the contribution was withdrawn."""
        ...

    def entitled(self, licence: bytes, dataset: int, version: int, contribution: bytes, who: str) -> bool:
        """The contract's access view: ``who`` holds the licence, unexpired, and it covers the contribution."""
        ...

    def in_version(self, dataset: int, version: int, contribution: bytes, envelope: bytes, proof: bytes) -> bool:
        """Whether the contribution is proven to be an episode of that version, with the key envelope of this digest."""
        ...

    def sold_under(self, dataset: int, campaign: int, contribution: bytes, proof: bytes) -> bool:
        """Whether the dataset is the one of the campaign that was signed for, or one the contributor named."""
        ...

    def anchored_by(self, campaign: int, contribution: bytes, proof: bytes, who: str) -> bool:
        """Whether ``who`` is the operator that anchored the item, and so its assigned checker."""
        ...

    def accepted(self, campaign: int, contribution: bytes, proof: bytes) -> bool:
        """Whether a final settlement accepted the item."""
        ...

    def requester_of(self, campaign: int) -> str:
        """Account that funded the campaign."""
        ...


class HolderKeys(Signer, Protocol):
    """A holder's two keys: secp256k1 to sign, X25519 to open. A KMS or a hardware module implements just this."""

    @property
    def public_key(self) -> bytes:
        """X25519 public key, 32 bytes, as registered on chain."""
        ...

    def derive(self, purpose: bytes) -> bytes:
        """A 32-byte key for ``purpose``, the same every time; says nothing of the signing and opening keys."""
        ...

    def unseal(self, sealed: bytes, info: bytes) -> bytes:
        """HPKE base-mode open; raises ``cryptography.exceptions.InvalidTag`` or ValueError if it is not for us."""
        ...
