"""Where items stand: from a contributor's journal while they are blinded, from evidence once they are settled."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from headwater.catalog.errors import UnknownIdError
from headwater.catalog.ledger import SettlementFacts
from headwater.chain.structs import ACCEPTED, NO_PAY_INDEX, Anchor
from headwater.client.errors import NotFinalError
from headwater.client.journal import Entry
from headwater.client.network import Network
from headwater.client.settled import Settled, settled
from headwater.records.anchor import AnchorLeaves
from headwater.records.contribution import anchor_leaf
from headwater.records.evidence import Opening
from headwater.records.verdict import Verdict


class State(StrEnum):
    """Stations of an item, in order."""

    SENDING = "sending"
    WAITING = "waiting for the next anchor"
    ANCHORED = "anchored"
    REVIEW = "in review"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Outcome:
    """What a standing settlement says of an item.

    Attributes:
        final: the challenge window is over; paid: its pay leaf was claimed or pushed.
        final_at: Unix seconds of chain time.
    """

    settlement: int
    opening: Opening
    verdict: Verdict
    final: bool
    final_at: int
    paid: bool


@dataclass(frozen=True)
class Standing:
    """One own contribution and where it is; ``item`` is its number in the campaign's queue once anchored."""

    entry: Entry
    state: State
    item: int | None = None
    outcome: Outcome | None = None


def standing_of(network: Network, entry: Entry) -> Standing:
    """Finds a contribution by its blinded leaf, which only its owner can compute, and reads how far it came."""
    if not entry.digest:
        return Standing(entry, State.SENDING)
    item = _item_of(network, entry)
    if item is None:
        return Standing(entry, State.WAITING)
    facts = settlement_of(network, entry.campaign, item)
    if facts is None:
        campaign = network.ledger().campaign(entry.campaign)
        seeded = campaign.anchor_of(item).first_item in campaign.seeds
        return Standing(entry, State.REVIEW if seeded else State.ANCHORED, item)
    outcome = outcome_of(network, facts, item)
    state = State.ACCEPTED if outcome.verdict.byte == ACCEPTED else State.REJECTED
    return Standing(entry, state, item, outcome)


def settlement_of(network: Network, campaign: int, item: int) -> SettlementFacts | None:
    """The standing settlement an item is in, if it is settled; UnknownIdError if there is no such item."""
    network.ledger().campaign(campaign).anchor_of(item)
    rows = network.ledger().standing(campaign)
    return next((s for s in rows if s.posted.first_item <= item < s.posted.first_item + s.posted.count), None)


def outcome_of(network: Network, facts: SettlementFacts, item: int) -> Outcome:
    """An item's verdict and opening, from evidence checked against the roots on chain."""
    return outcome_in(network, settled(network, facts), item)


def outcome_in(network: Network, whole: Settled, item: int) -> Outcome:
    """The same, of a settlement already rebuilt."""
    at, contract, key = item - whole.posted.first_item, network.contracts.settlement, whole.posted.key
    pay = whole.items[at].pay_index
    paid = pay != NO_PAY_INDEX and contract.is_paid(key, pay)
    final = contract.is_final(key)
    final_at = network.ledger().settlements[key].final_at
    return Outcome(key, whole.evidence.openings[at], whole.verdicts[at], final, final_at, paid)


def demand_settled(network: Network, campaign: int, item: int) -> SettlementFacts:
    """The settlement an item is in.

    Raises:
        NotFinalError: it is not settled. UnknownIdError: no such item.
    """
    facts = settlement_of(network, campaign, item)
    if facts is None:
        fix = "wait for the operator, or run 'headwater settle'"
        raise NotFinalError(f"item {campaign}/{item}", actual="not settled", fix=fix)
    return facts


def find_item(network: Network, contribution: bytes) -> tuple[int, int]:
    """Campaign and number of a settled contribution by its digest; UnknownIdError if no settlement names it."""
    for campaign in network.ledger().campaigns:
        for facts in network.ledger().standing(campaign):
            for verdict in settled(network, facts).verdicts:
                if verdict.contribution == contribution:
                    return campaign, verdict.item
    fix = "before it is settled only its contributor can find it, with 'headwater submissions'"
    raise UnknownIdError(f"contribution 0x{contribution.hex()}", actual="in no settlement", fix=fix)


def _item_of(network: Network, entry: Entry) -> int | None:
    domain = network.contracts.campaigns_domain
    opening, digest = bytes.fromhex(entry.opening), bytes.fromhex(entry.digest)
    leaf = anchor_leaf(domain, entry.campaign, opening, entry.contributor, digest)
    for anchor in network.ledger().campaign(entry.campaign).anchors.values():
        leaves = _leaves(network, anchor)
        if leaf in leaves:
            return anchor.first_item + leaves.index(leaf)
    return None


def _leaves(network: Network, anchor: Anchor) -> tuple[bytes, ...]:
    return network.record(AnchorLeaves, network.cid_of(anchor.cid)).leaves
