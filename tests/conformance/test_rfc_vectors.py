"""vectors/rfc.json: the primitives of spec/keys.md against their authors' answers, through the calls the vault makes.

HPKE is written out from RFC 9180 here, checked against the RFC's case, and then opens what ``vault.seal`` seals: the
library has no way to fix the ephemeral key or give the aad of the RFC's cases.
"""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from headwater.vault import ContentKey, key_commitment
from headwater.vault.seal import open_with, seal_to

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "rfc.json").read_text())
AES_128, AES_256 = (1, 16), (2, 32)  # HPKE's AEAD id, key bytes


def raw(case: dict[str, Any], *names: str) -> list[bytes]:
    return [bytes.fromhex(case[name]) for name in names]


@pytest.mark.parametrize("case", CASES["hkdf"]["cases"], ids=("A.1", "A.3"))
def test_hkdf(case: dict[str, Any]) -> None:
    ikm, salt, info, okm = raw(case, "ikm", "salt", "info", "okm")
    assert HKDF(SHA256(), case["length"], salt=salt or None, info=info).derive(ikm) == okm


@pytest.mark.parametrize("case", CASES["hmac"]["cases"], ids=("4.2", "4.3"))
def test_hmac(case: dict[str, Any]) -> None:
    key, data, mac = raw(case, "key", "data", "mac")
    assert hmac.digest(key, data, "sha256") == mac


def test_the_key_commitment_is_that_hmac() -> None:
    key = bytes(range(32))
    inner = sha256(bytes(b ^ 0x36 for b in key.ljust(64, b"\0")) + b"commit").digest()
    assert key_commitment(ContentKey(key)) == sha256(bytes(b ^ 0x5C for b in key.ljust(64, b"\0")) + inner).digest()


def test_x25519() -> None:
    alice, bob, shared = raw(CASES["x25519"], "alice", "bob_public", "shared")
    assert dh(alice, bob) == shared


@pytest.mark.parametrize("case", CASES["aes256gcm"]["cases"], ids=("13", "14", "16"))
def test_aes_256_gcm_the_way_frames_are_made(case: dict[str, Any]) -> None:
    key, nonce, aad, pt, ct = raw(case, "key", "nonce", "aad", "pt", "ct")
    out, back = bytearray(len(ct)), bytearray(len(pt))
    AESGCM(key).encrypt_into(nonce, pt, aad, out)
    AESGCM(key).decrypt_into(nonce, ct, aad, back)
    assert (bytes(out), bytes(back)) == (ct, pt)


@pytest.mark.parametrize("case", CASES["scrypt"]["cases"], ids=("12",))
def test_scrypt(case: dict[str, Any]) -> None:
    (key,) = raw(case, "key")
    lock = Scrypt(salt=case["salt"].encode(), length=len(key), n=case["n"], r=case["r"], p=case["p"])
    assert lock.derive(case["password"].encode()) == key


def test_hpke_written_out_gives_the_answer_of_the_rfc() -> None:
    case = CASES["hpke"]
    private, public, enc, info, aad, ct = raw(case, "skRm", "pkRm", "enc", "info", "aad", "ct")
    shared = kem_shared(dh(private, enc), enc, public)
    key, nonce = key_and_nonce(shared, info, AES_128)
    assert (shared.hex(), key.hex(), nonce.hex()) == (case["shared_secret"], case["key"], case["base_nonce"])
    assert AESGCM(key).decrypt(nonce, ct, aad).hex() == case["pt"]


def test_what_the_vault_seals_opens_by_the_rfc() -> None:
    private, public = raw(CASES["hpke"], "skRm", "pkRm")
    sealed = seal_to(public, b"a share", b"info")
    enc, ct = sealed[:32], sealed[32:]
    key, nonce = key_and_nonce(kem_shared(dh(private, enc), enc, public), b"info", AES_256)
    assert AESGCM(key).decrypt(nonce, ct, b"") == b"a share"
    again = enc + AESGCM(key).encrypt(nonce, b"another", b"")
    assert open_with(X25519PrivateKey.from_private_bytes(private), again, b"info") == b"another"


def dh(private: bytes, public: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(public))


def kem_shared(point: bytes, enc: bytes, public: bytes) -> bytes:
    """ExtractAndExpand of RFC 9180, 4.1."""
    suite = b"KEM" + (0x20).to_bytes(2, "big")
    prk = extract(suite, b"", b"eae_prk", point)
    return expand(suite, prk, b"shared_secret", enc + public, 32)


def key_and_nonce(shared: bytes, info: bytes, aead: tuple[int, int]) -> tuple[bytes, bytes]:
    """KeySchedule of RFC 9180, 5.1, base mode."""
    number, key_bytes = aead
    suite = b"HPKE" + b"".join(n.to_bytes(2, "big") for n in (0x20, 1, number))
    context = b"\0" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", info)
    secret = extract(suite, shared, b"secret", b"")
    return expand(suite, secret, b"key", context, key_bytes), expand(suite, secret, b"base_nonce", context, 12)


def extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")


def expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """Up to 32 bytes, which is one block."""
    text = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(prk, text + b"\x01", "sha256")[:length]
