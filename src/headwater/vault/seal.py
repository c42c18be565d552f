"""HPKE (RFC 9180) in the one form used here: base mode, X25519, HKDF-SHA256, AES-256-GCM.

A ciphertext is the 32-byte encapsulated key followed by the AEAD output, 48 bytes more than the plaintext.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def seal_to(public_key: bytes, plaintext: bytes, info: bytes) -> bytes:
    """Encrypt to a 32-byte X25519 public key; ``info`` must be given again to open."""
    return _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(public_key), info=info)


def open_with(private_key: X25519PrivateKey, sealed: bytes, info: bytes) -> bytes:
    """Decrypt; ``cryptography.exceptions.InvalidTag`` or ValueError if key, ``info`` or bytes are others."""
    return _SUITE.decrypt(sealed, private_key, info=info)
