"""Write finals.json: what final settlements say of reviewers (spec/review.md sections 5, 7 and 9).

A small history of settlements: votes, gold plans, newcomers' answers, juries' rulings; at some moments who was right
how often, and the epochs that follow. Shares no code with the package. Run: python vectors/make_finals.py
"""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

PEOPLE = [f"0x{n:040x}" for n in (0x11, 0x2222 << 40, 0xFFFF << 144)]
NEW = [f"0x{n:040x}" for n in (0x7, 0x8 << 90)]
SKILL = dict(zip(PEOPLE, (0.97, 0.5, 1.0), strict=True))


def skill(who: str, number: int) -> float:
    """The last one is right until he is trusted, and then he is not."""
    return 0.35 if who == PEOPLE[2] and number in (0, 3) else SKILL[who]


def settlement(dice: random.Random, number: int, items: int) -> dict[str, Any]:
    first = number * items
    truths = {first + n: n % 2 for n in range(items)}
    verdicts = []
    for item, truth in truths.items():
        votes = [[who, n, truth if dice.random() < skill(who, number) else 1 - truth] for n, who in enumerate(PEOPLE)]
        verdicts.append({"item": item, "llr": dice.choice((-300, 400)), "votes": votes})
    half = first + items // 2
    plans = [
        {str(i): t for i, t in truths.items() if i < half},
        {str(i): t for i, t in truths.items() if i >= half + 6},
    ]
    right = (1.0, 0.4)
    entries = [
        [who, item, dice.random() < sure]
        for who, sure in zip(NEW, right, strict=True)
        for item in range(first, first + 6)
    ]
    rulings = {str(half + 1): [truths[half + 1], 100 * number + 150]}  # of an ordinary item
    if number == 1:
        rulings[str(half + 7)] = [1 - truths[half + 7], 400]  # contradicts the second plan
    final_at = [300, 200, 300, 600][number]
    return {
        "key": 1000 + (7 - number),
        "final_at": final_at,
        "verdicts": verdicts,
        "plans": plans,
        "entries": entries,
        "rulings": rulings,
    }


def final(history: list[dict[str, Any]], when: int) -> list[dict[str, Any]]:
    return sorted((s for s in history if s["final_at"] <= when), key=lambda s: (s["final_at"], s["key"]))


def golds(one: dict[str, Any], when: int) -> dict[int, int]:
    found = {}
    for plan in one["plans"]:
        wrong = [i for i, t in plan.items() if one["rulings"].get(i, [t, 0])[0] != t and one["rulings"][i][1] <= when]
        if not wrong:
            found |= {int(item): truth for item, truth in plan.items()}
    return found


def known(history: list[dict[str, Any]], when: int) -> list[list[Any]]:
    """Answers with a known truth: settlement order, then item, then round."""
    rows = []
    for one in final(history, when):
        gold = golds(one, when)
        for verdict in one["verdicts"]:
            item = verdict["item"]
            ruling = one["rulings"].get(str(item))
            if item in gold:
                truth, jury = gold[item], False
            elif ruling and ruling[1] <= when:
                truth, jury = ruling[0], True
            else:
                continue
            rows += [[1, item, round_, who, said, truth, jury] for who, round_, said in verdict["votes"]]
    return rows


def accuracy(rows: list[list[Any]]) -> dict[str, int]:
    found = {}
    for who in PEOPLE:
        sides = [[row[4] == row[5] for row in rows if row[3] == who and row[5] == t and not row[6]] for t in (0, 1)]
        if all(sides):
            found[who] = int(sum((Fraction(sum(side), len(side)) for side in sides), Fraction(0)) / 2 * 10_000)
    return found


def entered(history: list[dict[str, Any]], when: int) -> dict[str, list[int]]:
    found: dict[str, dict[int, bool]] = {}
    for one in final(history, when):
        gold = golds(one, when)
        for who, item, right in sorted(one["entries"], key=lambda row: row[1]):
            if item in gold:
                found.setdefault(who, {}).setdefault(item, right)
    return {who: [int(right) for right in kept.values()] for who, kept in found.items()}


def epoch(
    history: list[dict[str, Any]], until: int, before: int | None, records: dict[str, list[int]]
) -> dict[str, Any]:
    old = {tuple(row[:3]) for row in known(history, before)} if before is not None else set()
    new = sorted(row for row in known(history, until) if tuple(row[:3]) not in old)
    added: dict[str, list[int]] = {}
    for row in new:
        added.setdefault(row[3], [0, 0])[0 if row[4] == row[5] else 1] += 30 if row[6] else 10
    told = entered(history, until)
    admitted = [w for w in sorted(told) if len(told[w]) >= 10 and sum(told[w][:10]) >= 7 and w not in records]
    for who in admitted:
        more = added.setdefault(who, [0, 0])
        added[who] = [more[0] + 70, more[1] + 30]
    out = []
    for who in sorted(PEOPLE):
        last = [row[4] == row[5] for row in known(history, until) if row[3] == who and not row[6]][-40:]
        if len(last) < 40 or sum(last) > 23:
            continue
        base, more = records.get(who, [28, 12]), added.setdefault(who, [0, 0])
        extra = 0
        while 9 * (base[0] + more[0]) > 11 * (base[1] + more[1] + extra):
            extra += 10
        more[1] += extra
        if extra:
            out.append(who)
    added = {who: more for who, more in added.items() if any(more)}
    for who, more in added.items():
        base = records.get(who, [28, 12])
        records[who] = [base[0] + more[0], base[1] + more[1]]
    return {
        "until": until,
        "before": before,
        "answers": new,
        "golds": sorted({(row[0], row[1], row[5]) for row in new if not row[6]}),
        "changes": [[who, *added[who]] for who in sorted(added)],
        "admitted": admitted,
        "suspended": out,
        "records": {who: list(records[who]) for who in sorted(records)},
    }


def main() -> None:
    dice = random.Random(20261122)  # noqa: S311 - test cases, not secrets
    history = [settlement(dice, number, 36) for number in range(4)]
    moments = [
        {"when": when, "gold": accuracy(known(history, when)), "entry": entered(history, when)}
        for when in (100, 250, 300, 450, 700)
    ]
    records: dict[str, list[int]] = {}
    epochs = [epoch(history, 250, None, records), epoch(history, 320, 250, records), epoch(history, 700, 320, records)]
    assert any(one["suspended"] for one in epochs)
    assert any(one["admitted"] for one in epochs)
    whole = {"campaign": 1, "settlements": history, "moments": moments, "epochs": epochs}
    Path(__file__).with_name("finals.json").write_text(json.dumps(whole, indent=1) + "\n")


if __name__ == "__main__":
    main()
