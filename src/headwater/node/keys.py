"""A holder's own housekeeping: what it keeps, a new opening key, and shares that must go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from headwater.chain.contracts import Contracts
from headwater.node.errors import HomeError
from headwater.node.holder import HolderService
from headwater.vault import HolderSecret
from headwater.vault.keystore import SCRYPT_N


@dataclass(frozen=True)
class KeyStatus:
    """What a holder has.

    Attributes:
        registered: whether the chain names this opening key for this account.
        previous: whether the opening key before it is still kept.
        shares: on the shelf. destroyed: because consent was withdrawn.
        receipts: answers given.
    """

    address: str
    registered: bool
    previous: bool
    shares: int
    destroyed: int
    receipts: int


def status(service: HolderService, secret: HolderSecret, contracts: Contracts) -> KeyStatus:
    """Counts, and whether chain and keystore agree."""
    index = contracts.stakes.holder_index(secret.address)
    registered = index > 0 and contracts.stakes.holder(index).public_key == secret.public_key
    gone, given = len(service.shelf.destroyed()), len(service.receipts())
    return KeyStatus(secret.address, registered, secret.has_previous, service.shelf.count(), gone, given)


def rotate(contracts: Contracts, keystore: Path, password: str, *, scrypt_n: int = SCRYPT_N) -> HolderSecret:
    """A fresh opening key for the same account, registered on chain; the present one is kept as the previous.

    The new file stands beside the old one before the chain knows of it, so a crash anywhere loses no key: run it, or
    ``settled``, again.
    """
    secret = settled(contracts, keystore, password)
    index = contracts.stakes.holder_index(secret.address)
    if not index:
        raise HomeError(f"key holder {secret.address}", actual="not registered on chain", fix="register it first")
    endpoint, fresh = contracts.stakes.holder(index).endpoint, secret.rotated()
    fresh.save(_next(keystore), password, scrypt_n=scrypt_n)
    contracts.stakes.register_holder(fresh, endpoint, fresh.public_key)
    return settled(contracts, keystore, password)


def forget(contracts: Contracts, keystore: Path, password: str, *, scrypt_n: int = SCRYPT_N) -> HolderSecret:
    """Destroys the previous opening key. From then on a share destroyed on the shelf cannot be opened again."""
    secret = settled(contracts, keystore, password)
    if secret.has_previous:
        _next(keystore).unlink(missing_ok=True)
        secret.forgetting().save(_next(keystore), password, scrypt_n=scrypt_n)
        _next(keystore).replace(keystore)
    return HolderSecret.load(keystore, password)


def settled(contracts: Contracts, keystore: Path, password: str) -> HolderSecret:
    """The holder's secret after an interrupted rotation was finished or undone, as the chain says."""
    secret = HolderSecret.load(keystore, password)
    if not _next(keystore).exists():
        return secret
    fresh = HolderSecret.load(_next(keystore), password)
    index = contracts.stakes.holder_index(secret.address)
    if index and contracts.stakes.holder(index).public_key == fresh.public_key:
        _next(keystore).replace(keystore)
        return fresh
    _next(keystore).unlink()
    return secret


def _next(keystore: Path) -> Path:
    return keystore.with_name(keystore.name + ".next")
