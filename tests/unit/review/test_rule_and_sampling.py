from __future__ import annotations

import math

import pytest

from headwater.records.verdict import CountedVote
from headwater.records.vote import ACCEPT, REJECT
from headwater.review.record import prior
from headwater.review.rule import MAX_WEIGHT, START_WEIGHT, judge, probability, total, weight
from headwater.review.sampling import Step, audited, next_step

SEED = b"\x05" * 32


def vote(verdict: int, number: int = 0, weight_: int = START_WEIGHT) -> CountedVote:
    return CountedVote(f"0x{number + 1:040x}", number, verdict, weight_, bytes(32))


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [(28, 12, 847), (1, 99, 201), (99, 1, MAX_WEIGHT), (5, 5, 201), (9, 1, 2197)],
)
def test_weights(right: int, wrong: int, expected: int) -> None:
    assert weight(right, wrong) == expected


def test_accept_only_above_the_threshold() -> None:
    votes = (vote(ACCEPT), vote(REJECT, 1))
    assert total(500, 0, votes) == 500
    assert not judge(500, 0, votes, 500).accepted
    assert judge(501, 0, votes, 500).accepted


@pytest.mark.parametrize(
    ("llr", "record", "settled", "votes", "step"),
    [
        (2000, 0, 0, 0, Step.ASK),
        (4000, 0, 0, 0, Step.ASK),  # sure, but auto-accept needs ten settled items
        (4000, 0, 10, 0, Step.SKIP),
        (-3476, 0, 0, 0, Step.SKIP),
        (-3475, 0, 0, 0, Step.ASK),
        (2500, 0, 0, 1, Step.ASK),  # never fewer than two
        (2000, 0, 0, 2, Step.DECIDE),
        (0, 0, 0, 3, Step.ASK),
        (0, 0, 0, 4, Step.DECIDE),
    ],
)
def test_when_to_ask(llr: int, record: int, settled: int, votes: int, step: Step) -> None:
    cast = [vote(ACCEPT, n) for n in range(votes)]
    assert not audited(SEED, 1)
    assert next_step(llr, record, settled, cast, SEED, 1, 9) is step


def test_undecided_stops_at_nine_or_when_reviewers_run_out() -> None:
    split = [vote(n % 2, n) for n in range(9)]
    assert next_step(0, 0, 0, split, SEED, 1, 20) is Step.DECIDE
    assert next_step(0, 0, 0, split[:4], SEED, 1, 4) is Step.DECIDE
    assert next_step(0, 0, 0, split[:4], SEED, 1, 5) is Step.ASK


def test_about_one_skipped_item_in_twenty_is_audited() -> None:
    share = sum(audited(SEED, item) for item in range(20_000)) / 20_000
    assert abs(share - 0.05) < 5 * math.sqrt(0.05 * 0.95 / 20_000)


def test_an_audited_item_is_asked_although_clear() -> None:
    item = next(i for i in range(1000) if audited(SEED, i))
    assert next_step(-8000, 0, 0, [], SEED, item, 9) is Step.ASK


def test_a_record_is_clipped_and_starts_at_zero() -> None:
    assert prior([]) == 0
    assert prior([True]) == round(1000 * math.log((0.98 + 1) / 0.98))
    assert prior([True] * 500) == 2200
    assert prior([False] * 500) == -2200
    assert prior([False, True]) > prior([True, False])


def test_probability_of_the_published_thresholds() -> None:
    assert probability(3476) == pytest.approx(0.97, abs=5e-4)
    assert probability(2944) == pytest.approx(0.95, abs=5e-4)
