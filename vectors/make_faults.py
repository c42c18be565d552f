"""Writes faults.json: settlements that are right, wrong, or nearly so, and which function proves them wrong.

An honest settlement is made by the package (headwater.market); a case bends it in one thing and says, by hand, whether
the fault holds. Neither the watchers nor the contracts decide here: both are asked by the tests that run this file.

Run: python vectors/make_faults.py
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

from headwater.chain.structs import (
    CONTRIBUTOR,
    NO_PAY_INDEX,
    OPERATOR,
    POOL_MODE,
    REVIEWER,
    Item,
    Pay,
    Struct,
    Terms,
    Vote,
    items_hash,
    settlement_key,
    votes_root,
)
from headwater.market import value
from headwater.market.settlement import assemble
from headwater.primitives.amounts import Amount
from headwater.primitives.hashing import keccak256
from headwater.primitives.ids import checksum_address
from headwater.records.verdict import CountedVote, Verdict

R = 1_000_000
CHAIN, CAMPAIGN = 31_337, 1
ZERO = bytes(32)
NOBODY = "0x" + "00" * 20
CID = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"


def word(text: str) -> bytes:
    """A word of its own."""
    return keccak256(text.encode())


def account(number: int) -> str:
    """An address that is a small number."""
    return checksum_address(f"0x{number:040x}")


SETTLER = account(0x0F01)
ALICE, BOB, CAROL = account(0xA11CE), account(0xB0B00), account(0xCA201)
PANEL = [account(0x7E_0000 + n) for n in range(10)]

TERMS = Terms(
    *(account(0x2E), NOBODY, word("spec"), R, 1500),
    *(300, 500, 5000, 5000, 250),
    *(1_800_001_000, 20, 20, 60, 0, word("licence")),
    *(7, 0, 0, 0, 0),
)
POOL = replace(TERMS, mode=POOL_MODE, pool=100 * R, pool_floor=1)


@dataclass
class Book:
    """A settlement as it is posted, to be bent."""

    items: list[Item]
    votes: list[list[Vote]]
    pays: list[Pay]
    lists: list[list[int]]
    verdicts: bytearray
    total: int
    budgets: list[int] = field(default_factory=list)

    def item(self, at: int, **change: Any) -> None:
        """Changes an item leaf."""
        self.items[at] = replace(self.items[at], **change)

    def pay(self, at: int, **change: Any) -> None:
        """Changes a pay leaf."""
        self.pays[at] = replace(self.pays[at], **change)

    def vote(self, at: int, votes: Sequence[Vote]) -> None:
        """Other votes of an item, and their root."""
        self.votes[at] = list(votes)
        self.item(at, votes_root=votes_root(votes))

    def list(self, at: int, numbers: Sequence[int]) -> None:
        """Other items of a pay leaf, and their hash."""
        self.lists[at] = list(numbers)
        self.pay(at, items=items_hash(numbers))

    def sum(self) -> None:
        """Indices, running sums and the total as they are right."""
        sums = list(accumulate(pay.amount for pay in self.pays))
        self.pays = [replace(p, index=n, cumulative=s) for n, (p, s) in enumerate(zip(self.pays, sums, strict=True))]
        self.total = sums[-1] if sums else 0


def vote(number: int, verdict: int = 1, weight: int = 847) -> Vote:
    """The vote of reviewer and round ``number``."""
    return Vote(PANEL[number], number, verdict, weight, word(f"commit {number}"))


def verdict(number: int, who: str, llr: int, prior: int, votes: Sequence[Vote], grade: int, novelty: int) -> Verdict:
    """The right verdict."""
    counted = tuple(CountedVote(v.reviewer, v.round, v.verdict, v.weight, v.commit) for v in votes)
    rule = {"threshold": 1500, "unit_reward": R, "grade": grade, "novelty": novelty}
    worth = value(llr, prior, counted, **rule)
    return Verdict(
        *(number, who, word(f"clip {number}"), llr, prior, counted, grade, novelty),
        *(worth.byte, Amount(worth.reward), worth.score, word(f"opening {number}"), CID, CID),
        *((), ""),
    )


def honest() -> Book:
    """Four items: voted in, clear, clear and out, clear and partly a copy. Alice has one in, Bob two."""
    votes = [[vote(n) for n in range(3)], [], [], []]
    given = [
        verdict(0, ALICE, 1200, 100, votes[0], 90, 8_000),
        verdict(1, BOB, 8_000, 0, votes[1], 100, 10_000),
        verdict(2, ALICE, -2_900, 0, votes[2], 100, 10_000),
        verdict(3, BOB, 9_000, -300, votes[3], 100, 5_000),
    ]
    made = assemble(CHAIN, account(1), settlement_key(CAMPAIGN, 0, 0), TERMS, SETTLER, given)
    rows = [(book.pay, list(book.items)) for book in made.books]
    # one look at one item earns a reviewer nothing by the rule; what he earned before is not these functions' matter
    rows[2:2] = [(Pay(0, who, 30_000 + n, 0, REVIEWER, items_hash([0])), [0]) for n, who in enumerate(PANEL[:3])]
    whole = Book(
        list(made.items), votes, [pay for pay, _ in rows], [listed for _, listed in rows], bytearray(made.bytes_), 0
    )
    whole.sum()
    return whole


Case = dict[str, Any]


def camel(name: str) -> str:
    """A member's name as Solidity and the page have it."""
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def plain(thing: Any) -> Any:
    """JSON of a value: bytes in hex, numbers above 2^53 in decimal text, structs by member."""
    if isinstance(thing, Struct):
        return {camel(f.name): plain(getattr(thing, f.name)) for f in fields(thing)}  # type: ignore[arg-type]
    if isinstance(thing, bytes | bytearray):
        return "0x" + thing.hex()
    if isinstance(thing, bool):
        return thing
    if isinstance(thing, int):
        return int(thing) if abs(thing) < 2**53 else str(int(thing))
    if isinstance(thing, dict):
        return {key: plain(each) for key, each in thing.items()}
    if isinstance(thing, list | tuple):
        return [plain(each) for each in thing]
    return thing


def case(function: str, name: str, fault: bool, book: Book, *, terms: str = "price", **given: Any) -> Case:
    """One call of one function, and whether it voids the settlement."""
    return {
        "function": function,
        "name": name,
        "holds": fault,
        "terms": terms,
        "items": book.items,
        "pays": book.pays,
        "total": book.total,
        "verdicts": bytes(book.verdicts),
        "given": given,
    }


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


def main() -> None:
    """Writes the file beside this script, a case a line."""
    head = {
        "about": "spec/settlement.md sections 7, 9 and 10; vectors/README.md has what the members mean",
        "campaign": CAMPAIGN,
        "settler": SETTLER,
        "terms": {"price": TERMS, "pool": POOL},
    }
    groups = {"faults": faults()}
    lines = [f" {json.dumps(key)}: {json.dumps(plain(each))}" for key, each in head.items()]
    for name, cases in groups.items():
        rows = ",\n".join("  " + json.dumps(plain(one), separators=(",", ":")) for one in cases)
        lines.append(f" {json.dumps(name)}: [\n{rows}\n ]")
    Path(__file__).with_name("faults.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
