"""No secret shows itself in a repr, a message, a log line, a traceback, a pickle or a file."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from pathlib import Path

import pytest

from headwater.testing.sealed import Scene
from headwater.vault import (
    CiphertextError,
    ContentKey,
    FileCipher,
    FileRef,
    HolderSecret,
    SecretRangeError,
    Share,
    open_share,
)
from headwater.vault.shamir import split

SIGNING, OPENING = bytes(range(1, 33)), bytes(range(101, 133))


def forms(secret: bytes) -> tuple[str, ...]:
    """The ways bytes turn up in text."""
    return secret.hex(), repr(secret)[2:-1], str(int.from_bytes(secret, "big")), repr(list(secret))[1:-1]


def shows(text: str, secret: bytes) -> bool:
    return any(form in text for form in forms(secret))


def test_the_search_would_find_a_secret() -> None:
    assert all(shows(f"..{form}..", SIGNING) for form in forms(SIGNING))


@pytest.mark.parametrize(
    ("thing", "secret"),
    [
        (ContentKey(SIGNING), SIGNING),
        (Share(b"\x01" + SIGNING), SIGNING),
        (HolderSecret(SIGNING, OPENING), SIGNING),
        (HolderSecret(SIGNING, OPENING), OPENING),
        (FileCipher(ContentKey(SIGNING), bytes(32), FileRef(0, "a", bytes(32))), SIGNING),
    ],
    ids=["key", "share", "signing", "opening", "cipher"],
)
def test_reprs(thing: object, secret: bytes, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("headwater").warning("event %s %r", thing, {"key": thing})
    attributes = vars(thing) if hasattr(thing, "__dict__") else {}
    text = f"{thing!r} {thing} {[thing]} {attributes} {caplog.text}"
    assert "hidden" in text
    assert not shows(text, secret)


@pytest.mark.parametrize("thing", [ContentKey(SIGNING), Share(b"\x01" + SIGNING), HolderSecret(SIGNING, OPENING)])
def test_no_pickle_and_no_copy(thing: object) -> None:
    for serialise in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not serialised"):
            serialise(thing)


def test_secrets_compare_by_kind_and_do_not_hash() -> None:
    assert ContentKey(SIGNING) == ContentKey(SIGNING)
    assert ContentKey(SIGNING) != ContentKey(OPENING)
    assert ContentKey(SIGNING) != SIGNING
    assert ContentKey(b"\x01" + SIGNING) != Share(b"\x01" + SIGNING)
    with pytest.raises(TypeError):
        hash(ContentKey(SIGNING))


def test_errors_carry_no_secret(scene: Scene) -> None:
    with pytest.raises(SecretRangeError) as outside:
        split(ContentKey(b"\xff" * 32), 2, 3)
    assert not shows("".join(traceback.format_exception(outside.value)), b"\xff" * 32)
    cipher = FileCipher(scene.key, scene.label, FileRef(0, "a", bytes(32)))
    with pytest.raises(CiphertextError) as broken:
        cipher.open_into(0, True, bytes(16), bytearray(16))
    assert not shows("".join(traceback.format_exception(broken.value)), scene.key.reveal())


def test_an_envelope_shows_no_key_and_no_share(scene: Scene) -> None:
    text = repr(scene.envelope)
    assert not shows(text, scene.key.reveal())
    assert not any(shows(text, open_share(scene.envelope, keys).reveal()) for keys in scene.holders)


def test_a_key_file_shows_neither_key(tmp_path: Path) -> None:
    HolderSecret(SIGNING, OPENING).save(tmp_path / "k.json", "password", scrypt_n=1 << 12)
    text = (tmp_path / "k.json").read_text()
    assert not shows(text, SIGNING)
    assert not shows(text, OPENING)
