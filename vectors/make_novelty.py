"""Write novelty.json: what items add to those anchored before (spec/review.md section 8).

Shares no code with the package. Run: python vectors/make_novelty.py
"""

from __future__ import annotations

import json
import random
from math import ceil
from pathlib import Path


def novelties(rows: list[list[int]], m: int, strata: list[str], want: dict[str, int], dense: bool) -> list[int]:
    made: list[int] = []
    for i, row in enumerate(rows):
        near = [row[j] for j in range(i) if made[j] > 0]
        least = min(near, default=m)
        if 2 * least <= m:
            made.append(0)
            continue
        ramp = 10_000 if least >= m else ceil(10_000 * (2 * least - m) / m)
        crowd = 10_000 // (1 + sum(d < m for d in near)) if dense else 10_000
        have, asked = strata[:i].count(strata[i]), want.get(strata[i], 0)
        rare = 10_000 if not want or have < asked else 10_000 * asked // (have + 1)
        made.append(max(1, ramp * crowd * rare // 10**8))
    return made


def main() -> None:
    dice = random.Random(20261122)  # noqa: S311 - test cases, not secrets
    cases = []
    for number, (count, names) in enumerate([(0, []), (1, []), (12, []), (12, ["a", "b"]), (20, ["a"]), (20, [])]):
        points = [(dice.randint(0, 3_000), dice.randint(0, 3_000)) for _ in range(count)]
        points += [(x + 40, y) for x, y in points[:3]]
        rows = [[abs(x - p) + abs(y - q) for p, q in points[:i]] for i, (x, y) in enumerate(points)]
        strata = [dice.choice(["a", "b", ""]) for _ in points]
        want = {name: 4 - n for n, name in enumerate(names)}
        m, dense = 700 + number, number % 2 == 0
        made = novelties(rows, m, strata, want, dense)
        given = {"scale": m, "dense": dense, "want": want, "strata": strata, "distances": rows}
        cases.append({**given, "novelties": made})
    lines = ",\n".join(json.dumps(case) for case in cases)
    Path(__file__).with_name("novelty.json").write_text(f'{{"cases": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
