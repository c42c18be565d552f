"""Proving faults: which of the eight hold of a settlement, by section 7 of the spec and not by the contract's code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from tests.contract.model.cast import PEOPLE, WANDA
from tests.contract.model.settling import match_void
from tests.contract.model.state import COLLECTED, VOID, Filed, Filing, State, need
from tests.contract.model.world import Draw, World, step

from headwater.chain.structs import (
    ACCEPTED,
    CONTRIBUTOR,
    FORFEITED,
    MISSING,
    NO_PAY_INDEX,
    OPERATOR,
    REJECTED,
    REVIEWER,
    Item,
    Pay,
    Vote,
    price_of,
    votes_root,
)
from headwater.market import quality
from headwater.primitives.amounts import BPS, mul_div_down, mul_div_up


def void(s: State, who: str, filing: Filing) -> None:
    """Everything goes back to the campaign; the watcher is noted."""
    known = s.filed[filing.posted.key]
    need(known.pending(s.time), "Settlement_AlreadyFinal")
    need(known.filing.posted == filing.posted, "Settlement_WrongPreimage")
    known.flags |= VOID
    known.watcher = who
    own = s.campaigns[filing.posted.campaign]
    own.escrow += filing.posted.total
    own.reserved += filing.posted.total


def prove(s: State, who: str, filing: Filing, holds: bool) -> None:
    need(holds, "Faults_NoFault")
    void(s, who, filing)


def collect(s: State, filing: Filing, watcher: str) -> None:
    known = match_void(s, filing.posted, watcher)
    need(not known.flags & COLLECTED, "Settlement_AlreadyReleased")
    known.flags |= COLLECTED
    bond = filing.posted.bond - known.doubt.fined
    s.campaigns[filing.posted.campaign].escrow += bond - bond // 2
    s.slash(filing.posted.settler, filing.posted.token, bond, watcher, bond // 2)


# The rules


def votes_of(filing: Filing, i: int) -> tuple[Vote, ...]:
    counted = filing.draft.verdicts[i].votes
    return tuple(Vote(one.reviewer, one.round, one.verdict, one.weight, one.commit) for one in counted)


def sum_of(item: Item, votes: Sequence[Vote]) -> int:
    return item.llr + item.prior + sum(one.weight if one.verdict else -one.weight for one in votes)


def right_verdict(item: Item, votes: Sequence[Vote], threshold: int) -> bool:
    bounded = abs(item.prior) <= 2200 and len(votes) <= 9 and len({one.reviewer for one in votes}) == len(votes)
    bounded = bounded and all(200 <= one.weight <= 2944 and one.verdict <= 1 for one in votes)
    if item.verdict == MISSING:
        return bounded and not votes
    total = sum_of(item, votes)
    if item.novelty == 0:
        return bounded and item.verdict == FORFEITED
    return bounded and item.verdict == (ACCEPTED if total > threshold else FORFEITED if total <= -2944 else REJECTED)


def right_byte(filing: Filing, item: Item, votes: Sequence[Vote]) -> bool:
    at = 2 * (item.item - filing.posted.first_item)
    score = quality(sum_of(item, votes)) * item.grade // BPS if item.verdict == ACCEPTED else 0
    return filing.draft.bytes_[at : at + 2] == bytes((item.verdict, score))


def right_reward(filing: Filing, item: Item, votes: Sequence[Vote]) -> bool:
    if item.grade > 100 or item.novelty > BPS:
        return False
    if item.reward == 0 and item.pay_index != NO_PAY_INDEX:
        return False
    if item.reward and item.pay_index >= filing.posted.pay_count:
        return False
    parts = quality(sum_of(item, votes)) * item.grade * item.novelty if item.verdict == ACCEPTED else 0
    reward = price_of(filing.terms) * parts // 10**10
    return (item.reward, item.share_weight) == (reward, parts // BPS)


def right_pay(pay: Pay, items: Sequence[Item]) -> bool:
    numbers = [one.item for one in items]
    own = all(one.contributor == pay.account and one.pay_index == pay.index for one in items)
    ascending = all(a < b for a, b in pairwise(numbers))
    return pay.kind != CONTRIBUTOR or (own and ascending and sum(one.reward for one in items) == pay.amount)


def right_fee(filing: Filing, first: Pay, last: Pay) -> bool:
    terms, count = filing.terms, filing.posted.count
    if first.kind > OPERATOR:
        return False
    if first.kind == OPERATOR:
        fee = mul_div_down(count * terms.unit_reward, terms.operator_fee_bps, BPS)
        return (first.account, first.amount) == (filing.posted.settler, fee)
    if first.kind == last.kind == REVIEWER and first.index <= last.index:
        cap = count * mul_div_up(terms.unit_reward, 15 * terms.review_fee_bps, BPS)
        return last.cumulative - first.cumulative + first.amount <= cap
    return True


def right_sum(filing: Filing, a: Pay, b: Pay) -> bool:
    pays = filing.posted.pay_count
    right = a.index != 0 or a.cumulative == a.amount
    right = right and (b.index != pays - 1 or b.cumulative == filing.posted.total)
    if b.index == a.index + 1:
        right = right and a.cumulative + b.amount == b.cumulative
        right = right and (a.kind, int(a.account, 16)) < (b.kind, int(b.account, 16))
    start = a.index - a.index % 128
    if a.index == start and b.index == min(start + 128, pays) - 1:
        budget = filing.draft.pay_tree.words[a.index // 128].budget
        right = right and b.cumulative - a.cumulative + a.amount == budget
    return right


# Steps


@step(weight=8, when=lambda world: world.pending())
def prove_a_fault(world: World, draw: Draw) -> None:
    """Anybody, any of the eight, aimed at the lie if there is one; of an honest settlement none holds."""
    prove_something(world, draw, aimed(world, draw))


@step(weight=1, when=lambda world: world.s.filed)
def prove_too_late(world: World, draw: Draw) -> None:
    """Of any settlement: one that is final or void stays as it is."""
    prove_something(world, draw, draw.pick("settlement", list(world.s.filed.values())))


def prove_something(world: World, draw: Draw, known: Filed) -> None:
    kinds: tuple[Callable[[World, Draw, Filing], None], ...]
    kinds = (prove_verdict, prove_byte, prove_reward, prove_pay, prove_unpaid, prove_fee, prove_sum, prove_order)
    filing = known.filing
    lie = filing.bent[0] if filing.bent else ""
    best = [one for one in kinds if one.__name__ in AIMS.get(lie, ())]
    chosen = draw.pick("fault", best) if best and not draw.rarely("another", 4) else draw.pick("any fault", kinds)
    chosen(world, draw, filing)


AIMS = {
    "verdict": ("prove_verdict", "prove_byte", "prove_reward"),
    "byte": ("prove_byte",),
    "reward": ("prove_reward", "prove_pay"),
    "share": ("prove_reward",),
    "order": ("prove_order",),
    "missing": ("prove_reward", "prove_unpaid"),
    "amount": ("prove_pay", "prove_fee", "prove_sum"),
    "account": ("prove_pay", "prove_unpaid", "prove_fee", "prove_sum"),
    "listed twice": ("prove_pay",),
    "cumulative": ("prove_sum",),
    "above": ("prove_sum", "prove_pay", "prove_fee"),
    "budget": ("prove_sum",),
    "kind": ("prove_fee", "prove_unpaid", "prove_sum"),
}


def aimed(world: World, draw: Draw) -> Filed:
    pending = world.pending()
    wrong = [one for one in pending if one.filing.bent]
    if wrong and not draw.rarely("an honest one", 4):
        return draw.pick("bent settlement", wrong)
    return draw.pick("settlement", pending)


def at_item(draw: Draw, filing: Filing) -> int:
    """Where the lie is, if it is in an item."""
    lie, where = filing.bent or ("", 0)
    if lie in ("verdict", "byte", "reward", "share", "order", "missing", "invented", "unopened") and not draw.rarely(
        "elsewhere", 5
    ):
        return where
    return draw.number("item", 0, len(filing.draft.items) - 1)


def at_pay(draw: Draw, filing: Filing) -> int:
    lie, where = filing.bent or ("", 0)
    if lie in ("amount", "account", "listed twice", "cumulative", "above", "budget", "kind"):
        return where if not draw.rarely("elsewhere", 5) else draw.number("pay", 0, len(filing.draft.books) - 1)
    return draw.number("pay", 0, len(filing.draft.books) - 1)


def watcher_of(draw: Draw) -> str:
    return draw.pick("who", (WANDA, WANDA, *PEOPLE)).address


def prove_verdict(world: World, draw: Draw, filing: Filing) -> None:
    _of_item(world, draw, filing, "proveVerdict")


def prove_byte(world: World, draw: Draw, filing: Filing) -> None:
    _of_item(world, draw, filing, "proveByte")


def prove_reward(world: World, draw: Draw, filing: Filing) -> None:
    _of_item(world, draw, filing, "proveReward")


def _of_item(world: World, draw: Draw, filing: Filing, function: str) -> None:
    who, i = watcher_of(draw), at_item(draw, filing)
    item, votes, proof = filing.draft.items[i], votes_of(filing, i), list(filing.draft.item_tree.proof(i))
    shown = replace(item, llr=item.llr - 1) if draw.rarely("forged leaf", 16) else item
    given = votes if not draw.rarely("forged votes", 16) else (*votes, Vote(who, 1, 0, 2944, bytes(32)))

    def effect(s: State) -> None:
        in_place(filing, shown, i, proof)
        need(votes_root(given) == shown.votes_root, "Faults_WrongVotes")
        right = {
            "proveVerdict": lambda: right_verdict(item, votes, filing.terms.threshold_milli),
            "proveByte": lambda: right_byte(filing, item, votes),
            "proveReward": lambda: right_reward(filing, item, votes),
        }[function]()
        prove(s, who, filing, not right)

    before = (filing.posted,) if function == "proveByte" else (filing.posted, filing.terms)
    after = (filing.draft.bytes_, list(given)) if function == "proveByte" else (list(given),)
    world.take(who, "Faults", function, *before, shown, proof, *after, effect=effect)


def in_place(filing: Filing, shown: Item, i: int, proof: Sequence[bytes]) -> None:
    """The leaf proves at the index its number says, and only there."""
    index = shown.item - filing.posted.first_item
    need(index >= 0, "Faults_WrongProof")
    need(index < filing.posted.count, "Merkle_IndexOutOfRange")
    need(index == i and shown == filing.draft.items[i], "Faults_WrongProof")


def prove_order(world: World, draw: Draw, filing: Filing) -> None:
    who, i = watcher_of(draw), at_item(draw, filing)
    item, proof = filing.draft.items[i], list(filing.draft.item_tree.proof(i))
    at = i + 1 if draw.rarely("at another index", 8) else i

    def effect(s: State) -> None:
        need(at < filing.posted.count, "Merkle_IndexOutOfRange")
        need(at == i, "Faults_WrongProof")
        prove(s, who, filing, item.item != filing.posted.first_item + i)

    world.take(who, "Faults", "proveOrder", filing.posted, at, item, proof, effect=effect)


def prove_pay(world: World, draw: Draw, filing: Filing) -> None:
    if not filing.draft.books:
        return
    who, j = watcher_of(draw), at_pay(draw, filing)
    pay, numbers = filing.draft.books[j].pay, filing.draft.books[j].items
    places = [number - filing.posted.first_item for number in numbers]
    if draw.rarely("one left out", 12):
        places = places[:-1]
    items = [filing.draft.items[i] for i in places]
    proofs = [list(filing.draft.item_tree.proof(i)) for i in places]

    def effect(s: State) -> None:
        for item, i, proof in zip(items, places, proofs, strict=True):
            in_place(filing, item, i, proof)
        need(len(places) == len(numbers), "Faults_WrongNumbers")
        prove(s, who, filing, not right_pay(pay, items))

    call = (filing.posted, pay, list(filing.draft.pay_tree.proof(j)), items, proofs)
    world.take(who, "Faults", "provePay", *call, effect=effect)


def prove_unpaid(world: World, draw: Draw, filing: Filing) -> None:
    """The item's own leaf, or any leaf of the tree."""
    if not filing.draft.books:
        return
    who, i = watcher_of(draw), at_item(draw, filing)
    item, proof = filing.draft.items[i], list(filing.draft.item_tree.proof(i))
    own = item.pay_index < len(filing.draft.books) and not draw.rarely("another leaf", 5)
    j = item.pay_index if own else at_pay(draw, filing)
    pay, numbers = filing.draft.books[j].pay, filing.draft.books[j].items

    def effect(s: State) -> None:
        in_place(filing, item, i, proof)
        if item.pay_index >= filing.posted.pay_count:
            return prove(s, who, filing, item.reward > 0)
        right = item.item in numbers and pay.kind == CONTRIBUTOR and pay.account == item.contributor
        return prove(s, who, filing, item.reward > 0 and item.pay_index == j and not right)

    call = (filing.posted, item, proof, pay, list(filing.draft.pay_tree.proof(j)), list(numbers))
    world.take(who, "Faults", "proveUnpaid", *call, effect=effect)


def prove_fee(world: World, draw: Draw, filing: Filing) -> None:
    if not filing.draft.books:
        return
    who, j = watcher_of(draw), at_pay(draw, filing)
    k = draw.number("last", j, len(filing.draft.books) - 1)
    first, last = filing.draft.books[j].pay, filing.draft.books[k].pay
    proofs = [list(filing.draft.pay_tree.proof(one)) for one in (j, k)]
    call = (filing.posted, filing.terms, first, proofs[0], last, proofs[1])
    effect = lambda s: prove(s, who, filing, not right_fee(filing, first, last))  # noqa: E731
    world.take(who, "Faults", "proveFee", *call, effect=effect)


def prove_sum(world: World, draw: Draw, filing: Filing) -> None:
    """Neighbours, or a word's first and last leaf."""
    if not filing.draft.books:
        return
    who, j = watcher_of(draw), at_pay(draw, filing)
    end = len(filing.draft.books) - 1
    j, k = draw.pick("leaves", ((0, end), (max(j - 1, 0), j), (j, min(j + 1, end)), (j, j)))
    a, b = filing.draft.books[j].pay, filing.draft.books[k].pay
    proofs = [list(filing.draft.pay_tree.proof(one)) for one in (j, k)]
    if draw.rarely("forged", 16):
        proofs[1] = [bytes(32) for _ in proofs[1]]

    def effect(s: State) -> None:
        need(proofs[1] == list(filing.draft.pay_tree.proof(k)), "Faults_WrongProof")
        prove(s, who, filing, not right_sum(filing, a, b))

    world.take(who, "Faults", "proveSum", filing.posted, a, proofs[0], b, proofs[1], effect=effect)


@step(weight=3, when=lambda world: world.void(), ready=lambda world: uncollected(world))
def collect_a_bond(world: World, draw: Draw) -> None:
    """For the watcher, once."""
    known = draw.pick("void", uncollected(world) or world.void())
    watcher = known.watcher if known.watcher and not draw.rarely("another watcher", 8) else draw.who(WANDA.address, 2)
    who = draw.pick("who", PEOPLE).address
    call = (known.filing.posted, watcher)
    world.take(who, "Settlement", "collect", *call, effect=lambda s: collect(s, known.filing, watcher))


def uncollected(world: World) -> list[Filed]:
    return [one for one in world.void() if not one.flags & COLLECTED]
