"""The two hashes of the house: keccak-256 for what a contract checks, SHA-256 for bytes and records."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sha3 import keccak_256

WORD = 32
ZERO_WORD = bytes(WORD)


def keccak256(data: bytes) -> bytes:
    """Keccak-256 (the pre-NIST padding Ethereum uses), 32 bytes."""
    digest: bytes = keccak_256(data).digest()
    return digest


def sha256(data: bytes) -> bytes:
    """SHA-256, 32 bytes."""
    return hashlib.sha256(data).digest()


def sha256_file(path: Path) -> bytes:
    """SHA-256 of a file in constant memory, 32 bytes."""
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").digest()
