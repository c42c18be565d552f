"""Write gold.json: spec/review.md section 7, sharing no code with the package.

plans: blinded truths, their leaves and roots. tallies: balanced accuracy. runs: who is let in and who is put out.
Run: python vectors/make_gold.py
"""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path

from Crypto.Hash import keccak

CHAIN, REPUTATION = 31337, 0x5EED_0001


def h(data: bytes) -> bytes:
    return bytes(keccak.new(digest_bits=256, data=data).digest())


def words(*values: int | bytes) -> bytes:
    return b"".join(v if isinstance(v, bytes) else v.to_bytes(32, "big") for v in values)


def text(data: bytes) -> str:
    return "0x" + data.hex()


def root(leaves: list[bytes]) -> bytes:
    level = list(leaves)
    while len(level) & (len(level) - 1):
        level.append(bytes(32))
    while len(level) > 1:
        level = [h(level[i] + level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]


def plan(number: int, count: int) -> dict[str, object]:
    secret, campaign = h(b"secret %d" % number), number * 1000 + 1
    rows = []
    for n in range(count):
        contribution, truth = h(b"plan %d item %d" % (number, n)), (n * 7 + number) % 3 % 2
        salt = h(words(h(b"headwater.goldsalt.v1"), secret, contribution))
        leaf = h(h(words(h(b"headwater.goldplan.v1"), CHAIN, REPUTATION, campaign, contribution, truth, salt)))
        rows.append({"contribution": text(contribution), "truth": truth, "salt": text(salt), "leaf": text(leaf)})
    leaves = sorted(bytes.fromhex(str(row["leaf"])[2:]) for row in rows)
    return {"campaign": campaign, "secret": text(secret), "golds": rows, "root": text(root(leaves))}


def tally(accepts: int, accepts_right: int, rejects: int, rejects_right: int) -> dict[str, object]:
    known = accepts and rejects
    share = (Fraction(accepts_right, accepts) + Fraction(rejects_right, rejects)) / 2 if known else None
    balanced = None if share is None else int(share * 10_000)
    return {"accepts": [accepts_right, accepts], "rejects": [rejects_right, rejects], "balanced": balanced}


def run(answers: list[int]) -> dict[str, object]:
    last = answers[-40:]
    admitted = len(answers) >= 10 and sum(answers[:10]) >= 7
    return {"right": answers, "admitted": admitted, "suspended": len(last) == 40 and sum(last) <= 23}


def main() -> None:
    dice = random.Random(20261122)  # noqa: S311 - test cases, not secrets
    tallies = [tally(0, 0, 0, 0), tally(9, 9, 0, 0), tally(3, 2, 4, 3), tally(7, 0, 7, 7), tally(7, 7, 7, 7)]
    for _ in range(20):
        a, r = dice.randint(1, 60), dice.randint(1, 60)
        tallies.append(tally(a, dice.randint(0, a), r, dice.randint(0, r)))
    runs = [run([1] * n + [0] * k) for n, k in ((6, 4), (7, 3), (7, 2), (23, 17), (24, 16), (22, 17))]
    runs += [run([0] * 3 + [1] * 7), run([1] * 30 + [0] * 17 + [1] * 23), run([0] * 60 + [1] * 24 + [0] * 16)]
    whole = {
        "chain_id": CHAIN,
        "reputation": f"0x{REPUTATION:040x}",
        "plans": [plan(n, count) for n, count in enumerate((1, 2, 3, 8, 13))],
        "tallies": tallies,
        "runs": runs,
    }
    Path(__file__).with_name("gold.json").write_text(json.dumps(whole, indent=1) + "\n")


if __name__ == "__main__":
    main()
