from __future__ import annotations

import random
from itertools import product

import pytest

from headwater.review.siding import Split, discoveries, group_p, reviewer_p, splits

NAMES = [f"r{n}" for n in range(20)]
SKILL = {who: 0.7 + 0.012 * n for n, who in enumerate(NAMES)}


def items(
    toss: random.Random, count: int, ring: frozenset[str] = frozenset()
) -> list[tuple[bool, list[tuple[str, bool]]]]:
    """Bad items of one contributor, five votes each: the ring accepts, the rest say what their skill gives."""
    made = []
    for _ in range(count):
        voters = toss.sample(NAMES, 5)
        votes = [(who, who in ring or toss.random() > SKILL[who]) for who in voters]
        made.append((2 * sum(accept for _, accept in votes) > len(votes), votes))
    return made


def test_only_items_on_which_votes_differ_say_anything() -> None:
    rows = [(True, [("a", True), ("b", True)]), (False, [("a", True), ("b", False)])]
    assert splits(rows) == (Split(False, (("a", True), ("b", False))),)
    assert group_p(splits(rows), SKILL, 0.7, 1) == 1.0  # too few


def test_false_alarms_come_as_often_as_announced() -> None:
    toss = random.Random(1)
    ps = [group_p(splits(items(toss, 30)), SKILL, 0.7, seed, draws=199) for seed in range(150)]
    assert sum(p <= 0.05 for p in ps) <= 17  # 7.5 expected, five in a thousand would see more than 14
    assert sum(p <= 0.5 for p in ps) == pytest.approx(75, abs=22)


def test_attack_ring_that_sides_with_its_own_contributor_is_seen_and_named() -> None:
    toss, ring = random.Random(2), frozenset(NAMES[:6])
    found = splits(items(toss, 60, ring))
    assert group_p(found, SKILL, 0.7, 1) <= 1 / 1_000
    named = {who for who in NAMES if reviewer_p(found, who, SKILL, 0.7) < 0.01 / len(NAMES)}
    assert named <= ring
    assert len(named) >= 4


def test_a_reviewers_p_is_that_of_all_cases_added_up() -> None:
    """Two items, three voters each, one accept: by hand over all nine ways."""
    skill = {"a": 0.9, "b": 0.7, "c": 0.6}
    odds = {who: (1 - p) / p for who, p in skill.items()}
    share = odds["a"] / sum(odds.values())
    votes = [(("a", a), ("b", b), ("c", c)) for a, b, c in product((True, False), repeat=3) if a + b + c == 1]
    mine = next(vote for vote in votes if vote[0][1])
    twice = [Split(False, mine), Split(False, mine)]
    assert reviewer_p(twice, "a", skill, 0.7) == pytest.approx(share**2)
    once = [Split(False, mine), Split(False, votes[-1])]
    assert reviewer_p(once, "a", skill, 0.7) == pytest.approx(1 - (1 - share) ** 2)
    assert reviewer_p(twice, "nobody", skill, 0.7) == 1.0


def test_anyone_repeats_it() -> None:
    found = splits(items(random.Random(3), 20))
    assert group_p(found, SKILL, 0.7, 5) == group_p(list(found), SKILL, 0.7, 5)


@pytest.mark.parametrize(
    ("ps", "found"),
    [
        ({}, ""),
        ({"a": 0.06}, ""),
        ({"a": 0.05}, "a"),
        ({"a": 0.024, "b": 0.9}, "a"),
        ({"a": 0.026, "b": 0.9}, ""),
        ({"a": 0.03, "b": 0.049}, "ab"),
        ({"a": 0.001, "b": 0.04, "c": 0.05}, "abc"),
    ],
)
def test_discoveries(ps: dict[str, float], found: str) -> None:
    assert discoveries(ps, 0.05) == set(found)
