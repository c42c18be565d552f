"""Write links.json: who is taken out of a draw (spec/review.md section 10), sharing no code with the package.

Run: python vectors/make_links.py
"""

from __future__ import annotations

import json
import random
from pathlib import Path

NAMES = [f"0x{n:040x}" for n in range(1, 16)]


def above(who: str, first: dict[str, str], hubs: list[str]) -> set[str]:
    found = [who]
    while len(found) < 4 and first.get(found[-1]) not in (None, *hubs, *found):
        found.append(first[found[-1]])
    return set(found)


def main() -> None:
    dice = random.Random(20261122)  # noqa: S311 - test cases, not secrets
    cases = []
    for number in range(12):
        hubs = NAMES[13 : 13 + number % 3]
        money = [[*dice.sample(NAMES, 2), at] for at in dice.sample(range(60), dice.randint(0, 16))]
        asides = [[*dice.sample(NAMES, 2), dice.randint(0, 60)] for _ in range(number % 4)]
        stakes = {who: dice.choice((0, 5, 10)) for who in NAMES[:8]}
        parties, before = dice.sample(NAMES, 2), 40
        first: dict[str, str] = {}
        for account, funder, at in sorted(money, key=lambda one: one[2]):
            if at < before:
                first.setdefault(account, funder)
        near = []
        for who in stakes:
            shared = any(above(who, first, hubs) & above(p, first, hubs) for p in parties)
            aside = any(who == a and b in parties and at < before for a, b, at in asides)
            if who not in parties and (shared or aside):
                near.append(who)
        if 2 * sum(stakes[who] for who in near) > sum(stakes.values()):
            near = []
        given = {"fundings": money, "recusals": asides, "hubs": hubs, "before": before}
        cases.append({**given, "stakes": stakes, "parties": parties, "excluded": parties + near})
    lines = ",\n".join(json.dumps(case) for case in cases)
    Path(__file__).with_name("links.json").write_text(f'{{"cases": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
