"""What an anchor bound and its settlement opened: only all of it, as it was bound, in balance, of its own items."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headwater.client.finals import Plan
from headwater.primitives.amounts import Amount
from headwater.primitives.hashing import keccak256
from headwater.records.gold import GoldPlan, GoldTruth
from headwater.records.verdict import Verdict
from headwater.records.vote import ACCEPT, REJECT
from headwater.review import Gold, GoldError, Stock, fill, plan_gaps, plan_root

CHAIN, REPUTATION, CAMPAIGN, SECRET = 31337, "0x" + "5e" * 20, 1, b"s" * 32
KINDS = [(ACCEPT, 400), (REJECT, -400), (ACCEPT, -400), (REJECT, 400)]


def name(item: int) -> bytes:
    return keccak256(b"contribution %d" % item)


def verdict(item: int, llr: int) -> Verdict:
    word = bytes(32)
    return Verdict(item, "", name(item), llr, 0, (), 100, 10_000, 1, Amount(0), 0, word, "", "", (), "")


ITEMS = [verdict(7 + n, llr) for n, (_, llr) in enumerate(KINDS)] + [verdict(11, 400)]
GOLDS = tuple(GoldTruth(name(7 + n), truth) for n, (truth, _) in enumerate(KINDS))
OPENED = GoldPlan(7, SECRET, GOLDS)


def bound(opened: GoldPlan | None, golds: tuple[GoldTruth, ...] = GOLDS) -> Plan:
    rows = [Gold(one.contribution, one.truth) for one in golds]
    return Plan(CHAIN, REPUTATION, CAMPAIGN, plan_root(rows, CHAIN, REPUTATION, CAMPAIGN, SECRET), opened)


def test_what_was_bound_and_opened_counts() -> None:
    assert bound(OPENED).truths(ITEMS) == {7: ACCEPT, 8: REJECT, 9: ACCEPT, 10: REJECT}
    assert bound(replace(OPENED, golds=()), ()).truths(ITEMS) == {}, "a plan without gold"
    assert Plan(CHAIN, REPUTATION, CAMPAIGN, None, None).truths(ITEMS) == {}, "nothing bound, nothing opened"


LIES = {
    "withheld": None,
    "one left out": replace(OPENED, golds=GOLDS[1:]),
    "one added once the draw is known": replace(OPENED, golds=(*GOLDS, GoldTruth(name(11), REJECT))),
    "an answer turned, to frame who was right": replace(OPENED, golds=(GoldTruth(name(7), REJECT), *GOLDS[1:])),
    "another secret": replace(OPENED, secret=bytes(32)),
    "said to be none": replace(OPENED, golds=()),
    "one twice": replace(OPENED, golds=(*GOLDS, GOLDS[0])),
}


@pytest.mark.parametrize("opened", LIES.values(), ids=LIES.keys())
def test_attack_another_plan_than_was_bound(opened: GoldPlan | None) -> None:
    with pytest.raises(GoldError, match="gold plan"):
        bound(opened).truths(ITEMS)


def test_attack_a_plan_nobody_bound() -> None:
    with pytest.raises(GoldError, match="none was bound"):
        Plan(CHAIN, REPUTATION, CAMPAIGN, None, OPENED).truths(ITEMS)


def test_attack_gold_of_another_anchor() -> None:
    with pytest.raises(GoldError, match="contributions of its anchor"):
        bound(OPENED).truths(ITEMS[1:])


def test_attack_a_plan_that_rewards_one_answer() -> None:
    """Who always accepts would look right, and so would who repeats the check."""
    accepts = tuple(GoldTruth(name(item), ACCEPT) for item in (7, 10))
    with pytest.raises(GoldError, match="accept and reject: 2 and 0"):
        bound(replace(OPENED, golds=accepts), accepts).truths(ITEMS)


def test_what_is_planted_is_in_balance() -> None:
    stock = [Stock(Gold(name(n), truth), llr) for n, (truth, llr) in enumerate([*KINDS, *KINDS[:1] * 5, *KINDS[2:3]])]
    for count in range(len(stock) + 1):
        chosen = fill(stock[:count])
        assert plan_gaps(chosen) == ()
        assert len(chosen) >= min(count, 4), "what can be planted is"
    assert [one.gold.contribution for one in fill(stock)] == [name(n) for n in (0, 1, 2, 3, 4)]
