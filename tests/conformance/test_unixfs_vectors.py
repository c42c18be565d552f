"""Kubo's own names for known bytes, and the root of a ciphertext made frame by frame."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20

from headwater.primitives.cid import Cid
from headwater.storage import Chunk, import_file

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "unixfs.json").read_text())
PIECE = 3_000_017  # never a multiple of the leaf, so every case also tests the recutting


def keystream(seed: str, size: int) -> Iterator[bytes]:
    stream = Cipher(ChaCha20(sha256(seed.encode()).digest(), bytes(16)), None).encryptor()
    for start in range(0, size, PIECE):
        yield stream.update(bytes(min(PIECE, size - start)))


def forget(cid: Cid, block: Chunk) -> None:
    assert len(block) <= 1 << 20


def cases() -> Iterator[Any]:
    for case in VECTORS["cases"]:
        marks = [pytest.mark.slow] if case["size"] > 1 << 28 else []
        yield pytest.param(case, marks=marks, id=f"{case.get('seed', 'text')}-{case['size']}")


@pytest.mark.parametrize("case", list(cases()))
def test_names_are_kubos(case: dict[str, Any]) -> None:
    chunks = keystream(case["seed"], case["size"]) if "seed" in case else [case["text"].encode()]
    assert import_file(chunks, forget) == case["cid"]
