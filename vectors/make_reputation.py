"""Write reputation.json: spec/reputation.md, sharing no code with the package or the contracts.

weights: records in tenths and what they weigh, the hardest quotients below 2^32 among them.
epochs: a chain of three, with every root, hash and lookup a verifier must reach. usage: a poster's chain of links.
Run: python vectors/make_reputation.py (it also checks what the contract's rounding relies on).
"""

from __future__ import annotations

import json
import random
from bisect import bisect_left
from decimal import ROUND_HALF_UP, Decimal, getcontext
from fractions import Fraction
from pathlib import Path

from Crypto.Hash import keccak

getcontext().prec = 80
CHAIN, REPUTATION, USAGE, POSTER = 31337, 0x5EED_0001, 0x5EED_0002, 0x5EED_0003
BOND, START, WINDOW = 101 * 10**18, 1_800_000_000, 20
LIMIT = 2**32 - 1
ZERO = bytes(32)
Row = tuple[int, int, int, int]


def hashed(data: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=data).digest()


def words(*values: int | bytes) -> bytes:
    return b"".join(v if isinstance(v, bytes) else v.to_bytes(32, "big") for v in values)


def text(data: bytes) -> str:
    return "0x" + data.hex()


def address(value: int) -> str:
    return text(value.to_bytes(20, "big"))


# Weights


def weight(right: int, wrong: int) -> int:
    """By the definition: p clipped to [.55, .95], natural logarithm, half up."""
    p = Fraction(right, right + wrong) if right + wrong else Fraction(0)
    p = min(max(p, Fraction(55, 100)), Fraction(95, 100))
    odds = p / (1 - p)
    log = (Decimal(odds.numerator) / Decimal(odds.denominator)).ln()
    return int((1000 * log).to_integral_value(ROUND_HALF_UP))


def neighbours(x: Fraction) -> tuple[Fraction, Fraction]:
    """The nearest fractions below and above an irrational x > 1 whose terms are at most LIMIT (Stern-Brocot)."""
    low, high = (int(x), 1), (int(x) + 1, 1)
    while True:
        moved = False
        for toward_high in (True, False):
            base, step = (low, high) if toward_high else (high, low)
            # The most steps from base towards step that stay on base's side of x and within the limit.
            gap = x * base[1] - base[0]
            pull = step[0] - x * step[1]
            most = min((LIMIT - base[0]) // step[0], (LIMIT - base[1]) // step[1], int(gap / pull))
            if most > 0:
                base = (base[0] + most * step[0], base[1] + most * step[1])
                low, high = (base, high) if toward_high else (low, base)
                moved = True
        if not moved:
            return Fraction(*low), Fraction(*high)


def powers() -> list[tuple[Fraction, Fraction, Fraction]]:
    """e^(k/2000) for every k the contract's 13 bits can reach, between its neighbours."""
    out = []
    for k in range(1, 8192):
        x = Fraction((Decimal(k) / 2000).exp())
        out.append((x, *neighbours(x)))
    return out


def check_rounding(table: list[tuple[Fraction, Fraction, Fraction]]) -> None:
    """The contract's powers are too small by less than 2^-115 of themselves: no quotient may be that close."""
    for x, low, high in table:
        if not min(x - low, high - x) / x > Fraction(1, 2**77):
            raise SystemExit(f"{low} or {high} is too close to {float(x)}")


def records(table: list[tuple[Fraction, Fraction, Fraction]]) -> list[tuple[int, int]]:
    small = [(28 + 10 * a, 12 + 10 * b) for a in range(13) for b in range(7)]
    ends = [(0, 0), (0, 12), (28, 0), (11, 9), (110, 90), (111, 90), (1100, 900), (1101, 900), (19, 1), (190, 10)]
    ends += [(189, 10), (1899, 100), (LIMIT, 1), (1, LIMIT), (LIMIT, LIMIT), (LIMIT, 226050909), (LIMIT, 226050910)]
    # Weights change where 2000 ln(right/wrong) passes an odd number: both sides of it, as close as counts can be.
    odd = range(401, 5888, 2)
    hardest = sorted(odd, key=lambda k: min(table[k - 1][0] - table[k - 1][1], table[k - 1][2] - table[k - 1][0]))[:60]
    hard = [(f.numerator, f.denominator) for k in (*hardest, *odd[::40]) for f in table[k - 1][1:]]
    dice = random.Random(20261122)  # noqa: S311 - test cases, not secrets
    drawn = []
    for _ in range(200):
        wrong = dice.randint(12, 2 ** dice.randint(5, 27))
        drawn.append((int(wrong * dice.uniform(1, 20)), wrong))
    return small + ends + hard + drawn


# Trees


def leaf(number: int, row: Row) -> bytes:
    return hashed(hashed(words(hashed(b"headwater.row.v1"), CHAIN, REPUTATION, number, *row)))


def levels_of(leaves: list[bytes]) -> list[list[bytes]]:
    width = 1
    while width < len(leaves):
        width *= 2
    levels = [leaves + [ZERO] * (width - len(leaves))]
    while len(levels[-1]) > 1:
        level = levels[-1]
        levels.append([hashed(level[i] + level[i + 1]) for i in range(0, len(level), 2)])
    return levels


def range_proof(levels: list[list[bytes]], start: int, stop: int) -> list[str]:
    found = []
    for level in levels[:-1]:
        if start % 2:
            found.append(text(level[start - 1]))
        if stop % 2:
            found.append(text(level[stop]))
        start, stop = start // 2, (stop + 1) // 2
    return found


def lookup(number: int, rows: list[Row], reviewer: int) -> dict[str, object]:
    """His row; or the two he would stand between, the first or the last."""
    place = bisect_left([row[0] for row in rows], reviewer)
    there = place < len(rows) and rows[place][0] == reviewer
    start, stop = (place, place + 1) if there else (max(place - 1, 0), min(place + 1, len(rows)))
    levels = levels_of([leaf(number, row) for row in rows])
    return {
        "reviewer": address(reviewer),
        "index": start,
        "rows": [n for row in rows[start:stop] for n in row[1:]],
        "reviewers": [address(row[0]) for row in rows[start:stop]],
        "proof": range_proof(levels, start, stop),
        "weight": rows[place][3] if there else 847,
    }


# Epochs and links


def follow(rows: list[Row], changes: list[tuple[int, int, int]]) -> list[Row]:
    records_ = {row[0]: (row[1], row[2]) for row in rows}
    for reviewer, right, wrong in changes:
        a, b = records_.get(reviewer, (28, 12))
        records_[reviewer] = (a + right, b + wrong)
    return [(who, a, b, weight(a, b)) for who, (a, b) in sorted(records_.items())]


def epochs() -> list[dict[str, object]]:
    lists = [
        [(0x10 * i, 10 * i, 10 * (i % 3)) for i in range(1, 6)],
        [(0x08, 0, 30), (0x20, 200, 0), (0x55, 10, 10)],
        [(0x30, 0, 90), (0xFFFF << 144, 65530, 0)],
    ]
    rows: list[Row] = []
    previous, time, out = ZERO, START, []
    for number, changes in enumerate(lists, 1):
        rows = follow(rows, changes)
        packed = b"".join(
            who.to_bytes(20, "big") + a.to_bytes(2, "big") + b.to_bytes(2, "big") for who, a, b in changes
        )
        root = levels_of([leaf(number, row) for row in rows])[-1][0]
        gold, evidence = hashed(b"gold %d" % number), hashed(b"evidence %d" % number)
        fields = (number, previous, root, len(rows), hashed(packed), gold, number, evidence, POSTER, BOND)
        asked = sorted({row[0] for row in rows} | {0x01, 0x09, 0x21, 0x3F, 0xFFFE << 144, (1 << 160) - 1})
        out.append(
            {
                "number": number,
                "previous": text(previous),
                "time": time,
                "changes": text(packed),
                "root": text(root),
                "count": len(rows),
                "gold": text(gold),
                "golds": number,
                "evidence": text(evidence),
                "hash": text(hashed(words(*fields, time, time + WINDOW))),
                "lookups": [lookup(number, rows, who) for who in asked],
            }
        )
        previous, time = hashed(words(*fields, time, time + WINDOW)), time + 3 * WINDOW
    return out


def links() -> list[dict[str, object]]:
    head, out = ZERO, []
    for i, (kind, dataset, number) in enumerate([(0, 7, 1), (1, 0, 0), (0, 2**40, 3)]):
        root, cid, count, time = hashed(b"root %d" % i), hashed(b"cid %d" % i), 100 + i, START + 10 * i
        link = (head, POSTER, kind, dataset, number, root, count, cid, time)
        head = hashed(words(hashed(b"headwater.usage.v1"), CHAIN, USAGE, *link))
        out.append(
            {
                "kind": kind,
                "dataset": dataset,
                "number": number,
                "root": text(root),
                "count": count,
                "cid": text(cid),
                "time": time,
                "head": text(head),
            }
        )
    return out


if __name__ == "__main__":
    table = powers()
    check_rounding(table)
    rows = records(table)
    page = {
        "about": "spec/reputation.md; counts in tenths, weights in milli log-odds, bond a decimal string",
        "chainId": CHAIN,
        "reputation": address(REPUTATION),
        "usage": address(USAGE),
        "poster": address(POSTER),
        "bond": str(BOND),
        "window": WINDOW,
        "right": [a for a, _ in rows],
        "wrong": [b for _, b in rows],
        "weight": [weight(a, b) for a, b in rows],
        "epochs": epochs(),
        "links": links(),
    }
    Path(__file__).with_name("reputation.json").write_text(json.dumps(page, indent=1) + "\n")
