"""What arithmetic alone shows wrong of a settlement (spec/settlement.md section 7, the functions of Faults).

Every function answers whether its fault holds of the leaves it is given; whether they are the settlement's is the
proof's matter. ``vectors/faults.json`` runs these and the contract.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from headwater.chain.structs import (
    ACCEPTED,
    CONTRIBUTOR,
    MISSING,
    NO_PAY_INDEX,
    OPERATOR,
    REVIEW_FEES_PER_ITEM,
    REVIEWER,
    WORD_LEAVES,
    Item,
    Pay,
    Terms,
    Vote,
    price_of,
)
from headwater.market.reward import FULL_GRADE, FULL_NOVELTY, Valued, value
from headwater.primitives.amounts import BPS, mul_div_down, mul_div_up
from headwater.records.verdict import CountedVote
from headwater.records.vote import ACCEPT, REJECT
from headwater.review.rule import MAX_VOTES, MAX_WEIGHT, MIN_WEIGHT, PRIOR_LIMIT


def worth(terms: Terms, item: Item, votes: Sequence[Vote]) -> Valued:
    """What the rule says of an item."""
    return value(
        item.llr,
        item.prior,
        _counted(votes),
        threshold=terms.threshold_milli,
        unit_reward=price_of(terms),
        grade=item.grade,
        novelty=item.novelty,
    )


def within_limits(prior: int, votes: Sequence[Vote]) -> bool:
    """Whether prior and votes are such as the rule takes."""
    return (
        abs(prior) <= PRIOR_LIMIT
        and len(votes) <= MAX_VOTES
        and len({v.reviewer.lower() for v in votes}) == len(votes)
        and all(v.verdict in (ACCEPT, REJECT) and MIN_WEIGHT <= v.weight <= MAX_WEIGHT for v in votes)
    )


def verdict_wrong(terms: Terms, item: Item, votes: Sequence[Vote]) -> bool:
    """proveVerdict."""
    if not within_limits(item.prior, votes):
        return True
    if item.verdict == MISSING:
        return bool(votes)
    return item.verdict != worth(terms, item, votes).byte


def byte_wrong(item: Item, votes: Sequence[Vote], verdicts: bytes, position: int) -> bool:
    """proveByte; ``position`` is the item's in the settlement."""
    score = _accepted(item, votes).score if item.verdict == ACCEPTED else 0
    return verdicts[2 * position : 2 * position + 2] != bytes((item.verdict, score))


def reward_wrong(terms: Terms, item: Item, votes: Sequence[Vote], pay_count: int) -> bool:
    """proveReward."""
    if item.grade > FULL_GRADE or item.novelty > FULL_NOVELTY:
        return True
    if item.pay_index != NO_PAY_INDEX if item.reward == 0 else item.pay_index >= pay_count:
        return True
    if item.verdict != ACCEPTED:
        return (item.reward, item.share_weight) != (0, 0)
    made = _accepted(item, votes, price_of(terms))
    return (item.reward, item.share_weight) != (made.reward, made.share_weight)


def order_wrong(item: Item, number: int) -> bool:
    """proveOrder; ``number`` is the one of the leaf's place."""
    return item.item != number


def pay_wrong(pay: Pay, numbers: Sequence[int], settled: Mapping[int, Item]) -> bool:
    """provePay; ``numbers`` are what its leaf lists, ``settled`` the settlement's items."""
    if pay.kind != CONTRIBUTOR:
        return False
    if any(number not in settled for number in numbers):
        return True
    items = [settled[number] for number in numbers]
    theirs = all(_same(i.contributor, pay.account) and i.pay_index == pay.index for i in items)
    ascending = all(a.item < b.item for a, b in pairwise(items))
    return not theirs or not ascending or sum(i.reward for i in items) != pay.amount


def unpaid_wrong(item: Item, pay: Pay, numbers: Sequence[int], pay_count: int) -> bool:
    """proveUnpaid; ``numbers`` are what ``pay`` lists, any leaf where the item names none."""
    if item.reward == 0:
        return False
    if item.pay_index >= pay_count:
        return True
    right = item.item in numbers and pay.kind == CONTRIBUTOR and _same(pay.account, item.contributor)
    return item.pay_index == pay.index and not right


def fee_wrong(terms: Terms, settler: str, count: int, first: Pay, last: Pay) -> bool:
    """proveFee; ``count`` items are settled."""
    if first.kind > OPERATOR:
        return True
    if first.kind == OPERATOR:
        fee = mul_div_down(count * terms.unit_reward, terms.operator_fee_bps, BPS)
        return not _same(first.account, settler) or first.amount != fee
    if first.kind != REVIEWER or last.kind != REVIEWER or first.index > last.index:
        return False
    cap = mul_div_up(terms.unit_reward, REVIEW_FEES_PER_ITEM * terms.review_fee_bps, BPS) * count
    return last.cumulative - first.cumulative + first.amount > cap


def sum_wrong(a: Pay, b: Pay, budget: int, count: int, total: int) -> bool:
    """proveSum; ``budget`` is that of the word ``a`` stands in, ``count`` the settlement's leaves."""
    if (a.index == 0 and a.cumulative != a.amount) or (b.index == count - 1 and b.cumulative != total):
        return True
    if b.index == a.index + 1 and (a.cumulative + b.amount != b.cumulative or _rank(a) >= _rank(b)):
        return True
    whole = a.index % WORD_LEAVES == 0 and b.index + 1 == min(a.index + WORD_LEAVES, count)
    return whole and b.cumulative - a.cumulative + a.amount != budget


def _accepted(item: Item, votes: Sequence[Vote], unit_reward: int = 0) -> Valued:
    """What an accepted item is worth, whether it should have been accepted or not."""
    grade, novelty = item.grade, item.novelty
    return value(
        item.llr,
        item.prior,
        _counted(votes),
        threshold=-(2**31),
        unit_reward=unit_reward,
        grade=grade,
        novelty=novelty,
    )


def _rank(pay: Pay) -> tuple[int, int]:
    return pay.kind, int(pay.account, 16)


def _same(one: str, other: str) -> bool:
    return int(one, 16) == int(other, 16)


def _counted(votes: Sequence[Vote]) -> tuple[CountedVote, ...]:
    return tuple(CountedVote(v.reviewer, v.round, v.verdict, v.weight, v.commit) for v in votes)
