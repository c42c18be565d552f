"""Vault and store against the raw parts they stand on, on the same bytes in one run: python bench/bench_vault.py [MiB]

Prints JSON. Ratios are what to compare; absolute speeds are this machine's.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from headwater.primitives.eip712 import Domain
from headwater.storage import LocalBlobStore, MemoryBlobStore
from headwater.testing.sealed import sealed_scene
from headwater.vault import FileCipher, FileRef, answer, decrypt_range, decrypt_stream, encrypt_stream, open_parts, seal
from headwater.vault.models import HolderKey
from headwater.vault.stream import PLAIN_BYTES

ROUNDS = 3


def best_s(work: Callable[[], object]) -> float:
    """Shortest of a few runs, seconds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def drain(pieces: object) -> None:
    for _ in pieces:  # type: ignore[attr-defined]
        pass


def raw(aead: AESGCM, frames: list[bytes], *, seal_them: bool) -> None:
    out = bytearray(PLAIN_BYTES + 16)
    for number, frame in enumerate(frames):
        nonce = number.to_bytes(12, "big")
        if seal_them:
            aead.encrypt_into(nonce, frame, b"", memoryview(out)[: len(frame) + 16])
        else:
            aead.decrypt_into(nonce, frame, b"", memoryview(out)[: len(frame) - 16])


def streams(mib: int) -> dict[str, float]:
    data = bytes(range(256)) * (mib * 4096)
    scene = sealed_scene()
    cipher = FileCipher(scene.key, scene.label, FileRef(0, "bench", sha256(data).digest()))
    plain = [data[at : at + PLAIN_BYTES] for at in range(0, len(data), PLAIN_BYTES)]
    aead = AESGCM(bytes(32))
    locked = [aead.encrypt(n.to_bytes(12, "big"), p, b"") for n, p in enumerate(plain)]
    frames = [bytes(frame) for frame in encrypt_stream(BytesIO(data), cipher)]
    seconds = {
        "raw_encrypt": best_s(lambda: raw(aead, plain, seal_them=True)),
        "encrypt": best_s(lambda: drain(encrypt_stream(BytesIO(data), cipher, verify=False))),
        "encrypt_verified": best_s(lambda: drain(encrypt_stream(BytesIO(data), cipher))),
        "raw_decrypt": best_s(lambda: raw(aead, locked, seal_them=False)),
        "decrypt": best_s(lambda: drain(decrypt_stream(frames, cipher, verify=False))),
        "decrypt_verified": best_s(lambda: drain(decrypt_stream(frames, cipher))),
        "sha256": best_s(lambda: sha256(data).digest()),
        "encrypt_and_name": best_s(lambda: MemoryBlobStore().put(encrypt_stream(BytesIO(data), cipher, verify=False))),
    }
    rates = {f"{name}_mb_s": round(len(data) / 1e6 / value, 1) for name, value in seconds.items()}
    rates["encrypt_ratio"] = round(seconds["raw_encrypt"] / seconds["encrypt"], 3)
    rates["decrypt_ratio"] = round(seconds["raw_decrypt"] / seconds["decrypt"], 3)
    return rates


def random_reads(mib: int) -> dict[str, float]:
    data = bytes(range(256)) * (mib * 4096)
    scene = sealed_scene()
    cipher = FileCipher(scene.key, scene.label, FileRef(0, "bench", sha256(data).digest()))
    with TemporaryDirectory() as folder:
        store = LocalBlobStore(Path(folder), fsync=False)
        start = time.perf_counter()
        cid = store.put(encrypt_stream(BytesIO(data), cipher, verify=False))
        stored_s = time.perf_counter() - start
        opened, plain = [], []
        for number in range(40):
            at = number * 7_919_111 % (len(data) - 1_000_000)
            start = time.perf_counter()
            piece = decrypt_range(lambda i: store.get_leaf(cid, i), len(data), at, 1_000_000, cipher)
            opened.append(time.perf_counter() - start)
            assert piece == data[at : at + 1_000_000]
            start = time.perf_counter()
            store.get_range(cid, at, 1_000_000)
            plain.append(time.perf_counter() - start)
    over = (median(opened) - median(plain)) * 1000
    return {
        "store_local_mb_s": round(len(data) / 1e6 / stored_s, 1),
        "read_1mb_plain_ms": round(median(plain) * 1000, 2),
        "read_1mb_decrypted_ms": round(median(opened) * 1000, 2),
        "read_1mb_over_plain_ms": round(over, 2),
    }


def keys() -> dict[str, float]:
    scene = sealed_scene()
    domain = Domain(scene.domain.chain_id, scene.domain.contract)
    holders = [HolderKey(i, h.address, h.public_key) for i, h in enumerate(scene.holders, 1)]
    requests = [scene.request(to) for to in (0, 1)]
    answers = [
        (request, answer(request, scene.envelope, scene.holders[to], domain, 0)) for to, request in enumerate(requests)
    ]
    work: dict[str, Callable[[], object]] = {
        "seal_2_of_3_ms": lambda: seal(scene.key, holders, 2, scene.label),
        "answer_ms": lambda: answer(requests[0], scene.envelope, scene.holders[0], domain, 0),
        "open_2_parts_ms": lambda: open_parts(answers, scene.envelope, scene.recipient, domain),
    }
    return {name: round(best_s(lambda: [one() for _ in range(20)]) * 50, 3) for name, one in work.items()}  # noqa: B023


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 256
    print(json.dumps({"mib": size, **streams(size), **random_reads(size), **keys()}, indent=1))
