"""A key in memory, and key files (Web3 Secret Storage v3, the format geth and every wallet reads)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headwater.chain.errors import KeystoreError
from headwater.primitives.appearing import write_new
from headwater.primitives.hashing import keccak256
from headwater.primitives.ids import checksum_address

STANDARD_COST = 1 << 18  # scrypt n with r 1, p 8: about a second, what geth writes
LOCAL_COST = 1 << 12  # throwaway keys of a local network
_RESTORE = "restore it from the backup, or name another"


class KeySigner:
    """Implements ``Signer`` and ``TransactionSigner``. The key never leaves it: no attribute, no repr, no pickle."""

    __slots__ = ("__key", "_address")

    def __init__(self, key: bytes) -> None:
        """``key``: 32 secret bytes.

        Raises:
            KeystoreError: if they are not a secp256k1 key.
        """
        from coincurve import PrivateKey

        try:
            self.__key = PrivateKey(key)
        except (ValueError, TypeError):
            raise KeystoreError("private key", actual="not a secp256k1 key", allowed="32 bytes in range") from None
        point = self.__key.public_key.format(compressed=False)[1:]
        self._address = checksum_address(keccak256(point)[-20:].hex())

    @classmethod
    def create(cls) -> KeySigner:
        """A new random key."""
        return cls(secrets.token_bytes(32))

    @classmethod
    def from_keystore(cls, path: Path, password: str) -> KeySigner:
        """The key in a v3 file; errors as ``keystore_read``."""
        return cls(keystore_read(path, password))

    def to_keystore(self, path: Path, password: str, cost: int = STANDARD_COST) -> None:
        """Write the key to a v3 file; errors as ``keystore_write``."""
        keystore_write(path, self.__key.secret, password, cost)

    @property
    def address(self) -> str:
        return self._address

    def sign_digest(self, digest: bytes) -> bytes:
        """65 bytes r, s, v (27 or 28), low s, deterministic (RFC 6979)."""
        signature: bytes = self.__key.sign_recoverable(digest, hasher=None)
        return signature[:64] + bytes([signature[64] + 27])

    def sign_transaction(self, transaction: Mapping[str, Any]) -> bytes:
        from eth_account import Account

        return bytes(Account.sign_transaction(dict(transaction), self.__key.secret).raw_transaction)

    def __repr__(self) -> str:
        return f"KeySigner({self._address})"

    def __reduce__(self) -> Any:
        raise KeystoreError("private key", actual="asked to be copied out of memory", fix="write a key file instead")


def keystore_write(path: Path, key: bytes, password: str, cost: int = STANDARD_COST) -> None:
    """Encrypt ``key`` into a new file only its owner can read.

    Args:
        cost: scrypt n, a power of two.

    Raises:
        KeystoreError: if the file exists: a key file is never overwritten.
    """
    from eth_keyfile.keyfile import create_keyfile_json

    content = create_keyfile_json(key, password.encode(), kdf="scrypt", iterations=cost)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        write_new(path, json.dumps(content).encode(), 0o600)
    except FileExistsError:
        raise KeystoreError(f"key file {path}", actual="exists", fix="choose another name or remove it") from None


def keystore_read(path: Path, password: str) -> bytes:
    """The 32 secret bytes of a v3 file.

    Raises:
        KeystoreError: absent, not a key file, or another password.
    """
    from eth_keyfile.keyfile import decode_keyfile_json

    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        raise KeystoreError(f"key file {path}", actual="absent", fix="create it, or name the right one") from None
    except (OSError, ValueError):
        raise KeystoreError(f"key file {path}", actual="unreadable", allowed="a v3 key file", fix=_RESTORE) from None
    try:
        return bytes(decode_keyfile_json(content, password.encode()))
    except ValueError:
        raise KeystoreError(f"key file {path}", actual="wrong password", fix="give the password it has") from None
    except (KeyError, TypeError, AttributeError, NotImplementedError):
        raise KeystoreError(f"key file {path}", actual="not a v3 key file", fix=_RESTORE) from None
