"""Share trees, of versions and of pools alike: drafted right or bent, and what of section 9 holds of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from tests.contract.model.cast import PEOPLE, SAM
from tests.contract.model.proving import watcher_of
from tests.contract.model.state import Division, Filed, Refused, ShareCall, State, need
from tests.contract.model.world import Draw, World

from headwater.chain.structs import ACCEPTED, Item, ItemProof, Share, ShareProof, Struct, reference, references_hash
from headwater.market.split import share_lists
from headwater.primitives.merkle import build

Lists = list[tuple[Share, tuple[int, ...]]]
NUMBER = 0xFFFFFFFF


@dataclass(frozen=True)
class Book:
    """What the leaves are bound to."""

    chain_id: int
    contract: str
    scope: int


@dataclass(frozen=True)
class Held:
    """A tree that stands, and where: ``tree`` is its number there, ``head`` what names it, ``void`` what a fault does.

    ``left`` are clips nobody need list.
    """

    contract: str
    tree: int
    head: Struct
    division: Division
    total: int
    since: int
    until: int
    stands: Callable[[State], object]
    void: Callable[[State, str], None]
    left: frozenset[bytes] = frozenset()


def accepted(one: Filed) -> list[int]:
    return [i for i, item in enumerate(one.filing.draft.items) if item.verdict == ACCEPTED and item.share_weight]


def divide(book: Book, sources: Sequence[Filed]) -> Division:
    """As section 9 says."""
    rows = []
    for one in sources:
        for i in accepted(one):
            item = one.filing.draft.items[i]
            rows.append((item.contributor, item.share_weight, reference(one.filing.posted.key, item.item)))
    keys = tuple(one.filing.posted.key for one in sources)
    return planted(book, share_lists(rows) if rows else [], keys)


def planted(book: Book, lists: Lists, keys: tuple[int, ...]) -> Division:
    shares = tuple(share for share, _ in lists)
    tree = build([one.leaf(book.chain_id, book.contract, book.scope) for one in shares])
    proofs = tuple(tree.proof(n) for n in range(len(shares)))
    return Division(shares, tuple(listed for _, listed in lists), proofs, tree.root, keys)


def bend(draw: Draw, book: Book, right: Division) -> Division:
    """One lie; sums after it are carried on, so that nothing else is wrong where it can be."""
    lists: Lists = list(zip(right.shares, right.lists, strict=True))
    how = draw.pick("lie", ("weight", "account", "sum", "left out", "twice", "unknown item"))
    n = draw.number("leaf", 0, len(lists) - 1)
    share, listed = lists[n]
    if how == "weight":
        lists[n] = (replace(share, weight=share.weight + 1), listed)
    elif how == "account":
        lists[n] = (replace(share, account=SAM.address), listed)
    elif how == "twice":
        listed = (*listed, listed[-1])
        lists[n] = (replace(share, items=references_hash(listed)), listed)
    elif how == "unknown item":
        listed = (*listed, listed[-1] + (5 if draw.rarely("near", 2) else 1 << 33))
        lists[n] = (replace(share, items=references_hash(listed)), listed)
    elif how == "left out":
        if len(lists) > 1:
            del lists[n]
        elif len(listed) > 1:
            lists[n] = (replace(share, items=references_hash(listed[1:]), first=listed[1]), listed[1:])
    cumulative, carried = 0, []
    for place, (one, items) in enumerate(lists):
        cumulative += one.weight + (1 if how == "sum" and place == n else 0)
        carried.append((replace(one, index=place, cumulative=cumulative), items))
    return planted(book, carried, right.keys)


# The rules


def match_item(one: Filed, i: int) -> Item:
    """It proves at the place its number says."""
    posted, item = one.filing.posted, one.filing.draft.items[i]
    index = item.item - posted.first_item
    need(index >= 0, "Shares_WrongItem")
    need(index < posted.count, "Merkle_IndexOutOfRange")
    need(index == i, "Shares_WrongItem")
    return item


def list_wrong(division: Division, n: int) -> bool:
    share, listed = division.shares[n], division.lists[n]
    ascends = all(a < b for a, b in pairwise(listed))
    return not (0 < len(listed) <= 256 and listed[0] == share.first and ascends)


def item_wrong(division: Division, n: int, at: int, one: Filed, i: int) -> bool:
    listed = division.lists[n][at]
    posted = one.filing.posted
    if listed >> 32 not in division.keys:
        return True
    need(posted.key == listed >> 32, "Shares_WrongItem")
    need(not one.void, "Settlement_WrongPreimage")
    if not posted.first_item <= listed & NUMBER < posted.first_item + posted.count:
        return True
    item = match_item(one, i)
    need(item.item == listed & NUMBER, "Shares_WrongItem")
    return item.contributor != division.shares[n].account or item.verdict != ACCEPTED


def weight_wrong(division: Division, n: int, shown: Sequence[tuple[Filed, int]]) -> bool:
    listed = division.lists[n]
    need(len(shown) == len(listed), "Shares_LengthMismatch")
    total = 0
    for (one, i), wanted in zip(shown, listed, strict=True):
        item = one.filing.draft.items[i]
        need(reference(one.filing.posted.key, item.item) == wanted, "Shares_WrongItem")
        need(not one.void, "Settlement_WrongPreimage")
        total += match_item(one, i).share_weight
    return total != division.shares[n].weight


def sum_wrong(held: Held, n: int, m: int) -> bool:
    a, b = held.division.shares[n], held.division.shares[m]
    if (n == 0 and a.cumulative != a.weight) or (m == len(held.division.shares) - 1 and b.cumulative != held.total):
        return True
    if m != n + 1:
        return False
    adds_up = a.cumulative + b.weight == b.cumulative
    in_order = (int(a.account, 16), a.first) < (int(b.account, 16), b.first)
    apart = a.account != b.account or held.division.lists[n][-1] < b.first
    return not (adds_up and in_order and apart)


def unlisted(held: Held, one: Filed, i: int, low: int, high: int) -> bool:
    division, posted = held.division, one.filing.posted
    own = reference(posted.key, one.filing.draft.items[i].item)
    need(posted.key in division.keys, "Shares_WrongItem")
    need(not one.void, "Settlement_WrongPreimage")
    item = match_item(one, i)
    if item.verdict != ACCEPTED or item.share_weight == 0:
        return False
    if not division.shares:
        return True
    place = (int(item.contributor, 16), own)
    begins = [(int(share.account, 16), share.first) for share in division.shares]
    first = place < begins[low]
    if low == high:
        between = low == 0 if first else low == len(begins) - 1
    else:
        between = high == low + 1 and not first and place < begins[high]
    listed = division.shares[low].account == item.contributor and own in division.lists[low]
    return between and not listed


# Steps


def prove_something(world: World, draw: Draw, held: Held) -> None:
    """Any fault of any leaf; mostly one that holds, if one does."""
    candidates = list(all_faults(world, held))
    true = [one for one in candidates if holds(world, held, one)]
    kind, *place = draw.pick("fault", true if true and not draw.rarely("another", 5) else candidates)
    who = watcher_of(draw)
    args, wrong = proof_of(world, held, kind, place)

    def effect(s: State) -> None:
        held.stands(s)
        need(wrong(), "Shares_NoFault")
        held.void(s, who)

    world.take(who, held.contract, kind, held.head, *args, effect=effect)


def all_faults(world: World, held: Held) -> Any:
    count = len(held.division.shares)
    for n in range(count):
        yield "proveShareList", n
        yield "proveShareWeight", n
        yield "proveShareSum", n, n
        if n + 1 < count:
            yield "proveShareSum", n, n + 1
        for at in range(len(held.division.lists[n])):
            yield "proveShareItem", n, at
    for key in held.division.keys:
        for i in range(len(world.s.filed[key].filing.draft.items)):
            for low in range(max(count, 1)):
                yield "proveUnlisted", key, i, low, low
                if low + 1 < count:
                    yield "proveUnlisted", key, i, low, low + 1


def holds(world: World, held: Held, fault: Any) -> bool:
    try:
        return proof_of(world, held, fault[0], fault[1:])[1]()
    except Refused:
        return False


def proof_of(world: World, held: Held, kind: str, place: Sequence[int]) -> tuple[list[Any], Callable[[], bool]]:
    """Arguments of a fault, and whether it holds."""
    division, keys = held.division, list(held.division.keys)
    if kind == "proveUnlisted":
        key, i, low, high = place
        one = world.s.filed[key]
        leaves = [leaf_of(division, n) for n in (low, high)] if division.shares else [NO_LEAF, NO_LEAF]
        withdrawn = one.filing.draft.items[i].contribution in held.left
        return [keys, item_proof(one, i), *leaves], lambda: unlisted(held, one, i, low, high) and not withdrawn
    n = place[0]
    leaf = leaf_of(division, n)
    if kind == "proveShareList":
        return [leaf], lambda: list_wrong(division, n)
    if kind == "proveShareSum":
        return [leaf, leaf_of(division, place[1])], lambda: sum_wrong(held, n, place[1])
    if kind == "proveShareItem":
        one, i = item_at(world, held, division.lists[n][place[1]])
        return [keys, leaf, place[1], item_proof(one, i)], lambda: item_wrong(division, n, place[1], one, i)
    shown = [item_at(world, held, listed) for listed in division.lists[n]]
    return [leaf, [item_proof(*one) for one in shown]], lambda: weight_wrong(division, n, shown)


def item_at(world: World, held: Held, listed: int) -> tuple[Filed, int]:
    """What a reference names, or some item where it names none."""
    one = world.s.filed.get(listed >> 32, world.s.filed[held.division.keys[0]])
    i = (listed & NUMBER) - one.filing.posted.first_item
    return one, i if 0 <= i < one.filing.posted.count else 0


def item_proof(one: Filed, i: int) -> ItemProof:
    return ItemProof(one.filing.posted, one.filing.draft.items[i], one.filing.draft.item_tree.proof(i))


def leaf_of(division: Division, n: int) -> ShareProof:
    return ShareProof(division.shares[n], division.proofs[n], division.lists[n])


NO_LEAF = ShareProof(Share(0, "0x" + "0" * 40, 0, bytes(32), 0, 0), (), ())


# Calls for leaves


def call(s: State, who: str, held: Held, index: int, bond: int) -> None:
    held.stands(s)
    need(index < len(held.division.shares), "Shares_IndexOutOfRange")
    need(s.time <= held.since + (held.until - held.since) // 3, "Shares_TooLate")
    place = (held.contract, held.tree, index)
    need(place not in s.share_calls, "Shares_AlreadyCalled")
    s.share_calls[place] = ShareCall(who)
    s.pull(s.names["HeadwaterToken"], who, s.names[held.contract], bond, s.names[held.contract])


def show(s: State, who: str, held: Held, n: int, bond: int) -> None:
    held.stands(s)
    asked = s.share_calls.get((held.contract, held.tree, n))
    need(asked and asked.open and not asked.shown, "Shares_NotCalled")
    assert asked
    need(s.time <= show_until(held), "Shares_TooLate")
    asked.open, asked.shown = False, True
    s.move(s.names["HeadwaterToken"], s.names[held.contract], who, bond)


def show_until(held: Held) -> int:
    return held.since + 2 * (held.until - held.since) // 3


def unshown(s: State, held: Held, n: int) -> bool:
    asked = s.share_calls.get((held.contract, held.tree, n))
    return asked is not None and not asked.shown and s.time > show_until(held)


def ask_for_a_leaf(world: World, draw: Draw, held: Held) -> None:
    """Call for one, show one, or prove that nobody showed it; what fits the time first."""
    count = len(held.division.shares)
    n = draw.number("index", 0, max(count - 1, 0))
    open_ = [m for m in range(count) if (one := world.s.share_calls.get((held.contract, held.tree, m))) and one.open]
    n = draw.pick("called", open_) if open_ and not draw.rarely("any", 4) else n
    who, bond = draw.pick("who", PEOPLE).address, bond_of(world)
    asked = world.s.share_calls.get((held.contract, held.tree, n))
    late = world.s.time + 1 > show_until(held)
    plain = "callShare" if asked is None else "proveUnshown" if late else "showShare"
    if asked is not None and not late and draw.rarely("nobody shows it", 2):
        return
    what = draw.pick("what", (plain, plain, "callShare", "showShare", "proveUnshown"))
    if what == "showShare" and count:
        leaf = leaf_of(held.division, n)
        world.take(who, held.contract, what, held.head, leaf, effect=lambda s: show(s, who, held, n, bond))
    elif what == "proveUnshown":

        def effect(s: State) -> None:
            held.stands(s)
            need(unshown(s, held, n), "Shares_NoFault")
            held.void(s, who)

        world.take(who, held.contract, what, held.head, n, effect=effect)
    else:
        effect_call = lambda s: call(s, who, held, n, bond)  # noqa: E731
        world.take(who, held.contract, "callShare", held.head, n, effect=effect_call)


def askable(world: World, held: Held) -> bool:
    """A leaf can be called for, or one was and nobody has shown it."""
    calls = [one for (name, tree, _), one in world.s.share_calls.items() if (name, tree) == (held.contract, held.tree)]
    early = world.s.time < held.since + (held.until - held.since) // 3
    return any(not one.shown for one in calls) or (early and len(calls) < len(held.division.shares))


def bond_of(world: World) -> int:
    return world.node.profile.publish_bond // 100
