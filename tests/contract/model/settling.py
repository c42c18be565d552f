"""Settling and settling again: what a settler posts is drafted with ``headwater.market``, right or bent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from tests.contract.model.cast import OPERATORS, REVIEWERS
from tests.contract.model.clips import invented
from tests.contract.model.funding import changed
from tests.contract.model.node import View
from tests.contract.model.staking import OPERATOR
from tests.contract.model.state import ASSIGNED, POSTED, RELEASED, Clip, Filed, Filing, State, need
from tests.contract.model.world import Draw, World, step, views

from headwater.chain.structs import (
    ACCEPTED,
    MISSING,
    NO_PAY_INDEX,
    REJECTED,
    Anchor,
    Item,
    Posted,
    Terms,
    anchors_hash,
    items_hash,
    opening_hash,
    price_of,
    reserve_of,
    settlement_key,
)
from headwater.market import Draft, SettlementError, assemble, draft, value
from headwater.market.pay_tree import build_words
from headwater.market.settlement import Books
from headwater.primitives.abi import abi_hash
from headwater.primitives.amounts import Amount
from headwater.primitives.hashing import ZERO_WORD, keccak256
from headwater.primitives.merkle import Tree, build
from headwater.records.verdict import CountedVote, Verdict

EVIDENCE = keccak256(b"evidence")


def settle(s: State, who: str, filing: Filing) -> None:
    for one in filing.anchors:
        until = one.time + filing.terms.settle_window
        need(s.time > until or who == one.anchorer or one.direct, "Settlement_AnchorersWindow")
    post(s, who, filing, 0, POSTED)


def resettle(s: State, who: str, filing: Filing, earlier: Sequence[tuple[Posted, str]]) -> None:
    need(earlier and filing.anchors, "Settlement_NoAnchors")
    flags = POSTED
    first = settlement_key(filing.posted.campaign, filing.anchors[0].first_item, 0)
    for attempt, (posted, watcher) in enumerate(earlier):
        need(posted.key == first + attempt, "Settlement_WrongPreimage")
        known = match_void(s, posted, watcher)
        need(not known.flags & RELEASED, "Settlement_AlreadyReleased")
        need(posted.settler != who, "Settlement_VoidedSettler")
        flags |= known.flags & ASSIGNED
    need(earlier[0][0].anchors_hash == anchors_hash(filing.anchors), "Settlement_WrongAnchors")
    post(s, who, filing, len(earlier), flags)


def post(s: State, who: str, filing: Filing, attempt: int, flags: int) -> None:
    posted, terms, anchors = filing.posted, filing.terms, filing.anchors
    need(anchors, "Settlement_NoAnchors")
    follows = all(a.first_item + a.count == b.first_item for a, b in pairwise(anchors))
    need(follows, "Settlement_AnchorsNotConsecutive")
    count = sum(one.count for one in anchors)
    need(len(filing.draft.bytes_) == 2 * count, "Settlement_VerdictBytes")
    need(posted.key not in s.filed, "Settlement_AttemptTaken")
    words = filing.draft.pay_tree.words
    need(sum(one.budget for one in words) == posted.total, "Settlement_BudgetsNotTotal")
    need(posted.total <= posted.reserve, "Settlement_TotalAboveReserve")
    s.filed[posted.key] = Filed(replace(filing, posted=stamped(s, filing)), flags, s.time + terms.challenge_window)
    own = s.match(posted.campaign, terms, "Campaigns_WrongTerms")
    need(attempt == 0 or not own.pool.closing, "Campaigns_PoolClosing")
    if attempt == 0:
        need(posted.first_item == own.settled, "Campaigns_NotNext")
        need(all(own.anchors.get(one.first_item) == one for one in anchors), "Campaigns_UnknownAnchor")
        own.settled += count
    own.reserved -= posted.total
    own.escrow -= posted.total
    s.lock(who, posted.token, posted.bond, OPERATOR)


def match_void(s: State, posted: Posted, watcher: str) -> Filed:
    known = s.filed.get(posted.key)
    need(known and known.void, "Settlement_NotVoid")
    assert known
    need(known.filing.posted == posted and known.watcher == watcher, "Settlement_WrongPreimage")
    return known


def stamped(s: State, filing: Filing) -> Posted:
    """``finalAt`` counts from the block it is posted in."""
    return replace(filing.posted, final_at=s.time + filing.terms.challenge_window)


# Drafting


def file(
    world: World, draw: Draw, who: str, campaign: int, terms: Terms, anchors: Sequence[Anchor], attempt: int
) -> Filing | None:
    """A settlement of these anchors, bent now and then; None where the arithmetic itself refuses."""
    key = settlement_key(campaign, anchors[0].first_item, attempt)
    numbers = range(anchors[0].first_item, anchors[0].first_item + sum(one.count for one in anchors))
    nobody = next(iter(world.s.clips.values()))  # for items out of order, which are refused
    clips = [world.s.clips.get((campaign, number), nobody) for number in numbers]
    cited = some_citation(world, draw, anchors[0].time)
    rows = zip(numbers, clips, strict=True)
    votes = [weighed(world, cited, counted_votes(world, draw, campaign, anchors, n, one)) for n, one in rows]
    voted = zip(numbers, clips, votes, strict=True)
    verdicts = [some_verdict(draw, terms, number, one, cast) for number, one, cast in voted]
    place = (world.node.chain_id, world.name("Settlement"), key)
    absent = any(one.byte == MISSING for one in verdicts)  # the settler's word, nothing to compute it from
    try:
        made = (assemble if absent else draft)(*place, terms, who, verdicts)
    except SettlementError:
        return None
    bent = None
    if draw.rarely("bent", 5):
        made, bent = bend(draw, made, place, who, [invented(world, one) for one in clips])
    posted = replace(posted_of(campaign, terms, anchors, made, who), reputation=cited)
    return Filing(posted, terms, tuple(anchors), made, bent)


def some_citation(world: World, draw: Draw, when: int) -> bytes:
    """The right epoch; now and then none, any, or one that is not there."""
    from tests.contract.model import rating

    right = rating.right_citation(world.s, when, world.s.time + 1)
    if not draw.rarely("cites something else", 14):
        return right
    others = [one.epoch.hash() for one in world.s.epochs.values()]
    return draw.pick("citation", (keccak256(b"no epoch"), ZERO_WORD, *others))


def weighed(world: World, cited: bytes, votes: tuple[CountedVote, ...]) -> tuple[CountedVote, ...]:
    """With the weights of the cited epoch, but for votes nobody cast."""
    from tests.contract.model import rating

    right = {one.reviewer: rating.weight_in(world.s, cited, one.reviewer) for one in votes}
    return tuple(replace(one, weight=right[one.reviewer]) if one.commit != bytes(32) else one for one in votes)


def posted_of(campaign: int, terms: Terms, anchors: Sequence[Anchor], made: Draft, who: str) -> Posted:
    """What the contract makes of it, but for the time."""
    return Posted(
        key=made.key,
        token=terms.token,
        pay_root=made.pay_tree.root,
        pay_count=len(made.books),
        campaign=campaign,
        terms=terms.hash(),
        first_item=anchors[0].first_item,
        count=sum(one.count for one in anchors),
        settler=who,
        item_root=made.item_tree.root,
        total=made.total,
        reserve=sum(one.count for one in anchors) * reserve_of(terms),
        verdicts_hash=keccak256(made.bytes_),
        evidence=EVIDENCE,
        reputation=ZERO_WORD,
        anchors_hash=anchors_hash(anchors),
        final_at=0,
        bond=max(made.total // 4, 10 * terms.unit_reward),
    )


def counted_votes(
    world: World, draw: Draw, campaign: int, anchors: Sequence[Anchor], number: int, clip: Clip
) -> tuple[CountedVote, ...]:
    """Who was drawn and committed; now and then a vote turned round, and votes that nobody cast."""
    from tests.contract.model import reviewing

    anchor = next((one for one in anchors if one.first_item <= number < one.first_item + one.count), None)
    if anchor is None or draw.rarely("made up", 8):
        return tuple(
            CountedVote(one.address, 1, draw.pick("vote", (1, 0)), draw.pick("weight", (847, 200, 2944)), bytes(32))
            for one in REVIEWERS
        )
    passing = draw.rarely("passed over", 2)
    votes = reviewing.counted(world, campaign, anchor, number, clip.contribution.contributor, passing=passing)
    turned = draw.rarely("turned round", 3)
    return tuple(
        CountedVote(one.reviewer, one.round, 1 - one.verdict if turned else one.verdict, one.weight, one.commit)
        for one in votes
    )


def some_verdict(draw: Draw, terms: Terms, number: int, clip: Clip, cast: tuple[CountedVote, ...]) -> Verdict:
    """Mostly accepted on the checks alone; some with votes, copies, partial grades, and data that never came."""
    kind = draw.pick("item", ("good", "voted", "voted", "graded", "copy", "bad", "missing"))
    llr = {"good": 8000, "bad": -4000, "voted": draw.pick("llr", (400, 2500, -900))}.get(kind, 5000)
    prior = draw.pick("prior", (0, 2200, -2200)) if kind != "good" else 0
    votes = cast if kind == "voted" else ()
    grade = draw.pick("grade", (70, 1, 99)) if kind == "graded" else 100
    novelty = 0 if kind == "copy" else draw.pick("novelty", (5000, 1, 9999)) if kind == "graded" else 10_000
    worth = value(
        llr,
        prior,
        votes,
        threshold=terms.threshold_milli,
        unit_reward=price_of(terms),
        grade=grade,
        novelty=novelty,
    )
    return Verdict(
        item=number,
        contributor=clip.contribution.contributor,
        contribution=clip.digest,
        llr=llr,
        prior=prior,
        votes=votes,
        grade=grade,
        novelty=novelty,
        byte=MISSING if kind == "missing" else worth.byte,
        reward=Amount(0 if kind == "missing" else worth.reward),
        score=0 if kind == "missing" else worth.score,
        opening=opening_hash(clip.salt, clip.signature),
        report="report",
        index="index",
        ballots=(),
        reason="",
    )


# Bending


def bend(
    draw: Draw, made: Draft, place: tuple[int, str, int], who: str, inventions: Sequence[Clip]
) -> tuple[Draft, tuple[str, int] | None]:
    """One lie in an honest draft: what it is, and at which item or leaf."""
    how = draw.pick(
        "lie", ("verdict", "byte", "reward", "share", "order", "missing", "invented", "unopened", *PAY_LIES)
    )
    i = draw.number("where", 0, len(made.items) - 1)
    if how in PAY_LIES:
        return bend_pay(draw, made, place, how, who)
    if how == "byte":
        wrong = bytearray(made.bytes_)
        wrong[2 * i + draw.number("byte", 0, 1)] ^= 1
        return replace(made, bytes_=bytes(wrong)), (how, i)
    item, other = made.items[i], inventions[i]
    opening = opening_hash(other.salt, other.signature)
    lie = {
        "invented": replace(item, contribution=other.digest, opening=opening),
        "unopened": replace(item, opening=ZERO_WORD),
        "verdict": replace(item, verdict=REJECTED if item.verdict == ACCEPTED else ACCEPTED),
        "reward": replace(item, reward=item.reward + 1),
        "share": replace(item, share_weight=item.share_weight + 1),
        "order": replace(item, item=item.item + 1),
        "missing": replace(item, pay_index=NO_PAY_INDEX if item.reward else 0),
    }[how]
    items = (*made.items[:i], lie, *made.items[i + 1 :])
    return replace(made, items=items, item_tree=tree_of(items, place)), (how, i)


PAY_LIES = ("amount", "account", "listed twice", "cumulative", "above", "budget", "kind")


def bend_pay(
    draw: Draw, made: Draft, place: tuple[int, str, int], how: str, who: str
) -> tuple[Draft, tuple[str, int] | None]:
    """A lie in a pay leaf. Sums after it are carried on, so that only the lie itself is wrong where it can be."""
    if not made.books:
        return made, None
    i = draw.number("leaf", 0, len(made.books) - 1)
    pay, numbers = made.books[i].pay, made.books[i].items
    if how == "account":
        pay = replace(pay, account=who)  # paying himself
    elif how == "listed twice":
        numbers = (*numbers, numbers[-1])
        pay = replace(pay, items=items_hash(numbers))
    elif how == "kind":
        pay = replace(pay, kind=pay.kind + 1)
    elif how == "cumulative":
        pay = replace(pay, cumulative=pay.cumulative + 1)
    elif how == "above":
        pay = replace(pay, amount=3 * pay.amount)
    elif how == "amount":
        pay = replace(pay, amount=pay.amount + 1)
    books = [*made.books[:i], Books(pay, numbers), *made.books[i + 1 :]]
    if how == "amount":
        books = recounted(books)
    amounts = [one.pay.amount for one in (made.books if how == "above" else books)]
    if how == "budget":
        amounts[i] += 1
    leaves = [one.pay.leaf(*place) for one in books]
    total = sum(amounts)
    return replace(made, books=tuple(books), pay_tree=build_words(leaves, amounts), total=total), (how, i)


def recounted(books: Sequence[Books]) -> list[Books]:
    found, cumulative = [], 0
    for one in books:
        cumulative += one.pay.amount
        found.append(Books(replace(one.pay, cumulative=cumulative), one.items))
    return found


def tree_of(items: Sequence[Item], place: tuple[int, str, int]) -> Tree:
    return build([one.leaf(*place) for one in items])


# Steps


@step(weight=16, when=lambda world: waiting(world))
def settle_the_next(world: World, draw: Draw) -> None:
    """One or more anchors from the first unsettled on; by the anchorer, or another when his time is over."""
    campaign, queue = draw.pick("campaign", waiting(world))
    own = world.s.campaigns[campaign]
    anchors = queue[: draw.number("anchors", 1, min(3, len(queue)))]
    if draw.rarely("out of order", 16):
        anchors = list(reversed(queue))[:2]
    who = draw.who(anchors[0].anchorer, 10)
    if anchors[0].direct or draw.rarely("another operator", 4):
        who = draw.pick("operator", OPERATORS).address
    terms = changed(draw, own.terms)
    filing = file(world, draw, who, campaign, terms, anchors, 0)
    if filing is None:
        return
    if draw.rarely("an item too few", 20):
        short = filing.draft.bytes_[:-2]
        posted = replace(filing.posted, verdicts_hash=keccak256(short))
        filing = replace(filing, posted=posted, draft=replace(filing.draft, bytes_=short))
    if draw.rarely("total is not the budgets", 20):
        filing = replace(filing, posted=replace(filing.posted, total=filing.posted.total + 1))
    given = replace(filing.draft.input(campaign, EVIDENCE, filing.posted.reputation), total=filing.posted.total)
    call = (terms, list(anchors), given)
    world.take(who, "Settlement", "settle", *call, effect=lambda s: settle(s, who, filing))


@step(weight=1, when=lambda world: world.s.filed)
def settle_twice(world: World, draw: Draw) -> None:
    """The same anchors again, as if for the first time."""
    old = draw.pick("settlement", list(world.s.filed.values())).filing
    who = draw.pick("operator", OPERATORS).address
    filing = file(world, draw, who, old.posted.campaign, old.terms, old.anchors, 0)
    if filing is not None:
        call = (
            old.terms,
            list(old.anchors),
            filing.draft.input(old.posted.campaign, EVIDENCE, filing.posted.reputation),
        )
        world.take(who, "Settlement", "settle", *call, effect=lambda s: settle(s, who, filing))


@step(weight=6, when=lambda world: world.void(), ready=lambda world: unreplaced(world))
def settle_again(world: World, draw: Draw) -> None:
    """Over a void settlement; by who was wrong before, or with other papers, it is refused."""
    old = draw.pick("void", unreplaced(world) or world.void()).filing
    attempt = old.posted.key & 0xFFFF
    first = old.posted.key - attempt
    chain = [world.s.filed[first + n] for n in range(attempt + 1)]
    voided = [(one.filing.posted, one.watcher or OPERATORS[0].address) for one in chain]
    guilty = {one.filing.posted.settler for one in chain}
    fresh = [one.address for one in OPERATORS if one.address not in guilty]
    who = draw.who(draw.pick("operator", fresh or [OPERATORS[0].address]), 8)
    if draw.rarely("other watcher", 16):
        voided[-1] = (voided[-1][0], OPERATORS[1].address)
    if draw.rarely("first attempt left out", 16):
        voided = voided[1:]
    anchors = old.anchors if not draw.rarely("other anchors", 16) else old.anchors[:1]
    filing = file(world, draw, who, old.posted.campaign, old.terms, anchors, len(voided))
    if filing is None:
        return
    given = filing.draft.input(old.posted.campaign, EVIDENCE, filing.posted.reputation)
    posted, watchers = [one for one, _ in voided], [one for _, one in voided]
    call = (old.terms, list(anchors), given, posted, watchers)
    world.take(who, "Settlement", "resettle", *call, effect=lambda s: resettle(s, who, filing, voided))


def waiting(world: World) -> list[tuple[int, list[Anchor]]]:
    """Campaigns with anchors not yet settled, in order."""
    found = []
    for number, own in world.s.campaigns.items():
        queue = [one for first, one in sorted(own.anchors.items()) if first >= own.settled]
        if queue:
            found.append((number, queue))
    return found


def unreplaced(world: World) -> list[Filed]:
    return [one for one in world.void() if one.filing.posted.key + 1 not in world.s.filed]


@views
def settlements(s: State) -> Iterator[View]:
    for key, one in s.filed.items():
        label, posted = f"settlement {key >> 64}/{key >> 16 & 0xFFFFFFFF}/{key & 0xFFFF}", one.filing.posted
        yield View(f"{label}: final", "Settlement", "isFinal", (key,), one.final(s.time))
        yield View(f"{label}: void", "Settlement", "isVoid", (key,), one.void)
        yield View(f"{label}: slot", "Settlement", "slotOf", (key,), (digest_of(one), one.final_at, one.flags))
        for index in range(posted.pay_count):
            yield View(f"{label}: leaf {index} paid", "Settlement", "isPaid", (key, index), index in one.paid)
        for word in range(-(-posted.pay_count // 128)):
            bits = sum(1 << index % 128 for index in one.paid if index // 128 == word)
            yield View(f"{label}: word {word}", "Settlement", "wordOf", (key, word), (bits, one.spent[word]))


def digest_of(one: Filed) -> bytes:
    """The first 26 bytes of what stands on chain; a void one carries its watcher."""
    digest = one.filing.posted.hash()
    return (abi_hash(("bytes32", "address"), (digest, one.watcher)) if one.watcher else digest)[:26]
