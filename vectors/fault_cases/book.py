"""An honest settlement to be bent, and how a case is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import accumulate
from typing import Any

from headwater.chain.structs import (
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
