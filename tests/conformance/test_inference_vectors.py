"""The cases of ``vectors/inference.json`` by the package (spec/inference.md)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headwater.review.inference import (
    Answer,
    Answers,
    Objects,
    Paced,
    Record,
    Records,
    Region,
    RuleOfClasses,
    RuleOfRegions,
    RuleOfTexts,
    enough,
)

GIVEN = json.loads((Path(__file__).parents[2] / "vectors" / "inference.json").read_text())


def named(case: dict[str, Any]) -> str:
    return str(case["name"])


def answers(case: dict[str, Any], read: Any = lambda value: value) -> Answers[Any]:
    given = tuple(
        Answer(item, who, read(value)) for item, votes in case["answers"].items() for who, value in votes.items()
    )
    gold, adjudicated = ({item: read(v) for item, v in case[name].items()} for name in ("gold", "adjudicated"))
    return Answers(given, gold, adjudicated, tuple(case["classes"]))


def known(case: dict[str, Any]) -> Records:
    return Records({who: Record(*record) for who, record in case["records"].items()})


def objects(drawn: list[Any]) -> Objects:
    return tuple(Region(region["label"], tuple((low, high) for low, high in region["sides"])) for region in drawn)


@pytest.mark.parametrize("case", GIVEN["classes"], ids=named)
def test_classes(case: dict[str, Any]) -> None:
    found = RuleOfClasses(known(case))(answers(case))
    assert set(found) == set(case["result"])
    for item, expected in case["result"].items():
        assert (found[item].value, 1 + len(found[item].ties)) == (expected["value"], expected["tied"])
        assert found[item].sure == pytest.approx(expected["sure"], abs=1e-12)


@pytest.mark.parametrize("case", GIVEN["stops"], ids=lambda case: f"{case['sums']} after {case['votes']}")
def test_stops(case: dict[str, Any]) -> None:
    assert enough(case["sums"], case["votes"]) is case["enough"]


@pytest.mark.parametrize("case", GIVEN["paces"], ids=lambda case: str(case["budget_milli"]))
def test_paces(case: dict[str, Any]) -> None:
    pace = Paced(case["budget_milli"])
    found = []
    for votes in case["votes"]:
        pace.closed(votes)
        found.append(pace.stop)
    assert found == case["stops"]


@pytest.mark.parametrize("case", GIVEN["regions"], ids=named)
def test_regions(case: dict[str, Any]) -> None:
    found = RuleOfRegions(known(case))(answers(case, objects))
    assert {item: agreed.value for item, agreed in found.items()} == {
        item: objects(regions) for item, regions in case["result"].items()
    }


@pytest.mark.parametrize("case", GIVEN["texts"], ids=named)
def test_texts(case: dict[str, Any]) -> None:
    found = RuleOfTexts(known(case))(answers(case))
    for item, expected in case["result"].items():
        assert found[item].value == expected["value"]
        assert found[item].sure == pytest.approx(expected["likeness"], abs=1e-12)
