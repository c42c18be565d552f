"""Write quality.json and verdict.json: section 5 of spec/settlement.md, sharing no code with the package.

quality.json: the 81 entries of the quality table, in 1/10,000.
verdict.json: cases with every number a verifier must reach. Run: python vectors/make_verdict.py
"""

from __future__ import annotations

import json
import random
from decimal import ROUND_HALF_UP, Decimal, getcontext
from pathlib import Path

getcontext().prec = 50
HERE = Path(__file__).parent
QUALITY = [
    int((10_000 * (Decimal(2) / (1 + (Decimal(-k) / 10).exp()) - 1)).to_integral_value(ROUND_HALF_UP))
    for k in range(81)
]
DOLLAR = 10**6
ETHER = 10**18

# llr, prior, votes as signed weights, threshold, grade, novelty, unit reward
WRITTEN = [
    (0, 0, [], 0, 100, 10_000, DOLLAR),
    (1, 0, [], 0, 100, 10_000, DOLLAR),
    (1500, 0, [], 1500, 100, 10_000, DOLLAR),
    (1501, 0, [], 1500, 100, 10_000, DOLLAR),
    (8000, 2200, [2944] * 9, 1500, 100, 10_000, ETHER),
    (-8000, -2200, [-2944] * 9, 1500, 100, 10_000, ETHER),
    (-2944, 0, [], 0, 100, 10_000, DOLLAR),
    (-2943, 0, [], 0, 100, 10_000, DOLLAR),
    (-2943, 0, [], 0, 100, 0, DOLLAR),
    (99, 0, [], 0, 100, 10_000, DOLLAR),
    (100, 0, [], 0, 100, 10_000, DOLLAR),
    (7999, 0, [], 0, 100, 10_000, DOLLAR),
    (8000, 0, [], 0, 100, 10_000, DOLLAR),
    (8001, 0, [], 0, 100, 10_000, DOLLAR),
    (4000, 0, [], 0, 0, 10_000, DOLLAR),
    (4000, 0, [], 0, 1, 1, DOLLAR),
    (4000, 0, [], 0, 99, 9_999, 1),
    (4000, 0, [], 0, 37, 1, 2**96 - 1),
    (4000, 0, [], 0, 100, 10_000, 2**96 - 1),
    (-500, 0, [], -600, 100, 10_000, DOLLAR),
    (-3000, 0, [], -5000, 100, 10_000, DOLLAR),
    (900, -400, [847, -200, 847], 1500, 80, 7_500, 3 * DOLLAR),
    (900, -400, [847, -200, 654], 1800, 80, 7_500, 3 * DOLLAR),
]


def case(
    llr: int, prior: int, votes: list[int], threshold: int, grade: int, novelty: int, unit: int
) -> dict[str, object]:
    total = llr + prior + sum(votes)
    quality = QUALITY[min(max(total, 0) // 100, 80)]
    accept = total > threshold and novelty > 0
    byte = 1 if accept else 2 if total <= -2944 or novelty == 0 else 0
    return {
        "llr": llr,
        "prior": prior,
        "votes": [1 if w > 0 else 0 for w in votes],
        "weights": [abs(w) for w in votes],
        "threshold": threshold,
        "grade": grade,
        "novelty": novelty,
        "unit_reward": str(unit),
        "sum": total,
        "accept": accept,
        "quality": quality,
        "byte": byte,
        "score": quality * grade // 10_000 if accept else 0,
        "reward": str(unit * quality * grade * novelty // 10**10 if accept else 0),
        "share_weight": quality * grade * novelty // 10_000 if accept else 0,
    }


def drawn(count: int) -> list[dict[str, object]]:
    """Random cases from a fixed seed."""
    dice = random.Random(20261121)  # noqa: S311 - test cases, not secrets
    rows = []
    for _ in range(count):
        votes = [dice.choice((-1, 1)) * dice.randint(200, 2944) for _ in range(dice.randint(0, 9))]
        llr, prior, threshold = dice.randint(-9000, 9000), dice.randint(-2200, 2200), dice.randint(-3500, 4000)
        unit = dice.choice((1, 999, DOLLAR, 25 * DOLLAR, ETHER, dice.randint(1, 2**96 - 1)))
        rows.append(case(llr, prior, votes, threshold, dice.randint(0, 100), dice.choice((0, 1, 5_000, 10_000)), unit))
    return rows


if __name__ == "__main__":
    about = "spec/settlement.md section 5; amounts are decimal strings, everything else an integer"
    (HERE / "quality.json").write_text(json.dumps({"about": "q[k] in 1/10,000, k = 0..80", "table": QUALITY}) + "\n")
    cases = [case(*row) for row in WRITTEN] + drawn(60)
    (HERE / "verdict.json").write_text(json.dumps({"about": about, "cases": cases}, indent=1) + "\n")
