"""Disputes of items: the verdict a contributor, or anyone for him, does not believe goes before an arbitrator."""

from __future__ import annotations

import json
from dataclasses import dataclass

from headwater.catalog.ledger import ItemDispute
from headwater.chain.disputes import LIMIT, Choice, DisputeOutcome, DisputeState
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import NO_PAY_INDEX
from headwater.client.errors import ClientError
from headwater.client.items import demand_settled
from headwater.client.network import Network
from headwater.client.settled import settled
from headwater.primitives.cid import RAW


@dataclass(frozen=True)
class Price:
    """What opening a dispute takes.

    Attributes:
        bond: half a unit reward, smallest units of ``token``; back unless the verdict is kept.
        missing: of it, that is not in the account's free collateral yet.
        coin: for the arbitrator, wei; not given back.
    """

    token: str
    bond: int
    missing: int
    coin: int


@dataclass(frozen=True)
class Case:
    """A dispute and where it stands."""

    facts: ItemDispute
    campaign: int
    key: int
    state: DisputeState
    ruling: Choice | None
    outcome: DisputeOutcome | None


def price_of(network: Network, account: str, campaign: int) -> Price:
    """What a dispute of an item of this campaign costs the account now."""
    terms, contracts = network.ledger().campaign(campaign).terms, network.contracts
    bond = terms.unit_reward // 2
    free = contracts.stakes.collateral(account, terms.token).free
    return Price(terms.token, bond, max(0, bond - free), contracts.disputes.cost())


def open_dispute(network: Network, signer: TransactionSigner, campaign: int, item: int, why: str) -> ItemDispute:
    """Disputes the verdict on an item, with reasons jurors can read; puts up what is missing of the bond.

    Raises:
        NotFinalError: it is not settled. UnknownIdError: no such item.
        ClientError: it was disputed before, or there is too little money for the bond; nothing was sent.
        RevertError: its settlement is final.
    """
    contracts, facts = network.contracts, demand_settled(network, campaign, item)
    if item in facts.disputes:
        number = facts.disputes[item].number
        fix = f"give evidence while it is open: 'headwater dispute evidence {number}'"
        raise ClientError(f"item {campaign}/{item}", actual=f"in dispute {number}", allowed="one dispute", fix=fix)
    terms, price = network.ledger().campaign(campaign).terms, price_of(network, signer.address, campaign)
    whole = settled(network, facts)
    at = item - facts.posted.first_item
    leaf, proof = whole.items[at], whole.item_tree.proof(at)
    paid = None
    if leaf.pay_index != NO_PAY_INDEX:
        paid = whole.pays[leaf.pay_index], whole.pay_tree.proof(leaf.pay_index)
    if price.missing:
        token = contracts.token(price.token)
        if token.balance(signer.address) < price.missing:
            found, needed = token.balance(signer.address), price.missing
            fix = "get more of the token, or let somebody dispute it for you: the contributor is paid all the same"
            raise ClientError("bond", actual=f"{found} units", allowed=f"at least {needed} units", fix=fix)
        token.approve(signer, contracts.stakes.address, price.missing)
        contracts.stakes.deposit(signer, price.token, price.missing)
    uri = evidence_uri(network, why)
    contracts.disputes.open(signer, facts.posted, terms, leaf, proof, paid, uri, coin=price.coin)
    return network.ledger().settlement(facts.posted.key).disputes[item]


def give_evidence(network: Network, signer: TransactionSigner, number: int, why: str) -> str:
    """Adds reasons to an open dispute; their URI."""
    uri = evidence_uri(network, why)
    network.contracts.disputes.submit_evidence(signer, network.ledger().dispute(number).number, uri)
    return uri


def evidence_uri(network: Network, why: str) -> str:
    """An ERC-1497 evidence document with this text, stored; a URI is taken as it is, nothing stays nothing."""
    if not why or why.startswith(("/ipfs/", "ipfs://", "https://")):
        return why
    document = json.dumps({"name": "Why the verdict is wrong", "description": why}, ensure_ascii=False)
    return f"/ipfs/{network.blobs.put_block(document.encode(), RAW)}"


def execute(network: Network, signer: TransactionSigner, number: int) -> Case:
    """Carries out what was ruled on a dispute, whoever's it is.

    Raises:
        RevertError: it is not ruled yet, or closed.
    """
    facts = network.ledger().dispute(number)
    posted = network.ledger().settlement(facts.opened.key).posted
    network.contracts.disputes.execute(signer, number, posted, facts.opened.item)
    return case_of(network, network.ledger().dispute(number))


def ready(network: Network) -> list[int]:
    """Disputes that can be carried out now: ruled, out of patience, or of a settlement that is void."""
    contracts = network.contracts
    now, patience = contracts.chain.now(), contracts.disputes.patience()
    found = []
    for number, facts in network.ledger().disputes.items():
        held = contracts.disputes.case(number)
        if held.state == DisputeState.CLOSED:
            continue
        void = not network.ledger().settlement(facts.opened.key).standing
        if held.state == DisputeState.RULED or void or now >= held.opened_at + patience:
            found.append(number)
    return found


def case_of(network: Network, facts: ItemDispute) -> Case:
    """Where a dispute stands."""
    held, key = network.contracts.disputes.case(facts.number), facts.opened.key
    ruling = None if facts.ruling is None else Choice(facts.ruling if facts.ruling in tuple(Choice) else 0)
    outcome = None if facts.outcome is None else DisputeOutcome(facts.outcome)
    return Case(facts, key >> 64, key, DisputeState(held.state), ruling, outcome)


def cases(network: Network, campaign: int | None = None, item: int | None = None) -> list[Case]:
    """Every dispute, or those of a campaign or of one of its items, in order."""
    rows = [case_of(network, facts) for _, facts in sorted(network.ledger().disputes.items())]
    return [c for c in rows if campaign in (None, c.campaign) and item in (None, c.facts.item)]


def left_to_void(network: Network, key: int) -> int:
    """How many more overturned items would void a settlement."""
    return max(0, LIMIT - network.contracts.disputes.tally(key).overturned)


def return_cuts(network: Network, signer: TransactionSigner, campaign: int) -> int:
    """Gives a campaign back what was cut of leaves that are paid; how many leaves."""
    contracts, returned = network.contracts, 0
    for facts in network.ledger().standing(campaign):
        for index, cut in facts.cuts.items():
            key = facts.posted.key
            if cut and contracts.doubts.held(key, index).cut and contracts.settlement.is_paid(key, index):
                contracts.doubts.return_cut(signer, key, index)
                returned += 1
    return returned


@dataclass(frozen=True)
class Taken:
    """Collateral on its way out: ``paid`` now, ``asked`` now, ``waiting`` until ``ready_at`` (chain seconds)."""

    paid: int
    asked: int
    waiting: int
    ready_at: int


def take_collateral(network: Network, signer: TransactionSigner, token: str) -> Taken:
    """Takes out what was asked back and is ripe, then asks for all that is free. Run it again after the delay."""
    stakes, account = network.contracts.stakes, signer.address
    out, paid = stakes.unbonding(account, token), 0
    if out.amount and network.contracts.chain.now() >= out.ready_at:
        stakes.withdraw(signer, token)
        paid = out.amount
    free = stakes.collateral(account, token).free
    if free:
        stakes.request_withdraw(signer, token, free)
    out = stakes.unbonding(account, token)
    return Taken(paid, free, out.amount, out.ready_at)
