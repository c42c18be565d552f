"""Write pay.json: what reviewers earn (spec/review.md section 5), sharing no code with the package.

Run: python vectors/make_pay.py
"""

from __future__ import annotations

import json
import random
from fractions import Fraction
from math import floor
from pathlib import Path

Votes = list[tuple[str, int, int]]
Item = tuple[int, int, Votes]
PEOPLE = [f"0x{n:040x}" for n in (0xA1, 0xB2, 0xC3, 0xD4, 0xE5)]


def seen(items: list[Item], threshold: int, who: str) -> list[tuple[bool, bool, bool]]:
    """(leans to accept, his vote, the other verdict) of each of his votes."""
    rows = []
    for llr, prior, votes in items:
        for reviewer, verdict, _ in votes:
            if reviewer == who:
                rest = sum(w if v else -w for r, v, w in votes if r != who)
                rows.append((llr > 0, verdict == 1, llr + prior + rest > threshold))
    return rows


def factor(rows: list[tuple[bool, bool, bool]], gold: int | None) -> int:
    sides = [[r[1:] for r in rows if r[0] is side] for side in (True, False)] if gold is not None else [rows_of(rows)]
    beyond = Fraction(0)
    for side in sides:
        n = len(side)
        if n:
            own, other = sum(a for a, _ in side), sum(b for _, b in side)
            chance = Fraction(own * other + (n - own) * (n - other), n * n)
            beyond += n * (Fraction(sum(a == b for a, b in side), n) - chance)
    part = floor(20_000 * beyond / len(rows))
    return max(0, min(15_000, (0 if gold is None else gold - 5_000) + part))


def rows_of(rows: list[tuple[bool, bool, bool]]) -> list[tuple[bool, bool]]:
    return [row[1:] for row in rows]


def some(dice: random.Random, count: int) -> list[Item]:
    made = []
    for _ in range(count):
        voters = dice.sample(PEOPLE, dice.randint(0, 5))
        llr = dice.choice((0, dice.randint(-3000, 3000)))
        good = dice.random() < 0.6
        votes = [(who, int((dice.random() < 0.8) == good), dice.choice((201, 847, 1900))) for who in voters]
        made.append((llr, dice.randint(-2200, 2200), votes))
    return made


def plain(items: list[Item]) -> list[dict[str, object]]:
    return [{"llr": llr, "prior": prior, "votes": [list(vote) for vote in votes]} for llr, prior, votes in items]


def main() -> None:
    dice = random.Random(20261122)  # noqa: S311 - test cases, not secrets
    cases = []
    for number in range(14):
        threshold, phi = dice.choice((0, 1500)), dice.choice((1, 30_000, 3 * 10**16))
        now, before = some(dice, dice.choice((1, 6, 25))), some(dice, number % 3 * 20)
        gold = {who: dice.randint(3_000, 10_000) for who in PEOPLE[: number % 5]}
        pay = {}
        for who in PEOPLE:
            mine = seen(now, threshold, who)
            if mine:
                part = factor(mine + seen(before, threshold, who), gold.get(who))
                pay[who] = str(phi * len(mine) * part // 10_000)
        whole = {"threshold": threshold, "phi": str(phi), "items": plain(now), "earlier": plain(before)}
        cases.append({**whole, "gold": gold, "pay": pay})
    lines = ",\n".join(json.dumps(case) for case in cases)
    Path(__file__).with_name("pay.json").write_text(f'{{"cases": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
