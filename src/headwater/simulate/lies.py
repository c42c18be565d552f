"""The lying operator: settlements made wrong in every way arithmetic can show, and whether the faults show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from headwater.chain.structs import ACCEPTED, CONTRIBUTOR, OPERATOR, REJECTED, Item, Terms, Vote
from headwater.market import Draft, assemble, faults
from headwater.market.settlement import Books
from headwater.primitives.amounts import Amount
from headwater.records.verdict import Verdict
from headwater.records.vote import ACCEPT
from headwater.review import START_WEIGHT, Step, next_step, prior
from headwater.simulate.facts import Facts
from headwater.simulate.play import CHAIN, SETTLEMENT, Played, seed_of, terms_of
from headwater.simulate.play import OPERATOR as SETTLER
from headwater.simulate.setup import R


@dataclass(frozen=True)
class Told:
    """A lie: what it is, what it would have brought the operator (R), what it risks (R), and what showed it."""

    name: str
    gain: float
    bond: float
    shown_by: tuple[str, ...]

    @property
    def pays_below(self) -> float:
        """The lie gains if the chance that anybody looks is below this."""
        return self.gain / (self.gain + self.bond)


def lies(played: Played, number: int) -> Iterator[Told]:
    """Every lie about batch ``number``, each alone, told to the functions that prove faults."""
    batch, terms = played.batches[number], terms_of(played.world.setup)
    seed = seed_of(played.world, batch.first)
    honest, bond = batch.draft, max(batch.draft.total // 4, 10 * R) / R
    facts = played.facts_before(number)
    for name, lie in _LIES.items():
        made, gain = lie(honest, terms)
        yield Told(name, gain, bond, tuple(dict.fromkeys(shown(made, terms, played, facts, seed))))


def shown(made: Draft, terms: Terms, played: Played, facts: Facts, seed: bytes) -> Iterator[str]:
    """Names of the faults that hold of a settlement."""
    items, count = {item.item: item for item in made.items}, len(made.books)
    for at, (item, verdict) in enumerate(zip(made.items, made.verdicts, strict=True)):
        yield from _of_item(made, terms, at, item, Vote.all_of(verdict.votes))
        yield from _of_record(verdict, len(played.world.reviewers), facts, seed)
    for at, books in enumerate(made.books):
        if faults.pay_wrong(books.pay, books.items, items):
            yield "provePay"
        if faults.fee_wrong(terms, SETTLER, len(made.items), books.pay, books.pay):
            yield "proveFee"
        after = made.books[min(at + 1, count - 1)].pay
        if faults.sum_wrong(books.pay, after, books.pay.amount, count, made.total) and count > 1:
            yield "proveSum"


def _of_item(made: Draft, terms: Terms, at: int, item: Item, votes: tuple[Vote, ...]) -> Iterator[str]:
    if faults.verdict_wrong(terms, item, votes):
        yield "proveVerdict"
    if faults.byte_wrong(item, votes, made.bytes_, at):
        yield "proveByte"
    if faults.reward_wrong(terms, item, votes, len(made.books)):
        yield "proveReward"
    if faults.order_wrong(item, made.verdicts[0].item + at):
        yield "proveOrder"
    if item.reward and item.pay_index < len(made.books):
        books = made.books[item.pay_index]
        if faults.unpaid_wrong(item, books.pay, books.items, len(made.books)):
            yield "proveUnpaid"


def _of_record(verdict: Verdict, pool: int, facts: Facts, seed: bytes) -> Iterator[str]:
    """What the records and the stopping rule say: on chain proveWeight and proveOmitted, and the audit's claims."""
    outcomes, weights = facts.outcomes.get(verdict.contributor, []), facts.weights()
    if verdict.prior != prior(outcomes):
        yield "audit: prior"
    if any(vote.weight != weights.get(vote.reviewer, START_WEIGHT) for vote in verdict.votes):
        yield "proveWeight"
    if [vote.round for vote in verdict.votes] != list(range(len(verdict.votes))):
        yield "proveDraw"
    numbers = verdict.llr, verdict.prior, len(outcomes)
    if next_step(*numbers, verdict.votes, seed, verdict.item, pool) is Step.ASK:
        yield "proveOmitted"


Lie = Callable[[Draft, Terms], tuple[Draft, float]]


def _again(honest: Draft, terms: Terms, verdicts: list[Verdict]) -> Draft:
    return assemble(CHAIN, SETTLEMENT, honest.key, terms, SETTLER, verdicts)


def _change(honest: Draft, terms: Terms, which: Callable[[Verdict], bool], **fields: object) -> Draft:
    rows = list(honest.verdicts)
    at = next(n for n, verdict in enumerate(rows) if which(verdict))
    rows[at] = replace(rows[at], **fields)  # type: ignore[arg-type]
    return _again(honest, terms, rows)


def _rejected(verdict: Verdict) -> bool:
    return verdict.byte != ACCEPTED


def _accepted(verdict: Verdict) -> bool:
    return verdict.byte == ACCEPTED


def _verdict(honest: Draft, terms: Terms) -> tuple[Draft, float]:
    return _change(honest, terms, _rejected, byte=ACCEPTED, reward=Amount(R), score=100), 1.0


def _forfeit(honest: Draft, terms: Terms) -> tuple[Draft, float]:
    return _change(honest, terms, _accepted, byte=REJECTED, reward=Amount(0), score=0), 1.0


def _reward(honest: Draft, terms: Terms) -> tuple[Draft, float]:
    return _change(honest, terms, _accepted, reward=Amount(2 * R)), 1.0


def _weight(honest: Draft, terms: Terms) -> tuple[Draft, float]:
    verdict = next(v for v in honest.verdicts if v.votes)
    heavy = tuple(replace(v, weight=2944) for v in verdict.votes)
    return _change(honest, terms, lambda v: v is verdict, votes=heavy), 1.0


def _prior(honest: Draft, terms: Terms) -> tuple[Draft, float]:
    verdict = next(v for v in honest.verdicts if v.prior != 2200)
    return _change(honest, terms, lambda v: v is verdict, prior=2200), 1.0


def _omitted(honest: Draft, terms: Terms) -> tuple[Draft, float]:
    verdict = next(v for v in honest.verdicts if len(v.votes) > 1 and v.votes[-1].verdict != ACCEPT)
    return _change(honest, terms, lambda v: v is verdict, votes=verdict.votes[:1]), 1.0


def _moved(honest: Draft, terms: Terms) -> tuple[Draft, float]:
    verdict = next(v for v in honest.verdicts if len(v.votes) > 2)
    return _change(honest, terms, lambda v: v is verdict, votes=verdict.votes[1:]), 1.0


def _byte(honest: Draft, terms: Terms) -> tuple[Draft, float]:
    flipped = bytes([honest.bytes_[0] ^ 1]) + honest.bytes_[1:]
    return replace(honest, bytes_=flipped), 0.5


def _paid_more(honest: Draft, terms: Terms) -> tuple[Draft, float]:
    return _books(honest, CONTRIBUTOR, R), 1.0


def _fee(honest: Draft, terms: Terms) -> tuple[Draft, float]:
    return _books(honest, OPERATOR, R), 1.0


def _sum(honest: Draft, terms: Terms) -> tuple[Draft, float]:
    return replace(honest, total=honest.total + R), 1.0


def _elsewhere(honest: Draft, terms: Terms) -> tuple[Draft, float]:
    at = next(n for n, item in enumerate(honest.items) if item.reward)
    items = list(honest.items)
    items[at] = replace(items[at], pay_index=(items[at].pay_index + 1) % len(honest.books))
    return replace(honest, items=tuple(items)), 1.0


def _numbered(honest: Draft, terms: Terms) -> tuple[Draft, float]:
    items = list(honest.items)
    items[-1] = replace(items[-1], item=items[-1].item + 1)
    return replace(honest, items=tuple(items)), 1.0


def _books(honest: Draft, kind: int, more: int) -> Draft:
    """One leaf of a kind raised, and every running sum after it, so that the sums fit the lie."""
    made, raised = list[Books](), 0
    for books in honest.books:
        extra = more if books.pay.kind == kind and not raised else 0
        raised += extra
        pay = replace(books.pay, amount=books.pay.amount + extra, cumulative=books.pay.cumulative + raised)
        made.append(Books(pay, books.items))
    return replace(honest, books=tuple(made), total=honest.total + raised)


_LIES: dict[str, Lie] = {
    "a rejected item accepted": _verdict,
    "an accepted item rejected": _forfeit,
    "a reward doubled": _reward,
    "votes that weigh more": _weight,
    "a contributor's record bettered": _prior,
    "votes left out": _omitted,
    "a first vote dropped": _moved,
    "calldata that says otherwise": _byte,
    "a contributor paid more": _paid_more,
    "a fee above the terms": _fee,
    "a total above the sums": _sum,
    "a reward to another's leaf": _elsewhere,
    "an item under another number": _numbered,
}
