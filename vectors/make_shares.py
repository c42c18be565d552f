"""Write shares.json: share leaves, trees and pool amounts (spec/settlement.md sections 9 and 10), sharing no code with
the package. Run: python vectors/make_shares.py
"""

from __future__ import annotations

import json
from pathlib import Path

from Crypto.Hash import keccak

from make_pays import h, levels, siblings

CHAIN, BOOK, SCOPE = 31337, 0x1111111111111111111111111111111111111111, 7 << 32 | 2
MOST = 256
# (accounts, items an account, batches)
CASES = [(1, 1, 1), (3, 2, 2), (2, 300, 2), (5, 7, 3)]
POOLS = [
    # pool, weights, floor
    (0, [1], 1),
    (1, [1, 1], 1),
    (100, [1, 1, 1], 1),
    (100, [1, 1, 1], 1000),
    (10**18 + 7, [999_300, 123, 1, 0], 1),
    (10**18 + 7, [999_300, 123, 1, 0], 10**7),
    (2**96 - 1, [2**64 - 1, 2**64 - 1], 1),
    (2**96 - 1, [2**127 - 1, 1], 2**128 - 1),
]


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def digest(text: str) -> bytes:
    made = keccak.new(digest_bits=256)
    made.update(text.encode())
    return bytes(made.digest())


def case(accounts: int, items: int, batches: int) -> dict[str, object]:
    """Items go to accounts in turn, batch by batch; every seventh has no weight."""
    rows: dict[int, list[tuple[int, int]]] = {}
    given = []
    for number in range(accounts * items):
        batch = number * batches // (accounts * items)
        first = next(n for n in range(number + 1) if n * batches // (accounts * items) == batch)
        account = 0x2222 + (number * 5) % accounts
        weight = 0 if number % 7 == 6 else 1000 + (number * 7919) % 998_000
        listed = (7 << 64 | first << 16 | batch % 2) << 32 | number
        given.append({"account": f"0x{account:040x}", "weight": weight, "reference": str(listed)})
        if weight:
            rows.setdefault(account, []).append((listed, weight))
    leaves, cumulative = [], 0
    for account in sorted(rows):
        mine = sorted(rows[account])
        for start in range(0, len(mine), MOST):
            part = mine[start : start + MOST]
            numbers, weight = [listed for listed, _ in part], sum(weight for _, weight in part)
            cumulative += weight
            hashed = h(b"".join([word(32), word(len(numbers)), *map(word, numbers)]))
            fields = [len(leaves), account, numbers[0], int.from_bytes(hashed, "big"), weight, cumulative]
            head = [digest("headwater.share.v1"), word(CHAIN), word(BOOK), word(SCOPE)]
            leaf = h(h(b"".join([*head, *map(word, fields)])))
            leaves.append((leaf, hashed, account, numbers, weight, cumulative))
    tree = levels([leaf for leaf, *_ in leaves])
    return {
        "items": given,
        "accounts": [f"0x{account:040x}" for _, _, account, *_ in leaves],
        "firsts": [str(numbers[0]) for _, _, _, numbers, *_ in leaves],
        "listed": [[str(one) for one in numbers] for _, _, _, numbers, *_ in leaves],
        "hashes": ["0x" + hashed.hex() for _, hashed, *_ in leaves],
        "weights": [weight for *_, weight, _ in leaves],
        "cumulatives": [sum_ for *_, sum_ in leaves],
        "leaves": ["0x" + leaf.hex() for leaf, *_ in leaves],
        "root": "0x" + tree[-1][0].hex(),
        "proofs": [["0x" + one.hex() for one in siblings(tree, i)] for i in range(len(leaves))],
    }


def pool(amount: int, weights: list[int], floor: int) -> dict[str, object]:
    total = sum(weights)
    parts = [amount * weight // max(total, floor) for weight in weights]
    texts = [str(weight) for weight in weights]
    return {"pool": str(amount), "floor": str(floor), "weights": texts, "parts": [str(part) for part in parts]}


def main() -> None:
    """Writes the file beside this script."""
    content = {
        "about": "spec/settlement.md sections 9 and 10: share leaves of items in queue order, and parts of a pool",
        "chain_id": CHAIN,
        "contract": f"0x{BOOK:040x}",
        "scope": str(SCOPE),
        "cases": [case(*one) for one in CASES],
        "pools": [pool(*one) for one in POOLS],
    }
    Path(__file__).with_name("shares.json").write_text(json.dumps(content) + "\n")


if __name__ == "__main__":
    main()
