"""Answering calls for evidence on our settlements, from our own records, before anything else is done in a turn."""

from __future__ import annotations

from headwater.catalog.ledger import SettlementFacts
from headwater.chain.calls import PAY_PLACES
from headwater.chain.structs import CONTRIBUTOR
from headwater.client.origins import record_of
from headwater.client.settled import Settled, settled
from headwater.node.operator.desk import Desk


def answer_calls(desk: Desk, campaign: int) -> int:
    """Answers every open call on our standing settlements that is not overdue; how many.

    Raises:
        ClientError, BlobNotFoundError: a record of ours is missing. Restore the storage before the call is due: an
            unanswered call voids the settlement and costs its bond.
    """
    answered, now = 0, desk.contracts.chain.now()
    for facts in desk.ledger().standing(campaign):
        open_ = [place for place, call in facts.calls.items() if call.open and call.due >= now]
        if facts.posted.settler == desk.signer.address and open_:
            whole = settled(desk, facts)
            for place in open_:
                _answer(desk, facts, whole, place)
                answered += 1
    return answered


def _answer(desk: Desk, facts: SettlementFacts, whole: Settled, place: int) -> None:
    contract, posted = desk.contracts.calls, facts.posted
    if place >= PAY_PLACES:
        index = place - PAY_PLACES
        row = whole.evidence.pay[index]
        items = row.items if row.kind == CONTRIBUTOR else ()
        contract.answer_pay(desk.signer, posted, whole.pays[index], whole.pay_tree.proof(index), items)
        return
    at = place - posted.first_item
    record = record_of(desk, whole, place)
    contract.answer(desk.signer, posted, whole.items[at], whole.item_tree.proof(at), record)
