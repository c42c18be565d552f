"""Watching where items come from: prove what opens, is signed or is copied wrongly, and call for what is not shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from headwater.catalog.ledger import SettlementFacts
from headwater.chain.calls import PAY_PLACES
from headwater.chain.errors import RevertError
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import ACCEPTED, CONTRIBUTOR, MISSING, Anchor, Pay, opening_hash
from headwater.client.errors import ClientError
from headwater.client.network import Network
from headwater.client.origins import anchor_tree, fields_of, origin_of
from headwater.client.settled import Settled, settled
from headwater.primitives import eip712
from headwater.primitives.canonical import CanonicalError
from headwater.primitives.errors import HeadwaterError
from headwater.primitives.hashing import ZERO_WORD, keccak256
from headwater.primitives.ids import ZERO_ADDRESS
from headwater.records.contribution import anchor_leaf
from headwater.records.errors import RecordError
from headwater.records.evidence import Evidence, Opening
from headwater.records.verdict import Verdict
from headwater.storage import StorageError

REACH = 1_024  # items within which an old direct anchor must be settled
UNSHOWN = (ClientError, StorageError, RecordError, CanonicalError)  # evidence that is missing, damaged or another's


@dataclass(frozen=True)
class OriginFault:
    """A fault of an item's origin that holds; ``first`` is the settlement and item it copies, for a copy."""

    key: int
    item: int
    function: str
    why: str
    first: tuple[int, int] | None = None


@dataclass(frozen=True)
class ProvenOrigin:
    """One proven on chain. A copy voids its item alone unless its settler knew of the first."""

    fault: OriginFault
    tx: str
    gas_used: int


@dataclass(frozen=True)
class Round:
    """What one round of watching did.

    Attributes:
        called: settlement and place of each call for evidence.
        expired: settlements void because nobody answered.
        unread: settlements whose evidence cannot be read and that nobody can call for any more.
    """

    proven: tuple[ProvenOrigin, ...]
    called: tuple[tuple[int, int], ...]
    expired: tuple[int, ...]
    unread: tuple[int, ...]


def origin_faults(network: Network, facts: SettlementFacts) -> list[OriginFault]:
    """What is wrong with the origin of a settlement's own items, in queue order, then with its range.

    Raises:
        UNSHOWN: the evidence cannot be read, or is not the settlement's.
    """
    whole = settled(network, facts)
    found = [fault for at in range(facts.posted.count) if (fault := _fault(network, whole, at))]
    left_out = skipped_anchor(network, facts)
    if left_out:
        why = "a direct anchor older than the settle window was left out"
        found.append(OriginFault(facts.posted.key, left_out.first_item, "proveSkippedAnchor", why))
    return found


def copies(network: Network) -> Iterator[OriginFault]:
    """Accepted items, not final and not void yet, whose content an earlier accepted item has."""
    ledger, firsts = network.ledger(), dict[bytes, tuple[int, int]]()
    rows = []
    for campaign in ledger.campaigns:
        for facts in ledger.standing(campaign):
            with suppress(*UNSHOWN):
                whole = settled(network, facts)
                for item, opening in zip(whole.items, whole.evidence.openings, strict=True):
                    if item.verdict == ACCEPTED:
                        place = ledger.campaign(campaign).anchor_of(item.item).sequence, item.item
                        rows.append((place, facts, item.item, opening.content_root))
    for _, facts, item_number, root in sorted(rows, key=lambda row: row[0]):
        first = firsts.setdefault(root, (facts.posted.key, item_number))
        if first == (facts.posted.key, item_number) or item_number in facts.void_items:
            continue
        if not network.contracts.settlement.is_final(facts.posted.key):
            why = f"the content of item {first[1]} of settlement {first[0]}"
            yield OriginFault(facts.posted.key, item_number, "proveDuplicate", why, first)


def skipped_anchor(network: Network, facts: SettlementFacts) -> Anchor | None:
    """A direct anchor this settlement had to cover and did not."""
    posted, campaign = facts.posted, network.ledger().campaign(facts.posted.campaign)
    if posted.key & 0xFFFF:
        return None
    at = posted.final_at - campaign.terms.challenge_window
    end = posted.first_item + posted.count
    near = (a for first, a in sorted(campaign.anchors.items()) if end <= first < posted.first_item + REACH)
    return next((a for a in near if a.direct and a.time + campaign.terms.settle_window < at), None)


def unshown(network: Network, facts: SettlementFacts) -> list[int]:
    """Places whose evidence is missing or is not what the settlement says, in order; empty if all of it is there."""
    try:
        whole = settled(network, facts)
    except UNSHOWN:
        return _unreadable(network, facts)
    return [facts.posted.first_item + at for at in range(facts.posted.count) if not _shown(network, whole, at)]


def prove_origin(
    network: Network, signer: TransactionSigner, facts: SettlementFacts, fault: OriginFault
) -> ProvenOrigin:
    """Proves a fault.

    Raises:
        RevertError: it is final already, void already, or the fault does not hold.
    """
    receipt = _prove(network, signer, facts, fault)
    return ProvenOrigin(fault, receipt.tx, receipt.gas_used)


def patrol_origins(network: Network, signer: TransactionSigner, calls: int = 4) -> Round:
    """One round over every settlement that is not final: expire what nobody answered, prove what is wrong, call for
    what is not shown, and take back the bonds of calls that are decided.

    Args:
        calls: for evidence, in all; each locks the call bond of the signer's collateral.
    """
    expired = expire_calls(network, signer)
    proven, called, unread = [], list[tuple[int, int]](), []
    for facts in _pending(network):
        try:
            found = origin_faults(network, facts)
        except UNSHOWN:
            found = []
        if found:
            with suppress(RevertError):  # somebody else was first
                proven.append(prove_origin(network, signer, facts, found[0]))
            continue
        places = [place for place in unshown(network, facts) if place not in facts.calls]
        made = _call(network, signer, facts, places[: calls - len(called)])
        called += [(facts.posted.key, place) for place in made]
        if places and not made and not any(call.open for call in facts.calls.values()):
            unread.append(facts.posted.key)
    for fault in list(copies(network)):
        with suppress(RevertError, *UNSHOWN):
            proven.append(prove_origin(network, signer, network.ledger().settlement(fault.key), fault))
    close_calls(network, signer)
    return Round(tuple(proven), tuple(called), tuple(expired), tuple(unread))


def expire_calls(network: Network, signer: TransactionSigner) -> list[int]:
    """Voids every settlement that did not answer in time, whoever called; their keys."""
    done, now = [], network.contracts.chain.now()
    for facts in _pending(network):
        late = [place for place, call in facts.calls.items() if call.open and call.due < now]
        if late:
            with suppress(RevertError):
                network.contracts.calls.expire(signer, facts.posted, late[0])
                done.append(facts.posted.key)
    return done


def close_calls(network: Network, signer: TransactionSigner) -> int:
    """Settles the bonds of calls this account made or answered whose settlements are decided; how many."""
    closed = 0
    for facts in network.ledger().settlements.values():
        for place, call in facts.calls.items():
            mine = signer.address in (call.by, call.answer.by if call.answer else ZERO_ADDRESS)
            decided = not facts.standing or network.contracts.settlement.is_final(facts.posted.key)
            if mine and decided and not call.closed:
                with suppress(RevertError):
                    network.contracts.calls.close(signer, facts.posted.key, place)
                    closed += 1
    return closed


def _pending(network: Network) -> list[SettlementFacts]:
    ledger, contract = network.ledger(), network.contracts.settlement
    rows = (facts for campaign in ledger.campaigns for facts in ledger.standing(campaign))
    return [facts for facts in rows if not contract.is_final(facts.posted.key)]


def _fault(network: Network, whole: Settled, at: int) -> OriginFault | None:
    item, opening, key = whole.items[at], whole.evidence.openings[at], whole.posted.key
    if item.verdict == MISSING or not _shown(network, whole, at):
        if item.opening == ZERO_WORD and item.verdict != MISSING:
            return OriginFault(key, item.item, "proveUnopened", "nothing opens it")
        return None
    signed, campaign = opening.contribution(), network.ledger().campaign(whole.posted.campaign)
    if (signed.campaign, signed.contributor) != (campaign.id, item.contributor):
        why = f"signed by {signed.contributor} for campaign {signed.campaign}"
        return OriginFault(key, item.item, "proveContribution", why)
    anchor, domain = campaign.anchor_of(item.item), network.contracts.campaigns_domain
    leaf = anchor_leaf(domain, campaign.id, opening.salt, item.contributor, item.contribution)
    if anchor_tree(network, anchor).levels[0][item.item - anchor.first_item] != leaf:
        return OriginFault(key, item.item, "proveOpening", "never anchored")
    if eip712.recover(item.contribution, opening.signature) != item.contributor:
        approved = network.contracts.approvals.time(item.contributor, item.contribution)
        if approved is None or approved > anchor.time:
            return OriginFault(key, item.item, "proveSignature", f"not signed by {item.contributor}")
    return None


def _shown(network: Network, whole: Settled, at: int) -> bool:
    """Whether the published opening is the one the item binds, and the anchor's leaves can be read."""
    item, opening = whole.items[at], whole.evidence.openings[at]
    if item.verdict == MISSING:
        return True
    try:
        anchor_tree(network, network.ledger().campaign(whole.posted.campaign).anchor_of(item.item))
        digest = opening.contribution().digest(network.contracts.campaigns_domain)
    except UNSHOWN:
        return False
    return (opening_hash(opening.salt, opening.signature), digest) == (item.opening, item.contribution)


def _unreadable(network: Network, facts: SettlementFacts) -> list[int]:
    """Places to call for when the whole cannot be rebuilt: those whose record is missing, else all of them."""
    posted = facts.posted
    every = [posted.first_item + at for at in range(posted.count)]
    every += [PAY_PLACES + index for index in range(posted.pay_count)]
    try:
        verdicts = network.record(Evidence, network.cid_of(posted.evidence)).verdicts
    except UNSHOWN:
        return every
    missing = []
    for number, cid in zip(every, verdicts, strict=False):
        try:
            network.record(Verdict, cid)
        except UNSHOWN:
            missing.append(number)
    return missing or every


def _call(network: Network, signer: TransactionSigner, facts: SettlementFacts, places: list[int]) -> list[int]:
    """Calls for these places while there is time and collateral for it; those called for."""
    terms = network.ledger().campaign(facts.posted.campaign).terms
    called = []
    with suppress(RevertError):
        for place in places:
            network.contracts.calls.call(signer, facts.posted, terms, place)
            called.append(place)
    return called


def _prove(network: Network, signer: TransactionSigner, facts: SettlementFacts, fault: OriginFault) -> Receipt:
    contract, campaign = network.contracts.content_faults, network.ledger().campaign(facts.posted.campaign)
    if fault.function == "proveSkippedAnchor":
        return contract.prove_skipped_anchor(signer, facts.posted, campaign.terms, campaign.anchors[fault.item])
    whole = settled(network, facts)
    at = fault.item - facts.posted.first_item
    item, path, opening = whole.items[at], whole.item_tree.proof(at), whole.evidence.openings[at]
    if fault.function == "proveUnopened":
        return contract.prove_unopened(signer, facts.posted, item, path)
    if fault.function == "proveContribution":
        return contract.prove_contribution(signer, facts.posted, item, path, fields_of(opening))
    anchor = campaign.anchor_of(fault.item)
    if fault.function == "proveSignature":
        given = (opening.salt, opening.signature)
        return contract.prove_signature(signer, facts.posted, anchor, item, path, *given)
    if fault.function == "proveOpening":
        return _prove_opening(network, signer, whole, at, anchor, opening)
    if fault.first is None:
        raise HeadwaterError(fault.function, actual="no function of ContentFaults that proves an origin")
    first = settled(network, network.ledger().settlement(fault.first[0]))
    origins = origin_of(network, first, fault.first[1]), origin_of(network, whole, fault.item)
    if item.reward == 0:
        return contract.prove_duplicate(signer, *origins, Pay(0, ZERO_ADDRESS, 0, 0, CONTRIBUTOR, ZERO_WORD), [])
    pay = whole.pays[item.pay_index]
    return contract.prove_duplicate(signer, *origins, pay, whole.pay_tree.proof(item.pay_index))


def _prove_opening(
    network: Network, signer: TransactionSigner, whole: Settled, at: int, anchor: Anchor, opening: Opening
) -> Receipt:
    tree, item = anchor_tree(network, anchor), whole.items[at]
    place = item.item - anchor.first_item
    return network.contracts.content_faults.prove_opening(
        signer,
        whole.posted,
        anchor,
        item,
        whole.item_tree.proof(at),
        opening.salt,
        keccak256(opening.signature),
        tree.levels[0][place],
        tree.proof(place),
    )
