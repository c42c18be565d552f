"""Write merkle.json: ordered keccak trees by their definition, sharing no code with the package or the contracts.

The leaves of a case are keccak256(ascii decimal of the position). Run: python vectors/make_merkle.py
"""

from __future__ import annotations

import json
from pathlib import Path

from Crypto.Hash import keccak

COUNTS = (0, 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 31)
RANGES = ((0, 1), (0, 2), (1, 2), (1, 4), (2, 5), (3, 9), (0, 13), (4, 12), (7, 17), (0, 31), (15, 16), (30, 31))
ZERO = bytes(32)


def hashed(data: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=data).digest()


def levels_of(leaves: list[bytes]) -> list[list[bytes]]:
    """The padded tree, leaves first."""
    width = 1
    while width < len(leaves):
        width *= 2
    level = leaves + [ZERO] * (width - len(leaves))
    levels = [level]
    while len(level) > 1:
        level = [hashed(level[i] + level[i + 1]) for i in range(0, len(level), 2)]
        levels.append(level)
    return levels


def proof(levels: list[list[bytes]], index: int) -> list[bytes]:
    return [level[(index >> height) ^ 1] for height, level in enumerate(levels[:-1])]


def range_proof(levels: list[list[bytes]], start: int, stop: int) -> list[bytes]:
    words = []
    for level in levels[:-1]:
        if start % 2:
            words.append(level[start - 1])
        if stop % 2:
            words.append(level[stop])
        start, stop = start // 2, (stop + 1) // 2
    return words


def case(count: int) -> dict[str, object]:
    leaves = [hashed(str(i).encode()) for i in range(count)]
    if not leaves:
        return {"count": 0, "leaves": [], "root": text(ZERO), "proofs": [], "ranges": []}
    levels = levels_of(leaves)
    ranges = [{"from": a, "to": b, "proof": texts(range_proof(levels, a, b))} for a, b in RANGES if b <= count]
    return {
        "count": count,
        "leaves": texts(leaves),
        "root": text(levels[-1][0]),
        "proofs": [texts(proof(levels, i)) for i in range(count)],
        "ranges": ranges,
    }


def text(word: bytes) -> str:
    return "0x" + word.hex()


def texts(words: list[bytes]) -> list[str]:
    return [text(word) for word in words]


if __name__ == "__main__":
    page = {"about": "spec/settlement.md section 2", "cases": [case(count) for count in COUNTS]}
    Path(__file__).with_name("merkle.json").write_text(json.dumps(page, indent=1) + "\n")
