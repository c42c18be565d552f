"""Vault and store against the raw parts they stand on, on the same bytes in the same rounds."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from headwater.primitives.eip712 import Domain
from headwater.storage import LocalBlobStore, MemoryBlobStore
from headwater.testing.sealed import sealed_scene
from headwater.vault import FileCipher, FileRef, answer, decrypt_range, decrypt_stream, encrypt_stream, open_parts, seal
from headwater.vault.models import HolderKey
from headwater.vault.shamir import SHARE_BYTES
from headwater.vault.stream import PLAIN_BYTES, TAG_BYTES
from report import Row, publish, versions
from timing import cpu_medians, drain

ROUNDS = 5
DATA = bytes(range(256)) * (256 * 4096)  # 256 MiB
READ_BYTES = 1_000_000
CALLS = 50  # a round; one call of a few milliseconds is too short to time

AES = "cryptography AESGCM"
AES_SHA = "cryptography AESGCM, then hashlib sha256"
PLAIN_READ = "the same read, not decrypted"
HPKE = "cryptography HPKE"


def file_cipher() -> FileCipher:
    scene = sealed_scene()
    return FileCipher(scene.key, scene.label, FileRef(0, "bench", sha256(DATA).digest()))


def nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def streams() -> list[Row]:
    """Whole files, one thread, in memory."""
    cipher, aead, out = file_cipher(), AESGCM(bytes(32)), memoryview(bytearray(PLAIN_BYTES + TAG_BYTES))
    plain = [DATA[at : at + PLAIN_BYTES] for at in range(0, len(DATA), PLAIN_BYTES)]
    locked = [aead.encrypt(nonce(n), piece, b"") for n, piece in enumerate(plain)]
    frames = [bytes(frame) for frame in encrypt_stream(BytesIO(DATA), cipher)]

    def raw_encrypt() -> None:
        for n, piece in enumerate(plain):
            aead.encrypt_into(nonce(n), piece, b"", out[: len(piece) + TAG_BYTES])

    def raw_decrypt() -> None:
        for n, piece in enumerate(locked):
            aead.decrypt_into(nonce(n), piece, b"", out[: len(piece) - TAG_BYTES])

    cpu = cpu_medians(
        {
            "raw encrypt": raw_encrypt,
            "raw decrypt": raw_decrypt,
            "sha256": lambda: sha256(DATA).digest(),
            "encrypt": lambda: drain(encrypt_stream(BytesIO(DATA), cipher, verify=False)),
            "decrypt": lambda: drain(decrypt_stream(frames, cipher, verify=False)),
            "encrypt, file hash checked": lambda: drain(encrypt_stream(BytesIO(DATA), cipher)),
            "decrypt, file hash checked": lambda: drain(decrypt_stream(frames, cipher)),
            "encrypt and name by CID": lambda: MemoryBlobStore().put(
                encrypt_stream(BytesIO(DATA), cipher, verify=False)
            ),
        },
        ROUNDS,
    )
    encrypting, decrypting = cpu["raw encrypt"], cpu["raw decrypt"]
    floors = {
        "encrypt": (AES, encrypting),
        "decrypt": (AES, decrypting),
        "encrypt, file hash checked": (AES_SHA, encrypting + cpu["sha256"]),
        "decrypt, file hash checked": (AES_SHA, decrypting + cpu["sha256"]),
        "encrypt and name by CID": (AES_SHA, encrypting + cpu["sha256"]),
    }
    rows = []
    for name, (peer, floor) in floors.items():
        rows.append(Row(name, megabytes_s(cpu[name]), "MB/s of CPU", None, peer, megabytes_s(floor)))
        rows.append(Row(f"{name}: CPU over raw", round(cpu[name] / floor, 2), "x", None, peer, 1.0))
    return rows


def megabytes_s(seconds: float) -> float:
    return round(len(DATA) / 1e6 / seconds, 1)


def random_reads() -> list[Row]:
    """1 MB from somewhere in a stored file, which touches two frames."""
    cipher = file_cipher()
    with TemporaryDirectory() as folder:
        store = LocalBlobStore(Path(folder), fsync=False)
        cid = store.put(encrypt_stream(BytesIO(DATA), cipher, verify=False))
        places = [number * 7_919_111 % (len(DATA) - READ_BYTES) for number in range(CALLS)]

        def opened(at: int) -> bytes:
            return decrypt_range(lambda i: store.get_leaf(cid, i), len(DATA), at, READ_BYTES, cipher)

        assert all(opened(at) == DATA[at : at + READ_BYTES] for at in places)
        spent = cpu_medians(
            {
                "read": lambda: drain(opened(at) for at in places),
                "plain": lambda: drain(store.get_range(cid, at, READ_BYTES) for at in places),
            },
            ROUNDS,
        )
    return _a_call("read 1 MB of a stored file", spent["read"], PLAIN_READ, spent["plain"])


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


if __name__ == "__main__":
    publish("vault", [*streams(), *random_reads(), *keys()], versions(("cryptography", "coincurve", "dag-cbor")))
