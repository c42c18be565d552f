"""vectors/vault.json, read twice: by the house's code, and by a second writing-out of spec/keys.md that shares none.

The second one uses only hashlib, hmac, AESGCM in one shot, and dag-cbor and ABI bytes put together by hand.
"""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from headwater.primitives import eip712
from headwater.primitives.eip712 import Domain
from headwater.primitives.hashing import keccak256
from headwater.records import codec
from headwater.records.envelope import KeyEnvelope
from headwater.records.release import Release, ReleaseRequest, SignedReleaseRequest
from headwater.storage import import_file
from headwater.vault import (
    ContentKey,
    FileCipher,
    FileRef,
    HolderSecret,
    combine_shares,
    confirm_shares,
    contribution_label,
    decrypt_stream,
    encrypt_stream,
    key_commitment,
    open_release,
    open_share,
    signature_ok,
)
from headwater.vault.shamir import PRIME, combine, share_commitment, split

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "vault.json").read_text())
DOMAIN = Domain(CASES["domain"]["chainId"], CASES["domain"]["contract"])
LABEL = bytes.fromhex(CASES["label"]["label"])
KEY = bytes.fromhex(CASES["key"]["key"])
FRAME = (1 << 20) - 16


def pattern(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def cbor_head(major: int, value: int) -> bytes:
    if value < 24:
        return bytes((major << 5 | value,))
    return bytes((major << 5 | 24, value))


def by_the_spec(case: dict[str, Any]) -> list[bytes]:
    """Frames of a file, from the text of spec/keys.md section 2."""
    data, path = pattern(case["size"]), case["path"].encode()
    context = b"\xa5" + b"".join((
        b"\x64path", cbor_head(3, len(path)), path,
        b"\x65index", cbor_head(0, case["index"]),
        b"\x65label", b"\x58\x20", LABEL,
        b"\x65suite", b"\x6bhw-stream-1",
        b"\x66sha256", b"\x58\x20", sha256(data).digest(),
    ))  # fmt: skip
    extracted = hmac.digest(bytes(32), KEY, "sha256")
    info = b"headwater.file-key.v1" + context
    first = hmac.digest(extracted, info + b"\x01", "sha256")
    prefix = hmac.digest(extracted, first + info + b"\x02", "sha256")[:7]
    pieces = [data[at : at + FRAME] for at in range(0, len(data), FRAME)] or [b""]
    nonces = [prefix + n.to_bytes(4, "big") + bytes((n == len(pieces) - 1,)) for n in range(len(pieces))]
    aad = sha256(context).digest()
    return [AESGCM(first).encrypt(nonce, piece, aad) for nonce, piece in zip(nonces, pieces, strict=True)]


@pytest.mark.parametrize("case", CASES["files"], ids=lambda case: f"{case['path']}-{case['size']}")
def test_files(case: dict[str, Any]) -> None:
    data = pattern(case["size"])
    cipher = FileCipher(ContentKey(KEY), LABEL, FileRef(case["index"], case["path"], sha256(data).digest()))
    frames = [bytes(frame) for frame in encrypt_stream(BytesIO(data), cipher)]
    assert frames == by_the_spec(case)
    assert len(frames) == case["frames"]
    assert import_file(frames, lambda name, block: None) == case["cid"]
    assert frames[0].hex() == case.get("ciphertext", frames[0].hex())
    assert b"".join(bytes(piece) for piece in decrypt_stream(frames, cipher)) == data


def test_label() -> None:
    case = CASES["label"]
    root = bytes.fromhex(case["content_root"])
    assert contribution_label(DOMAIN, case["campaign"], case["contributor"], root) == LABEL
    words = (31337, int(DOMAIN.contract, 16), case["campaign"], int(case["contributor"], 16))
    text = keccak256(b"headwater.key-label.v1") + b"".join(word.to_bytes(32, "big") for word in words) + root
    assert keccak256(text) == LABEL


def test_key_commitment() -> None:
    assert key_commitment(ContentKey(KEY)).hex() == CASES["key"]["commitment"]
    assert hmac.new(KEY, b"commit", sha256).hexdigest() == CASES["key"]["commitment"]


def test_shamir() -> None:
    case = CASES["shamir"]
    (slope,) = (int(text, 16) for text in case["coefficients"])
    shares = split(ContentKey(KEY), case["t"], case["n"], [slope])
    assert [share.reveal().hex() for share in shares] == case["shares"]
    assert [share_commitment(LABEL, share).hex() for share in shares] == case["commitments"]
    assert combine(shares[1:]) == ContentKey(KEY)
    for x, (share, commitment) in enumerate(zip(case["shares"], case["commitments"], strict=True), 1):
        line = (int.from_bytes(KEY, "big") + slope * x) % (2**256 - 189)
        assert share == f"{x:02x}{line:064x}"
        assert sha256(b"headwater.key-share.v1" + LABEL + bytes.fromhex(share)).hexdigest() == commitment
    assert PRIME == 2**256 - 189


def secrets_of(case: dict[str, str]) -> HolderSecret:
    return HolderSecret(bytes.fromhex(case["signing"]), bytes.fromhex(case["opening"]))


def test_envelope() -> None:
    case = CASES["envelope"]
    data = bytes.fromhex(case["record"])
    envelope = codec.decode(KeyEnvelope, data)
    assert codec.encode(envelope) == data
    assert codec.cid(envelope) == case["cid"]
    assert (envelope.label, envelope.key_commitment.hex()) == (LABEL, CASES["key"]["commitment"])
    shares = [open_share(envelope, secrets_of(holder)) for holder in case["holders"]]
    assert confirm_shares(envelope, shares) == combine_shares(envelope, shares[1:]) == ContentKey(KEY)


def test_release() -> None:
    case = CASES["release"]
    request = codec.decode(ReleaseRequest, bytes.fromhex(case["request"]))
    assert request.digest(DOMAIN).hex() == case["request_digest"]
    signature = bytes.fromhex(case["request_signature"])
    assert secrets_of(case["buyer"]).sign_digest(request.digest(DOMAIN)) == signature
    assert signature_ok(SignedReleaseRequest(request, signature, b""), DOMAIN)
    release = codec.decode(Release, bytes.fromhex(case["release"]))
    assert release.receipt.digest(DOMAIN).hex() == case["receipt_digest"]
    assert eip712.recover(release.receipt.digest(DOMAIN), release.signature) == request.holder
    envelope = codec.decode(KeyEnvelope, bytes.fromhex(CASES["envelope"]["record"]))
    recipient = X25519PrivateKey.from_private_bytes(bytes.fromhex(case["recipient"]))
    share = open_release(release, request, envelope, recipient, DOMAIN)
    assert share == open_share(envelope, secrets_of(CASES["envelope"]["holders"][1]))
