"""Whatever the file and whatever is changed: right bytes come back, or an error; never other bytes."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from headwater.primitives.canonical import CanonicalError
from headwater.records import codec
from headwater.records.envelope import MAX_HOLDERS
from headwater.records.errors import RecordError
from headwater.records.release import Release
from headwater.testing.sealed import sealed_scene
from headwater.vault import (
    PLAIN_BYTES,
    CiphertextError,
    ContentKey,
    FileCipher,
    FileRef,
    HolderKey,
    HolderSecret,
    KeyCommitmentError,
    KeyEnvelope,
    RelabelledError,
    ShareError,
    answer,
    combine_shares,
    decrypt_range,
    decrypt_stream,
    encrypt_stream,
    key_commitment,
    new_key,
    open_release,
    open_share,
    require_commitment,
    require_label,
    seal,
)
from headwater.vault.envelope import check_share
from headwater.vault.shamir import PRIME, combine, split

KEY, LABEL = ContentKey(sha256(b"key").digest()), sha256(b"label").digest()
NOISE = b"".join(sha256(n.to_bytes(4, "big")).digest() for n in range(3 * PLAIN_BYTES // 32 + 2))
# Sizes near the frame's edges, where off-by-one errors live, and anywhere else.
SIZES = st.one_of(
    st.integers(0, 3 * PLAIN_BYTES),
    st.builds(lambda frames, off: max(0, frames * PLAIN_BYTES + off), st.integers(0, 3), st.integers(-2, 2)),
)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def sealed(size: int, path: str = "a", index: int = 0) -> tuple[bytes, FileCipher, list[bytes]]:
    data = NOISE[:size]
    cipher = FileCipher(KEY, LABEL, FileRef(index, path, sha256(data).digest()))
    return data, cipher, [bytes(frame) for frame in encrypt_stream(BytesIO(data), cipher)]


def opened(frames: list[bytes], cipher: FileCipher) -> bytes:
    return b"".join(bytes(piece) for piece in decrypt_stream(frames, cipher))


@QUICK
@given(size=SIZES)
def test_round_trip(size: int) -> None:
    data, cipher, frames = sealed(size)
    assert opened(frames, cipher) == data


@QUICK
@given(size=SIZES, ends=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_any_range(size: int, ends: tuple[float, float]) -> None:
    data, cipher, frames = sealed(size)
    start, end = sorted(int(end * size) for end in ends)
    assert decrypt_range(frames.__getitem__, size, start, end - start, cipher) == data[start:end]


@QUICK
@given(size=SIZES, where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_any_flipped_bit(size: int, where: float, bit: int) -> None:
    _, cipher, frames = sealed(size)
    at = int(where * sum(map(len, frames)))
    frame = at // (PLAIN_BYTES + 16)
    changed = bytearray(frames[frame])
    changed[at % (PLAIN_BYTES + 16)] ^= 1 << bit
    frames[frame] = bytes(changed)
    with pytest.raises(CiphertextError, match=f"frame {frame}"):
        opened(frames, cipher)


@QUICK
@given(size=SIZES, keep=st.floats(0, 1, exclude_max=True))
def test_any_truncation(size: int, keep: float) -> None:
    """Cut anywhere, in the middle of a frame or between two."""
    _, cipher, frames = sealed(size)
    stream = b"".join(frames)
    cut = stream[: int(keep * len(stream))]
    with pytest.raises(CiphertextError):
        opened([cut[at : at + PLAIN_BYTES + 16] for at in range(0, len(cut), PLAIN_BYTES + 16)], cipher)


@QUICK
@given(size=st.integers(PLAIN_BYTES + 1, 3 * PLAIN_BYTES), data=st.data())
def test_any_other_order(size: int, data: st.DataObject) -> None:
    _, cipher, frames = sealed(size)
    picks = data.draw(st.lists(st.integers(0, len(frames) - 1), max_size=5))
    if picks != list(range(len(frames))):
        with pytest.raises(CiphertextError):
            opened([frames[pick] for pick in picks], cipher)


@QUICK
@given(size=st.integers(0, 3000), path=st.text(max_size=9), index=st.integers(0, 2**40))
def test_any_other_file(size: int, path: str, index: int) -> None:
    _, cipher, _ = sealed(size)
    _, other, frames = sealed(size, path, index)
    if (path, index) == ("a", 0):
        assert opened(frames, cipher) == NOISE[:size]
    else:
        with pytest.raises(CiphertextError):
            opened(frames, cipher)
        assert opened(frames, other) == NOISE[:size]


@QUICK
@given(secret=st.integers(0, PRIME - 1), t=st.integers(2, 6), data=st.data())
def test_shamir(secret: int, t: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(t, MAX_HOLDERS if t == 2 else 12))
    key = ContentKey(secret.to_bytes(32, "big"))
    shares = data.draw(st.permutations(split(key, t, n)))
    assert combine(shares[:t]) == key
    assert key_commitment(combine(shares[: t - 1])) != key_commitment(key)


HOLDERS = [HolderSecret.generate() for _ in range(4)]
KEYS = [HolderKey(i, h.address, h.public_key) for i, h in enumerate(HOLDERS, 1)]


@QUICK
@given(
    t=st.integers(2, 4),
    at=st.integers(0, 80),
    bit=st.integers(0, 7),
    who=st.integers(0, 3),
    label=st.binary(min_size=32, max_size=32),
)
def test_envelopes(t: int, at: int, bit: int, who: int, label: bytes) -> None:
    key = new_key()
    envelope = seal(key, KEYS, t, label)
    shares = [open_share(envelope, keys) for keys in HOLDERS]
    assert combine_shares(envelope, shares[-t:]) == key
    record = envelope.to_record()
    changed = bytearray(record["holders"][who]["sealed"])
    changed[at] ^= 1 << bit
    record["holders"][who]["sealed"] = bytes(changed)
    with pytest.raises(ShareError):
        open_share(type(envelope).from_record(record), HOLDERS[who])


def flipped(data: bytes) -> Iterator[bytes]:
    """Each byte changed once, every bit in turn."""
    for at in range(len(data)):
        yield data[:at] + bytes((data[at] ^ 1 << at % 8,)) + data[at + 1 :]


def read_by_all(data: bytes, key: ContentKey) -> None:
    """What holders and reader do with an envelope."""
    envelope = codec.decode(KeyEnvelope, data)
    require_label(envelope, LABEL)
    for holder in HOLDERS[:3]:
        open_share(envelope, holder)
    require_commitment(key, envelope)


def test_any_changed_byte_of_an_envelope() -> None:
    """Suite, threshold, label, commitments, accounts, seals: it does not decode, or a holder or the reader refuses."""
    key = new_key()
    data = codec.encode(seal(key, KEYS[:3], 2, LABEL))
    read_by_all(data, key)
    for changed in flipped(data):
        with pytest.raises((CanonicalError, RecordError, ShareError, KeyCommitmentError, RelabelledError)):
            read_by_all(changed, key)


def test_any_changed_byte_of_an_answer() -> None:
    """Part, receipt or signature."""
    scene = sealed_scene()
    request = scene.request()

    def read(data: bytes) -> None:
        open_release(codec.decode(Release, data), request, scene.envelope, scene.recipient, scene.domain)

    data = codec.encode(answer(request, scene.envelope, scene.holders[0], scene.domain, 0))
    read(data)
    for changed in flipped(data):
        with pytest.raises((CanonicalError, RecordError, ShareError)):
            read(changed)


@QUICK
@given(t=st.integers(2, 4), which=st.integers(0, 3), at=st.integers(0, 32), bit=st.integers(0, 7))
def test_any_flipped_bit_of_a_share(t: int, which: int, at: int, bit: int) -> None:
    envelope = seal(new_key(), KEYS, t, LABEL)
    data = bytearray(open_share(envelope, HOLDERS[which]).reveal())
    data[at] ^= 1 << bit
    with pytest.raises(ShareError) as caught:
        check_share(envelope, envelope.holders[which], bytes(data))
    assert caught.value.holder == HOLDERS[which].address


class NoNonceTwice(RuleBasedStateMachine):
    """A client that encrypts, edits, renames and retries in any order never seals two plaintexts under one nonce."""

    def __init__(self) -> None:
        super().__init__()
        self.key, self.label = KEY, LABEL
        self.sealed: dict[tuple[bytes, bytes], bytes] = {}  # (key fingerprint, nonce) -> plaintext frame
        self.clashes: list[str] = []

    @rule(seed=st.integers(0, 9))
    def new_contribution(self, seed: int) -> None:
        self.key, self.label = ContentKey(bytes((seed,)) * 32), sha256(bytes((seed,))).digest()

    @rule(index=st.integers(0, 3), path=st.sampled_from("ab"), data=st.binary(max_size=40), spread=st.booleans())
    def encrypt(self, index: int, path: str, data: bytes, spread: bool) -> None:
        if spread:  # two frames
            data = data + bytes(PLAIN_BYTES)
        cipher = FileCipher(self.key, self.label, FileRef(index, path, sha256(data).digest()))
        for number, frame in enumerate(encrypt_stream(BytesIO(data), cipher)):
            plain = data[number * PLAIN_BYTES : (number + 1) * PLAIN_BYTES]
            last = (number + 1) * PLAIN_BYTES >= len(data)
            # An AEAD is deterministic: the same key, nonce and plaintext give the same frame, so a keystream that
            # meets two plaintexts shows as one (key, nonce) with two plaintexts.
            probe = bytes(cipher.seal_into(number, last, bytes(16), bytearray(32)))
            name = (probe, cipher.nonce(number, last))
            if self.sealed.setdefault(name, plain) != plain:
                self.clashes.append(f"{path} frame {number} of {len(frame)} bytes")

    @invariant()
    def no_clash(self) -> None:
        assert not self.clashes


NoNonceTwice.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestNoNonceTwice = NoNonceTwice.TestCase
