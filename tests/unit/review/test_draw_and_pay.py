from __future__ import annotations

import random
from collections import Counter

import pytest

from headwater.records.verdict import CountedVote
from headwater.records.vote import ACCEPT, REJECT
from headwater.review.draw import Candidate, Lot, draw, eligible
from headwater.review.pay import Agreement, Counts, Reviewed, agreements, pay_of

POOL = tuple(Candidate(f"0x{n:040x}", stake) for n, stake in enumerate((1, 2, 3, 4), start=1))


def lot(item: int, seed: int = 1) -> Lot:
    return Lot(31337, "0x" + "4e" * 20, 1, item, bytes([seed]) * 32)


def test_nobody_is_drawn_twice() -> None:
    for item in range(50):
        assert sorted(draw(lot(item), 4, POOL)) == [c.address for c in POOL]


def test_draws_follow_stake() -> None:
    first = Counter(draw(lot(item, 2), 1, POOL)[0] for item in range(8_000))
    for candidate in POOL:
        assert first[candidate.address] / 8_000 == pytest.approx(candidate.stake / 10, abs=0.02)


def test_attack_splitting_a_stake_gains_no_draws() -> None:
    split = (Candidate("0x" + "a" * 40, 2), Candidate("0x" + "b" * 40, 2), *POOL[:3])
    hits = sum(draw(lot(item, 3), 1, split)[0][2] in "ab" for item in range(8_000))
    assert hits / 8_000 == pytest.approx(0.4, abs=0.02)


def test_linked_and_unstaked_are_never_drawn() -> None:
    pool = eligible((*POOL, Candidate("0x" + "f" * 40, 0)), [POOL[3].address.upper().replace("0X", "0x")])
    assert [c.address for c in pool] == [c.address for c in POOL[:3]]


def test_the_order_is_that_of_the_leaves() -> None:
    pool = (POOL[2], POOL[0], POOL[1])
    assert eligible(pool, []) == pool


def test_too_few_reviewers_are_all_drawn() -> None:
    assert sorted(draw(lot(0), 9, POOL)) == [c.address for c in POOL]
    assert draw(lot(0), 2, ()) == ()


def item(truth: int, *verdicts: tuple[str, int]) -> Reviewed:
    llr = 400 if truth == ACCEPT else -400
    votes = [CountedVote(who, n, verdict, 847, bytes(32)) for n, (who, verdict) in enumerate(verdicts)]
    return Reviewed(llr, 0, 0, votes)


def test_honest_review_pays_and_lazy_review_does_not() -> None:
    rows, toss = [], random.Random(4)
    for n in range(400):
        truth = ACCEPT if n % 4 else REJECT
        coin = toss.choice((ACCEPT, REJECT))
        rows.append(
            item(truth, ("honest", truth), ("other", truth), ("third", truth), ("always", ACCEPT), ("coin", coin))
        )
    pay = pay_of(rows, 1_000)
    assert pay["always"] == 0
    assert pay["coin"] < 0.2 * pay["honest"]
    assert pay["honest"] >= 400 * 500


def test_pay_is_capped_and_never_negative() -> None:
    assert Agreement(Counts(10, 10, 5, 5)).factor(10_000) == 15_000
    assert Agreement(Counts(10, 0, 5, 5)).factor() == 0
    assert Agreement(Counts(10, 10, 10, 10)).factor() == 0


def test_attack_an_echo_of_the_check_earns_nothing() -> None:
    """He votes as the check leans: far beyond chance overall, not at all beyond what the check says."""
    echo = Agreement(Counts(60, 50, 60, 50), Counts(40, 36, 0, 4))
    assert echo.factor(5_000) == 0
    assert echo.factor() == 7_040


def test_attack_a_coin_lives_on_the_lucky_days_of_small_settlements() -> None:
    """Three votes a settlement: without what went before chance pays a coin almost as well; with it, little."""
    toss = random.Random(9)
    settlements = []
    for _ in range(200):
        rows = []
        for _ in range(3):
            truth, coin = toss.choice((ACCEPT, REJECT)), toss.choice((ACCEPT, REJECT))
            rows.append(item(truth, ("honest", truth), ("other", truth), ("coin", coin)))
        settlements.append(rows)

    def paid(remember: bool) -> dict[str, int]:
        earlier: dict[str, Agreement] = {}
        sums = Counter[str]()
        for rows in settlements:
            sums.update(pay_of(rows, 1_000, earlier=earlier if remember else None))
            for who, now in agreements(rows).items():
                earlier[who] = earlier.get(who, Agreement()) + now
        return sums

    forgetful, remembering = paid(False), paid(True)
    assert forgetful["coin"] > 0.2 * forgetful["honest"]
    assert remembering["coin"] < 0.1 * remembering["honest"]
    assert remembering["honest"] > forgetful["honest"]


def test_leave_one_out_is_the_sum_less_ones_own_vote() -> None:
    votes = [CountedVote("a", 0, ACCEPT, 900, bytes(32)), CountedVote("b", 1, REJECT, 200, bytes(32))]
    found = agreements([Reviewed(100, -50, 0, votes)])
    assert found == {"a": Agreement(Counts(1, 0, 1, 0)), "b": Agreement(Counts(1, 0, 0, 1))}
