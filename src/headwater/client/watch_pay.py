"""What is wrong with a settlement's queue and its pay list, as far as arithmetic shows it (``market.faults``)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from headwater.catalog.ledger import SettlementFacts
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import CONTRIBUTOR, MISSING, REVIEWER, WORD_LEAVES, Item, Pay, Vote
from headwater.client.network import Network
from headwater.client.settled import Settled
from headwater.client.watch_votes import Prove, VoteFault
from headwater.market import faults
from headwater.market.reward import FULL_GRADE, FULL_NOVELTY
from headwater.primitives.ids import ZERO_ADDRESS


class PayWatch:
    """One settlement's leaves against each other."""

    def __init__(self, network: Network, facts: SettlementFacts, whole: Settled) -> None:
        self._facts, self._whole = facts, whole
        self._contract = network.contracts.faults
        self._terms = network.ledger().campaign(facts.posted.campaign).terms
        self._lists = [tuple(row.items) for row in whole.evidence.pay]
        first = facts.posted.first_item
        self._items = {number: item for number, item in enumerate(whole.items, first) if item.item == number}

    def faults(self) -> Iterator[VoteFault]:
        """All that can be proven, items first."""
        for at, item in enumerate(self._whole.items):
            number = self._facts.posted.first_item + at
            if faults.order_wrong(item, number):
                yield VoteFault(number, "proveOrder", 0, f"item {item.item}", f"item {number}", self._order(at))
                continue
            yield from self._limits(at, item)
            yield from self._unpaid(at, item)
        for pay, listed in zip(self._whole.pays, self._lists, strict=True):
            yield from self._pay(pay, listed)
        yield from self._fees()
        yield from self._sums()

    def _limits(self, at: int, item: Item) -> Iterator[VoteFault]:
        votes = self._votes(at)
        if not faults.within_limits(item.prior, votes) or (item.verdict == MISSING and votes):
            found = f"prior {item.prior}, {len(votes)} votes"
            yield VoteFault(item.item, "proveVerdict", 0, found, "what the rule takes", self._verdict(at, votes))
        if item.grade > FULL_GRADE or item.novelty > FULL_NOVELTY:
            found = f"grade {item.grade}, novelty {item.novelty}"
            yield VoteFault(item.item, "proveReward", 0, found, "at most 100 and 10000", self._reward(at, votes))

    def _unpaid(self, at: int, item: Item) -> Iterator[VoteFault]:
        count = len(self._whole.pays)
        index = min(item.pay_index, count - 1)
        if item.reward and not count:
            return  # no leaf at all can be shown; that the total is zero is no sum of rewards
        pay, listed = self._whole.pays[index], self._lists[index]
        if faults.unpaid_wrong(item, pay, listed, count):
            prove = self._proof_of_unpaid(at, pay, listed)
            yield VoteFault(item.item, "proveUnpaid", index, f"paid by leaf {item.pay_index}", "its own leaf", prove)

    def _pay(self, pay: Pay, listed: tuple[int, ...]) -> Iterator[VoteFault]:
        if faults.pay_wrong(pay, listed, self._items):
            right = sum(self._items[n].reward for n in listed if n in self._items)
            found = f"{pay.account} {pay.amount} for items {', '.join(map(str, listed))}"
            prove = self._proof_of_pay(pay, listed)
            yield VoteFault(self._facts.posted.first_item, "provePay", pay.index, found, str(right), prove)

    def _fees(self) -> Iterator[VoteFault]:
        posted, pays = self._facts.posted, self._whole.pays
        reviewers = [pay for pay in pays if pay.kind == REVIEWER]
        pairs = [(pay, pay) for pay in pays if pay.kind not in (CONTRIBUTOR, REVIEWER)]
        pairs += [(reviewers[0], reviewers[-1])] if reviewers else []
        for first, last in pairs:
            if faults.fee_wrong(self._terms, posted.settler, posted.count, first, last):
                found = f"kind {first.kind}: {last.cumulative - first.cumulative + first.amount}"
                prove = self._proof_of_fee(first, last)
                yield VoteFault(posted.first_item, "proveFee", first.index, found, "the terms' fees", prove)

    def _sums(self) -> Iterator[VoteFault]:
        """Sums follow from the evidence, which gives amounts; so what can be wrong is order, total and budgets."""
        posted, pays, words = self._facts.posted, self._whole.pays, self._whole.pay_tree.words
        pairs = [*pairwise(pays), *((pay, pay) for pay in pays[-1:])]
        for a, b in pairs:
            budget = words[a.index // WORD_LEAVES].budget
            if faults.sum_wrong(a, b, budget, posted.pay_count, posted.total):
                found = f"leaves {a.index} and {b.index} of {posted.pay_count}, {b.cumulative} of {posted.total}"
                yield VoteFault(
                    posted.first_item, "proveSum", a.index, found, "ascending up to the total", self._sum(a, b)
                )

    # Proofs

    def _votes(self, at: int) -> tuple[Vote, ...]:
        return Vote.all_of(self._whole.verdicts[at].votes)

    def _order(self, at: int) -> Prove:
        item, path = self._whole.items[at], self._whole.item_tree.proof(at)
        return lambda signer: self._contract.prove_order(signer, self._facts.posted, at, item, path)

    def _verdict(self, at: int, votes: tuple[Vote, ...]) -> Prove:
        item, path = self._whole.items[at], self._whole.item_tree.proof(at)
        return lambda signer: self._contract.prove_verdict(signer, self._facts.posted, self._terms, item, path, votes)

    def _reward(self, at: int, votes: tuple[Vote, ...]) -> Prove:
        item, path = self._whole.items[at], self._whole.item_tree.proof(at)
        return lambda signer: self._contract.prove_reward(signer, self._facts.posted, self._terms, item, path, votes)

    def _proof_of_unpaid(self, at: int, pay: Pay, listed: tuple[int, ...]) -> Prove:
        item = self._whole.items[at]
        paths = self._whole.item_tree.proof(at), self._whole.pay_tree.proof(pay.index)

        def prove(signer: TransactionSigner) -> Receipt:
            return self._contract.prove_unpaid(signer, self._facts.posted, item, paths[0], pay, paths[1], listed)

        return prove

    def _proof_of_pay(self, pay: Pay, listed: tuple[int, ...]) -> Prove:
        posted, tree = self._facts.posted, self._whole.item_tree
        nothing = Item(0, ZERO_ADDRESS, bytes(32), 0, 0, 0, 0, bytes(32), 0, 0, 0, 0, bytes(32))
        items = [self._items.get(number) or replace(nothing, item=number) for number in listed]
        paths = [tree.proof(number - posted.first_item) if number in self._items else () for number in listed]
        proof = self._whole.pay_tree.proof(pay.index)
        return lambda signer: self._contract.prove_pay(signer, posted, pay, proof, items, paths)

    def _proof_of_fee(self, first: Pay, last: Pay) -> Prove:
        paths = self._whole.pay_tree.proof(first.index), self._whole.pay_tree.proof(last.index)

        def prove(signer: TransactionSigner) -> Receipt:
            return self._contract.prove_fee(signer, self._facts.posted, self._terms, first, paths[0], last, paths[1])

        return prove

    def _sum(self, a: Pay, b: Pay) -> Prove:
        paths = self._whole.pay_tree.proof(a.index), self._whole.pay_tree.proof(b.index)
        return lambda signer: self._contract.prove_sum(signer, self._facts.posted, a, paths[0], b, paths[1])
