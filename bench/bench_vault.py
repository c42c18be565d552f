"""Vault and store against the raw parts they stand on, in the same rounds; releases from processes of their own.

Parts: ``files`` (needs 4 GB of disk), ``keys``, ``release`` (10,000 contributions, a few minutes to set up).
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from headwater.primitives.eip712 import Domain
from headwater.storage import LocalBlobStore
from headwater.testing.sealed import sealed_scene
from headwater.vault import FileCipher, FileRef, answer, decrypt_range, decrypt_stream, encrypt_stream, open_parts, seal
from headwater.vault.models import HolderKey
from headwater.vault.shamir import SHARE_BYTES
from headwater.vault.stream import FRAME_BYTES, PLAIN_BYTES, TAG_BYTES
from report import ROOT, Goal, Row, publish, versions
from timing import cpu_medians, drain
from vault_release import releases

ROUNDS = 3
GIGABYTE = 1_000_000_000
READ_BYTES = 1_000_000
CALLS = 50  # a round; one call of a few milliseconds is too short to time

AES = "cryptography AESGCM"
AES_SHA = "cryptography AESGCM, then hashlib sha256"
PLAIN_READ = "the same read, not decrypted"
HPKE = "cryptography HPKE"


def file_cipher(digest: bytes) -> FileCipher:
    scene = sealed_scene()
    return FileCipher(scene.key, scene.label, FileRef(0, "bench", digest))


def nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def streams(folder: Path) -> list[Row]:
    """A whole file of 1 GB, one thread, from one file to memory that is thrown away; raw calls read the same file."""
    plain, locked = folder / "plain", folder / "locked"
    digest = write_plain(plain)
    cipher, out, data = file_cipher(digest), bytearray(FRAME_BYTES), bytearray(FRAME_BYTES)
    with locked.open("wb") as target, plain.open("rb") as source:
        for frame in encrypt_stream(source, cipher, verify=False):
            target.write(frame)
    raw_locked, aead = folder / "raw", AESGCM(bytes(32))
    with raw_locked.open("wb") as target:
        for n, piece in enumerate(read_pieces(plain, data, PLAIN_BYTES)):
            target.write(aead.encrypt(nonce(n), piece, b""))

    def raw_encrypt() -> None:
        for n, piece in enumerate(read_pieces(plain, data, PLAIN_BYTES)):
            aead.encrypt_into(nonce(n), piece, b"", memoryview(out)[: len(piece) + TAG_BYTES])

    def raw_decrypt() -> None:
        for n, piece in enumerate(read_pieces(raw_locked, data, FRAME_BYTES)):
            aead.decrypt_into(nonce(n), piece, b"", memoryview(out)[: len(piece) - TAG_BYTES])

    def encrypt(verify: bool) -> None:
        with plain.open("rb") as source:
            drain(encrypt_stream(source, cipher, verify=verify))

    def decrypt(verify: bool) -> None:
        drain(decrypt_stream(read_pieces(locked, data, FRAME_BYTES), cipher, verify=verify))

    def hashed() -> None:
        digest = sha256()
        for piece in read_pieces(plain, data, PLAIN_BYTES):
            digest.update(piece)

    cpu = cpu_medians(
        {
            "raw encrypt": raw_encrypt,
            "raw decrypt": raw_decrypt,
            "sha256": hashed,
            "encrypt": lambda: encrypt(False),
            "decrypt": lambda: decrypt(False),
            "encrypt, file hash checked": lambda: encrypt(True),
            "decrypt, file hash checked": lambda: decrypt(True),
        },
        ROUNDS,
    )
    floors = {
        "encrypt": (AES, cpu["raw encrypt"], Goal(">=", 0.8)),
        "decrypt": (AES, cpu["raw decrypt"], Goal(">=", 0.8)),
        "encrypt, file hash checked": (AES_SHA, cpu["raw encrypt"] + cpu["sha256"], None),
        "decrypt, file hash checked": (AES_SHA, cpu["raw decrypt"] + cpu["sha256"], None),
    }
    rows = []
    for name, (peer, floor, goal) in floors.items():
        rows.append(Row(f"1 GB: {name}", megabytes_s(cpu[name]), "MB/s of CPU", None, peer, megabytes_s(floor)))
        rows.append(Row(f"1 GB: {name}: speed over raw", round(floor / cpu[name], 2), "x", goal, peer, 1.0))
    return [*rows, *age(plain, folder)]


def age(plain: Path, folder: Path) -> list[Row]:
    """The same file by age, in an environment of its own."""
    peer = ROOT / ".venv-age" / "bin" / "python"
    found = subprocess.run(
        [peer, ROOT / "bench" / "age_peer.py", plain, folder], check=True, capture_output=True, text=True
    )
    spent = json.loads(found.stdout)
    names = {"encrypt": "1 GB: pyrage encrypts the same file", "decrypt": "1 GB: pyrage decrypts it"}
    return [Row(names[what], megabytes_s(seconds), "MB/s of CPU") for what, seconds in spent.items()]


def read_pieces(path: Path, buffer: bytearray, size: int) -> Iterator[memoryview]:
    view = memoryview(buffer)[:size]
    with path.open("rb", buffering=0) as source:
        while got := source.readinto(view):
            yield view[:got]


def write_plain(path: Path) -> bytes:
    """1 GB of no pattern; its sha256."""
    digest, block = sha256(), token_bytes(1 << 20)
    with path.open("wb") as target:
        for n in range(GIGABYTE // len(block) + 1):
            piece = (n.to_bytes(8, "big") + block[8:])[: GIGABYTE - n * len(block)]
            digest.update(piece)
            target.write(piece)
    return digest.digest()


def megabytes_s(seconds: float) -> float:
    return round(GIGABYTE / 1e6 / seconds, 1)


def random_reads(folder: Path) -> list[Row]:
    """1 MB from somewhere in a stored file of 1 GB, which touches two frames; raw is the same bytes, not decrypted."""
    plain = folder / "plain"
    cipher = file_cipher(sha256(b"not checked here").digest())
    store = LocalBlobStore(folder / "blobs", fsync=False)
    with plain.open("rb") as source:
        cid = store.put(encrypt_stream(source, cipher, verify=False))
    places = [number * 7_919_111 % (GIGABYTE - READ_BYTES) for number in range(CALLS)]

    def opened(at: int) -> bytes:
        return decrypt_range(lambda i: store.get_leaf(cid, i), GIGABYTE, at, READ_BYTES, cipher)

    with plain.open("rb") as source:
        for at in places[:5]:
            source.seek(at)
            assert opened(at) == source.read(READ_BYTES)
    spent = cpu_medians(
        {
            "read": lambda: drain(opened(at) for at in places),
            "plain": lambda: drain(store.get_range(cid, at, READ_BYTES) for at in places),
        },
        ROUNDS,
    )
    over = round((spent["read"] - spent["plain"]) / CALLS * 1000, 2)
    rows = _a_call("read 1 MB of a stored 1 GB", spent["read"], PLAIN_READ, spent["plain"])
    return [*rows, Row("read 1 MB of a stored 1 GB: over raw", over, "ms of CPU", Goal("<=", 5.0), PLAIN_READ, 0.0)]


def keys() -> list[Row]:
    """Keys 2 of 3, against the HPKE calls in each step alone."""
    scene, suite = sealed_scene(), Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    domain = Domain(scene.domain.chain_id, scene.domain.contract)
    holders = [HolderKey(i, h.address, h.public_key) for i, h in enumerate(scene.holders, 1)]
    requests = [scene.request(to) for to in (0, 1)]
    answers = [(r, answer(r, scene.envelope, scene.holders[to], domain, 0)) for to, r in enumerate(requests)]
    private = X25519PrivateKey.generate()
    public, share = private.public_key(), bytes(SHARE_BYTES)
    sealed = suite.encrypt(share, public)
    spent = cpu_medians(
        {
            "seal": lambda: drain(seal(scene.key, holders, 2, scene.label) for _ in range(CALLS)),
            "answer": lambda: drain(
                answer(requests[0], scene.envelope, scene.holders[0], domain, 0) for _ in range(CALLS)
            ),
            "open": lambda: drain(open_parts(answers, scene.envelope, scene.recipient, domain) for _ in range(CALLS)),
            "raw seal": lambda: drain(suite.encrypt(share, public) for _ in range(3 * CALLS)),
            "raw answer": lambda: drain(suite.encrypt(suite.decrypt(sealed, private), public) for _ in range(CALLS)),
            "raw open": lambda: drain(suite.decrypt(sealed, private) for _ in range(2 * CALLS)),
        },
        ROUNDS,
    )
    return [
        *_a_call("seal a key 2 of 3", spent["seal"], f"{HPKE}, 3 seals", spent["raw seal"]),
        *_a_call("answer a release request", spent["answer"], f"{HPKE}, an open and a seal", spent["raw answer"]),
        *_a_call("open 2 parts", spent["open"], f"{HPKE}, 2 opens", spent["raw open"]),
    ]


def _a_call(name: str, ours_s: float, peer: str, raw_s: float) -> list[Row]:
    value, floor = (round(seconds / CALLS * 1000, 3) for seconds in (ours_s, raw_s))
    ratio = Row(f"{name}: CPU over raw", round(ours_s / raw_s, 2), "x", None, peer, 1.0)
    return [Row(name, value, "ms of CPU", None, peer, floor), ratio]


def files() -> list[Row]:
    with TemporaryDirectory() as folder:
        return [*streams(Path(folder)), *random_reads(Path(folder))]


PARTS = {"files": files, "keys": keys, "release": releases}

if __name__ == "__main__":
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--part", nargs="+", choices=list(PARTS), default=list(PARTS))
    for part in wanted.parse_args().part:
        publish("vault", PARTS[part](), versions(("cryptography", "coincurve", "dag-cbor")), part)
