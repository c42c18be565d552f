from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headwater.review import Candidate, Lot, draw, eligible
from headwater.review.urn import Urn

WHO = [f"0x{number + 1:040X}".replace("X", "x") for number in range(9)]
STAKES = st.lists(st.one_of(st.just(0), st.integers(1, 9), st.integers(1, 2**95)), max_size=9)


@given(STAKES, st.lists(st.sampled_from(WHO), max_size=4), st.integers(0, 12), st.integers(0, 2**32 - 1))
def test_an_urn_draws_what_the_walk_draws(stakes: list[int], excluded: list[str], count: int, item: int) -> None:
    leaves = [Candidate(who, stake) for who, stake in zip(WHO, stakes, strict=False)]
    lot, urn = Lot(31337, WHO[0], 7, item, bytes(32)), Urn(leaves)
    expected = draw(lot, count, eligible(leaves, [who.lower() for who in excluded]))
    assert urn.draw(lot, count, excluded) == expected
    assert urn.draw(lot, count, excluded) == expected
