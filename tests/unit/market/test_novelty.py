from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.market.deposit import gain_share, kept_of
from headwater.market.novelty import Placed, density, novelties, novelty, ramp, scarcity
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


def test_attack_five_copies_of_each_pay_as_much_as_none() -> None:
    """Points on a line, one scale apart; the attacker sends five copies of each of his, a fifth of the scale off."""
    own = [M * n for n in range(50)]
    copies = [x + d * M // 5 for x in own for d in (-1, 1, -1, 1, -1)]

    def paid(points: list[int]) -> int:
        placed = []
        for at, x in enumerate(points):
            distances = [abs(x - y) for y in points[:at]]
            placed.append(Placed(min(distances, default=None), sum(d < M for d in distances)))
        return sum(novelties(placed, M))

    assert paid(own + copies) == paid(own)


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
