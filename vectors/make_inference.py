"""Write inference.json: spec/inference.md, sharing no code with the package. Run: python vectors/make_inference.py"""

from __future__ import annotations

import json
import math
import random
import unicodedata
from collections.abc import Callable
from decimal import Decimal, getcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

getcontext().prec = 60
HERE = Path(__file__).parent
Votes = dict[str, Any]


def weight(record: list[int], classes: int) -> int:
    right, wrong = record
    p = min(max(Fraction(right, right + wrong), Fraction(1, classes) + Fraction(1, 20)), Fraction(19, 20))
    odds = (classes - 1) * p / (1 - p)
    return round(1000 * (Decimal(odds.numerator) / odds.denominator).ln())


def records(case: dict[str, Any], grade: Callable[[Any, Any], tuple[int, int]]) -> dict[str, list[int]]:
    known = {who: list(record) for who, record in case["records"].items()}
    for item, votes in case["answers"].items():
        step, truths = (30, case["adjudicated"]) if item in case["adjudicated"] else (10, case["gold"])
        for who, value in votes.items():
            record = known.setdefault(who, [28, 12])
            if item in truths:
                right, wrong = grade(value, truths[item])
                record[0] += step * right
                record[1] += step * wrong
    return known


def whole(value: object, truth: object) -> tuple[int, int]:
    return int(value == truth), int(value != truth)


def sums_of(votes: Votes, known: dict[str, list[int]], classes: list[str]) -> list[int]:
    return [sum(weight(known[who], len(classes)) for who, said in votes.items() if said == name) for name in classes]


def with_classes(case: dict[str, Any]) -> dict[str, Any]:
    known, classes = records(case, whole), case["classes"]
    result = {}
    for item, votes in case["answers"].items():
        found = sums_of(votes, known, classes)
        top = max(found)
        sure = 1 / sum((Decimal(value - top) / 1000).exp() for value in found)
        tied = found.count(top)
        result[item] = {"sums": found, "value": classes[found.index(top)], "tied": tied, "sure": float(sure)}
    return {**case, "result": result}


def stopping(found: list[int], votes: int) -> dict[str, Any]:
    top = max(found)
    rest = [*found]
    rest.remove(top)
    if len(rest) == 1:  # exact: the posterior's bound is itself rounded to 2944
        sure = top - rest[0] >= 2944
    else:
        sure = sum((Decimal(value - top) / 1000).exp() for value in rest) <= (Decimal(-2944) / 1000).exp()
    return {"sums": found, "votes": votes, "enough": votes >= 9 or (votes >= 2 and sure)}


def paced(budget: int, votes: list[int]) -> dict[str, Any]:
    level, stops = Fraction(1694), []
    for count in votes:
        level = min(max(level + 20 * (Fraction(budget, 1000) - count), Fraction(0)), Fraction(2944))
        stops.append(math.floor(level))
    return {"budget_milli": budget, "votes": votes, "stops": stops}


def overlap(a: Any, b: Any) -> Fraction:
    inside = math.prod(
        max(0, min(one[1], two[1]) - max(one[0], two[0])) for one, two in zip(a["sides"], b["sides"], strict=True)
    )
    sizes = [math.prod(high - low for low, high in r["sides"]) for r in (a, b)]
    return Fraction(inside, sum(sizes) - inside)


def groups(votes: Votes, heavy: dict[str, int]) -> list[list[tuple[str, Any]]]:
    left = [(who, region) for who, regions in votes.items() for region in regions]
    left.sort(key=lambda d: (d[1]["sides"], d[1]["label"], d[0]))
    found = []
    while left:
        best: tuple[Any, list[int]] | None = None
        for seed, (own, region) in enumerate(left):
            members = [seed]
            for other in sorted(set(votes) - {own}):
                near = [
                    (other_region["label"] != region["label"], -overlap(region, other_region), place)
                    for place, (who, other_region) in enumerate(left)
                    if who == other and 2 * overlap(region, other_region) >= 1
                ]
                members += [min(near)[2]] if near else []
            support = sum(heavy[left[m][0]] for m in members)
            close = sum(heavy[left[m][0]] * overlap(region, left[m][1]) for m in members)
            if best is None or (support, close) > best[0]:
                best = (support, close), members
        assert best is not None
        found.append([left[m] for m in sorted(best[1])])
        left = [one for place, one in enumerate(left) if place not in best[1]]
    return found


def median(values: list[tuple[int, int]]) -> int:
    half = Fraction(sum(w for _, w in values), 2)
    low = min(v for v, _ in values if sum(w for u, w in values if u <= v) >= half)
    high = max(v for v, _ in values if sum(w for u, w in values if u >= v) >= half)
    return (low + high) // 2


def region_grade(drawn: Any, truth: Any) -> tuple[int, int]:
    if not drawn and not truth:
        return 1, 0
    pairs = groups({"drawn": drawn, "truth": truth}, {"drawn": 1, "truth": 1})
    right = sum(len(g) == 2 and g[0][1]["label"] == g[1][1]["label"] for g in pairs)
    return right, len(pairs) - right


def with_regions(case: dict[str, Any]) -> dict[str, Any]:
    known, classes = records(case, region_grade), case["classes"]
    result = {}
    for item, votes in case["answers"].items():
        kept = []
        for group in groups(votes, {who: weight(known[who], 2) for who in votes}):
            drew = dict(group)
            if sum(weight(known[who], 2) * (1 if who in drew else -1) for who in votes) <= 0:
                continue
            found = [0] if len(classes) == 1 else sums_of({w: r["label"] for w, r in group}, known, classes)
            sides = [
                [median([(r["sides"][axis][end], weight(known[w], 2)) for w, r in group]) for end in (0, 1)]
                for axis in range(len(group[0][1]["sides"]))
            ]
            kept.append({"label": classes[found.index(max(found))], "sides": sides})
        result[item] = sorted(kept, key=lambda r: (r["sides"], r["label"]))
    return {**case, "result": result}


def plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def edits(one: str, two: str) -> int:
    table = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(two) + 1)}
    for i, a in enumerate(one, 1):
        for j, b in enumerate(two, 1):
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a != b))
    return table[len(one), len(two)]


def with_texts(case: dict[str, Any]) -> dict[str, Any]:
    known = records(case, lambda value, truth: whole(plain(value), plain(truth)))
    result = {}
    for item, votes in case["answers"].items():
        heavy = {who: weight(known[who], 2) for who in votes}
        forms = {plain(text) for text in votes.values()}
        far = {form: sum(heavy[who] * edits(form, plain(text)) for who, text in votes.items()) for form in forms}
        own = {form: sum(heavy[who] for who, text in votes.items() if plain(text) == form) for form in forms}
        chosen = min(forms, key=lambda form: (far[form], -own[form], form))
        spelt = {text for text in votes.values() if plain(text) == chosen}
        spelling = min(spelt, key=lambda text: (-sum(heavy[w] for w, said in votes.items() if said == text), text))
        longer = {who: max(len(chosen), len(plain(text)), 1) for who, text in votes.items()}
        apart = sum(Fraction(heavy[w] * edits(chosen, plain(t)), longer[w]) for w, t in votes.items())
        result[item] = {"value": spelling, "likeness": float(1 - apart / sum(heavy.values()))}
    return {**case, "result": result}


def box(label: str, left: int, top: int, right: int, bottom: int) -> dict[str, Any]:
    return {"label": label, "sides": [[left, right], [top, bottom]]}


def span(label: str, start: int, end: int) -> dict[str, Any]:
    return {"label": label, "sides": [[start, end]]}


def case(name: str, answers: dict[str, Votes], **more: Any) -> dict[str, Any]:
    return {"name": name, "records": {}, "gold": {}, "adjudicated": {}, "classes": [], "answers": answers, **more}


def drawn_classes(dice: random.Random) -> dict[str, Any]:
    classes = ["a", "b", "c", "d", "e"][: dice.randint(2, 5)]
    people = [f"p{n}" for n in range(dice.randint(2, 9))]
    known = {who: [dice.randint(1, 400), dice.randint(1, 200)] for who in people if dice.random() < 0.5}
    items = {
        f"i{n}": {who: dice.choice(classes) for who in dice.sample(people, dice.randint(1, len(people)))}
        for n in range(6)
    }
    truths = {"gold": {"i0": dice.choice(classes), "i1": dice.choice(classes)}, "adjudicated": {"i1": classes[0]}}
    return case(f"drawn, {len(classes)} classes", items, records=known, classes=classes, **truths)


def drawn_regions(dice: random.Random, axes: int) -> dict[str, Any]:
    things = [(dice.choice("ab"), [dice.randint(0, 60) for _ in range(axes)], dice.randint(10, 30)) for _ in range(3)]

    def seen(jitter: int) -> list[dict[str, Any]]:
        kept = [thing for thing in things if dice.random() < 0.8]
        return [
            {
                "label": label,
                "sides": [[at + dice.randint(0, jitter), at + size + dice.randint(0, jitter)] for at in low],
            }
            for label, low, size in kept
        ]

    items = {f"i{n}": {f"p{who}": seen(5) for who in range(dice.randint(1, 5))} for n in range(3)}
    return case(f"drawn, {axes} axes", items, classes=["a", "b"], gold={"i0": seen(0)})


def main() -> None:
    dice = random.Random(20261122)  # noqa: S311 - test cases, not secrets
    yes = {"a": "yes", "b": "yes", "c": "no"}
    classes = [
        case("newcomers are a majority", {"x": yes}, classes=["no", "yes"]),
        case("a tie is the first class of the spec", {"x": {"a": "yes", "b": "no"}}, classes=["no", "yes"]),
        case("one with a record outweighs two without", {"x": yes}, records={"c": [95, 5]}, classes=["no", "yes"]),
        case("gold before", {"g": yes, "x": yes}, gold={"g": "no"}, classes=["no", "yes"]),
        case("adjudicated counts thrice", {"g": yes, "x": yes}, adjudicated={"g": "no"}, classes=["no", "yes"]),
        case(
            "wrong always: the least weight, not a negative one",
            {"x": yes},
            records={"a": [1, 99]},
            classes=["no", "yes"],
        ),
        *(drawn_classes(dice) for _ in range(12)),
    ]
    sums = [
        [2944, 0],
        [2943, 0],
        [0, 2944],
        [4471, 0, 0, 0, 0],
        [4330, 0, 0, 0, 0],
        [1694, 0],
        [5000, 2056],
        [847, 847, 847],
    ]
    one, shifted, far = box("pest", 0, 0, 10, 10), box("pest", 2, 0, 12, 10), box("pest", 100, 100, 120, 110)
    chain = {f"p{n}": [span("grasp", 300 * n, 300 * n + 1000)] for n in range(4)}
    spread = {"a": [one], "b": [shifted], "c": [box("pest", 1, 0, 11, 10)], "z": [one, shifted, far]}
    regions = [
        case("one thing, middle of its sides", {"x": {"a": [one], "b": [shifted]}}, classes=["pest"]),
        case("seen by one of three is nothing", {"x": {"a": [far], "b": [], "c": []}}, classes=["pest"]),
        case("seen by half is nothing", {"x": {"a": [far], "b": []}}, classes=["pest"]),
        case("two of one labeller are two things", {"x": {"a": [one, shifted], "b": [one, shifted]}}, classes=["pest"]),
        case("a chain of spans is not one", {"x": chain}, classes=["grasp"]),
        case("spread over it, one labeller cannot cut it into pieces", {"x": spread}, classes=["pest"]),
        case("IoU of exactly .5", {"x": {"a": [span("a", 0, 10)], "b": [span("b", 0, 20)]}}, classes=["b", "a"]),
        case("IoU below .5", {"x": {"a": [span("a", 0, 10)], "b": [span("a", 0, 21)]}}, classes=["b", "a"]),
        *(drawn_regions(dice, axes) for axes in (1, 1, 2, 2, 2)),
    ]
    said = {"a": "Two  aphids", "b": "two aphids", "c": "two aphid", "d": "a leaf"}
    texts = [
        case("the middle of them", {"x": said}),
        case("nothing in common", {"x": {"a": "abc", "b": "xyz"}}),
        case("a record outweighs two", {"x": {"a": "leaf", "b": "leaf", "c": "stem"}}, records={"c": [95, 5]}),
        case("full width is the same", {"x": {"a": "ＡＢＣ１", "b": "abc1", "c": ""}}),
        case("gold in plain form", {"g": said, "x": said}, gold={"g": "TWO APHIDS "}),
        case("empty", {"x": {"a": "", "b": " "}}),
    ]
    told = {
        "about": "spec/inference.md; records are [right, wrong] in tenths, sums milli log-odds",
        "classes": [with_classes(one) for one in classes],
        "stops": [stopping(found, votes) for found in sums for votes in (1, 2, 8, 9)],
        "paces": [paced(2_777, [2, 3, 2, 9, 2]), paced(2_000, [9] * 14), paced(9_000, [2] * 12), paced(3_333, [4, 3])],
        "regions": [with_regions(one) for one in regions],
        "texts": [with_texts(one) for one in texts],
    }
    (HERE / "inference.json").write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
