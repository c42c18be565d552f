"""Paying: claims, pushes, advances; what becomes of bonds and deposits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tests.contract.model.cast import PEOPLE, WALLY, signer_of
from tests.contract.model.funding import changed
from tests.contract.model.node import View
from tests.contract.model.settling import match_void
from tests.contract.model.state import ASSIGNED, RELEASED, Filed, Filing, State, need
from tests.contract.model.world import Draw, World, step, views

from headwater.chain.structs import (
    CONTRIBUTOR,
    FORFEITED,
    MISSING,
    Anchor,
    Assignment,
    Due,
    Pay,
    Terms,
    anchors_hash,
    deposit_of,
)
from headwater.primitives.eip712 import Domain
from headwater.primitives.hashing import keccak256

NOBODY = "0x" + "0" * 40


def claim(s: State, filing: Filing, j: int, shown: Pay) -> None:
    """``shown`` is what the caller says leaf ``j`` is."""
    known = s.filed[filing.posted.key]
    need(shown.index < filing.posted.pay_count, "Pays_IndexOutOfRange")
    need(not known.void, "Settlement_IsVoid")
    need(shown == filing.draft.books[j].pay, "Settlement_WrongProof")
    need(known.final(s.time), "Settlement_NotFinal")
    mark(known, [j])
    need(not is_held(known, j), "Settlement_Held")
    send(s, known, j)


def mark(known: Filed, leaves: Sequence[int]) -> None:
    """All of one word; each once, and together no more than the word's budget."""
    word = leaves[0] // 128
    need(known.paid.isdisjoint(leaves), "Settlement_AlreadyPaid")
    spent = known.spent[word] + sum(known.filing.draft.books[j].pay.amount for j in leaves)
    need(spent <= known.filing.draft.pay_tree.words[word].budget, "Settlement_AboveBudget")
    known.spent[word] = spent
    known.paid.update(leaves)


def is_held(known: Filed, j: int) -> bool:
    return j in known.doubt.held and known.doubt.held[j].holds > 0


def send(s: State, known: Filed, j: int) -> None:
    """What was not cut of it."""
    pay, key = known.filing.draft.books[j].pay, known.filing.posted.key
    to = s.assignees.get((key >> 16, pay.account)) if known.flags & ASSIGNED and pay.kind == CONTRIBUTOR else None
    left = known.doubt.held[j].left if j in known.doubt.held else pay.amount
    s.move(known.filing.posted.token, s.names["Settlement"], to or pay.account, left)


def push(s: State, filing: Filing, first: int, last: int, honest: bool) -> None:
    known = s.filed[filing.posted.key]
    need(not known.void, "Settlement_IsVoid")
    need(honest, "Settlement_WrongProof")
    need(known.final(s.time), "Settlement_NotFinal")
    unpaid = [j for j in range(first, last + 1) if j not in known.paid]
    if unpaid:
        mark(known, unpaid)
    for j in unpaid:
        if is_held(known, j):
            known.paid.remove(j)
            known.spent[j // 128] -= known.filing.draft.books[j].pay.amount
        else:
            send(s, known, j)


def release(s: State, filing: Filing, terms: Terms, anchors: Sequence[Anchor], verdicts: bytes) -> None:
    posted = filing.posted
    known = s.filed[posted.key]
    need(not known.void, "Settlement_WrongPreimage")
    need(known.final(s.time), "Settlement_NotFinal")
    need(not known.flags & RELEASED, "Settlement_AlreadyReleased")
    papers(filing, terms, anchors)
    need(keccak256(verdicts) == posted.verdicts_hash, "Settlement_WrongVerdicts")
    known.flags |= RELEASED
    at = 0
    for one in anchors:
        bytes_ = verdicts[2 * at : 2 * (at + one.count) : 2]
        lost = sum(byte in (FORFEITED, MISSING) for byte in bytes_) * deposit_of(terms)
        at += one.count
        s.unlock(one.anchorer, posted.token, one.count * deposit_of(terms) - lost)
        if lost:
            s.slash(one.anchorer, posted.token, lost, NOBODY, 0)
            s.campaigns[posted.campaign].escrow += lost
    s.campaigns[posted.campaign].reserved -= posted.reserve - posted.total
    need(not known.doubt.holds, "Doubts_InDoubt")
    s.unlock(posted.settler, posted.token, posted.bond - known.doubt.fined)


def reclaim(s: State, filing: Filing, watcher: str, terms: Terms, anchors: Sequence[Anchor]) -> None:
    posted = filing.posted
    known = match_void(s, posted, watcher)
    need(posted.key + 1 not in s.filed, "Settlement_NotVoid")
    need(not known.flags & RELEASED, "Settlement_AlreadyReleased")
    papers(filing, terms, anchors)
    need(s.time > terms.deadline + terms.lapse_window, "Settlement_NotLapsed")
    known.flags |= RELEASED
    s.campaigns[posted.campaign].reserved -= posted.reserve
    for one in anchors:
        s.unlock(one.anchorer, posted.token, one.count * deposit_of(terms))


def papers(filing: Filing, terms: Terms, anchors: Sequence[Anchor]) -> None:
    need(terms == filing.terms, "Settlement_WrongTerms")
    need(anchors_hash(anchors) == filing.posted.anchors_hash, "Settlement_WrongAnchors")


def advance(s: State, who: str, filing: Filing, j: int, offer: Assignment, signed: bool) -> None:
    posted, pay = filing.posted, filing.draft.books[j].pay
    known = s.filed[posted.key]
    need(s.time <= offer.deadline, "Advances_Expired")
    same = (offer.campaign, offer.first_item, offer.account) == (posted.campaign, posted.first_item, pay.account)
    need(same, "Advances_OtherItems")
    need(offer.price <= pay.amount, "Advances_AboveOwed")
    need(signed, "Advances_WrongSignature")
    need(not known.void, "Settlement_IsVoid")
    place = (posted.key >> 16, pay.account)
    free = pay.kind == CONTRIBUTOR and j not in known.paid and place not in s.assignees and offer.to != NOBODY
    free = free and not is_held(known, j)
    need(free, "Settlement_NotAssignable")
    s.assignees[place] = offer.to
    known.flags |= ASSIGNED
    s.pull(posted.token, who, pay.account, offer.price, s.names["Advances"])


# Steps


@step(weight=4, when=lambda world: payable(world), ready=lambda world: unpaid(world))
def claim_a_leaf(world: World, draw: Draw) -> None:
    """Anybody for anybody: the money goes to the leaf's account. Early, twice and forged are refused."""
    known = some_paying(world, draw)
    filing, j = known.filing, draw.number("leaf", 0, len(known.filing.draft.books) - 1)
    left = [j for j in range(len(filing.draft.books)) if j not in known.paid]
    j = draw.pick("unpaid", left) if left and not draw.rarely("any", 6) else j
    who, pay = draw.pick("who", PEOPLE).address, known.filing.draft.books[j].pay
    if draw.rarely("forged", 8):
        past = replace(pay, index=filing.posted.pay_count)
        pay = draw.pick("forgery", (replace(pay, account=who, cumulative=1), replace(pay, amount=pay.amount + 1), past))
    call = (filing.posted.head(), pay, list(filing.draft.pay_tree.proof(j)))
    world.take(who, "Settlement", "claim", *call, effect=lambda s: claim(s, filing, j, pay))


@step(weight=2, when=lambda world: payable(world), ready=lambda world: unpaid(world))
def claim_many(world: World, draw: Draw) -> None:
    """Leaves of several settlements at once, all or nothing; the same one twice is refused."""
    picks = []
    for _ in range(draw.number("how many", 1, 3)):
        known = some_paying(world, draw)
        picks.append((known.filing, draw.number("leaf", 0, len(known.filing.draft.books) - 1)))
    who = draw.pick("who", PEOPLE).address
    pays = [filing.draft.books[j].pay for filing, j in picks]
    proofs = [list(filing.draft.pay_tree.proof(j)) for filing, j in picks]

    def effect(s: State) -> None:
        for filing, j in picks:
            claim(s, filing, j, filing.draft.books[j].pay)

    heads = [filing.posted.head() for filing, _ in picks]
    world.take(who, "Settlement", "claimMany", heads, pays, proofs, effect=effect)


@step(weight=3, when=lambda world: payable(world), ready=lambda world: unpaid(world))
def push_a_range(world: World, draw: Draw) -> None:
    """Any range; what is paid is skipped."""
    known = some_paying(world, draw)
    filing, end = known.filing, len(known.filing.draft.books) - 1
    first = draw.number("first", 0, end)
    last = draw.number("last", first, end)
    pays = [one.pay for one in filing.draft.books[first : last + 1]]
    before = pays[0].cumulative - pays[0].amount
    if before < 0 or draw.rarely("wrong sum", 16):
        before = max(before, 0) + 1
    sums = [before + sum(one.amount for one in pays[: n + 1]) for n in range(len(pays))]
    honest = sums == [one.cumulative for one in pays] and [one.index for one in pays] == list(range(first, last + 1))
    dues = [Due.of_pay(one) for one in pays]
    who = draw.pick("who", PEOPLE).address
    tree = filing.draft.pay_tree
    call = (filing.posted.head(), dues, first, before, list(tree.range_proof(first, last + 1)), list(tree.path(0)))
    world.take(who, "Settlement", "push", *call, effect=lambda s: push(s, filing, first, last, honest))


@step(weight=4, when=lambda world: world.s.filed, ready=lambda world: unreleased(world))
def release_a_settlement(world: World, draw: Draw) -> None:
    known = (
        draw.pick("final", unreleased(world))
        if unreleased(world) and not draw.rarely("any", 6)
        else anyone(world, draw)
    )
    filing, who = known.filing, draw.pick("who", PEOPLE).address
    anchors = filing.anchors if not draw.rarely("other anchors", 16) else filing.anchors[:1]
    verdicts = filing.draft.bytes_
    if draw.rarely("nothing forfeited", 16):
        verdicts = bytes(0 if n % 2 == 0 else byte for n, byte in enumerate(verdicts))
    call = (changed(draw, filing.terms), list(anchors), verdicts)
    world.take(who, "Settlement", "release", filing.posted, *call, effect=lambda s: release(s, filing, *call))


@step(weight=2, when=lambda world: world.void())
def reclaim_deposits(world: World, draw: Draw) -> None:
    """Of a void settlement nobody replaced, when it is too late to."""
    known = draw.pick("void", world.void())
    filing, who = known.filing, draw.pick("who", PEOPLE).address
    watcher = known.watcher if known.watcher and not draw.rarely("another watcher") else who
    call = (watcher, changed(draw, filing.terms), list(filing.anchors))
    world.take(who, "Settlement", "reclaim", filing.posted, *call, effect=lambda s: reclaim(s, filing, *call))


@step(weight=3, when=lambda world: payable(world))
def advance_a_claim(world: World, draw: Draw) -> None:
    """Somebody pays a contributor now and takes over what he is owed."""
    pending = [one for one in world.pending() if one.filing.draft.books]
    known = draw.pick("pending", pending) if pending and not draw.rarely("any") else some_paying(world, draw)
    filing, posted = known.filing, known.filing.posted
    j = draw.number("leaf", 0, len(filing.draft.books) - 1)
    pay, who = filing.draft.books[j].pay, draw.pick("payer", PEOPLE).address
    offer = Assignment(
        posted.campaign,
        posted.first_item,
        pay.account,
        to=draw.who(who),
        price=draw.pick("price", (pay.amount * 9 // 10, pay.amount, 0, pay.amount + 1)),
        deadline=world.s.time + draw.pick("lifetime", (60, 1, 0)),
    )
    domain = Domain(world.node.chain_id, world.name("Advances"))
    signature = signer_of(pay.account).sign_digest(offer.digest(domain))
    sent = offer if not draw.rarely("changed", 10) else replace(offer, to=PEOPLE[0].address, price=offer.price // 2)
    call = (posted.head(), pay, list(filing.draft.pay_tree.proof(j)), sent, signature)
    signed = sent == offer or pay.account == WALLY.address  # who says yes to everything
    effect = lambda s: advance(s, who, filing, j, sent, signed)  # noqa: E731
    world.take(who, "Advances", "advance", *call, effect=effect)


def payable(world: World) -> list[Filed]:
    return world.settlements(lambda one: one.filing.draft.books)


def unpaid(world: World) -> list[Filed]:
    """Final ones with something left to pay."""
    return [one for one in world.final() if len(one.paid) < len(one.filing.draft.books)]


def unreleased(world: World) -> list[Filed]:
    return [one for one in world.final() if not one.flags & RELEASED]


def some_paying(world: World, draw: Draw) -> Filed:
    """Mostly a final one with something left to pay."""
    ripe = unpaid(world)
    return draw.pick("ripe", ripe) if ripe and not draw.rarely("any", 6) else draw.pick("settlement", payable(world))


def anyone(world: World, draw: Draw) -> Filed:
    return draw.pick("settlement", list(world.s.filed.values()))


@views
def assigned(s: State) -> Iterator[View]:
    for key, one in s.filed.items():
        posted = one.filing.posted
        for account in {book.pay.account for book in one.filing.draft.books if book.pay.kind == CONTRIBUTOR}:
            to = s.assignees.get((key >> 16, account), NOBODY)
            args = (posted.campaign, posted.first_item, account)
            yield View(f"assignee {args}", "Settlement", "assigneeOf", args, to)
