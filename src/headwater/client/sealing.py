"""Encrypting a contribution before it leaves: content root, key, envelope, ciphertext blobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from headwater.client.errors import ClientError
from headwater.client.pack import PackedFile
from headwater.primitives.cid import Cid
from headwater.primitives.eip712 import Domain, Signer, typed_digest
from headwater.primitives.hashing import sha256_file
from headwater.records.manifest import ManifestFile, content_root
from headwater.storage import BlobStore
from headwater.vault import ContentKey, FileCipher, FileRef, decrypt_stream, encrypt_stream, key_from_seed

Progress = Callable[[str, int], None]
KEY_TYPES = {"ContentKey": (("campaign", "uint256"), ("contentRoot", "bytes32"), ("salt", "bytes32"))}


def content_key(signer: Signer, domain: Domain, campaign: int, root: bytes, salt: bytes) -> ContentKey:
    """The contribution's own key, from a deterministic signature (RFC 6979) that never leaves this process.

    The salt is 32 random bytes kept in the contributor's journal: the same salt gives the same key and so the same
    ciphertext, which is what lets an upload resume; nobody without the wallet's key can derive it.
    """
    message = {"campaign": campaign, "contentRoot": root, "salt": salt}
    return key_from_seed(signer.sign_digest(typed_digest(domain, "ContentKey", KEY_TYPES, message)))


def hash_files(files: Sequence[PackedFile]) -> tuple[tuple[bytes, ...], bytes]:
    """SHA-256 of each plaintext file, and the content root over them."""
    hashes = tuple(sha256_file(file.source) for file in files)
    return hashes, content_root(hashes)


def seal_files(
    files: Sequence[PackedFile],
    hashes: Sequence[bytes],
    key: ContentKey,
    label: bytes,
    blobs: BlobStore,
    done: dict[str, Cid],
    progress: Progress,
) -> tuple[ManifestFile, ...]:
    """Encrypts and stores every file that is not in ``done`` yet (path to CID), one at a time.

    Raises:
        PlaintextMismatchError: a file changed between hashing and sending.
    """
    sealed = []
    for index, (file, digest) in enumerate(zip(files, hashes, strict=True)):
        size = file.source.stat().st_size
        cid = done.get(file.path)
        if cid is None or not blobs.has(cid):
            cipher = FileCipher(key, label, FileRef(index, file.path, digest))
            with file.source.open("rb") as source:
                cid = blobs.put(encrypt_stream(source, cipher))
            done[file.path] = cid
        progress(file.path, size)
        sealed.append(ManifestFile(file.path, size, file.media_type, digest, cid))
    return tuple(sealed)


def open_files(
    files: Sequence[ManifestFile], key: ContentKey, label: bytes, blobs: BlobStore, target: Path
) -> Iterator[Path]:
    """Decrypts every file below ``target``; a file appears under its name only when it is whole and its hash right."""
    for index, file in enumerate(files):
        path = target / safe_path(file.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        cipher = FileCipher(key, label, FileRef(index, file.path, file.sha256))
        with part.open("wb") as out:
            for piece in decrypt_stream(blobs.open_stream(Cid(file.cid)), cipher):
                out.write(piece)
        part.replace(path)
        yield path


def safe_path(path: str) -> Path:
    """A manifest's path as one that stays below its folder.

    Raises:
        ClientError: absolute, with ``..``, empty parts or a drive.
    """
    parts = path.split("/")
    if any(p in ("", ".", "..") or "\\" in p or ":" in p or "\0" in p for p in parts):
        raise ClientError("file path in a manifest", actual=path, allowed="a relative path without '..'")
    return Path(*parts)
