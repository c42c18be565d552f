from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.catalog.reputation import rows_of
from headwater.primitives.ids import checksum_address
from headwater.review import Answer, StandingError, changes_of, decode_changes, encode_changes, records_after

WHO = [checksum_address(f"{n:040x}") for n in (0x11, 0x22, 0x33)]


def answer(item: int, who: int = 0, right: bool = True, adjudicated: bool = False, round_: int = 0) -> Answer:
    return Answer(1, item, round_, WHO[who], right, adjudicated)


def test_gold_weighs_one_and_a_jurys_word_three() -> None:
    changes = changes_of([answer(1, 1), answer(2, 1, False, True), answer(3, 0, False)])
    assert [(c.reviewer, c.right, c.wrong) for c in changes] == [(WHO[0], 0, 10), (WHO[1], 10, 30)]
    assert len(encode_changes(changes)) == 48
    records = records_after({WHO[1]: (58, 12)}, changes)
    assert records == {WHO[0]: (28, 22), WHO[1]: (68, 42)}
    assert [row.weight for row in rows_of(records)] == [241, 482]


def test_attack_one_answer_counted_twice() -> None:
    with pytest.raises(StandingError, match="twice"):
        changes_of([answer(1), answer(1)])
    assert changes_of([answer(1), answer(2)], counted={answer(1).place}) == changes_of([answer(2)])
    assert changes_of([answer(1)], counted={answer(1).place}) == ()


def test_more_than_a_change_holds_is_refused() -> None:
    with pytest.raises(StandingError, match="next epoch"):
        changes_of(answer(n, adjudicated=True) for n in range(2_185))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(23),
        bytes.fromhex("11" * 20 + "00000000"),
        bytes.fromhex("11" * 20 + "00050000"),
        bytes.fromhex("22" * 20 + "000a0000" + "11" * 20 + "000a0000"),
        bytes.fromhex("11" * 20 + "000a0000") * 2,
    ],
    ids=["none", "short", "zero twice", "not by ten", "descending", "one reviewer twice"],
)
def test_bytes_the_contract_refuses(data: bytes) -> None:
    with pytest.raises(StandingError):
        decode_changes(data)


answers = st.builds(
    Answer,
    campaign=st.integers(1, 3),
    item=st.integers(0, 40),
    round=st.integers(0, 8),
    reviewer=st.sampled_from(WHO),
    right=st.booleans(),
    adjudicated=st.booleans(),
)


@given(st.lists(answers, min_size=1, max_size=50, unique_by=lambda one: one.place))
def test_any_answers_survive_their_bytes_and_any_cut_into_epochs(rows: list[Answer]) -> None:
    whole = changes_of(rows)
    assert decode_changes(encode_changes(whole)) == whole
    half = len(rows) // 2
    first = records_after({}, changes_of(rows[:half]))
    later = changes_of(rows, counted={row.place for row in rows[:half]})
    assert records_after(first, later) == records_after({}, whole)
