"""Write value.json: spec/value.md in exact fractions, sharing no code with the package.

Features are whole numbers so that every distance is exact. Run: python vectors/make_value.py
"""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def shapley(case: dict[str, Any]) -> list[Fraction]:
    items, labels, near = case["features"], case["labels"], case["neighbours"]
    count, total = len(items), [Fraction(0)] * len(items)
    for example, label in zip(case["held"], case["held_labels"], strict=True):
        far = [(sum((a - b) ** 2 for a, b in zip(item, example, strict=True)), at) for at, item in enumerate(items)]
        order = [at for _, at in sorted(far)]
        value = Fraction(int(labels[order[-1]] == label), max(count, near))
        total[order[-1]] += value
        for place in range(count - 1, 0, -1):
            apart = int(labels[order[place - 1]] == label) - int(labels[order[place]] == label)
            value += Fraction(apart * min(near, place), near * place)
            total[order[place - 1]] += value
    return [one / len(case["held"]) for one in total]


def scaled(values: list[Fraction]) -> list[int]:
    positive = sorted(max(Fraction(0), value) for value in values)
    top = positive[-(-len(positive) * 95 // 100) - 1] or positive[-1]
    return [int(min(1, max(Fraction(0), value) / top) * 10_000) if top else 0 for value in values]


def case(name: str, features: Any, labels: Any, held: Any, held_labels: Any, neighbours: int) -> dict[str, Any]:
    told = {"features": features, "labels": labels, "held": held, "held_labels": held_labels, "neighbours": neighbours}
    values = shapley(told)
    exact = [f"{value.numerator}/{value.denominator}" for value in values]
    return {"name": name, **told, "values": exact, "scaled": scaled(values)}


def drawn(dice: random.Random, count: int, examples: int, width: int, neighbours: int) -> dict[str, Any]:
    def points(many: int) -> tuple[list[list[int]], list[int]]:
        return [[dice.randint(-9, 9) for _ in range(width)] for _ in range(many)], [
            dice.randint(0, 2) for _ in range(many)
        ]

    return case(f"drawn, {count} items, K = {neighbours}", *points(count), *points(examples), neighbours)


def main() -> None:
    dice = random.Random(20261122)  # noqa: S311 - test cases, not secrets
    cases = [
        case("one item, right", [[0]], [1], [[5]], [1], 1),
        case("one item, wrong", [[0]], [1], [[5]], [0], 1),
        case("fewer items than neighbours", [[0], [1]], [1, 0], [[0]], [1], 5),
        case("equally far: the first is nearer", [[1], [-1]], [1, 1], [[0]], [1], 1),
        case("equally far, labels apart", [[1], [-1]], [0, 1], [[0]], [1], 1),
        case("copies share what one had", [[0], [0], [0], [9]], [1, 1, 1, 0], [[0]], [1], 1),
        case("nothing is worth anything", [[0], [1], [2]], [0, 0, 0], [[0], [1]], [1, 1], 2),
        case("few are worth anything", [[n] for n in range(40)], [1] + [0] * 39, [[0]], [1], 1),
        *(drawn(dice, *size) for size in ((7, 3, 2, 1), (20, 5, 3, 5), (30, 8, 2, 3), (4, 4, 1, 10))),
    ]
    about = "spec/value.md; values are fractions, a binary64 result is within 1e-12 of them; scaled is exact"
    (HERE / "value.json").write_text(json.dumps({"about": about, "cases": cases}, indent=None) + "\n")


if __name__ == "__main__":
    main()
