"""Cases of the contract Faults: what arithmetic alone shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fault_cases.book import ALICE, CAROL, PANEL, Book, Case, R, account, case, honest, vote
from headwater.chain.structs import CONTRIBUTOR, NO_PAY_INDEX, OPERATOR, REVIEWER, Pay, Vote, items_hash


def voted(name: str, fault: bool, votes: Sequence[Vote] = (), **change: Any) -> Case:
    """An item of Alice's with these votes, judged so."""
    book = honest()
    book.vote(0, votes)
    book.item(0, **change)
    return case("proveVerdict", name, fault, book, at=0, votes=book.votes[0])


def verdicts() -> list[Case]:
    """proveVerdict."""
    low, high = vote(0, 1, 199), vote(0, 1, 2_945)
    twice = [vote(0), replace(vote(1), reviewer=PANEL[0])]
    many = [vote(n) for n in range(9)]
    odd = replace(vote(0), verdict=2)
    return [
        *(
            case("proveVerdict", f"honest, item {at}", False, honest(), at=at, votes=honest().votes[at])
            for at in range(4)
        ),
        voted("accepted at the threshold: above it is meant", True, llr=1_500, prior=0),
        voted("accepted one above the threshold", False, llr=1_501, prior=0),
        voted("rejected one above the threshold", True, llr=1_501, prior=0, verdict=0),
        voted("rejected at the threshold", False, llr=1_500, prior=0, verdict=0),
        voted("forfeited at -2943: rejected is right", True, llr=-2_943, prior=0, verdict=2),
        voted("rejected at -2943", False, llr=-2_943, prior=0, verdict=0),
        voted("rejected at -2944: forfeited is right", True, llr=-2_944, prior=0, verdict=0),
        voted("forfeited at -2944", False, llr=-2_944, prior=0, verdict=2),
        voted(
            "the votes turn the checks and are not heard", True, [vote(n) for n in range(3)], llr=0, prior=0, verdict=0
        ),
        voted("the votes turn the checks", False, [vote(n) for n in range(3)], llr=0, prior=0),
        voted("a copy is accepted", True, llr=8_000, novelty=0),
        voted("a copy is rejected and keeps its deposit", True, llr=0, novelty=0, verdict=0),
        voted("a copy is forfeited, however good", False, llr=8_000, novelty=0, verdict=2),
        voted("data never came, and yet there is a vote", True, [vote(0)], llr=0, verdict=3),
        voted("data never came", False, llr=8_000, verdict=3),
        voted("no such verdict", True, llr=8_000, verdict=4),
        voted("a prior of 2201", True, llr=8_000, prior=2_201),
        voted("a prior of 2200", False, llr=8_000, prior=2_200),
        voted("a prior of -2201", True, llr=8_000, prior=-2_201),
        voted("a prior of -2200", False, llr=8_000, prior=-2_200),
        voted("a weight of 199", True, [low], llr=8_000),
        voted("a weight of 200", False, [replace(low, weight=200)], llr=8_000),
        voted("a weight of 2945", True, [high], llr=8_000),
        voted("a weight of 2944", False, [replace(high, weight=2_944)], llr=8_000),
        voted("a reviewer counted twice", True, twice, llr=8_000),
        voted("ten votes", True, [*many, vote(9)], llr=8_000),
        voted("nine votes", False, many, llr=8_000),
        voted("a vote that is neither yes nor no", True, [odd], llr=8_000),
    ]


def scored(name: str, fault: bool, at: int, byte: int | None = None, by: int = 0) -> Case:
    """The two bytes of an item, changed."""
    book = honest()
    if byte is not None:
        book.verdicts[2 * at] = byte
    book.verdicts[2 * at + 1] += by
    return case("proveByte", name, fault, book, at=at, votes=book.votes[at])


def verdict_bytes() -> list[Case]:
    """proveByte."""
    graded = honest()
    graded.item(1, grade=99)
    return [
        *(scored(f"honest, item {at}", False, at) for at in range(4)),
        scored("accepted in the leaf, rejected in the bytes", True, 0, byte=0),
        scored("accepted in the leaf, forfeited in the bytes", True, 1, byte=2),
        scored("rejected in the leaf, its deposit kept by the bytes", True, 2, byte=2),
        scored("a score one too high", True, 0, by=1),
        scored("a score one too low", True, 3, by=-1),
        scored("a rejected item with a score", True, 2, by=1),
        case("proveByte", "another grade than the score's", True, graded, at=1, votes=[]),
        case("proveByte", "another item's bytes are wrong", False, _other_byte(), at=0, votes=honest().votes[0]),
    ]


def _other_byte() -> Book:
    book = honest()
    book.verdicts[2] = 0
    return book


def rewarded(name: str, fault: bool, at: int, *, terms: str = "price", **change: Any) -> Case:
    """An item's money, changed."""
    book = honest() if terms == "price" else unpriced()
    book.item(at, **change)
    return case("proveReward", name, fault, book, terms=terms, at=at, votes=book.votes[at])


def unpriced() -> Book:
    """A pool's settlement, which pays the operator alone."""
    book = honest()
    book.pays, book.lists = book.pays[5:], book.lists[5:]
    book.sum()
    for at in (0, 1, 3):
        book.item(at, reward=0, pay_index=NO_PAY_INDEX)
    return book


def rewards() -> list[Case]:
    """proveReward."""
    item, clear = honest().items[0], honest().items[1]
    unpaid = {"reward": 0, "pay_index": NO_PAY_INDEX}
    return [
        *(rewarded(f"honest, item {at}", False, at) for at in range(4)),
        rewarded("a unit more", True, 0, reward=item.reward + 1),
        rewarded("a unit less", True, 0, reward=item.reward - 1),
        rewarded("all of R: quality never reaches 1", True, 1, reward=R),
        rewarded("novelty forgotten", True, 3, reward=honest().items[3].reward * 2),
        rewarded("a share weight one higher", True, 1, share_weight=clear.share_weight + 1),
        rewarded("no share weight", True, 1, share_weight=0),
        rewarded("a grade of 101", True, 1, grade=101),
        rewarded("a novelty of 10001", True, 1, novelty=10_001),
        rewarded("rejected, and rewarded", True, 2, reward=1, pay_index=0),
        rewarded("rejected, with a share weight", True, 2, share_weight=1),
        rewarded("rejected, with a pay index", True, 2, pay_index=0),
        rewarded("a pay index that is no leaf's", True, 1, pay_index=len(honest().pays)),
        rewarded("the last pay index there is (another function's)", False, 1, pay_index=len(honest().pays) - 1),
        rewarded("accepted, with nothing", True, 1, **unpaid),
        rewarded("a grade of 0 earns nothing", False, 1, grade=0, share_weight=0, **unpaid),
        rewarded("a pool's item with a price", True, 1, terms="pool", reward=clear.reward, pay_index=0),
        rewarded("a pool's item, paid by share weight alone", False, 1, terms="pool"),
    ]


def orders() -> list[Case]:
    """proveOrder."""
    swapped, twice = honest(), honest()
    swapped.items[1], swapped.items[2] = swapped.items[2], swapped.items[1]
    twice.item(2, item=1)
    return [
        *(case("proveOrder", f"honest, place {at}", False, honest(), at=at) for at in (0, 3)),
        case("proveOrder", "two items changed places", True, swapped, at=1),
        case("proveOrder", "a place that kept its item among others that did not", False, swapped, at=3),
        case("proveOrder", "an item twice", True, twice, at=2),
        case("proveOrder", "the item that is twice, in its own place", False, twice, at=1),
    ]


def paid(name: str, fault: bool, pay: int, book: Book) -> Case:
    """A leaf and the items it lists."""
    return case("provePay", name, fault, book, pay=pay, items=book.lists[pay])


def pays() -> list[Case]:
    """provePay: leaf 0 is Alice's for item 0, leaf 1 Bob's for 1 and 3."""
    more, less, back, foreign, elsewhere, moved = (honest() for _ in range(6))
    more.pay(1, amount=more.pays[1].amount + 1)
    more.sum()
    less.list(1, [1])
    back.list(1, [3, 1])
    foreign.list(0, [0, 1])
    foreign.pay(0, amount=foreign.items[0].reward + foreign.items[1].reward)
    foreign.sum()
    elsewhere.item(3, pay_index=0)
    moved.item(3, contributor=CAROL)
    nothing = honest()
    nothing.list(0, [0, 2])  # Alice's own, rejected, worth nothing, of no leaf
    beyond, besides = honest(), honest()
    for book, at, listed in ((beyond, 0, [4]), (besides, 1, [1, 3, 999])):
        book.list(at, listed)
        book.pay(at, amount=book.pays[at].amount + R)
        book.sum()
    panel = honest()
    panel.pay(2, amount=panel.pays[2].amount + 7)
    panel.sum()
    return [
        paid("honest, one item", False, 0, honest()),
        paid("honest, two items", False, 1, honest()),
        paid("a unit more than its items", True, 1, more),
        paid("an item's reward without the item", True, 1, less),
        paid("the items of it in the wrong order", True, 1, back),
        paid("somebody else's item besides his own", True, 0, foreign),
        paid("an item that points to another leaf", True, 1, elsewhere),
        paid("an item of another account", True, 1, moved),
        paid("a rejected item of his own, which points to no leaf", True, 0, nothing),
        paid("an item the settlement does not have", True, 0, beyond),
        paid("his items, and one the settlement does not have", True, 1, besides),
        paid("the leaf beside a wrong one", False, 0, elsewhere),
        paid("a reviewer's leaf, whatever it pays", False, 2, panel),
    ]


def owed(name: str, fault: bool, at: int, book: Book, pay: int | None = None) -> Case:
    """An item, the leaf it names (or another), and what that lists."""
    number = book.items[at].pay_index if pay is None else pay
    index = min(number, len(book.pays) - 1)
    return case("proveUnpaid", name, fault, book, at=at, pay=index, numbers=book.lists[index])


def unpaid() -> list[Case]:
    """proveUnpaid."""
    anothers, unlisted, nowhere, panel, free = (honest() for _ in range(5))
    anothers.item(0, pay_index=1)
    unlisted.list(1, [1])
    nowhere.item(1, pay_index=len(nowhere.pays))
    panel.pay(2, account=ALICE, items=panel.pays[0].items)
    panel.lists[2] = panel.lists[0]
    panel.item(0, pay_index=2)
    free.item(2, pay_index=1)
    return [
        *(owed(f"honest, item {at}", False, at, honest()) for at in (0, 1, 3)),
        owed("another contributor's leaf", True, 0, anothers),
        owed("his leaf, which does not list it", True, 3, unlisted),
        owed("his leaf, which lists his other item", False, 1, unlisted),
        owed("no leaf at all", True, 1, nowhere),
        owed("the leaf of his own reviewing", True, 0, panel),
        owed("another leaf than it names is shown", False, 0, honest(), pay=1),
        owed("an item that is owed nothing", False, 2, honest()),
        owed("an item that is owed nothing and names a leaf", False, 2, free),
    ]


def fees() -> list[Case]:
    """proveFee: leaves 2 to 4 are reviewers', 5 the operator's."""
    kind, more, less, other, low = (honest() for _ in range(5))
    last = len(kind.pays) - 1
    kind.pay(last, kind=3)
    more.pay(last, amount=more.pays[last].amount + 1)
    less.pay(last, amount=less.pays[last].amount - 1)
    other.pay(last, account=CAROL)
    low.pay(2, amount=0)
    cap = 4 * R * 15 * 300 // 10_000
    full, over = honest(), honest()
    for book, sum_ in ((full, cap), (over, cap + 1)):
        book.pay(2, amount=sum_ - book.pays[3].amount - book.pays[4].amount)
    for book in (more, less, low, full, over):
        book.sum()

    def fee(name: str, fault: bool, book: Book, first: int, end: int) -> Case:
        return case("proveFee", name, fault, book, first=first, last=end)

    return [
        fee("honest, the operator", False, honest(), last, last),
        fee("honest, the reviewers", False, honest(), 2, 4),
        fee("a contributor's leaf is no fee", False, honest(), 0, 1),
        fee("a fourth kind", True, kind, last, last),
        fee("the operator takes a unit more", True, more, last, last),
        fee("the operator takes a unit less", True, less, last, last),
        fee("an operator who did not settle", True, other, last, last),
        fee("reviewers a unit above their cap", True, over, 2, 4),
        fee("reviewers at their cap", False, full, 2, 4),
        fee("all but one of reviewers above their cap", False, over, 3, 4),
        fee("a reviewer paid nothing: his cap is no floor", False, low, 2, 4),
    ]


def crowd(count: int = 130) -> Book:
    """Pay in two words: many leaves, a unit each."""
    book = honest()
    made = [Pay(0, account(0x10_0000 + n), 1, 0, CONTRIBUTOR, items_hash([0])) for n in range(count)]
    book.pays, book.lists = made, [[0]] * count
    book.sum()
    return book


def sums() -> list[Case]:
    """proveSum."""
    start, gap, same, kinds, end = (honest() for _ in range(5))
    start.pays = [replace(pay, cumulative=pay.cumulative + 5) for pay in start.pays]
    start.total += 5
    gap.pays[3:] = [replace(pay, cumulative=pay.cumulative + 5) for pay in gap.pays[3:]]
    gap.total += 5
    same.pay(1, account=ALICE)
    kinds.pays[4], kinds.pays[5] = kinds.pays[5], kinds.pays[4]
    kinds.sum()
    end.total += 1
    one = honest()
    one.pays, one.lists = one.pays[5:], one.lists[5:]
    one.sum()
    odd = honest()
    odd.pays, odd.lists, odd.total = one.pays, one.lists, one.total + 1
    wide, bent = crowd(), crowd()
    # the running sums are right; the words' budgets are not: what one word pays the other lacks
    bent.budgets = [129, 1]

    def summed(name: str, fault: bool, book: Book, a: int, b: int) -> Case:
        made = case("proveSum", name, fault, book, a=a, b=b)
        return made | ({"budgets": book.budgets} if book.budgets else {})

    last = 5
    return [
        *(summed(f"honest, leaves {at} and {at + 1}", False, honest(), at, at + 1) for at in range(last)),
        summed("honest, the first and the last", False, honest(), 0, last),
        summed("one leaf that is all", False, one, 0, 0),
        summed("one leaf that is not all", True, odd, 0, 0),
        summed("the first does not start at its amount", True, start, 0, 0),
        summed("a sum leaps", True, gap, 2, 3),
        summed("behind the leap", False, gap, 3, 4),
        summed("across the leap, but not neighbours", False, gap, 1, 3),
        summed("one account twice", True, same, 0, 1),
        summed("the operator before a reviewer", True, kinds, 4, 5),
        summed("the last is not the total", True, end, 4, last),
        summed("a word's budget is not what its leaves add up to", True, bent, 0, 127),
        summed("the second word's budget", True, bent, 128, 129),
        summed("honest, a full word", False, wide, 0, 127),
        summed("honest, the second word", False, wide, 128, 129),
        summed("honest, the last of a word and the first of the next", False, wide, 127, 128),
    ]


def faults() -> list[Case]:
    """Of the contract Faults."""
    assert [pay.kind for pay in honest().pays] == [CONTRIBUTOR] * 2 + [REVIEWER] * 3 + [OPERATOR]
    return [*verdicts(), *verdict_bytes(), *rewards(), *orders(), *pays(), *unpaid(), *fees(), *sums()]
