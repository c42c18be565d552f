"""Calls: evidence that must be shown when somebody asks, or the settlement is void."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.contract.model import approving, doubting, reviewing
from tests.contract.model.cast import OPERATORS, PEOPLE, WANDA
from tests.contract.model.funding import changed
from tests.contract.model.node import View
from tests.contract.model.originating import Shown, in_item_tree, is_anchored, show_item
from tests.contract.model.proving import void
from tests.contract.model.state import Asked, Filed, Filing, State, need
from tests.contract.model.world import Draw, World, step, views

from headwater.chain.structs import CONTRIBUTOR, MISSING, Record, Reveal, Terms, Vote, items_hash, votes_root
from headwater.primitives.hashing import ZERO_WORD

NOBODY = "0x" + "0" * 40
PAYS = 1 << 32


def call(s: State, who: str, filing: Filing, terms: Terms, place: int, bond: int) -> None:
    posted, known = filing.posted, s.filed[filing.posted.key]
    need(terms == filing.terms, "Calls_WrongTerms")
    half = terms.challenge_window // 2
    need(s.time <= posted.final_at - terms.challenge_window + half, "Calls_TooLate")
    items = range(posted.first_item, posted.first_item + posted.count)
    there = place - PAYS < posted.pay_count if place >= PAYS else place in items
    need(there, "Calls_UnknownPlace")
    need(place not in known.calls, "Calls_AlreadyCalled")
    known.calls[place] = Asked(who, s.time + half, half)
    doubting.suspend(s, filing)
    s.lock(who, s.names["HeadwaterToken"], bond, 0)


def answer(s: State, who: str, shown: Shown, record: Record) -> None:
    filing, item, clip = shown.filing, shown.item, shown.clip
    need(in_item_tree(shown), "Calls_WrongItem")
    need(is_anchored(s, shown), "Calls_WrongAnchor")
    if item.verdict != MISSING:
        need((record.salt, record.signature) == shown.opens, "Calls_WrongOpening")
        named = record.contribution == shown.signed
        named = named and record.contribution.campaign == filing.posted.campaign
        need(named and record.contribution.contributor == item.contributor, "Calls_WrongContribution")
        leaf = (record.salt, item.contributor, item.contribution)
        need(leaf == (clip.salt, clip.contribution.contributor, clip.digest), "Calls_WrongLeaf")
        need(approving.is_signed(s, clip, record.anchor.time), "Calls_NotSigned")
    need(len(record.votes) == len(record.reveals), "Calls_LengthMismatch")
    need(votes_root(record.votes) == item.votes_root, "Calls_WrongVotes")
    for vote, reveal in zip(record.votes, record.reveals, strict=True):
        check_vote(s, filing, item.item, vote, reveal)
    reopened = answered(s, who, filing, item.item)
    doubting.resume(s, filing, reopened)


def check_vote(s: State, filing: Filing, item: int, vote: Vote, reveal: Reveal) -> None:
    """What a reviewer committed himself, or what stands in the root of the operator it names."""
    place = (filing.posted.campaign, item, vote.round, vote.reviewer)
    alone, under = s.ballots.get(place), s.under.get((*place, reveal.operator))
    said = (vote.commit, vote.verdict, reveal.reasons, reveal.salt)
    known = [one for one in (alone, *(s.under.get((*place, who)) for who in set(operators_of(s, place)))) if one]
    opens = any((one.commit, one.verdict, one.reasons, one.salt) == said for one in known)
    need(opens, "Calls_WrongReveal")
    own = alone if reveal.operator == NOBODY else under
    need(own and (own.commit, own.time) == (vote.commit, reveal.time), "Calls_WrongCommit")
    if reveal.operator != NOBODY:
        _, root = reviewing.root_around(s, *place[:3], reveal.operator)
        need((reveal.count, reveal.proof) == (root.count, root.proof), "Calls_WrongCommit")


def operators_of(s: State, place: reviewing.Place) -> list[str]:
    return [key[4] for key in s.under if key[:4] == place]


def answer_pay(s: State, who: str, filing: Filing, j: int, numbers: tuple[int, ...]) -> None:
    pay = filing.draft.books[j].pay
    need(pay.kind != CONTRIBUTOR or items_hash(numbers) == pay.items, "Calls_WrongNumbers")
    doubting.resume(s, filing, answered(s, who, filing, PAYS + j))


def answered(s: State, who: str, filing: Filing, place: int) -> int:
    known = s.filed[filing.posted.key]
    asked = open_call(known, place)
    need(s.time <= asked.due, "Calls_TooLate")
    need(not known.void, "Settlement_WrongPreimage")
    asked.answerer = who
    return s.time + asked.half


def open_call(known: Filed, place: int) -> Asked:
    asked = known.calls.get(place)
    need(asked, "Calls_NotCalled")
    assert asked
    need(not asked.answerer, "Calls_AlreadyAnswered")
    return asked


def expire(s: State, filing: Filing, place: int, bond: int) -> None:
    known = s.filed[filing.posted.key]
    asked = open_call(known, place)
    need(s.time > asked.due, "Calls_StillTime")
    del known.calls[place]
    void(s, asked.by, filing)
    s.unlock(asked.by, s.names["HeadwaterToken"], bond)


def close(s: State, key: int, place: int, bond: int) -> None:
    known = s.filed[key]
    asked = known.calls.get(place)
    need(asked, "Calls_NotCalled")
    assert asked
    need(known.void or known.final(s.time), "Calls_NotDecided")
    del known.calls[place]
    if known.void:
        s.unlock(asked.by, s.names["HeadwaterToken"], bond)
    else:
        s.slash(asked.by, s.names["HeadwaterToken"], bond, asked.answerer, bond)


# Steps


@step(weight=4, when=lambda world: world.pending())
def call_for_evidence(world: World, draw: Draw) -> None:
    """Of an item or of a pay leaf, there or not."""
    early = [one for one in world.pending() if world.s.time < one.filing.posted.final_at - half_of(one)]
    known = draw.pick("pending", early or world.pending())
    posted = known.filing.posted
    places = list(range(posted.first_item, posted.first_item + posted.count))
    places += [PAYS + j for j in range(posted.pay_count)]
    beyond = [posted.first_item + posted.count, PAYS + posted.pay_count]
    place = draw.pick("place", places if not draw.rarely("beyond", 12) else beyond)
    who = draw.who(WANDA.address, 3)
    terms = changed(draw, known.filing.terms)
    bond = world.node.profile.call_bond
    effect = lambda s: call(s, who, known.filing, terms, place, bond)  # noqa: E731
    world.take(who, "Calls", "call", posted, terms, place, effect=effect)


@step(weight=6, when=lambda world: asked_for(world), ready=lambda world: in_time(world))
def answer_a_call(world: World, draw: Draw) -> None:
    """With everything that stands behind it; a forged record, or a late one, is not taken."""
    known, place = draw.pick("call", in_time(world) or unanswered(world) or asked_for(world))
    filing, who = known.filing, draw.pick("who", (*OPERATORS, *PEOPLE)).address
    if place >= PAYS:
        j = place - PAYS
        book = filing.draft.books[j]
        numbers = book.items if not draw.rarely("others", 8) else (*book.items, 77)
        text = b"".join(number.to_bytes(4, "big") for number in numbers)
        args = (filing.posted, book.pay, list(filing.draft.pay_tree.proof(j)), text)
        world.take(who, "Calls", "answerPay", *args, effect=lambda s: answer_pay(s, who, filing, j, tuple(numbers)))
        return
    shown = show_item(world, filing, place - filing.posted.first_item)
    record = record_of(world, shown)
    if draw.rarely("forged", 6):
        other = replace(record.contribution, nonce=record.contribution.nonce + 1)
        forged = (
            replace(record, salt=ZERO_WORD),
            replace(record, contribution=other),
            replace(record, anchor=replace(record.anchor, count=record.anchor.count + 1)),
            replace(record, reveals=(*record.reveals, Reveal(ZERO_WORD, ZERO_WORD, NOBODY, 0, 0, ()))),
        )
        record = draw.pick("forgery", forged)
        shown = replace(shown, anchor=record.anchor)
    call_ = (filing.posted, shown.item, list(shown.item_proof), record)
    world.take(who, "Calls", "answer", *call_, effect=lambda s: answer(s, who, shown, record))


@step(weight=3, when=lambda world: asked_for(world), ready=lambda world: past_due(world))
def let_a_call_expire(world: World, draw: Draw) -> None:
    late = past_due(world)
    known, place = draw.pick("call", late if late and not draw.rarely("any", 8) else asked_for(world))
    who, bond = draw.pick("who", PEOPLE).address, world.node.profile.call_bond
    effect = lambda s: expire(s, known.filing, place, bond)  # noqa: E731
    world.take(who, "Calls", "expire", known.filing.posted, place, effect=effect)


@step(weight=4, when=lambda world: asked_for(world), ready=lambda world: decided(world))
def close_a_call(world: World, draw: Draw) -> None:
    over = decided(world)
    known, place = draw.pick("call", over if over and not draw.rarely("any", 8) else asked_for(world))
    who, bond = draw.pick("who", PEOPLE).address, world.node.profile.call_bond
    call_ = (known.filing.posted.key, place)
    world.take(who, "Calls", "close", *call_, effect=lambda s: close(s, *call_, bond))


def record_of(world: World, shown: Shown) -> Record:
    """What an honest operator has of an item."""
    reveals = []
    for vote in shown.votes:
        place = (shown.filing.posted.campaign, shown.item.item, vote.round, vote.reviewer)
        own, operator = world.s.ballots.get(place), shown.anchor.anchorer
        under = world.s.under.get((*place, operator))
        if own and own.commit == vote.commit:
            reveals.append(Reveal(own.reasons, own.salt, NOBODY, 0, own.time, ()))
        elif under:
            _, root = reviewing.root_around(world.s, *place[:3], operator)
            reveals.append(Reveal(under.reasons, under.salt, operator, root.count, root.time, root.proof))
        else:
            reveals.append(Reveal(ZERO_WORD, ZERO_WORD, NOBODY, 0, 0, ()))
    salt, signature = shown.opens
    proofs = (shown.anchor, shown.anchor_proof)
    return Record(shown.signed, salt, signature, *proofs, shown.votes, tuple(reveals))


def half_of(known: Filed) -> int:
    return known.filing.terms.challenge_window // 2


def asked_for(world: World) -> list[tuple[Filed, int]]:
    return [(one, place) for one in world.s.filed.values() for place in one.calls]


def unanswered(world: World) -> list[tuple[Filed, int]]:
    return [(one, place) for one, place in asked_for(world) if not one.calls[place].answerer and not one.void]


def in_time(world: World) -> list[tuple[Filed, int]]:
    return [(one, place) for one, place in unanswered(world) if world.s.time < one.calls[place].due]


def past_due(world: World) -> list[tuple[Filed, int]]:
    return [(one, place) for one, place in unanswered(world) if world.s.time >= one.calls[place].due]


def decided(world: World) -> list[tuple[Filed, int]]:
    return [(one, place) for one, place in asked_for(world) if one.void or one.final(world.s.time)]


@views
def calls(s: State) -> Iterator[View]:
    for key, one in s.filed.items():
        for place, asked in one.calls.items():
            expected = (asked.by, asked.due, asked.half, asked.answerer or NOBODY)
            yield View(f"call {key} {place}", "Calls", "callOf", (key, place), expected)
