from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.chain.structs import references_hash
from headwater.market.errors import MarketError
from headwater.market.reward import QUALITY, quality, value
from headwater.market.split import share_amount, shares_of, split_of
from headwater.records.verdict import CountedVote

YES = (CountedVote("0x" + "1" * 40, 0, 1, 847, bytes(32)), CountedVote("0x" + "2" * 40, 1, 1, 847, bytes(32)))


def test_quality_is_two_p_minus_one() -> None:
    assert QUALITY[0] == 0
    assert quality(-5) == 0
    assert quality(2944) == QUALITY[29] == 8957
    assert quality(10**9) == QUALITY[80] == 9993


def test_an_accepted_item() -> None:
    worth = value(2000, 0, YES, threshold=0, unit_reward=1_000_000)
    assert (worth.sum, worth.byte, worth.score) == (3694, 1, 94)
    assert worth.reward == 1_000_000 * QUALITY[36] // 10_000
    assert worth.share_weight == QUALITY[36] * 100


@pytest.mark.parametrize(
    ("llr", "novelty", "byte"), [(-1, 10_000, 0), (-2943, 10_000, 0), (-2944, 10_000, 2), (-1, 0, 2), (5000, 0, 2)]
)
def test_a_rejected_item_earns_nothing(llr: int, novelty: int, byte: int) -> None:
    worth = value(llr, 0, (), threshold=0, unit_reward=10**6, novelty=novelty)
    assert (worth.byte, worth.reward, worth.score, worth.share_weight) == (byte, 0, 0, 0)


def test_grade_and_novelty_scale_the_reward() -> None:
    full = value(5000, 0, (), threshold=0, unit_reward=10**6).reward
    assert value(5000, 0, (), threshold=0, unit_reward=10**6, grade=50).reward == full // 2
    assert value(5000, 0, (), threshold=0, unit_reward=10**6, novelty=2500).reward == full // 4


WEIGHTS = st.lists(st.integers(1, 10**6), min_size=1, max_size=40)


@given(WEIGHTS, st.integers(0, 10**24), st.integers(0, 9500), st.integers(0, 500))
def test_every_unit_of_a_sale_goes_somewhere(weights: list[int], gross: int, owner: int, fee: int) -> None:
    shares = shares_of([(f"0x{n:040x}", w, n) for n, w in enumerate(weights)])
    split = split_of(gross, owner, fee)
    assert split.owner + split.fee + split.pool == gross
    assert split.fee - 1 <= split.fee_claimable <= split.fee
    parts = sum(share_amount(split.pool, s, shares[-1].cumulative) for s in shares)
    assert split.pool - len(shares) < parts <= split.pool


@given(WEIGHTS, st.lists(st.integers(0, 10**12), min_size=1, max_size=6))
def test_attack_claiming_often_gains_nothing(weights: list[int], sales: list[int]) -> None:
    """A share's claims over a growing gross add up to one claim at the end, and none ever shrinks."""
    shares = shares_of([(f"0x{n:040x}", w, n) for n, w in enumerate(weights)])
    total, gross = shares[-1].cumulative, 0
    claimed = [0] * len(shares)
    for sale in sales:
        gross += sale
        split, before = split_of(gross, 2000, 250), split_of(gross - sale, 2000, 250)
        assert split.owner >= before.owner
        assert split.fee_claimable >= before.fee_claimable
        pool = split.pool
        for n, share in enumerate(shares):
            amount = share_amount(pool, share, total)
            assert amount >= claimed[n]
            claimed[n] = amount
    assert sum(claimed) <= split_of(sum(sales), 2000, 250).pool


def test_identities_cannot_be_split_for_gain() -> None:
    one = shares_of([("0xa", 100, 1), ("0xb", 300, 2)])
    two = shares_of([("0xa", 100, 1), ("0xb1", 150, 2), ("0xb2", 150, 3)])
    pool = 999_999_999
    assert sum(share_amount(pool, s, 400) for s in two[1:]) <= share_amount(pool, one[1], 400)


def test_a_version_without_weight_is_refused() -> None:
    with pytest.raises(MarketError, match="no positive weight"):
        shares_of([("0xa", 0, 1)])


def test_an_account_has_a_leaf_for_every_256_items_in_order() -> None:
    shares = shares_of([("0xb", 2, n) for n in range(300)] + [("0xa", 1, 7)])
    assert [(s.index, s.account, s.first, s.weight, s.cumulative) for s in shares] == [
        (0, "0xa", 7, 1, 1),
        (1, "0xb", 0, 512, 513),
        (2, "0xb", 256, 88, 601),
    ]
    assert shares[2].items == references_hash(list(range(256, 300)))
