from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.review.deadlines import Place, Turn, Windows, exhausted, next_place, rounds_wrong, turn
from headwater.review.errors import DeadlineError

W = Windows(commit=100, reveal=50)


@pytest.mark.parametrize(
    ("place", "now", "state"),
    [
        (Place(0), 100, Turn.OPEN),
        (Place(0), 101, Turn.SILENT),
        (Place(0, committed=100), 150, Turn.OPEN),
        (Place(0, committed=100), 151, Turn.SILENT),
        (Place(0, committed=101, revealed=102), 103, Turn.SILENT),
        (Place(0, committed=100, revealed=150), 160, Turn.VOTED),
        (Place(0, committed=10, revealed=10, closed=20), 20, Turn.VOTED),
        (Place(0, closed=100), 500, Turn.PASSED),
        (Place(0, closed=101), 500, Turn.SILENT),
        (Place(0, committed=10, closed=101), 500, Turn.PASSED),
    ],
)
def test_turns(place: Place, now: int, state: Turn) -> None:
    assert turn(place, W, now) is state


def test_the_next_place_steps_in_when_the_time_is_up() -> None:
    voted, silent = Place(0, 5, 5, 6), Place(6, closed=110)
    assert next_place([], W, 0) == 0
    assert next_place([voted], W, 6) == 1
    assert next_place([voted, Place(6)], W, 106) is None
    assert next_place([voted, Place(6)], W, 107) == 2
    assert next_place([voted, silent, Place(110)], W, 120) is None


def test_attack_operator_replaces_a_reviewer_before_his_deadline() -> None:
    early = [Place(0, closed=40), Place(40, 50, 50)]
    with pytest.raises(DeadlineError, match="place 0"):
        next_place(early, W, 60)
    assert rounds_wrong([1], early, W, 60)
    assert rounds_wrong([0, 1], early, W, 60)


def test_attack_operator_asks_two_places_at_once() -> None:
    with pytest.raises(DeadlineError, match="place 0"):
        next_place([Place(0), Place(0, 5, 5)], W, 60)


def test_attack_operator_calls_a_vote_that_stands_on_chain_silence() -> None:
    places = [Place(0, 5, 5, 6), Place(6, committed=50, revealed=60, closed=200), Place(200, 210, 210)]
    assert not rounds_wrong([0, 1, 2], places, W, 300)
    assert rounds_wrong([0, 2], places, W, 300)


def test_votes_keep_the_rounds_of_their_places() -> None:
    places = [Place(0, 5, 5, 6), Place(6, closed=110), Place(110, 120, 120)]
    assert not rounds_wrong([0, 2], places, W, 300)
    assert rounds_wrong([0, 1], places, W, 300)


def test_nine_silent_places_end_it() -> None:
    silent = [Place(101 * n, closed=101 * (n + 1)) for n in range(9)]
    assert not exhausted(silent[:8], W, 900)
    assert exhausted(silent, W, 1000)


times = st.one_of(st.none(), st.integers(0, 400))
spots = st.builds(Place, opened=st.integers(0, 200), committed=times, revealed=times, closed=times)


@given(spots, st.integers(0, 400), st.integers(0, 400))
def test_what_is_said_of_a_closed_place_never_changes(place: Place, now: int, later: int) -> None:
    states = {turn(place, W, now), turn(place, W, now + later)}
    assert len(states) == 1 or (place.closed is None and states == {Turn.OPEN, Turn.SILENT})
