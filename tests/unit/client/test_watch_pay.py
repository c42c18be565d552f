"""The watcher's look at a settlement's queue and pay list, without a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from headwater.chain.structs import NO_PAY_INDEX, OPERATOR, REVIEWER, Pay, Terms, items_hash
from headwater.client.watch import faults_of
from headwater.client.watch_pay import PayWatch
from headwater.market import build_pays, draft, value
from headwater.primitives.amounts import Amount
from headwater.primitives.merkle import build
from headwater.records.verdict import CountedVote, Verdict

CHAIN, CONTRACT, KEY = 31_337, "0x" + "11" * 20, 1 << 64
SETTLER, ALICE, BOB = ("0x" + digit * 40 for digit in "978")
R = 1_000_000
_NOBODY, _WORD = "0x" + "00" * 20, bytes(32)
TERMS = replace(
    Terms.of([_NOBODY, _NOBODY, _WORD, *[0] * 12, _WORD, *[0] * 5]),
    unit_reward=R,
    threshold_milli=1500,
    review_fee_bps=300,
    operator_fee_bps=500,
)


def verdict(number: int, who: str) -> Verdict:
    worth = value(8_000, 0, (), threshold=1500, unit_reward=R)
    head = (number, who, bytes((number,)) * 32, 8_000, 0, (), 100, 10_000, worth.byte, Amount(worth.reward))
    return Verdict(*head, worth.score, _WORD, "", "", (), "")


class Book:
    """What a settlement's evidence says, to be bent."""

    def __init__(self) -> None:
        self.verdicts = [verdict(0, ALICE), verdict(1, BOB), verdict(2, ALICE)]
        made = draft(CHAIN, CONTRACT, KEY, TERMS, SETTLER, self.verdicts)
        self.items, self.total = list(made.items), made.total
        self.rows = [(b.pay.account, b.pay.amount, b.pay.kind, b.items) for b in made.books]

    def whole(self) -> Any:
        pays, cumulative = [], 0
        for index, (account, amount, kind, items) in enumerate(self.rows):
            cumulative += amount
            pays.append(Pay(index, account, amount, cumulative, kind, items_hash(items)))
        rows = [SimpleNamespace(items=items) for _, _, _, items in self.rows]
        return SimpleNamespace(
            items=self.items,
            pays=pays,
            verdicts=self.verdicts,
            evidence=SimpleNamespace(pay=rows),
            item_tree=build([item.leaf(CHAIN, CONTRACT, KEY) for item in self.items]),
            pay_tree=build_pays(pays, CHAIN, CONTRACT, KEY),
        )

    def faults(self) -> list[tuple[str, int, int]]:
        posted = SimpleNamespace(
            key=KEY, campaign=1, first_item=0, count=3, settler=SETTLER, pay_count=len(self.rows), total=self.total
        )
        ledger = SimpleNamespace(campaign=lambda number: SimpleNamespace(terms=TERMS))
        network: Any = SimpleNamespace(ledger=lambda: ledger, contracts=SimpleNamespace(faults=Contract()))
        facts: Any = SimpleNamespace(posted=posted)
        found = []
        for fault in PayWatch(network, facts, self.whole()).faults():
            nobody: Any = SimpleNamespace()
            proven: Any = fault.prove(nobody)
            assert proven == fault.function
            found.append((fault.function, fault.item, fault.index))
        return found

    def row(self, at: int, **change: Any) -> None:
        plain: dict[str, Any] = dict(zip(("account", "amount", "kind", "items"), self.rows[at], strict=True)) | change
        self.rows[at] = (plain["account"], plain["amount"], plain["kind"], plain["items"])
        self.total = sum(amount for _, amount, _, _ in self.rows)


class Contract:
    """Answers with the function it was asked for."""

    def __getattr__(self, name: str) -> Callable[..., str]:
        first, *rest = name.split("_")
        return lambda *given: first + "".join(part.title() for part in rest)


def leaf_for_no_item(book: Book) -> None:
    book.rows.insert(2, ("0x" + "99" * 20, 3, 0, (999,)))
    book.row(2)


def reviewers_above_their_cap(book: Book) -> None:
    book.rows.insert(2, (BOB, 3 * R * 15 * 300 // 10_000 + 1, REVIEWER, (0,)))
    book.row(2)


def ten_votes(book: Book) -> None:
    votes = tuple(CountedVote(f"0x{n:040x}", n, 1, 847, _WORD) for n in range(10))
    book.verdicts[1] = replace(book.verdicts[1], votes=votes)


def order(book: Book) -> None:
    book.items[1] = replace(book.items[1], item=999)


def grade(book: Book) -> None:
    book.items[1] = replace(book.items[1], grade=101)


def prior(book: Book) -> None:
    book.items[1] = replace(book.items[1], prior=-2_201)


def total(book: Book) -> None:
    book.total += 1


LIES = [
    (leaf_for_no_item, ("provePay", 0, 2)),
    (lambda b: b.row(0, amount=b.rows[0][1] + 1), ("provePay", 0, 0)),
    (lambda b: b.row(0, items=(2, 0)), ("provePay", 0, 0)),
    (lambda b: b.row(0, items=(0,)), ("proveUnpaid", 2, 0)),
    (lambda b: b.items.__setitem__(1, replace(b.items[1], pay_index=NO_PAY_INDEX)), ("proveUnpaid", 1, 2)),
    (lambda b: b.row(2, amount=b.rows[2][1] + 1), ("proveFee", 0, 2)),
    (lambda b: b.row(2, account=BOB), ("proveFee", 0, 2)),
    (lambda b: b.row(2, kind=OPERATOR + 1), ("proveFee", 0, 2)),
    (reviewers_above_their_cap, ("proveFee", 0, 2)),
    (lambda b: b.rows.reverse(), ("proveSum", 0, 0)),
    (total, ("proveSum", 0, 2)),
    (order, ("proveOrder", 1, 0)),
    (grade, ("proveReward", 1, 0)),
    (prior, ("proveVerdict", 1, 0)),
    (ten_votes, ("proveVerdict", 1, 0)),
]


def test_an_honest_settlement_has_no_fault() -> None:
    assert Book().faults() == []


@pytest.mark.parametrize(("lie", "fault"), LIES)
def test_attack_a_lie_in_the_pay_list_or_the_queue(lie: Callable[[Book], Any], fault: tuple[str, int, int]) -> None:
    book = Book()
    lie(book)
    assert fault in book.faults()


def test_attack_a_number_out_of_the_queue_stops_no_watcher(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Book()
    book.verdicts[1] = replace(book.verdicts[1], item=999)
    book.items[1] = replace(book.items[1], item=999)
    posted = SimpleNamespace(
        key=KEY, campaign=1, first_item=0, count=3, settler=SETTLER, pay_count=len(book.rows), total=book.total
    )
    facts: Any = SimpleNamespace(posted=posted, verdicts=bytes((1, 99)) * 3)
    ledger = SimpleNamespace(campaign=lambda number: SimpleNamespace(terms=TERMS))
    network: Any = SimpleNamespace(ledger=lambda: ledger, contracts=SimpleNamespace(faults=Contract()))
    monkeypatch.setattr("headwater.client.watch.settled", lambda *given: book.whole())
    monkeypatch.setattr("headwater.client.watch.VoteWatch", lambda *given: SimpleNamespace(faults=lambda: iter(())))
    assert ("proveOrder", 1) in [(fault.function, fault.item) for fault in faults_of(network, facts)]
