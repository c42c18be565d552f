"""From decided items to a settlement: item tree, pay tree, verdict bytes, total (spec/settlement.md section 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from headwater.chain.structs import (
    ACCEPTED,
    CONTRIBUTOR,
    MISSING,
    NO_PAY_INDEX,
    OPERATOR,
    REVIEW_FEES_PER_ITEM,
    REVIEWER,
    Item,
    Pay,
    SettleInput,
    Terms,
    items_hash,
    price_of,
    reserve_of,
    votes_root,
)
from headwater.market.errors import SettlementError
from headwater.market.pay_tree import PayTree, build_pays
from headwater.market.reward import value
from headwater.primitives.amounts import BPS, mul_div_down, mul_div_up
from headwater.primitives.merkle import Tree, build
from headwater.records.verdict import Verdict
from headwater.review.pay import Agreement, Reviewed, pay_of


@dataclass(frozen=True)
class Books:
    """One pay leaf and the item numbers behind it."""

    pay: Pay
    items: tuple[int, ...]


@dataclass(frozen=True)
class Known:
    """What records final at the anchors' time say of reviewers, by account; without a record nothing is known.

    Attributes:
        gold: balanced gold accuracy in 1/10,000.
        agreement: over earlier items.
    """

    gold: Mapping[str, int] = field(default_factory=dict)
    agreement: Mapping[str, Agreement] = field(default_factory=dict)


NOTHING_KNOWN = Known()


@dataclass(frozen=True)
class Draft:
    """A settlement ready to post, and everything claims and challenges will need."""

    key: int
    verdicts: tuple[Verdict, ...]
    items: tuple[Item, ...]
    books: tuple[Books, ...]
    item_tree: Tree
    pay_tree: PayTree
    total: int
    bytes_: bytes

    def input(self, campaign: int, evidence: bytes, reputation: bytes) -> SettleInput:
        """The call's argument."""
        trees = (self.item_tree.root, self.pay_tree.words)
        return SettleInput(campaign, *trees, len(self.books), self.total, self.bytes_, evidence, reputation)


def draft(
    chain_id: int,
    contract: str,
    key: int,
    terms: Terms,
    settler: str,
    verdicts: Sequence[Verdict],
    known: Known = NOTHING_KNOWN,
) -> Draft:
    """The settlement of consecutive items.

    Args:
        contract: the Settlement contract; with ``chain_id`` and ``key`` it is bound into every leaf.
        verdicts: one record an item, in queue order.
        known: of the reviewers.

    Raises:
        SettlementError: items that are not consecutive, a verdict that is not what the rule says, or pay above reserve.
    """
    weights = [_as_the_rule_says(verdict, terms) for verdict in verdicts]
    return _assembled(chain_id, contract, key, terms, settler, verdicts, weights, known)


def assemble(
    chain_id: int,
    contract: str,
    key: int,
    terms: Terms,
    settler: str,
    verdicts: Sequence[Verdict],
    known: Known = NOTHING_KNOWN,
) -> Draft:
    """Trees and sums over verdict records as they are, right or wrong: ``draft`` checks them first.

    Raises:
        SettlementError: items that are not consecutive, or pay above reserve.
    """
    weights = [share_weight_of(verdict) for verdict in verdicts]
    return _assembled(chain_id, contract, key, terms, settler, verdicts, weights, known)


def _assembled(
    chain_id: int,
    contract: str,
    key: int,
    terms: Terms,
    settler: str,
    verdicts: Sequence[Verdict],
    weights: Sequence[int],
    known: Known,
) -> Draft:
    _consecutive(verdicts)
    books = _books(verdicts, terms, settler, known)
    indices = {b.pay.account: b.pay.index for b in books if b.pay.kind == CONTRIBUTOR}
    items = tuple(
        item_of(v, indices[v.contributor] if v.reward else NO_PAY_INDEX, weight)
        for v, weight in zip(verdicts, weights, strict=True)
    )
    total = books[-1].pay.cumulative if books else 0
    allowed = len(verdicts) * reserve_of(terms)
    if total > allowed:
        raise SettlementError("settlement total", actual=total, allowed=f"at most {allowed}, the items' reserve")
    return Draft(
        key,
        tuple(verdicts),
        items,
        books,
        build([i.leaf(chain_id, contract, key) for i in items]),
        build_pays([b.pay for b in books], chain_id, contract, key),
        total,
        b"".join(bytes((v.byte, v.score)) for v in verdicts),
    )


def item_of(verdict: Verdict, pay_index: int, share_weight: int) -> Item:
    """The item leaf of a verdict record."""
    return Item(
        item=verdict.item,
        contributor=verdict.contributor,
        contribution=verdict.contribution,
        llr=verdict.llr,
        prior=verdict.prior,
        grade=verdict.grade,
        novelty=verdict.novelty,
        votes_root=votes_root(verdict.votes),
        verdict=verdict.byte,
        reward=verdict.reward,
        pay_index=pay_index,
        share_weight=share_weight,
        opening=verdict.opening,
    )


def review_pay(verdicts: Iterable[Verdict], terms: Terms, known: Known = NOTHING_KNOWN) -> dict[str, int]:
    """What each reviewer earned in a settlement, smallest units, capped by the items' review reserve."""
    rows = list(verdicts)
    phi = mul_div_down(terms.unit_reward, terms.review_fee_bps, BPS)
    reviewed = (Reviewed(v.llr, v.prior, terms.threshold_milli, v.votes) for v in rows)
    earned = pay_of(reviewed, phi, known.gold, known.agreement)
    cap = mul_div_up(terms.unit_reward, REVIEW_FEES_PER_ITEM * terms.review_fee_bps, BPS) * len(rows)
    spent = sum(earned.values())
    return earned if spent <= cap else {who: mul_div_down(sum_, cap, spent) for who, sum_ in earned.items()}


def _books(verdicts: Sequence[Verdict], terms: Terms, settler: str, known: Known) -> tuple[Books, ...]:
    rows: list[tuple[int, str, int, tuple[int, ...]]] = []
    brought: dict[str, list[Verdict]] = {}
    voted: dict[str, list[int]] = {}
    for verdict in verdicts:
        if verdict.reward:
            brought.setdefault(verdict.contributor, []).append(verdict)
        for who in {vote.reviewer for vote in verdict.votes}:
            voted.setdefault(who, []).append(verdict.item)
    for who, mine in brought.items():
        rows.append((CONTRIBUTOR, who, sum(v.reward for v in mine), tuple(v.item for v in mine)))
    for who, amount in review_pay(verdicts, terms, known).items():
        rows.append((REVIEWER, who, amount, tuple(voted[who])))
    fee = mul_div_down(len(verdicts) * terms.unit_reward, terms.operator_fee_bps, BPS)
    rows.append((OPERATOR, settler, fee, tuple(v.item for v in verdicts)))
    rows = sorted((row for row in rows if row[2]), key=lambda row: (row[0], int(row[1], 16)))
    books, cumulative = [], 0
    for index, (kind, account, amount, items) in enumerate(rows):
        cumulative += amount
        books.append(Books(Pay(index, account, amount, cumulative, kind, items_hash(items)), items))
    return tuple(books)


def share_weight_of(verdict: Verdict) -> int:
    """Share weight of a verdict record: quality, grade and novelty of an accepted item, else 0."""
    if verdict.byte != ACCEPTED:
        return 0
    return value(
        verdict.llr,
        verdict.prior,
        verdict.votes,
        threshold=-(2**31),
        unit_reward=0,
        grade=verdict.grade,
        novelty=verdict.novelty,
    ).share_weight


def _as_the_rule_says(verdict: Verdict, terms: Terms) -> int:
    """The share weight of a verdict that is right."""
    if verdict.byte == MISSING and not verdict.votes and not verdict.reward and not verdict.score:
        return 0
    worth = value(
        verdict.llr,
        verdict.prior,
        verdict.votes,
        threshold=terms.threshold_milli,
        unit_reward=price_of(terms),
        grade=verdict.grade,
        novelty=verdict.novelty,
    )
    found = (verdict.byte, verdict.reward, verdict.score)
    if found != (worth.byte, worth.reward, worth.score):
        raise SettlementError(
            f"item {verdict.item}: verdict byte, reward, score",
            actual=found,
            allowed=(worth.byte, worth.reward, worth.score),
        )
    return worth.share_weight


def _consecutive(verdicts: Sequence[Verdict]) -> None:
    numbers = [v.item for v in verdicts]
    if not numbers or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        raise SettlementError("items of a settlement", actual=numbers, allowed="one or more consecutive queue numbers")
