"""A key holder's secrets at rest: one JSON file, both keys under one password.

The signing key is an Ethereum keystore v3 object, readable by any wallet. The X25519 key is sealed by AES-256-GCM under
scrypt of the same password, bound to the account, so two files cannot be mixed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from secrets import token_bytes
from typing import Any

from coincurve import PrivateKey
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from headwater.primitives import canonical
from headwater.primitives.appearing import write_new
from headwater.primitives.hashing import keccak256
from headwater.primitives.ids import checksum_address
from headwater.vault.errors import KeystoreError
from headwater.vault.seal import open_with

SCRYPT_N = 1 << 17
"""Work factor of both locks, about 128 MiB and a third of a second; tests choose a small one."""

_MAX_SCRYPT_N = 1 << 20
_R, _P = 8, 1


class HolderSecret:
    """A holder's secp256k1 and X25519 keys in memory; implements ``HolderKeys`` without showing either."""

    def __init__(self, signing: bytes, opening: bytes, previous: bytes = b"") -> None:
        """
        Args:
            previous: the opening key before this one, for envelopes that were sealed to it and not yet taken in.
        """
        self._previous = X25519PrivateKey.from_private_bytes(previous) if previous else None
        self._signing = PrivateKey(signing)
        self._opening = X25519PrivateKey.from_private_bytes(opening)
        point = self._signing.public_key.format(compressed=False)[1:]
        self._address = checksum_address("0x" + keccak256(point)[-20:].hex())

    @classmethod
    def generate(cls) -> HolderSecret:
        """Fresh random keys."""
        return cls(PrivateKey().secret, X25519PrivateKey.generate().private_bytes_raw())

    @property
    def address(self) -> str:
        """Account, EIP-55."""
        return self._address

    @property
    def public_key(self) -> bytes:
        """X25519 public key, 32 bytes."""
        return self._opening.public_key().public_bytes_raw()

    def sign_digest(self, digest: bytes) -> bytes:
        """65 bytes r, s, v (27 or 28) over a 32-byte digest; s is always low."""
        signature: bytes = self._signing.sign_recoverable(digest, hasher=None)
        return signature[:64] + bytes((signature[64] + 27,))

    def sign_transaction(self, transaction: Mapping[str, Any]) -> bytes:
        """Raw signed bytes, for a holder's own staking and registration."""
        from eth_account import Account

        return bytes(Account.sign_transaction(dict(transaction), self._signing.secret).raw_transaction)

    def derive(self, purpose: bytes) -> bytes:
        """HKDF-SHA256 of the signing key, so that it outlives a change of the opening key."""
        info = b"headwater.holder-derive.v1" + purpose
        return HKDF(SHA256(), 32, salt=None, info=info).derive(self._signing.secret)

    def unseal(self, sealed: bytes, info: bytes) -> bytes:
        """HPKE open; InvalidTag or ValueError if it is not for this holder."""
        try:
            return open_with(self._opening, sealed, info)
        except (InvalidTag, ValueError):
            if self._previous is None:
                raise
            return open_with(self._previous, sealed, info)

    @property
    def has_previous(self) -> bool:
        """Whether the opening key before this one is still kept."""
        return self._previous is not None

    def rotated(self) -> HolderSecret:
        """The same account with a fresh opening key; the present one becomes the previous, the one before is gone."""
        fresh = X25519PrivateKey.generate().private_bytes_raw()
        return HolderSecret(self._signing.secret, fresh, self._opening.private_bytes_raw())

    def forgetting(self) -> HolderSecret:
        """The same without the previous opening key: what it was sealed to and is on no shelf opens no more."""
        return HolderSecret(self._signing.secret, self._opening.private_bytes_raw())

    def __repr__(self) -> str:
        return f"HolderSecret({self._address}, hidden)"

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("HolderSecret is secret and is not serialised")

    def save(self, path: Path, password: str, *, scrypt_n: int = SCRYPT_N) -> None:
        """Write the locked keys, readable by the owner only, whole or not at all. Never overwrites a file."""
        from eth_account import Account

        salt, nonce = token_bytes(16), token_bytes(12)
        lock = AESGCM(_stretch(password, salt, scrypt_n))
        opening = self._opening.private_bytes_raw() + (self._previous.private_bytes_raw() if self._previous else b"")
        sealed = lock.encrypt(nonce, opening, _binding(self.address, self.public_key))
        document = {
            "version": 1,
            "address": self.address,
            "publicKey": self.public_key.hex(),
            "signing": Account.encrypt(self._signing.secret, password, kdf="scrypt", iterations=scrypt_n),
            "opening": {
                "kdf": "scrypt",
                "n": scrypt_n,
                "salt": salt.hex(),
                "nonce": nonce.hex(),
                "sealed": sealed.hex(),
            },
        }
        _write_fresh(path, json.dumps(document, indent=1).encode())

    @classmethod
    def load(cls, path: Path, password: str) -> HolderSecret:
        """The keys ``save`` locked; KeystoreError for a missing or damaged file or another password."""
        from eth_account import Account

        try:
            document = json.loads(path.read_text())
            box, public_key = document["opening"], bytes.fromhex(document["publicKey"])
            if document["version"] != 1 or box["kdf"] != "scrypt" or not 1 < box["n"] <= _MAX_SCRYPT_N:
                raise KeystoreError(str(path), actual="another version or kdf", allowed="version 1, scrypt")
            lock = AESGCM(_stretch(password, bytes.fromhex(box["salt"]), box["n"]))
            binding = _binding(document["address"], public_key)
            opening = lock.decrypt(bytes.fromhex(box["nonce"]), bytes.fromhex(box["sealed"]), binding)
            secret = cls(bytes(Account.decrypt(document["signing"], password)), opening[:32], opening[32:])
        except OSError as error:
            raise KeystoreError(
                str(path), actual=error.strerror, fix="name the key file the holder was made with"
            ) from None
        except InvalidTag:
            fix = "give the password it was made with, or restore it from the backup"
            raise KeystoreError(str(path), actual="locked with another password, or changed", fix=fix) from None
        except (ValueError, KeyError, TypeError):
            raise KeystoreError(str(path), actual="a damaged key file", fix="restore it from the backup") from None
        if (secret.address, secret.public_key) != (document["address"], public_key):
            raise KeystoreError(str(path), actual="keys of two holders in one file", fix="restore it from the backup")
        return secret


def _stretch(password: str, salt: bytes, n: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=n, r=_R, p=_P).derive(password.encode())


def _binding(address: str, public_key: bytes) -> bytes:
    return canonical.encode({"keystore": 1, "address": address, "publicKey": public_key})


def _write_fresh(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_new(path, data, 0o600)
    except OSError as error:
        raise KeystoreError(str(path), actual=error.strerror, fix="choose a path that is free and writable") from None
