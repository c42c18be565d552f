from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from headwater.primitives import canonical
from headwater.primitives.amounts import Amount
from headwater.records import codec
from headwater.records.codec import record
from headwater.records.errors import RecordError
from headwater.records.verdict import CountedVote, Verdict

VERDICT = Verdict(
    item=4,
    contributor="0x" + "1" * 40,
    contribution=b"\x01" * 32,
    llr=-100,
    prior=0,
    votes=(CountedVote("0x" + "2" * 40, 0, 1, 847, b"\x02" * 32),),
    grade=100,
    novelty=10_000,
    byte=1,
    reward=Amount(10**25),
    score=80,
    opening=b"\x03" * 32,
    report="r",
    index="i",
    ballots=("a",),
    reason="",
)


@record("pair", 1)
@dataclass(frozen=True)
class Pair:
    left: int
    right: str | None


def test_a_record_reads_back_and_its_name_is_stable() -> None:
    data = codec.encode(VERDICT)
    assert codec.decode(Verdict, data) == VERDICT
    assert codec.encode(codec.decode(Verdict, data)) == data
    assert codec.cid(VERDICT).startswith("bafyrei")


def test_one_changed_field_changes_the_name() -> None:
    assert codec.digest(replace(VERDICT, score=81)) != codec.digest(VERDICT)


@pytest.mark.parametrize(
    "plain",
    [
        {"type": "pair/2", "left": 1, "right": None},
        {"left": 1, "right": None},
        {"type": "pair/1", "left": 1},
        {"type": "pair/1", "left": 1, "right": None, "extra": 1},
        {"type": "pair/1", "left": True, "right": None},
        {"type": "pair/1", "left": "1", "right": None},
        {"type": "pair/1", "left": 1, "right": b""},
        [],
    ],
)
def test_strict_decoding(plain: Any) -> None:
    with pytest.raises(RecordError, match="pair/1"):
        codec.decode(Pair, canonical.encode(plain))


def test_null_where_allowed() -> None:
    assert codec.decode(Pair, codec.encode(Pair(1, None))) == Pair(1, None)


@pytest.mark.parametrize("amount", ["01", "-1", "1.0", "", "١"])
def test_amounts_have_one_spelling(amount: str) -> None:
    plain = codec.to_plain(VERDICT) | {"reward": amount}
    with pytest.raises(RecordError, match="reward"):
        codec.decode(Verdict, canonical.encode(plain))
