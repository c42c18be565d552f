"""Watching settlements: recompute what was posted, and prove on chain what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from headwater.catalog.ledger import SettlementFacts
from headwater.chain.errors import RevertError
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import MISSING, Vote, price_of
from headwater.client.errors import ClientError
from headwater.client.network import Network
from headwater.client.settled import Settled, settled
from headwater.client.watch_pay import PayWatch
from headwater.client.watch_votes import VoteFault, VoteWatch
from headwater.market import value
from headwater.records.verdict import Verdict
from headwater.storage import StorageError


@dataclass(frozen=True)
class Fault:
    """A fault that holds.

    Attributes:
        function: of the Faults or VoteFaults contract that proves it.
        found, right: what was posted and what the rule has: verdict byte, reward and score, or something of the votes.
    """

    key: int
    item: int
    function: str
    found: str
    right: str


@dataclass(frozen=True)
class Proven:
    """A fault proven on chain."""

    fault: Fault
    tx: str
    gas_used: int


def faults_of(network: Network, facts: SettlementFacts) -> list[Fault]:
    """Faults of a settlement: of its verdicts in queue order, then of its pay list, then of its votes."""
    whole = settled(network, facts)
    queue = enumerate(whole.verdicts, facts.posted.first_item)
    found = [f for f in (_fault(network, facts, v) for number, v in queue if v.item == number) if f]
    return found + [Fault(facts.posted.key, f.item, f.function, f.found, f.right) for f in _more(network, facts, whole)]


def prove(network: Network, signer: TransactionSigner, facts: SettlementFacts, fault: Fault) -> Proven:
    """Proves a fault; the settlement is void after this transaction, whoever sends it first.

    Raises:
        RevertError: it is final already, void already, or the fault does not hold.
    """
    whole = settled(network, facts)
    for one in _more(network, facts, whole):
        if (one.item, one.function, one.found, one.right) == (fault.item, fault.function, fault.found, fault.right):
            receipt = one.prove(signer)
            return Proven(fault, receipt.tx, receipt.gas_used)
    at = fault.item - facts.posted.first_item
    item, path, votes = whole.items[at], whole.item_tree.proof(at), _votes(whole, at)
    contract, terms = network.contracts.faults, network.ledger().campaign(facts.posted.campaign).terms
    if fault.function == "proveVerdict":
        receipt = contract.prove_verdict(signer, facts.posted, terms, item, path, votes)
    elif fault.function == "proveReward":
        receipt = contract.prove_reward(signer, facts.posted, terms, item, path, votes)
    else:
        receipt = contract.prove_byte(signer, facts.posted, item, path, facts.verdicts, votes)
    return Proven(fault, receipt.tx, receipt.gas_used)


def patrol(network: Network, signer: TransactionSigner) -> list[Proven]:
    """Looks at every standing settlement that is not final and proves the first fault of each; then takes the bonds."""
    proven = []
    now = network.contracts.chain.now()
    for campaign in network.ledger().campaigns:
        for facts in network.ledger().standing(campaign):
            if facts.final_at <= now and not facts.suspensions:
                continue
            try:
                found = faults_of(network, facts)
            except (ClientError, StorageError):
                continue  # what cannot be read is called for: ``watch_origins``
            if found:
                proven.append(prove(network, signer, facts, found[0]))
    collect_bonds(network, signer)
    return proven


def collect_bonds(network: Network, signer: TransactionSigner) -> int:
    """Takes the bond of every settlement this account proved wrong and nobody collected; how many.

    Apart from the proof, so that a token that refuses the campaign cannot keep a lie standing; what it refuses now is
    asked for again next time.
    """
    mine = [s for s in network.ledger().settlements.values() if s.voided_by == signer.address and not s.collected]
    taken = 0
    for facts in mine:
        with suppress(RevertError):
            network.contracts.settlement.collect(signer, facts.posted, signer.address)
            taken += 1
    return taken


def _more(network: Network, facts: SettlementFacts, whole: Settled) -> Iterator[VoteFault]:
    """Faults that bring their own proof."""
    yield from PayWatch(network, facts, whole).faults()
    yield from VoteWatch(network, facts, whole).faults()


def _fault(network: Network, facts: SettlementFacts, verdict: Verdict) -> Fault | None:
    terms = network.ledger().campaign(facts.posted.campaign).terms
    worth = value(
        verdict.llr,
        verdict.prior,
        verdict.votes,
        threshold=terms.threshold_milli,
        unit_reward=price_of(terms),
        grade=verdict.grade,
        novelty=verdict.novelty,
    )
    at = 2 * (verdict.item - facts.posted.first_item)
    on_chain = (facts.verdicts[at], facts.verdicts[at + 1])
    if verdict.byte == MISSING and not verdict.votes:
        worth = worth._replace(byte=MISSING, reward=0, score=0)  # that its data never came follows from no sum
    found = f"verdict, reward, score {verdict.byte}, {int(verdict.reward)}, {verdict.score}"
    right = f"{worth.byte}, {worth.reward}, {worth.score}"
    if verdict.byte != worth.byte:
        function = "proveVerdict"
    elif verdict.reward != worth.reward:
        function = "proveReward"
    elif on_chain != (worth.byte, worth.score):
        function = "proveByte"
    else:
        return None
    return Fault(facts.posted.key, verdict.item, function, found, right)


def _votes(whole: Settled, at: int) -> tuple[Vote, ...]:
    return Vote.all_of(whole.verdicts[at].votes)
