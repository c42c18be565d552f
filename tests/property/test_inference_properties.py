"""Truth inference for any answers (spec/inference.md): order, agreement, cliques, liars who spread boxes."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.review.inference import (
    Agreed,
    Answer,
    Answers,
    InferenceError,
    Method,
    Paced,
    Record,
    Records,
    Region,
    RuleOfClasses,
    RuleOfRegions,
    RuleOfTexts,
    box,
    clusters,
    edits,
    enough,
    iou,
    majority,
    posterior,
    span,
)
from headwater.review.inference.records import learned, same
from headwater.review.inference.regions import middle
from headwater.review.sampling import STOP_SUM

CLASSES = ("a", "b", "c")
PEOPLE = [f"p{n}" for n in range(7)]
RECORDS = st.dictionaries(st.sampled_from(PEOPLE), st.builds(Record, st.integers(1, 500), st.integers(1, 500)))
SPANS = st.builds(
    lambda label, start, length: span(label, start, start + length),
    st.sampled_from("ab"),
    st.integers(0, 60),
    st.integers(1, 30),
)
VALUES: dict[str, tuple[Any, Any]] = {
    "classes": (RuleOfClasses, st.sampled_from(CLASSES)),
    "regions": (RuleOfRegions, st.lists(SPANS, max_size=3).map(tuple)),
    "texts": (RuleOfTexts, st.text("ab ", max_size=6)),
}


def answers(values: Any) -> Any:
    """Any answers by PEOPLE to four items, the first of them gold."""
    keys = st.tuples(st.sampled_from("wxyz"), st.sampled_from(PEOPLE))
    given_ = st.dictionaries(keys, values, min_size=1, max_size=20)
    return st.builds(
        lambda cast, truth: Answers(
            tuple(Answer(item, who, v) for (item, who), v in cast.items()), {"w": truth}, {}, CLASSES
        ),
        given_,
        values,
    )


def by(item: str, said: dict[str, Any]) -> tuple[Answer[Any], ...]:
    return tuple(Answer(item, who, value) for who, value in said.items())


@pytest.mark.parametrize("kind", VALUES)
@given(st.data(), st.randoms(use_true_random=False))
def test_order_of_answers_changes_nothing(kind: str, data: st.DataObject, rng: random.Random) -> None:
    method, values = VALUES[kind]
    cast, records = data.draw(answers(values)), data.draw(RECORDS)
    turned = [*cast.given]
    rng.shuffle(turned)
    again = Answers(tuple(turned), cast.gold, {}, CLASSES)
    found = method(Records(records))(cast)
    assert found == method(Records(records))(again)
    assert set(found) == {answer.item for answer in cast.given}


@pytest.mark.parametrize("kind", VALUES)
@given(st.data(), RECORDS, st.integers(1, 7))
def test_who_all_agree_are_right(kind: str, data: st.DataObject, records: dict[str, Record], people: int) -> None:
    method, values = VALUES[kind]
    value = data.draw(values)
    if kind == "regions":
        value = tuple(sorted(set(value), key=lambda region: (region.sides, region.label)))
    cast = Answers(by("x", dict.fromkeys(PEOPLE[:people], value)), {}, {}, CLASSES)
    assert method(Records(records))(cast)["x"].value == value


@given(st.data(), RECORDS)
def test_newcomers_are_a_majority(data: st.DataObject, records: dict[str, Record]) -> None:
    votes = data.draw(st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(CLASSES), min_size=1))
    cast = Answers(by("x", votes), {}, {}, CLASSES)
    ruled, counted = RuleOfClasses()(cast)["x"], majority(cast)["x"]
    assert (ruled.value, ruled.ties) == (counted.value, counted.ties)


@given(answers(st.sampled_from(CLASSES)), st.integers(1, 30), st.sampled_from(CLASSES))
def test_attack_a_clique_that_agrees_gets_no_heavier(cast: Answers[str], size: int, lie: str) -> None:
    """Any number of Sybils agreeing on any number of items nobody knows the truth of: no record moves, theirs least."""
    clique = [f"sybil{n}" for n in range(size)]
    more = tuple(Answer(f"open{n}", who, lie) for n in range(20) for who in clique)
    joined = Answers((*cast.given, *more), cast.gold, {}, CLASSES)
    before, after = learned(cast, Records(), same), learned(joined, Records(), same)
    assert all(after.of(who) == before.of(who) for who in PEOPLE)
    assert all(after.of(who) == Record() for who in clique)
    found = RuleOfClasses()(cast)
    assert all(RuleOfClasses()(joined)[item] == agreed for item, agreed in found.items())


@pytest.mark.parametrize("budget_milli", [2_500, 3_000, 4_500])
@pytest.mark.parametrize("skill", [0.6, 0.9])
def test_budget_is_kept_whoever_answers(budget_milli: int, skill: float) -> None:
    dice, pace, spent = random.Random(budget_milli), Paced(budget_milli), list[int]()
    for _ in range(2_000):
        found, votes = [0, 0], 0
        while not enough(found, votes, pace.stop):
            found[dice.random() < skill] += 847
            votes += 1
        pace.closed(votes)
        spent.append(votes)
    over = sum(spent) - len(spent) * budget_milli / 1000
    assert over <= 100
    assert over >= -100 or pace.stop == STOP_SUM  # the protocol's stop asks for less than such a budget


@pytest.mark.parametrize("budget_milli", [0, 1_999, 9_001])
def test_budget_below_two_votes_or_above_nine_is_refused(budget_milli: int) -> None:
    with pytest.raises(InferenceError, match="votes an item"):
        Paced(budget_milli)


@given(st.lists(st.integers(-9000, 9000), min_size=2, max_size=6), st.integers(0, 12))
def test_enough_is_the_posterior(found: list[int], votes: int) -> None:
    sure = posterior(found)
    if abs(sure - 0.95) > 1e-4:  # 2944 is .95 rounded
        assert enough(found, votes) is (votes >= 9 or (votes >= 2 and sure > 0.95))


def honest(rng: random.Random, count: int) -> dict[str, tuple[Region, ...]]:
    """So many labellers who drew one thing, every two of them overlapping by half."""
    left, top = rng.randint(0, 50), rng.randint(0, 50)
    return {
        f"p{n}": (box("a", left + rng.randint(0, 3), top + rng.randint(0, 3), left + 20, top + 20),)
        for n in range(count)
    }


@given(st.randoms(use_true_random=False), st.integers(2, 6))
def test_attack_boxes_spread_over_a_thing_do_not_lose_it(rng: random.Random, count: int) -> None:
    drew = honest(rng, count)
    truth = [regions[0] for regions in drew.values()]
    liars: dict[str, tuple[Region, ...]] = {
        f"z{n}": tuple(
            Region(
                "b" if rng.random() < 0.5 else "a",
                tuple((low + rng.randint(-9, 9), high + rng.randint(10, 19)) for low, high in rng.choice(truth).sides),
            )
            for _ in range(rng.randint(0, 12))
        )
        + tuple(rng.sample(truth, rng.randint(0, count)))
        for n in range(count - 1)
    }
    for regions in drew.values():
        assert all(iou(regions[0], other) * 2 >= 1 for other in truth)
    given_ = {**drew, **liars}
    kept = RuleOfRegions()(Answers(by("x", given_), {}, {}, CLASSES))["x"].value
    groups = clusters(given_, lambda _: 1)
    standing = [group for group in groups if 2 * len(group) > len(given_)]
    assert len(kept) == len(standing)
    assert any(who in drew for group in standing for who, _ in group)
    for group in groups:
        assert len({who for who, _ in group}) == len(group)


@given(st.randoms(use_true_random=False), st.integers(1, 6))
def test_attack_nothing_is_invented_by_less_than_half(rng: random.Random, count: int) -> None:
    nothing: dict[str, tuple[Region, ...]] = {f"p{n}": () for n in range(count)}
    invented = tuple(box("a", 10 * n, 0, 10 * n + 8, 8) for n in range(rng.randint(1, 5)))
    liars = {f"z{n}": invented for n in range(count)}
    assert RuleOfRegions()(Answers(by("x", nothing | liars), {}, {}, CLASSES))["x"].value == ()


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 9)), min_size=1, max_size=6), st.data())
def test_less_than_half_the_weight_moves_no_side_beyond_the_rest(
    own: list[tuple[int, int]], data: st.DataObject
) -> None:
    spare = sum(weight for _, weight in own) - 1
    lies: list[tuple[int, int]] = []
    while spare > 0 and len(lies) < 5:
        weight = data.draw(st.integers(1, spare))
        lies.append((data.draw(st.integers(-(10**6), 10**6)), weight))
        spare -= weight
    values = [value for value, _ in own]
    assert min(values) <= middle([*own, *lies]) <= max(values)


@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_edits_are_a_distance(one: str, two: str, three: str) -> None:
    assert edits(one, two) == edits(two, one)
    assert (edits(one, two) == 0) is (one == two)
    assert edits(one, three) <= edits(one, two) + edits(two, three)
    assert abs(len(one) - len(two)) <= edits(one, two) <= max(len(one), len(two))


def test_what_cannot_be_counted_is_refused() -> None:
    twice = by("x", {"p": "a"}) * 2
    with pytest.raises(InferenceError, match="answers of p to item x"):
        Answers(twice, {}, {}, CLASSES)
    with pytest.raises(InferenceError, match="class of item x"):
        RuleOfClasses()(Answers(by("x", {"p": "unheard"}), {}, {}, CLASSES))
    with pytest.raises(InferenceError, match="class of item g"):
        RuleOfClasses()(Answers(by("x", {"p": "a"}), {"g": "unheard"}, {}, CLASSES))
    with pytest.raises(InferenceError, match="two or more"):
        majority(Answers(by("x", {"p": "a"}), {}, {}, ("a",)))
    with pytest.raises(InferenceError, match="low < high"):
        box("a", 5, 0, 5, 9)


def test_methods_have_one_face() -> None:
    methods: list[Method[str]] = [RuleOfClasses(), majority]
    cast = Answers(by("x", {"p": "a", "q": "a", "r": "b"}), {}, {}, CLASSES)
    assert [method(cast)["x"].value for method in methods] == ["a", "a"]
    assert majority(cast)["x"] == Agreed("a", 2 / 3)
