from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from eth_account import Account

from headwater.market.errors import ValuingError
from headwater.market.reward import value
from headwater.market.shapley import knn_shapley
from headwater.market.valuing import Embedded, gaps, grade, hold_out, scale, values
from headwater.primitives.eip712 import Domain, check
from headwater.records import codec
from headwater.records.valuing import HeldOut, ItemValues, ValueStatement, commitment_of

CASES = json.loads((Path(__file__).parents[3] / "vectors" / "value.json").read_text())["cases"]
DOMAIN = Domain(31337, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
REQUESTER = Account.from_key(b"\x07" * 32)


def blobs(count: int, seed: int = 0) -> tuple[Any, Any]:
    """Two classes, three apart in one of four features."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, count)
    features = rng.normal(size=(count, 4))
    features[:, 0] += 3 * labels
    return features, labels.astype(np.int64)


def embedded(features: Any, labels: Any, first: int = 0) -> list[Embedded]:
    return [
        Embedded(first + n, (first + n).to_bytes(32, "big"), row, int(label))
        for n, (row, label) in enumerate(zip(features, labels, strict=True))
    ]


@pytest.mark.parametrize(
    ("value", "weight_bps", "expected"),
    [
        (10_000, 1, 100),
        (0, 1, 99),
        (0, 10_000, 0),
        (99, 10_000, 0),
        (100, 10_000, 1),
        (0, 5_000, 50),
        (5_000, 2_500, 87),
    ],
)
def test_part_of_a_grade_that_is_value(value: int, weight_bps: int, expected: int) -> None:
    assert grade(value, weight_bps) == expected


def held_out() -> HeldOut:
    features, labels = blobs(40, 99)
    return hold_out("four numbers/1", features, labels.tolist(), 5, bytes(range(32)))


def signed(held: HeldOut, told: ItemValues, previous: bytes = bytes(32)) -> ValueStatement:
    plain = ValueStatement(3, REQUESTER.address, commitment_of(held), previous, codec.digest(told), b"")
    signature = REQUESTER.unsafe_sign_hash(plain.digest(DOMAIN)).signature
    return replace(plain, signature=bytes(signature))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_vectors(case: dict[str, Any]) -> None:
    arrays = [np.array(case[name], dtype=float) for name in ("features", "held")]
    labels = [np.array(case[name]) for name in ("labels", "held_labels")]
    found = knn_shapley(arrays[0], labels[0], arrays[1], labels[1], case["neighbours"])
    assert found == pytest.approx([float(Fraction(one)) for one in case["values"]], abs=1e-12)
    assert scale(np.array([float(Fraction(one)) for one in case["values"]])) == case["scaled"]


@pytest.mark.parametrize("neighbours", [1, 2, 3, 9])
def test_it_is_the_shapley_value_by_its_definition(neighbours: int) -> None:
    """Mean marginal gain over every order of six items, the gain being the share of K nearest that agree."""
    rng = np.random.default_rng(neighbours)
    features, labels = rng.normal(size=(6, 2)), rng.integers(0, 2, 6)
    held, held_labels = rng.normal(size=(2, 2)), rng.integers(0, 2, 2)

    def score(chosen: tuple[int, ...]) -> float:
        total = 0.0
        for example, label in zip(held, held_labels, strict=True):
            near = sorted(chosen, key=lambda at: float(((features[at] - example) ** 2).sum()))[:neighbours]
            total += sum(labels[at] == label for at in near) / neighbours
        return total / len(held)

    gained, orders = np.zeros(6), list(permutations(range(6)))
    for order in orders:
        for at, item in enumerate(order):
            gained[item] += score(order[: at + 1]) - score(order[:at])
    assert knn_shapley(features, labels, held, held_labels, neighbours) == pytest.approx(
        gained / len(orders), abs=1e-12
    )


def test_wrong_labels_are_worth_least() -> None:
    features, labels = blobs(200)
    wrong = np.arange(200) % 10 == 0
    labels[wrong] = 1 - labels[wrong]
    told = values(held_out(), (), embedded(features, labels)).items
    found = np.array([one.value for one in told])
    assert found[wrong].mean() * 5 < found[~wrong].mean()
    assert np.median(found[wrong]) == 0
    assert max(one.value for one in told) == 10_000


def test_earlier_items_are_valued_with_and_not_again() -> None:
    features, labels = blobs(60)
    everyone = embedded(features, labels)
    first, later = values(held_out(), (), everyone[:30]), values(held_out(), everyone[:30], everyone[30:])
    assert [one.item for one in later.items] == list(range(30, 60))
    assert later == ItemValues(values(held_out(), (), everyone).items[30:])
    assert later != values(held_out(), (), everyone[30:])
    assert values(held_out(), everyone, ()) == ItemValues(())
    assert first == values(held_out(), (), everyone[:30])


def test_a_true_statement_has_no_gaps() -> None:
    everyone = embedded(*blobs(30))
    told = values(held_out(), (), everyone)
    statement = signed(held_out(), told)
    assert check(REQUESTER.address, statement.digest(DOMAIN), statement.signature)
    assert gaps(statement, told, held_out(), (), everyone) == ()


def test_attack_another_set_than_was_committed_to() -> None:
    everyone = embedded(*blobs(30))
    statement = signed(held_out(), values(held_out(), (), everyone))
    swapped = replace(held_out(), labels=tuple(1 - label for label in held_out().labels))
    told = values(swapped, (), everyone)
    assert gaps(statement, told, swapped, (), everyone) == ("the set shown is not the one committed to",)
    assert gaps(statement, told, held_out(), (), everyone) == ("the values shown are not those that were signed",)


def test_attack_a_requester_who_understates_relabels_or_leaves_out() -> None:
    everyone = embedded(*blobs(30))
    told = values(held_out(), (), everyone)
    lies = list(told.items)
    best = max(range(30), key=lambda at: lies[at].value)
    lies[best] = replace(lies[best], value=lies[best].value // 2)
    other = (best + 1) % 30
    lies[other] = replace(lies[other], label=1 - lies[other].label)
    gone = lies.pop((best + 2) % 30)
    false = ItemValues(tuple(lies))
    found = gaps(signed(held_out(), false), false, held_out(), (), everyone)
    assert len(found) == 3
    assert any(line.startswith(f"item {told.items[best].item}: value") for line in found)
    assert any(line.startswith(f"item {told.items[other].item}: label") for line in found)
    assert f"item {gone.item}: left out" in found


def test_attack_copies_gain_by_value_alone_and_nothing_with_novelty() -> None:
    """Five copies of fifty items out of four hundred: value cannot tell (ADR 0019); novelty in anchor order can."""
    features, labels = blobs(400)
    copied = np.concatenate([features, *[features[:50]] * 5])
    names = np.concatenate([labels, *[labels[:50]] * 5])
    novelty = [10_000] * 400 + [0] * 250

    def part(count: int, *, novel: bool) -> float:
        told = values(held_out(), (), embedded(copied[:count], names[:count])).items
        weights = [
            value(
                4000, 0, (), threshold=0, unit_reward=0, grade=grade(one.value), novelty=new if novel else 10_000
            ).share_weight
            for one, new in zip(told, novelty, strict=False)
        ]
        mine = sum(weight for at, weight in enumerate(weights) if at < 50 or at >= 400)
        return mine / sum(weights)

    honest = part(400, novel=True)
    assert part(650, novel=False) > 2 * honest
    assert part(650, novel=True) <= 1.01 * honest


def test_nothing_depends_on_the_machines_library() -> None:
    """Distances use no matrix product: columns laid out in memory in another way give the same bits."""
    features, labels = blobs(100)
    held, held_labels = blobs(30, 7)
    one = knn_shapley(features, labels, held, held_labels, 5)
    two = knn_shapley(np.asfortranarray(features), labels, np.asfortranarray(held), held_labels, 5)
    assert one.tobytes() == two.tobytes()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"width": 3}, "width 3"),
        ({"labels": ()}, "0 labels"),
        ({"features": np.full((40, 4), np.nan).tobytes()}, "no number"),
        ({"neighbours": 0}, "0 neighbours"),
        ({"salt": b""}, "salt of 0 bytes"),
    ],
)
def test_a_held_out_set_that_cannot_be(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValuingError, match=says):
        values(replace(held_out(), **change), (), embedded(*blobs(3)))


def test_features_that_cannot_be() -> None:
    features, labels = blobs(3)
    features[1, 2] = np.inf
    with pytest.raises(ValuingError, match="features of item 1"):
        values(held_out(), (), embedded(features, labels))
    with pytest.raises(ValuingError, match="features of item 0"):
        values(held_out(), (), embedded(features[:, :3], labels))
