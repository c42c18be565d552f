"""Where items come from: inventions, unsigned and foreign contributions, copies, direct anchors left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.contract.model import approving, doubting
from tests.contract.model.cast import PEOPLE
from tests.contract.model.clips import invented
from tests.contract.model.node import View
from tests.contract.model.paying import anyone
from tests.contract.model.proving import at_item, void, votes_of, watcher_of
from tests.contract.model.state import Clip, Filed, Filing, State, need
from tests.contract.model.world import Draw, World, step, views

from headwater.chain.structs import ACCEPTED, MISSING, Anchor, Contribution, Item, Origin, Pay, Vote
from headwater.primitives.hashing import ZERO_WORD, keccak256
from headwater.primitives.merkle import build

NOBODY = "0x" + "0" * 40
REACH = 1024


@dataclass(frozen=True)
class Shown:
    """An item ``i`` of a settlement, what it was anchored as, and what its settler says it is."""

    filing: Filing
    i: int
    item: Item
    item_proof: tuple[bytes, ...]
    votes: tuple[Vote, ...]
    anchor: Anchor
    anchor_proof: tuple[bytes, ...]
    clip: Clip  # what stands in the anchor
    signed: Contribution  # what the item names
    opens: tuple[bytes, bytes]  # salt and signature behind the item's opening; zero words if there is none


def show_item(world: World, filing: Filing, i: int) -> Shown:
    """Everything there is about item ``i``."""
    number = filing.posted.first_item + i
    anchor = next(one for one in filing.anchors if one.first_item <= number < one.first_item + one.count)
    place = range(anchor.first_item, anchor.first_item + anchor.count)
    clips = [world.s.clips[filing.posted.campaign, n] for n in place]
    clip, item = clips[number - anchor.first_item], filing.draft.items[i]
    signed, opens = clip.contribution, (clip.salt, clip.signature)
    if filing.bent and filing.bent[0] == "invented" and filing.bent[1] == i:
        made = invented(world, clip)
        signed, opens = made.contribution, (made.salt, made.signature)
    proof = build([one.leaf for one in clips]).proof(number - anchor.first_item)
    item_proof = filing.draft.item_tree.proof(i)
    return Shown(filing, i, item, item_proof, votes_of(filing, i), anchor, proof, clip, signed, opens)


def in_item_tree(shown: Shown) -> bool:
    """Whether it proves at the place its number says."""
    index = shown.item.item - shown.filing.posted.first_item
    if index < 0:
        return False
    need(index < shown.filing.posted.count, "Merkle_IndexOutOfRange")
    return index == shown.i


def is_anchored(s: State, shown: Shown) -> bool:
    one, number = shown.anchor, shown.item.item
    there = s.campaigns[shown.filing.posted.campaign].anchors.get(one.first_item) == one
    return there and one.first_item <= number < one.first_item + one.count


def prove(s: State, who: str, filing: Filing, holds: bool) -> None:
    need(holds, "ContentFaults_NoFault")
    void(s, who, filing)


def match_anchored(s: State, shown: Shown) -> None:
    need(in_item_tree(shown), "ContentFaults_WrongItem")
    need(is_anchored(s, shown), "ContentFaults_WrongAnchor")


def match_opening(shown: Shown, salt: bytes) -> None:
    need(shown.item.opening != ZERO_WORD and salt == shown.opens[0], "ContentFaults_WrongOpening")


def prove_opening(s: State, who: str, shown: Shown, leaf: bytes, salt: bytes) -> None:
    match_anchored(s, shown)
    need(leaf == shown.clip.leaf, "ContentFaults_WrongLeaf")
    match_opening(shown, salt)
    prove(s, who, shown.filing, not opens_leaf(shown))


def opens_leaf(shown: Shown) -> bool:
    named = (shown.item.contributor, shown.item.contribution)
    return named == (shown.clip.contribution.contributor, shown.clip.digest)


def prove_signature(s: State, who: str, shown: Shown, salt: bytes) -> None:
    match_anchored(s, shown)
    match_opening(shown, salt)
    lied = shown.filing.bent == ("invented", shown.i)
    prove(s, who, shown.filing, lied or not approving.is_signed(s, shown.clip, shown.anchor.time))


def match_origin(s: State, shown: Shown) -> None:
    need(in_item_tree(shown), "ContentFaults_WrongItem")
    need(is_anchored(s, shown), "ContentFaults_WrongAnchor")
    need(opens_leaf(shown), "ContentFaults_WrongLeaf")


def prove_duplicate(s: State, who: str, a: Shown, b: Shown, pay: Pay) -> None:
    """Item b a copy of item a; the whole settlement is void only if its settler had to know."""
    match_origin(s, a)
    match_origin(s, b)
    accepted = a.item.verdict == b.item.verdict == ACCEPTED
    same = a.signed.content_root == b.signed.content_root
    ordered = (a.anchor.sequence, a.item.item) < (b.anchor.sequence, b.item.item)
    need(accepted and same and ordered, "ContentFaults_NoFault")
    need(not s.filed[a.filing.posted.key].void, "Settlement_WrongPreimage")
    window = b.filing.terms.challenge_window
    at = b.filing.posted.final_at - window
    own = a.filing.posted.settler == b.filing.posted.settler and posted_at(a.filing) <= at
    seen = s.shown_at.get(b.signed.content_root)
    if own or (seen is not None and seen + window // 2 <= at):
        void(s, who, b.filing)
        return
    known = s.filed[b.filing.posted.key]
    need(b.item.item not in known.void_items, "ContentFaults_AlreadyVoid")
    known.void_items.add(b.item.item)
    if b.item.reward == 0:
        need(not known.void, "Settlement_WrongPreimage")
        need(not known.final(s.time), "ContentFaults_AlreadyFinal")
        return
    need(pay.index == b.item.pay_index, "ContentFaults_WrongPay")
    doubting.hold_leaf(s, b.filing, pay.index)
    doubting.free_leaf(known, pay.index, b.item.item, b.item.reward)


def show(s: State, shown: Shown) -> None:
    match_origin(s, shown)
    need(shown.item.verdict == ACCEPTED, "ContentFaults_NotAccepted")
    need(shown.signed.content_root not in s.shown_at, "ContentFaults_AlreadyShown")
    s.shown_at[shown.signed.content_root] = s.time
    need(not s.filed[shown.filing.posted.key].void, "Settlement_WrongPreimage")


def prove_skipped(s: State, who: str, filing: Filing, anchor: Anchor) -> None:
    posted = filing.posted
    stands = s.campaigns[posted.campaign].anchors.get(anchor.first_item) == anchor
    need(stands, "ContentFaults_WrongAnchor")
    near = posted.first_item + posted.count <= anchor.first_item < posted.first_item + REACH
    old = anchor.time + filing.terms.settle_window < posted_at(filing)
    prove(s, who, filing, anchor.direct and near and old and posted.key & 0xFFFF == 0)


def posted_at(filing: Filing) -> int:
    return filing.posted.final_at - filing.terms.challenge_window


# Steps


@step(weight=6, when=lambda world: world.pending())
def prove_an_origin_wrong(world: World, draw: Draw) -> None:
    """Aimed at what is wrong with an item, if anything is."""
    wrong = [(one, i, kind) for one in world.pending() for i, kind in wrongs(world, one.filing)]
    if wrong and not draw.rarely("an honest one", 4):
        known, i, kind = draw.pick("wrong item", wrong)
    else:
        known = draw.pick("pending", world.pending())
        i = at_item(draw, known.filing)
        kind = draw.pick("kind", ("unsigned", "foreign", "invented", "unopened"))
    shown, who = show_item(world, known.filing, i), watcher_of(draw)
    filing, item, proof = known.filing, shown.item, list(shown.item_proof)
    salt = shown.opens[0] if not draw.rarely("wrong salt", 12) else keccak256(b"guess")
    if draw.rarely("another anchor", 16):
        shown = replace(shown, anchor=replace(shown.anchor, time=shown.anchor.time - 1))
    if kind == "unopened":

        def unopened(s: State) -> None:
            need(in_item_tree(shown), "ContentFaults_WrongItem")
            prove(s, who, filing, item.opening == ZERO_WORD and item.verdict != MISSING)

        world.take(who, "ContentFaults", "proveUnopened", filing.posted, item, proof, effect=unopened)
    elif kind == "foreign":

        def foreign(s: State) -> None:
            need(in_item_tree(shown), "ContentFaults_WrongItem")
            holds = shown.signed.campaign != filing.posted.campaign or shown.signed.contributor != item.contributor
            prove(s, who, filing, holds)

        world.take(who, "ContentFaults", "proveContribution", filing.posted, item, proof, shown.signed, effect=foreign)
    elif kind == "unsigned":
        call = (filing.posted, shown.anchor, item, proof, salt, shown.opens[1])
        effect = lambda s: prove_signature(s, who, shown, salt)  # noqa: E731
        world.take(who, "ContentFaults", "proveSignature", *call, effect=effect)
    else:
        leaf = shown.clip.leaf if not draw.rarely("wrong leaf", 12) else keccak256(b"leaf")
        args = (salt, keccak256(shown.opens[1]), leaf, list(shown.anchor_proof))
        effect = lambda s: prove_opening(s, who, shown, leaf, salt)  # noqa: E731
        world.take(who, "ContentFaults", "proveOpening", filing.posted, shown.anchor, item, proof, *args, effect=effect)


def wrongs(world: World, filing: Filing) -> Iterator[tuple[int, str]]:
    for i in range(len(filing.draft.items)):
        kind = world.s.clips[filing.posted.campaign, filing.posted.first_item + i].kind
        if filing.bent and filing.bent[0] in ("invented", "unopened") and filing.bent[1] == i:
            yield i, filing.bent[0]
        elif kind == "foreign":
            yield i, kind
        elif not approving.is_signed(world.s, (shown := show_item(world, filing, i)).clip, shown.anchor.time):
            yield i, "unsigned"


@step(weight=4, when=lambda world: pairs(world))
def prove_a_copy(world: World, draw: Draw) -> None:
    """Of two accepted items with one content; the earlier must be the earlier."""
    ripe = [(a, b) for a, b in pairs(world) if b[0].pending(world.s.time) and not a[0].void]
    first, second = draw.pick("pair", ripe if ripe and not draw.rarely("any", 8) else pairs(world))
    if draw.rarely("the other way round", 10):
        first, second = second, first
    a, b = (show_item(world, known.filing, i) for known, i in (first, second))
    books, who = b.filing.draft.books, watcher_of(draw)
    pay, proof = Pay(0, NOBODY, 0, 0, 0, ZERO_WORD), []
    if books:
        j = b.item.pay_index if b.item.pay_index < len(books) else 0
        pay, proof = books[j].pay, list(b.filing.draft.pay_tree.proof(j))
    call = (origin(a), origin(b), pay, proof)
    world.take(who, "ContentFaults", "proveDuplicate", *call, effect=lambda s: prove_duplicate(s, who, a, b, pay))


@step(weight=1, when=lambda world: world.s.filed)
def show_content(world: World, draw: Draw) -> None:
    known = anyone(world, draw)
    shown = show_item(world, known.filing, at_item(draw, known.filing))
    who = draw.pick("who", PEOPLE).address
    world.take(who, "ContentFaults", "show", origin(shown), effect=lambda s: show(s, shown))


@step(weight=2, when=lambda world: behind(world))
def prove_an_anchor_skipped(world: World, draw: Draw) -> None:
    known, anchor = draw.pick("direct", behind(world))
    who = watcher_of(draw)
    call = (known.filing.posted, known.filing.terms, anchor)
    effect = lambda s: prove_skipped(s, who, known.filing, anchor)  # noqa: E731
    world.take(who, "ContentFaults", "proveSkippedAnchor", *call, effect=effect)


def behind(world: World) -> list[tuple[Filed, Anchor]]:
    """Anchors after a pending settlement, direct ones if there are."""
    found = [
        (one, anchor)
        for one in world.pending()
        for anchor in world.s.campaigns[one.filing.posted.campaign].anchors.values()
        if anchor.first_item >= one.filing.posted.first_item + one.filing.posted.count
    ]
    return [pair for pair in found if pair[1].direct] or found


def pairs(world: World) -> list[tuple[tuple[Filed, int], tuple[Filed, int]]]:
    """Accepted items of one content, the earlier first."""
    seen: dict[bytes, list[tuple[int, int, Filed, int]]] = {}
    for one in world.s.filed.values():
        for i, item in enumerate(one.filing.draft.items):
            if item.verdict == ACCEPTED and item.opening != ZERO_WORD:
                shown = show_item(world, one.filing, i)
                rows = seen.setdefault(shown.signed.content_root, [])
                rows.append((shown.anchor.sequence, item.item, one, i))
    found = []
    for rows in seen.values():
        rows.sort(key=lambda row: (row[0], row[1], row[2].filing.posted.key))
        later = [(a, b) for n, a in enumerate(rows) for b in rows[n + 1 :] if a[:2] != b[:2]]
        found += [((a[2], a[3]), (b[2], b[3])) for a, b in later]
    return found


def origin(shown: Shown) -> Origin:
    return Origin(
        shown.filing.posted,
        shown.filing.terms,
        shown.item,
        shown.item_proof,
        shown.signed,
        shown.anchor,
        shown.opens[0],
        shown.anchor_proof,
    )


@views
def shown_content(s: State) -> Iterator[View]:
    for content in {clip.contribution.content_root for clip in s.clips.values()}:
        yield View("shown", "ContentFaults", "shownAt", (content,), s.shown_at.get(content, 0))
    for key, one in s.filed.items():
        for item in one.void_items:
            yield View(f"void item {item}", "ContentFaults", "isItemVoid", (key, item), True)
