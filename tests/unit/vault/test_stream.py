from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from hashlib import sha256
from io import BytesIO, RawIOBase
from typing import Any, BinaryIO, cast

import pytest

from headwater.storage import LEAF_BYTES, MemoryBlobStore, import_file
from headwater.vault import (
    FRAME_BYTES,
    PLAIN_BYTES,
    CiphertextError,
    ContentKey,
    FileCipher,
    FileRef,
    PlaintextMismatchError,
    PlaintextRangeError,
    TruncatedError,
    ciphertext_bytes,
    decrypt_range,
    decrypt_stream,
    encrypt_stream,
    frame_count,
)

KEY = ContentKey(sha256(b"key").digest())
LABEL = sha256(b"label").digest()
SIZES = [0, 1, PLAIN_BYTES - 1, PLAIN_BYTES, PLAIN_BYTES + 1, 2 * PLAIN_BYTES, 2 * PLAIN_BYTES + 5]


def sample(size: int) -> bytes:
    return (sha256(str(size).encode()).digest() * (size // 32 + 1))[:size]


def cipher_for(
    data: bytes, *, key: ContentKey = KEY, label: bytes = LABEL, index: int = 0, path: str = "a"
) -> FileCipher:
    return FileCipher(key, label, FileRef(index, path, sha256(data).digest()))


def frames_of(data: bytes, cipher: FileCipher | None = None) -> list[bytes]:
    return [bytes(frame) for frame in encrypt_stream(BytesIO(data), cipher or cipher_for(data))]


def opened(frames: list[bytes], cipher: FileCipher) -> bytes:
    return b"".join(bytes(piece) for piece in decrypt_stream(frames, cipher))


@pytest.mark.parametrize("size", SIZES)
def test_round_trip_and_sizes(size: int) -> None:
    data = sample(size)
    frames = frames_of(data)
    assert opened(frames, cipher_for(data)) == data
    assert len(frames) == frame_count(size)
    assert sum(map(len, frames)) == ciphertext_bytes(size)
    assert all(len(frame) == FRAME_BYTES for frame in frames[:-1])


@pytest.mark.parametrize("size", SIZES)
def test_a_frame_is_a_leaf(size: int) -> None:
    """The store gives back frame i as leaf i, and the name is the plain importer's over the whole ciphertext."""
    assert FRAME_BYTES == LEAF_BYTES
    data, store = sample(size), MemoryBlobStore()
    cid = store.put(encrypt_stream(BytesIO(data), cipher_for(data)))
    frames = frames_of(data)
    assert cid == import_file([b"".join(frames)], lambda name, block: None)
    assert [store.get_leaf(cid, index) for index in range(len(frames))] == frames
    assert opened(list(store.open_stream(cid)), cipher_for(data)) == data


@pytest.mark.parametrize(
    ("start", "length"),
    [(0, 0), (0, 1), (PLAIN_BYTES - 1, 2), (3, 2 * PLAIN_BYTES), (2 * PLAIN_BYTES, 5), (0, 2 * PLAIN_BYTES + 5)],
)
def test_ranges(start: int, length: int) -> None:
    data = sample(2 * PLAIN_BYTES + 5)
    frames, asked = frames_of(data), list[int]()

    def read(index: int) -> bytes:
        asked.append(index)
        return frames[index]

    assert decrypt_range(read, len(data), start, length, cipher_for(data)) == data[start : start + length]
    touched = {at // PLAIN_BYTES for at in (start, start + length - 1)} if length else set[int]()
    assert asked == list(range(min(touched), max(touched) + 1) if touched else [])


@pytest.mark.parametrize(("start", "length"), [(-1, 1), (0, 8), (8, 0), (0, -1)])
def test_a_range_outside(start: int, length: int) -> None:
    with pytest.raises(PlaintextRangeError):
        decrypt_range(lambda index: b"", 7, start, length, cipher_for(b"seven b"))


@pytest.mark.parametrize("claimed", [PLAIN_BYTES, PLAIN_BYTES + 1, PLAIN_BYTES + 3, 2 * PLAIN_BYTES])
def test_a_manifest_that_lies_about_the_size(claimed: int) -> None:
    """Reading up to a false end fails, whether the claim is too short or too long."""
    data = sample(PLAIN_BYTES + 2)
    frames = frames_of(data)
    with pytest.raises(CiphertextError):
        decrypt_range(lambda index: frames[index], claimed, 0, claimed, cipher_for(data))


def test_truncation_is_named() -> None:
    data = sample(2 * PLAIN_BYTES + 5)
    with pytest.raises(TruncatedError) as caught:
        opened(frames_of(data)[:-1], cipher_for(data))
    assert (caught.value.path, caught.value.frame) == ("a", 1)
    with pytest.raises(TruncatedError):
        opened([], cipher_for(data))


def test_frames_after_the_last() -> None:
    data = sample(PLAIN_BYTES + 5)
    frames = frames_of(data)
    with pytest.raises(CiphertextError, match="frame 1"):
        opened([*frames, frames[-1]], cipher_for(data))


def test_swapped_and_repeated_frames() -> None:
    data = sample(3 * PLAIN_BYTES)
    a, b, c = frames_of(data)
    for wrong in ([b, a, c], [a, a, c], [a, c], [c], [b, c]):
        with pytest.raises(CiphertextError):
            opened(wrong, cipher_for(data))


@pytest.mark.parametrize(
    "other",
    [
        {"key": ContentKey(sha256(b"other").digest())},
        {"label": sha256(b"other").digest()},
        {"index": 1},
        {"path": "b"},
    ],
    ids=["key", "label", "index", "path"],
)
def test_another_context_does_not_open(other: dict[str, object]) -> None:
    data = sample(100)
    with pytest.raises(CiphertextError):
        opened(frames_of(data), cipher_for(data, **other))  # type: ignore[arg-type]


def test_frames_of_two_files_do_not_mix() -> None:
    first, second = sample(2 * PLAIN_BYTES), sample(2 * PLAIN_BYTES)[::-1]
    mixed = [frames_of(first)[0], frames_of(second)[1]]
    for data in (first, second):
        with pytest.raises(CiphertextError):
            opened(mixed, cipher_for(data))


@pytest.mark.parametrize("length", [0, 15, FRAME_BYTES + 1])
def test_frames_of_impossible_length(length: int) -> None:
    with pytest.raises(CiphertextError, match=f"{length} bytes"):
        opened([bytes(length)], cipher_for(b""))


def test_a_file_that_changed_since_it_was_hashed() -> None:
    """The attack on STREAM: same key, same nonces, other bytes. The last frame is never made."""
    data = sample(2 * PLAIN_BYTES)
    frames = encrypt_stream(BytesIO(data[:-1] + b"!"), cipher_for(data))
    assert len(next(frames)) == FRAME_BYTES
    with pytest.raises(PlaintextMismatchError):
        next(frames)


def test_a_contributor_who_declared_another_hash() -> None:
    data = sample(10)
    liar = FileCipher(KEY, LABEL, FileRef(0, "a", sha256(b"something else").digest()))
    frames = [bytes(frame) for frame in encrypt_stream(BytesIO(data), liar, verify=False)]
    with pytest.raises(PlaintextMismatchError):
        opened(frames, liar)


def test_same_file_same_ciphertext_other_file_other_key() -> None:
    """What lets an upload resume, and why no nonce meets two plaintexts."""
    assert frames_of(b"same") == frames_of(b"same")
    assert cipher_for(b"same").nonce(0, True) != cipher_for(b"samE").nonce(0, True)


def test_nonces_never_repeat_and_never_wrap() -> None:
    ciphers = [cipher_for(bytes((n,)), index=n) for n in range(40)]
    seen = {cipher.nonce(i, last) for cipher in ciphers for i in range(50) for last in (False, True)}
    assert len(seen) == 40 * 50 * 2
    with pytest.raises(OverflowError):
        ciphers[0].nonce(1 << 32, False)


class Trickle(RawIOBase):
    """A source that gives less than asked for, as pipes do."""

    def __init__(self, data: bytes) -> None:
        self._rest = data

    def readinto(self, buffer: Any) -> int:
        piece, self._rest = self._rest[: min(len(buffer), 300_007)], self._rest[min(len(buffer), 300_007) :]
        buffer[: len(piece)] = piece
        return len(piece)


class ReadOnly:
    """The least a source can be: ``read`` and nothing else."""

    def __init__(self, inner: RawIOBase) -> None:
        self.read = inner.read


class Zeros(RawIOBase):
    def __init__(self, size: int) -> None:
        self._rest = size

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), self._rest)
        buffer[:size] = bytes(size)
        self._rest -= size
        return size


class NotYet(RawIOBase):
    """A non-blocking pipe that has nothing so far."""

    def readinto(self, buffer: Any) -> None:
        return None


@pytest.mark.parametrize("wrap", [lambda source: source, ReadOnly], ids=["readinto", "read"])
def test_short_reads_do_not_end_a_frame(wrap: Callable[[RawIOBase], BinaryIO]) -> None:
    data = sample(2 * PLAIN_BYTES + 5)
    trickled = [bytes(frame) for frame in encrypt_stream(wrap(Trickle(data)), cipher_for(data))]
    assert trickled == frames_of(data)


@pytest.mark.parametrize("wrap", [lambda source: source, ReadOnly], ids=["readinto", "read"])
def test_a_source_that_is_not_ready_is_not_the_end(wrap: Callable[[RawIOBase], BinaryIO]) -> None:
    with pytest.raises(BlockingIOError):
        next(encrypt_stream(wrap(NotYet()), cipher_for(b"")))


def test_a_large_file_in_constant_memory() -> None:
    size = 256 * PLAIN_BYTES + 1
    cipher = FileCipher(KEY, LABEL, FileRef(0, "big", bytes(32)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def copies() -> Iterator[bytes]:
        for frame in encrypt_stream(cast(BinaryIO, Zeros(size)), cipher, verify=False):
            yield bytes(frame)

    assert sum(len(piece) for piece in decrypt_stream(copies(), cipher, verify=False)) == size
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024
