from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.primitives.hashing import keccak256
from headwater.records.vote import ACCEPT, REJECT
from headwater.review import Gold, GoldError, GoldTally, Stock, admitted, choose, plan_gaps, plan_root, suspended
from headwater.review.gold import take_plan

WHERE = (31337, "0x" + "5e" * 20, 7)
SECRET = keccak256(b"secret of epoch 3")


def gold(number: int, truth: int = ACCEPT) -> Gold:
    return Gold(keccak256(b"contribution" + bytes([number])), truth)


def stock(of_each: int) -> list[Stock]:
    kinds = [(ACCEPT, 900), (ACCEPT, -900), (REJECT, 900), (REJECT, -900)]
    return [Stock(gold(4 * n + k, truth), llr) for n in range(of_each) for k, (truth, llr) in enumerate(kinds)]


def test_a_revealed_plan_is_the_one_that_was_bound() -> None:
    plan = [gold(n, n % 2) for n in range(6)]
    root = plan_root(plan, *WHERE, SECRET)
    truths = take_plan(plan[::-1], *WHERE, SECRET, root)
    assert truths == {one.contribution: one.truth for one in plan}


@pytest.mark.parametrize("change", ["truth", "one less", "one more", "secret", "campaign", "twice"])
def test_attack_steward_changes_the_plan_after_the_answers(change: str) -> None:
    plan, where, secret = [gold(n, n % 2) for n in range(6)], WHERE, SECRET
    root = plan_root(plan, *WHERE, SECRET)
    if change == "truth":
        plan[2] = Gold(plan[2].contribution, REJECT if plan[2].truth == ACCEPT else ACCEPT)
    elif change == "one less":
        plan.pop()
    elif change == "one more":
        plan.append(gold(9))
    elif change == "secret":
        secret = keccak256(b"another")
    elif change == "campaign":
        where = (*WHERE[:2], 8)
    else:
        plan.append(plan[0])
    with pytest.raises(GoldError):
        take_plan(plan, *where, secret, root)


def test_attack_guessing_the_truth_under_a_leaf() -> None:
    """Two truths are no secret without a salt, and the salt needs the epoch's secret."""
    one = gold(1)
    leaf = one.leaf(*WHERE, SECRET)
    guesses = {Gold(one.contribution, t).leaf(*WHERE, s) for t in (0, 1) for s in (bytes(32), one.contribution)}
    assert leaf not in guesses


def test_the_choice_is_balanced_and_the_secrets() -> None:
    kept = stock(10)
    chosen = choose(kept, 8, SECRET)
    by_gold = {one.gold: one for one in kept}
    assert plan_gaps(by_gold[one] for one in chosen) == ()
    assert chosen == choose(kept[::-1], 8, SECRET)
    assert chosen != choose(kept, 8, keccak256(b"another"))


def test_a_stock_that_lacks_a_kind_is_named() -> None:
    with pytest.raises(GoldError, match="check errs': 1"):
        choose(stock(1), 8, SECRET)
    with pytest.raises(GoldError):
        choose(stock(3), 6, SECRET)


def test_a_plan_out_of_balance_is_told() -> None:
    kept = stock(4)
    assert plan_gaps(kept) == ()
    assert plan_gaps(one for one in kept if one.gold.truth == ACCEPT)[0] == "accept and reject: 8 and 0"
    assert "accept: check right and wrong" in plan_gaps(one for one in kept if not one.check_errs)[0]


@pytest.mark.parametrize(
    ("tally", "balanced"),
    [
        (GoldTally(), None),
        (GoldTally(20, 20, 0, 0), None),  # who always accepts, before anything bad came
        (GoldTally(20, 20, 20, 0), 5_000),
        (GoldTally(20, 20, 1, 1), 10_000),
        (GoldTally(3, 2, 4, 3), 7_083),
        (GoldTally(1, 0, 1, 0), 0),
    ],
)
def test_balanced_accuracy(tally: GoldTally, balanced: int | None) -> None:
    assert tally.balanced == balanced


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60))
def test_balanced_accuracy_lies_between_and_counts_all(rows: list[tuple[bool, bool]]) -> None:
    tally = GoldTally()
    for accept, right in rows:
        tally = tally.plus(ACCEPT if accept else REJECT, right)
    assert tally.balanced is None or 0 <= tally.balanced <= 10_000
    assert tally.accepts + tally.rejects == len(rows)


@given(st.integers(1, 40), st.integers(1, 40))
def test_attack_always_the_same_answer_is_worth_nothing(accepts: int, rejects: int) -> None:
    assert GoldTally(accepts, accepts, rejects, 0).balanced == GoldTally(accepts, 0, rejects, rejects).balanced == 5_000


def test_entry_and_suspension() -> None:
    assert not admitted([True] * 9)
    assert admitted([True] * 7 + [False] * 3)
    assert not admitted([False] * 4 + [True] * 30)  # the first ten, not the best
    assert not suspended([False] * 39)
    assert suspended([True] * 50 + [False] * 17 + [True] * 23)
    assert not suspended([True] * 16 + [False] * 16 + [True] * 24)


def test_attack_a_coin_seldom_stays_and_an_honest_reviewer_seldom_leaves() -> None:
    toss = random.Random(6)

    def out(skill: float) -> float:
        return sum(suspended([toss.random() < skill for _ in range(40)]) for _ in range(4_000)) / 4_000

    assert out(0.5) > 0.83
    assert out(0.75) < 0.03
    assert out(0.8) < 0.005
