"""Cases of ShareFaults and Pools: who shares in the sales of a version, or in a campaign's pool.

Both divide the same two settlements, once with prices and once as a pool, and take the same proofs; where a case is for
one of them alone it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

from fault_cases.book import ALICE, BOB, CAMPAIGN, CAROL, CHAIN, POOL, SETTLER, TERMS, Case, account, verdict
from headwater.chain.structs import (
    NO_PAY_INDEX,
    OPERATOR,
    Item,
    Pay,
    Share,
    items_hash,
    reference,
    references_hash,
    settlement_key,
)
from headwater.market import share_lists
from headwater.market.settlement import assemble
from headwater.primitives.amounts import Amount

BOTH = ("ShareFaults", "Pools")
FIRST, SECOND = (settlement_key(CAMPAIGN, first, 0) for first in (0, 4))
# item, contributor, llr, grade: the third is rejected, the seventh accepted and worth nothing
ROWS = [
    (0, ALICE, 8_000, 100),
    (1, BOB, 4_000, 90),
    (2, CAROL, -100, 100),
    (3, ALICE, 3_000, 50),
    (4, BOB, 8_000, 100),
    (5, CAROL, 2_000, 80),
    (6, ALICE, 8_000, 0),
    (7, BOB, 6_000, 100),
]


def settlement(first: int, pool: bool) -> Case:
    """Four items from ``first`` on, honestly settled."""
    terms = POOL if pool else TERMS
    given = [verdict(number, who, llr, 0, [], grade, 10_000) for number, who, llr, grade in ROWS[first : first + 4]]
    if pool:
        given = [replace(one, reward=Amount(0)) for one in given]
    key = settlement_key(CAMPAIGN, first, 0)
    made = assemble(CHAIN, account(1), key, terms, SETTLER, given)
    return {
        "items": made.items,
        "pays": [book.pay for book in made.books],
        "total": made.total,
        "verdicts": made.bytes_,
    }


def books() -> Case:
    """The two settlements, with prices and as a pool."""
    made = {name: [settlement(first, name == "pool") for first in (0, 4)] for name in ("price", "pool")}
    fee: Pay = made["pool"][0]["pays"][0]
    assert (fee.kind, fee.items, len(made["pool"][0]["pays"])) == (OPERATOR, items_hash(range(4)), 1)
    assert all(item.pay_index == NO_PAY_INDEX for one in made["pool"] for item in one["items"])
    return made


def items() -> dict[int, Item]:
    """Every item by its reference."""
    made = books()["price"]
    return {reference(key, i.item): i for key, one in zip((FIRST, SECOND), made, strict=True) for i in one["items"]}


def ref(number: int) -> int:
    """Of an item."""
    return reference(FIRST if number < 4 else SECOND, number)


@dataclass
class Tree:
    """Share leaves as posted, to be bent.

    Attributes:
        keys: settlements it says it divides.
        total: weight it says it has.
        hidden: index of a leaf that is not what it says.
        withdrawn: items withdrawn before.
    """

    shares: list[Share]
    lists: list[list[int]]
    keys: list[int]
    total: int = 0
    hidden: int | None = None
    withdrawn: list[int] = field(default_factory=list)

    def list(self, at: int, listed: Sequence[int], weigh: bool = True) -> None:
        """Other items of a leaf: first, hash, and the weight as right."""
        self.lists[at] = list(listed)
        first = listed[0] if listed else self.shares[at].first
        truth = items()
        weight = sum(truth[one].share_weight for one in listed if one in truth) if weigh else self.shares[at].weight
        self.share(at, first=first, items=references_hash(listed), weight=weight)

    def share(self, at: int, **change: Any) -> None:
        """Changes a leaf."""
        self.shares[at] = replace(self.shares[at], **change)

    def drop(self, at: int) -> None:
        """Takes a leaf out."""
        del self.shares[at], self.lists[at]

    def swap(self, a: int, b: int) -> None:
        """Two leaves change places."""
        for rows in (self.shares, self.lists):
            rows[a], rows[b] = rows[b], rows[a]  # type: ignore[index]

    def sum(self) -> None:
        """Indices, running sums and the total as right."""
        sums = list(accumulate(share.weight for share in self.shares))
        rows = enumerate(zip(self.shares, sums, strict=True))
        self.shares = [replace(share, index=n, cumulative=sum_) for n, (share, sum_) in rows]
        self.total = sums[-1] if sums else 0


def right() -> Tree:
    """Leaf 0 is Alice's for items 0 and 3, leaf 1 Bob's for 1, 4 and 7, leaf 2 Carol's for 5."""
    rows = [(i.contributor, i.share_weight, listed) for listed, i in items().items()]
    made = share_lists(rows)
    tree = Tree([share for share, _ in made], [list(listed) for _, listed in made], [FIRST, SECOND])
    tree.sum()
    return tree


def bent(change: Callable[[Tree], Any], total: bool = True) -> Tree:
    """A right one with a change, and sums that fit it."""
    tree = right()
    change(tree)
    if total:
        tree.sum()
    return tree


def case(function: str, name: str, fault: bool, tree: Tree, contracts: Sequence[str] = BOTH, **given: Any) -> Case:
    """One call, by both contracts or one."""
    return {
        "function": function,
        "name": name,
        "holds": fault,
        "contracts": contracts,
        "keys": tree.keys,
        "shares": tree.shares,
        "lists": tree.lists,
        "total": tree.total,
        "hidden": -1 if tree.hidden is None else tree.hidden,
        "withdrawn": tree.withdrawn,
        "given": given,
    }


def lists() -> list[Case]:
    """proveShareList."""

    def made(name: str, fault: bool, tree: Tree, leaf: int) -> Case:
        return case("proveShareList", name, fault, tree, leaf=leaf)

    long = [ref(0) + n for n in range(257)]
    return [
        *(made(f"honest, leaf {leaf}", False, right(), leaf) for leaf in range(3)),
        made("nothing", True, bent(lambda t: t.list(2, [])), 2),
        made("not in order", True, bent(lambda t: t.list(1, [ref(1), ref(7), ref(4)])), 1),
        made("an item twice", True, bent(lambda t: t.list(0, [ref(0), ref(0), ref(3)])), 0),
        made("not from its first on", True, bent(lambda t: t.share(0, first=ref(3))), 0),
        made("257 items", True, bent(lambda t: t.list(0, long, weigh=False)), 0),
        made(
            "256 items, in order (that they are none of his is another function's)",
            False,
            bent(lambda t: t.list(0, long[:256], weigh=False)),
            0,
        ),
        made("the leaf beside one that is not in order", False, bent(lambda t: t.list(1, [ref(1), ref(7), ref(4)])), 0),
    ]


def listed() -> list[Case]:
    """proveShareItem."""

    def made(name: str, fault: bool, tree: Tree, leaf: int, at: int) -> Case:
        return case("proveShareItem", name, fault, tree, leaf=leaf, at=at)

    def alone(tree: Tree) -> None:
        tree.keys = [FIRST]

    return [
        made("honest, the first", False, right(), 0, 0),
        made("honest, the last of the second settlement", False, right(), 1, 2),
        made("another's", True, bent(lambda t: t.list(0, [ref(0), ref(1)])), 0, 1),
        made("his own, before another's", False, bent(lambda t: t.list(0, [ref(0), ref(1)])), 0, 0),
        made("his own, rejected", True, bent(lambda t: t.list(2, [ref(2), ref(5)])), 2, 0),
        made("his own, accepted and worth nothing", False, bent(lambda t: t.list(0, [ref(0), ref(3), ref(6)])), 0, 2),
        made("no item of the settlement", True, bent(lambda t: t.list(0, [ref(0), ref(3) + 1])), 0, 1),
        made("no settlement", True, bent(lambda t: t.list(0, [ref(0), reference(SECOND + 1, 4)])), 0, 1),
        made("of a settlement that is not divided", True, bent(alone), 1, 1),
    ]


def weights() -> list[Case]:
    """proveShareWeight."""

    def made(name: str, fault: bool, tree: Tree, leaf: int) -> Case:
        return case("proveShareWeight", name, fault, tree, leaf=leaf)

    def by(leaf: int, more: int) -> Tree:
        return bent(lambda t: t.share(leaf, weight=t.shares[leaf].weight + more))

    return [
        *(made(f"honest, leaf {leaf}", False, right(), leaf) for leaf in range(3)),
        made("one more", True, by(0, 1), 0),
        made("one less", True, by(1, -1), 1),
        made("nothing at all", True, bent(lambda t: t.share(2, weight=0)), 2),
        made("the leaf beside a wrong one", False, by(0, 1), 1),
        made("with an item worth nothing", False, bent(lambda t: t.list(0, [ref(0), ref(3), ref(6)])), 0),
    ]


def sums() -> list[Case]:
    """proveShareSum."""

    def made(name: str, fault: bool, tree: Tree, a: int, b: int) -> Case:
        return case("proveShareSum", name, fault, tree, a=a, b=b)

    def off(at: int) -> Tree:
        return bent(lambda t: t.share(at, cumulative=t.shares[at].cumulative + 1), total=False)

    def split(parts: Sequence[Sequence[int]]) -> Tree:
        """Bob's items in two leaves."""
        tree = right()
        tree.shares.insert(1, tree.shares[1])
        tree.lists.insert(1, tree.lists[1])
        for at, part in enumerate(parts, 1):
            tree.list(at, [ref(number) for number in part])
        tree.sum()
        return tree

    short = right()
    short.total -= 1
    return [
        made("honest, the first two", False, right(), 0, 1),
        made("honest, the last two", False, right(), 1, 2),
        made("honest, the last alone", False, right(), 2, 2),
        made("the first does not start at its weight", True, off(0), 0, 0),
        made("a sum leaps", True, off(1), 0, 1),
        made("across the leap, but not neighbours", False, off(1), 0, 2),
        made("the last is not the total", True, short, 2, 2),
        made("accounts out of order", True, bent(lambda t: t.swap(0, 1)), 0, 1),
        made("one account's items in two leaves", False, split([[1, 4], [7]]), 1, 2),
        made("one account's leaves in the wrong order", True, split([[7], [1, 4]]), 1, 2),
        made("one account's leaves overlap", True, split([[1, 7], [4]]), 1, 2),
        made("one account's leaf twice", True, split([[1, 4, 7], [1, 4, 7]]), 1, 2),
    ]


def unlisted() -> list[Case]:
    """proveUnlisted: ``item`` is a reference, ``low`` and ``high`` are leaves."""

    def made(
        name: str, fault: bool, tree: Tree, item: int, low: int, high: int, contracts: Sequence[str] = BOTH
    ) -> Case:
        return case("proveUnlisted", name, fault, tree, contracts, item=item, low=low, high=high)

    def without(number: int) -> Tree:
        def change(tree: Tree) -> None:
            for at, listed_ in enumerate(tree.lists):
                if ref(number) in listed_:
                    tree.list(at, [one for one in listed_ if one != ref(number)])

        return bent(change)

    def empty() -> Tree:
        tree = right()
        tree.shares, tree.lists, tree.total = [], [], 0
        return tree

    def gone(number: int) -> Tree:
        tree = without(number)
        tree.withdrawn = [ref(number)]
        return tree

    return [
        made("honest, Alice's", False, right(), ref(3), 0, 1),
        made("honest, the last", False, right(), ref(5), 2, 2),
        made("left out of the middle of a leaf", True, without(4), ref(4), 1, 2),
        made("left out at a leaf's begin", True, without(0), ref(0), 0, 0),
        made("left out at a leaf's end", True, without(7), ref(7), 1, 2),
        made("left out, and leaves are shown it does not stand between", False, without(4), ref(4), 0, 1),
        made("a whole account, the last", True, bent(lambda t: t.drop(2)), ref(5), 1, 1),
        made("a whole account, the first", True, bent(lambda t: t.drop(0)), ref(0), 0, 0),
        made("a whole account between two", True, bent(lambda t: t.drop(1)), ref(1), 0, 1),
        made("a rejected item", False, right(), ref(2), 1, 2),
        made("an accepted item that is worth nothing", False, right(), ref(6), 0, 1),
        made("withdrawn before the version", False, gone(4), ref(4), 1, 2, ["ShareFaults"]),
        made("withdrawn, of a pool: the work is paid", True, gone(4), ref(4), 1, 2, ["Pools"]),
        made("nobody is in the pool", True, empty(), ref(0), 0, 0, ["Pools"]),
    ]


def unshown() -> list[Case]:
    """proveUnshown: ``after`` is seconds past the last in which a leaf may be shown."""

    def made(name: str, fault: bool, index: int, called: int, shown: bool, after: int) -> Case:
        tree = right()
        tree.hidden = None if shown else called
        return case("proveUnshown", name, fault, tree, index=index, called=called, shown=shown, after=after)

    return [
        made("called for and not shown", True, 1, 1, False, 1),
        made("the first leaf", True, 0, 0, False, 1),
        made("there is a second left", False, 1, 1, False, 0),
        made("called for and shown", False, 1, 1, True, 1),
        made("another was called for", False, 0, 1, False, 1),
    ]


def missing() -> list[Case]:
    """proveMissingSettlement."""

    def cited(*keys: int) -> Tree:
        tree = right()
        tree.keys = list(keys)
        return tree

    def made(name: str, fault: bool, tree: Tree, key: int) -> Case:
        return case("proveMissingSettlement", name, fault, tree, ["Pools"], key=key)

    return [
        made("honest, the first", False, right(), FIRST),
        made("honest, the second", False, right(), SECOND),
        made("the first is left out", True, cited(SECOND), FIRST),
        made("the second is left out", True, cited(FIRST), SECOND),
        made("all are left out", True, cited(), FIRST),
        made("one that was never posted", False, right(), SECOND + 1),
        made("another campaign's", False, cited(FIRST), settlement_key(CAMPAIGN + 1, 0, 0)),
    ]


def shares() -> list[Case]:
    """Of the contracts ShareFaults and Pools."""
    return [*lists(), *listed(), *weights(), *sums(), *unlisted(), *unshown(), *missing()]
