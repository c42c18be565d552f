"""Files in authenticated frames that can be opened alone, each exactly one IPFS leaf.

Suite ``hw-stream-1`` (spec/keys.md, 2) is the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (2015) over
AES-256-GCM. A frame carries 1 MiB - 16 plaintext bytes, so its ciphertext is 1 MiB: frame i is leaf i.

    context = dag-cbor {suite, label, index, path, sha256}                  one per file
    key (32) || prefix (7) = HKDF-SHA256(content key, info = "headwater.file-key.v1" || context)
    nonce of frame i = prefix || u32 i || last,    AAD = sha256(context)

The key depends on the sha256 of the plaintext, so changing a file changes its key: a nonce never meets two plaintexts,
and encrypting the same file again gives the same ciphertext, which lets an upload resume.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from headwater.primitives import canonical
from headwater.records.envelope import SUITE
from headwater.vault.errors import CiphertextError, PlaintextMismatchError, PlaintextRangeError, TruncatedError
from headwater.vault.models import ContentKey, FileRef

FRAME_BYTES = 1 << 20
TAG_BYTES = 16
PLAIN_BYTES = FRAME_BYTES - TAG_BYTES
MAX_FRAMES = 1 << 32

_KEY_INFO = b"headwater.file-key.v1"
_KEY_BYTES, _PREFIX_BYTES = 32, 7

Buffer = bytes | bytearray | memoryview


def frame_count(size_bytes: int) -> int:
    """Frames of a plaintext of this size; an empty file has one, empty frame."""
    return max(1, -(-size_bytes // PLAIN_BYTES))


def ciphertext_bytes(size_bytes: int) -> int:
    """Ciphertext length of a plaintext of this length."""
    return size_bytes + TAG_BYTES * frame_count(size_bytes)


class FileCipher:
    """Opens and seals single frames of one file. ``label`` is the contribution's, 32 bytes."""

    def __init__(self, key: ContentKey, label: bytes, file: FileRef) -> None:
        fields = {"suite": SUITE, "label": label, "index": file.index, "path": file.path, "sha256": file.sha256}
        context = canonical.encode(fields)
        hkdf = HKDF(SHA256(), _KEY_BYTES + _PREFIX_BYTES, salt=None, info=_KEY_INFO + context)
        derived = hkdf.derive(key.reveal())
        self.file = file
        self._aead = AESGCM(derived[:_KEY_BYTES])
        self._prefix = derived[_KEY_BYTES:]
        self._aad = sha256(context).digest()

    def __repr__(self) -> str:
        return f"FileCipher({self.file.path!r}, hidden)"

    def nonce(self, index: int, last: bool) -> bytes:
        """12 bytes, different for every frame of every file; OverflowError past 2^32 frames (4 PiB)."""
        return self._prefix + index.to_bytes(4, "big") + bytes((last,))

    def seal_into(self, index: int, last: bool, plain: Buffer, out: bytearray) -> memoryview:
        """Encrypt one frame into ``out`` and return the part of it that was written."""
        size = len(plain) + TAG_BYTES
        view = memoryview(out)[:size]
        self._aead.encrypt_into(self.nonce(index, last), plain, self._aad, view)
        return view

    def open_into(self, index: int, last: bool, frame: Buffer, out: bytearray) -> memoryview:
        """Decrypt one frame into ``out``; CiphertextError, or TruncatedError if it opens as an earlier frame."""
        size = len(frame) - TAG_BYTES
        if not 0 <= size <= PLAIN_BYTES:
            raise CiphertextError(self.file.path, index, f"{len(frame)} bytes")
        view = memoryview(out)[:size]
        try:
            self._aead.decrypt_into(self.nonce(index, last), frame, self._aad, view)
        except InvalidTag:
            raise self._diagnose(index, last, frame, view) from None
        return view

    def _diagnose(self, index: int, last: bool, frame: Buffer, view: memoryview) -> CiphertextError:
        if last:
            try:
                self._aead.decrypt_into(self.nonce(index, False), frame, self._aad, view)
            except InvalidTag:
                pass
            else:
                return TruncatedError(self.file.path, index, "the file goes on after this frame, but no more is here")
        return CiphertextError(self.file.path, index, "bytes that were changed, moved, or sealed under another key")


def encrypt_stream(source: BinaryIO, cipher: FileCipher, *, verify: bool = True) -> Iterator[memoryview]:
    """Frames of ``source``, in constant memory.

    Each frame is a view of one buffer that the next frame overwrites: store or copy it before going on.
    With ``verify`` the plaintext is hashed on the way and PlaintextMismatchError is raised **before** the last frame
    if the file changed since it was declared; without it the caller answers for that, and for nonce reuse.
    """
    out = bytearray(FRAME_BYTES)
    here, ahead = bytearray(PLAIN_BYTES), bytearray(PLAIN_BYTES)
    digest = sha256()
    size = _fill(source, here)
    index = 0
    while True:
        following = _fill(source, ahead) if size == PLAIN_BYTES else 0
        last = following == 0
        plain = memoryview(here)[:size]
        if verify:
            digest.update(plain)
            if last:
                _require_digest(digest.digest(), cipher.file)
        yield cipher.seal_into(index, last, plain, out)
        if last:
            return
        here, ahead, size = ahead, here, following
        index += 1


def decrypt_stream(frames: Iterable[Buffer], cipher: FileCipher, *, verify: bool = True) -> Iterator[memoryview]:
    """Plaintext of a whole file, frame by frame, in constant memory.

    Every piece is authentic when it is yielded (a view of a buffer the next piece overwrites); that the file is
    *complete* is known only when the iterator ends without an error. ``verify`` compares the plaintext's sha256 too,
    which holds the contributor to the manifest.
    """
    out = bytearray(FRAME_BYTES)
    digest = sha256()
    for index, (frame, last) in enumerate(_with_last(frames, cipher)):
        plain = cipher.open_into(index, last, frame, out)
        if verify:
            digest.update(plain)
        yield plain
    if verify:
        _require_digest(digest.digest(), cipher.file)


def decrypt_range(
    read_frame: Callable[[int], Buffer], size_bytes: int, start: int, length: int, cipher: FileCipher
) -> bytes:
    """Plaintext [start, start + length) of a file of ``size_bytes``, opening only the frames it touches.

    Args:
        read_frame: returns ciphertext frame i; ``lambda i: store.get_leaf(cid, i)``.
        size_bytes: plaintext size as the manifest says. Whoever lies about it fails at the claimed end.
    """
    if start < 0 or length < 0 or start + length > size_bytes:
        allowed = f"[0, {size_bytes})"
        raise PlaintextRangeError(
            f"range of {cipher.file.path}", actual=f"[{start}, {start + length})", allowed=allowed
        )
    final = frame_count(size_bytes) - 1
    out = bytearray(FRAME_BYTES)
    pieces = []
    for index in range(start // PLAIN_BYTES, min((start + length - 1) // PLAIN_BYTES, final) + 1 if length else 0):
        plain = cipher.open_into(index, index == final, read_frame(index), out)
        at = index * PLAIN_BYTES
        if len(plain) != min(PLAIN_BYTES, size_bytes - at):
            raise CiphertextError(cipher.file.path, index, f"{len(plain)} bytes, not as many as the size declared")
        pieces.append(bytes(plain[max(0, start - at) : start + length - at]))
    return b"".join(pieces)


def _fill(source: BinaryIO, buffer: bytearray) -> int:
    """Read until the buffer is full or the source ends; short reads of pipes and sockets do not end a frame."""
    view = memoryview(buffer)
    size = 0
    while size < len(buffer):
        got = _read_into(source, view[size:])
        if not got:
            break
        size += got
    return size


def _read_into(source: BinaryIO, view: memoryview) -> int:
    """Bytes read, 0 at the end. Reading in place is five times faster than taking a fresh object a frame."""
    if hasattr(source, "readinto"):
        got: int | None = source.readinto(view)
    else:
        part = source.read(len(view))
        got = None if part is None else len(part)
        view[: len(part or b"")] = part or b""
    if got is None:  # a non-blocking source with nothing yet: taking it for the end would cut the file short
        raise BlockingIOError("the source to encrypt must block")
    return got


def _with_last(frames: Iterable[Buffer], cipher: FileCipher) -> Iterator[tuple[Buffer, bool]]:
    held: Buffer | None = None
    for frame in frames:
        if held is not None:
            yield held, False
        held = frame if isinstance(frame, bytes) else bytes(frame)  # a view's buffer may be overwritten by the next
    if held is None:
        raise TruncatedError(cipher.file.path, 0, "no frame at all")
    yield held, True


def _require_digest(digest: bytes, file: FileRef) -> None:
    if digest != file.sha256:
        fix = "hash the file again: it changed, or its manifest is wrong"
        raise PlaintextMismatchError(file.path, actual=f"sha256 {digest.hex()}", allowed=file.sha256.hex(), fix=fix)
