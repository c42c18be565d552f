"""Write pays.json: pay trees, words and proofs (spec/settlement.md section 2), sharing no code with the package.

Leaves are made up: the tree does not look into them. Run: python vectors/make_pays.py
"""

from __future__ import annotations

import json
from pathlib import Path

from Crypto.Hash import keccak

WORD = 128
ZERO = bytes(32)
# leaves, indices whose proofs are listed
CASES = [
    (1, [0]),
    (2, [0, 1]),
    (100, [0, 63, 99]),
    (128, [0, 127]),
    (129, [0, 127, 128]),
    (301, [5, 200, 300]),
    (2048, [0, 1500]),
]


def h(data: bytes) -> bytes:
    digest = keccak.new(digest_bits=256)
    digest.update(data)
    return bytes(digest.digest())


def levels(leaves: list[bytes]) -> list[list[bytes]]:
    """Every level of the padded tree, leaves first."""
    size = 1
    while size < len(leaves):
        size *= 2
    rows = [leaves + [ZERO] * (size - len(leaves))]
    while len(rows[-1]) > 1:
        below = rows[-1]
        rows.append([h(below[i] + below[i + 1]) for i in range(0, len(below), 2)])
    return rows


def siblings(rows: list[list[bytes]], index: int) -> list[bytes]:
    return [row[(index >> height) ^ 1] for height, row in enumerate(rows[:-1])]


def case(count: int, shown: list[int]) -> dict[str, object]:
    leaves = [h(b"leaf" + i.to_bytes(4, "big")) for i in range(count)]
    amounts = [(i * 7919) % 1000 + 1 for i in range(count)]
    parts = [leaves[i : i + WORD] for i in range(0, count, WORD)]
    if len(parts) > 1:
        parts = [part + [ZERO] * (WORD - len(part)) for part in parts]
    trees = [levels(part) for part in parts]
    budgets = [sum(amounts[i : i + WORD]) for i in range(0, count, WORD)]
    nodes = [h(tree[-1][0] + budget.to_bytes(32, "big")) for tree, budget in zip(trees, budgets, strict=True)]
    top = levels(nodes)
    proofs = [
        [*siblings(trees[i // WORD], i % WORD), budgets[i // WORD].to_bytes(32, "big"), *siblings(top, i // WORD)]
        for i in shown
    ]
    return {
        "count": count,
        "leaf": 'H("leaf" || index as 4 bytes)',
        "amounts": amounts,
        "words": [tree[-1][0].hex() for tree in trees],
        "budgets": budgets,
        "root": "0x" + top[-1][0].hex(),
        "indices": shown,
        "proofs": [["0x" + word.hex() for word in proof] for proof in proofs],
    }


def main() -> None:
    """Writes the file beside this script."""
    cases = [case(count, shown) for count, shown in CASES]
    for one in cases:
        one["words"] = ["0x" + word for word in one["words"]]  # type: ignore[attr-defined]
    content = {"about": "spec/settlement.md section 2, pay tree", "cases": cases}
    Path(__file__).with_name("pays.json").write_text(json.dumps(content) + "\n")


if __name__ == "__main__":
    main()
