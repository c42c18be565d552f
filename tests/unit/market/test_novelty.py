from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.market import MarketError
from headwater.market.deposit import gain_share, kept_of
from headwater.market.novelty import Placed, density, novelties, novelty, places, ramp, scale_for, scarcity
from headwater.records.campaign_spec import Stratum

M = 1_000


@pytest.mark.parametrize(
    ("nearest", "expected"),
    [(None, 10_000), (0, 0), (499, 0), (500, 0), (501, 20), (750, 5_000), (999, 9_980), (1_000, 10_000)],
)
def test_ramp(nearest: int | None, expected: int) -> None:
    assert ramp(nearest, M) == expected


def test_neighbours_and_strata() -> None:
    assert [density(n) for n in (0, 1, 3)] == [10_000, 5_000, 2_500]
    assert [scarcity(2, have) for have in range(5)] == [10_000, 10_000, 6_666, 5_000, 4_000]
    assert scarcity(0, 0) == 0


def test_outside_every_stratum_next_to_nothing_but_no_copy() -> None:
    made = novelties([Placed(None, 0, "pour"), Placed(M, 0, "other"), Placed(0, 0, "other")], M, [Stratum("pour", 5)])
    assert made == (10_000, 1, 0)


def test_what_a_stratum_pays_grows_with_the_logarithm_once_it_is_full() -> None:
    made = novelties([Placed(M, 0, "pour")] * 400, M, [Stratum("pour", 50)])
    assert made[:50] == (10_000,) * 50
    assert sum(made) < 10_000 * 50 * 3.1


def paid(points: list[int], whose: list[bool]) -> tuple[int, int]:
    """Novelty of the attacker's points and of the others', on a line."""
    rows = [[abs(x - y) for y in points[:at]] for at, x in enumerate(points)]
    made = novelties(places(rows, M), M)
    mine = sum(n for n, his in zip(made, whose, strict=True) if his)
    return mine, sum(made) - mine


def test_attack_five_copies_of_each_pay_as_much_as_none() -> None:
    """Every second point is the attacker's, each followed at once by five copies, a fifth of the scale off."""
    points, whose, crowded, theirs = list[int](), list[bool](), list[int](), list[bool]()
    for n in range(100):
        points.append(n * M * 3 // 4)
        whose.append(n % 2 == 0)
        near = [points[-1] + d * M // 5 for d in (-1, 1, -1, 1, -1)] if whose[-1] else []
        crowded += [points[-1], *near]
        theirs += [whose[-1]] * (1 + len(near))
    assert paid(crowded, theirs) == paid(points, whose)


def test_attack_copies_sent_to_make_others_late() -> None:
    """Copies of one's own item at four tenths of the scale toward where a stranger's will be: his is still new."""
    assert paid([0, 400, 800], [True, True, False])[1] == ramp(800, M) // 2


@given(st.integers(0, 3 * M), st.integers(0, 50), st.integers(0, 30), st.integers(0, 60))
def test_novelty_never_rises_with_what_was_there_before(nearest: int, crowd: int, want: int, have: int) -> None:
    now = novelty(Placed(nearest, crowd, "s"), M, want, have)
    assert 0 <= now <= 10_000
    assert (now == 0) == (2 * nearest <= M)
    assert novelty(Placed(nearest, crowd + 1, "s"), M, want, have) <= now
    assert novelty(Placed(nearest, crowd, "s"), M, want, have + 1) <= now
    assert novelty(Placed(nearest + 1, crowd, "s"), M, want, have) >= now


def test_deposits() -> None:
    assert gain_share(100, 50) == 3_334
    assert gain_share(100, 25) == 2_000
    assert [kept_of(50, byte) for byte in range(4)] == [50, 50, 0, 0]


def apart(points: list[tuple[int, ...]]) -> list[list[int]]:
    rows = enumerate(points)
    return [[round(sum((a - b) ** 2 for a, b in zip(p, q, strict=True)) ** 0.5) for q in points[:n]] for n, p in rows]


def drawn(seed: int, axes: int) -> list[list[int]]:
    dice = random.Random(seed)
    return apart([tuple(dice.randint(0, 10**6) for _ in range(axes)) for _ in range(50)])


def test_fifty_honest_items_keep_what_they_were_promised() -> None:
    scales = [scale_for(drawn(seed, 8)) for seed in range(8)]
    kept = [sum(novelties(places(drawn(100 + n, 8), m), m)) / 500_000 for n, m in enumerate(scales)]
    assert sum(kept) / len(kept) >= 0.95


def test_scale_is_the_largest_that_keeps_it() -> None:
    rows = drawn(1, 8)
    m = scale_for(rows)
    assert sum(novelties(places(rows, m), m)) >= 9_700 * 50
    wider = m * 101 // 100
    assert sum(novelties(places(rows, wider), wider)) < 9_700 * 50


def test_attack_sample_so_crowded_that_copies_would_pass() -> None:
    """On a line half the neighbours are very near: what keeps the honest their pay would let copies through."""
    rows = drawn(2, 1)
    neighbour = sorted(min(abs(d) for d in [*rows[n], *(r[n] for r in rows[n + 1 :])]) for n in range(50))[25]
    assert ramp(neighbour // 5, scale_for(rows)) == 0


@pytest.mark.parametrize("rows", [[], [[]], [[], [0], [0, 0]]])
def test_sample_that_says_nothing_is_refused(rows: list[list[int]]) -> None:
    with pytest.raises(MarketError, match="sample"):
        scale_for(rows)
