"""Writes vectors/vault.json. Run by hand when spec/keys.md changes: python tests/conformance/make_vault_vectors.py

Everything but the HPKE ciphertexts is deterministic; those are kept as cases to be opened.
"""

from __future__ import annotations

import json
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from headwater.primitives.eip712 import Domain
from headwater.records import codec
from headwater.records.release import ReleaseRequest
from headwater.storage import import_file
from headwater.vault import (
    ContentKey,
    FileCipher,
    FileRef,
    HolderKey,
    HolderSecret,
    answer,
    contribution_label,
    encrypt_stream,
    key_commitment,
    seal,
)
from headwater.vault.shamir import share_commitment, split

DOMAIN = Domain(31337, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
KEY = sha256(b"content key").digest()
ROOT = sha256(b"content root").digest()
RECIPIENT = sha256(b"recipient").digest()


def secret(name: str) -> dict[str, bytes]:
    return {"signing": sha256(f"sign {name}".encode()).digest(), "opening": sha256(f"open {name}".encode()).digest()}


def pattern(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def file_case(label: bytes, index: int, path: str, size: int) -> dict[str, Any]:
    data = pattern(size)
    cipher = FileCipher(ContentKey(KEY), label, FileRef(index, path, sha256(data).digest()))
    frames = [bytes(frame) for frame in encrypt_stream(BytesIO(data), cipher)]
    cid = import_file(frames, lambda name, block: None)
    case = {"index": index, "path": path, "size": size, "frames": len(frames), "cid": cid}
    return case | ({"ciphertext": frames[0]} if size < 100 else {})


def hexed(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {key: hexed(item) for key, item in value.items()}
    return [hexed(item) for item in value] if isinstance(value, list | tuple) else value


def vectors() -> dict[str, Any]:
    people = {
        name: HolderSecret(**secret(name)) for name in ("holder 1", "holder 2", "holder 3", "contributor", "buyer")
    }
    holders = [people[f"holder {i}"] for i in (1, 2, 3)]
    contributor = people["contributor"].address
    label = contribution_label(DOMAIN, 7, contributor, ROOT)
    key, coefficients = ContentKey(KEY), [int.from_bytes(sha256(b"coefficient").digest(), "big")]
    shares = split(key, 2, 3, coefficients)
    envelope = seal(key, [HolderKey(i, h.address, h.public_key) for i, h in enumerate(holders, 1)], 2, label)
    request = ReleaseRequest(
        role="buyer", campaign=7, dataset=3, version=1, licence=sha256(b"licence").digest(),
        contribution=sha256(b"contribution").digest(), holder=holders[1].address, requester=people["buyer"].address,
        recipient_key=X25519PrivateKey.from_private_bytes(RECIPIENT).public_key().public_bytes_raw(),
        expiry=1_800_000_600, nonce=sha256(b"nonce").digest(),
    )  # fmt: skip
    release = answer(request, envelope, holders[1], DOMAIN, 1_800_000_000)
    return {
        "what": "spec/keys.md: labels, frames, shares, envelopes, requests, receipts; bytes are hex",
        "plaintext": "bytes 0, 1, ... 250, 0, 1, ... to `size`",
        "domain": {"chainId": DOMAIN.chain_id, "contract": DOMAIN.contract},
        "label": {"campaign": 7, "contributor": contributor, "content_root": ROOT, "label": label},
        "key": {"key": KEY, "commitment": key_commitment(key)},
        "files": [
            file_case(label, 0, "empty.bin", 0),
            file_case(label, 0, "meta/info.json", 33),
            file_case(label, 1, "meta/info.json", 33),
            file_case(label, 2, "videos/\u00fc.mp4", (1 << 20) - 16),
            file_case(label, 2, "videos/\u00fc.mp4", (1 << 20) - 15),
            file_case(label, 3, "data.parquet", 3 * ((1 << 20) - 16) + 1000),
        ],
        "shamir": {
            "t": 2, "n": 3, "coefficients": [hex(c) for c in coefficients],
            "shares": [share.reveal() for share in shares],
            "commitments": [share_commitment(label, share) for share in shares],
        },
        "envelope": {
            "holders": [secret(f"holder {i}") for i in (1, 2, 3)],
            "record": codec.encode(envelope), "cid": codec.cid(envelope),
        },
        "release": {
            "buyer": secret("buyer"), "recipient": RECIPIENT,
            "request": codec.encode(request), "request_digest": request.digest(DOMAIN),
            "request_signature": people["buyer"].sign_digest(request.digest(DOMAIN)),
            "release": codec.encode(release), "receipt_digest": release.receipt.digest(DOMAIN),
        },
    }  # fmt: skip


if __name__ == "__main__":
    target = Path(__file__).parents[2] / "vectors" / "vault.json"
    target.write_text(json.dumps(hexed(vectors()), indent=1) + "\n")
