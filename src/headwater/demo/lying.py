"""The lying operator: a bad recording's verdict turned into an acceptance, with sums and trees that fit the lie."""

from __future__ import annotations

from dataclasses import replace

from headwater.chain.structs import ACCEPTED, Posted, settlement_key
from headwater.market import assemble
from headwater.node.operator.desk import Desk
from headwater.node.operator.reviewing import checked_anchors, items_of
from headwater.node.operator.settling import opening, send, verdict_of
from headwater.primitives.amounts import Amount


def settle_with_a_lie(desk: Desk, campaign: int) -> Posted:
    """Settles the operator's first open anchor with every verdict 'accept' and the full reward.

    The honest code refuses to build this (``market.draft``), so the liar assembles it himself.
    """
    anchor_id = checked_anchors(desk, campaign)[0]
    items = items_of(desk, campaign, anchor_id)
    terms = desk.terms(campaign)
    honest = [verdict_of(desk, campaign, item) for item in items]
    lies = [replace(v, byte=ACCEPTED, reward=Amount(terms.unit_reward), score=100, reason="") for v in honest]
    contract = desk.contracts.settlement
    key = settlement_key(campaign, items[0].anchor.first_item, 0)
    made = assemble(contract.chain.chain_id, contract.address, key, terms, desk.signer.address, lies)
    return send(desk, campaign, made, [opening(i) for i in items], [items[0].anchor], [])
