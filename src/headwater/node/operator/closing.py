"""Closing a campaign's pool when its time has come, and letting go of the bond afterwards."""

from __future__ import annotations

from contextlib import suppress

from headwater.catalog.ledger import ClosingFacts
from headwater.chain.errors import RevertError
from headwater.chain.structs import POOL_MODE
from headwater.client.pool_watch import collect_closings, divided, pool_leaves
from headwater.market import pool_bond
from headwater.node.operator.desk import Desk
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.merkle import build


def close_due(desk: Desk, campaign: int) -> bool:
    """Closes a campaign's pool if nothing is left to wait for; whether it did. Shows leaves that were called for."""
    facts, contract = desk.ledger().campaign(campaign), desk.contracts.pools
    if facts.terms.mode != POOL_MODE:
        return False
    if facts.closing is not None:
        _show_called(desk, facts.closing)
        return False
    keys = _ready(desk, campaign)
    if keys is None:
        return False
    collect_closings(desk, desk.signer)
    bond = pool_bond(desk.contracts.campaigns.pool(campaign).left, facts.terms.unit_reward)
    if desk.contracts.stakes.collateral(desk.signer.address, facts.terms.token).free < bond:
        return False
    made = divided(desk, keys)
    leaves = [share.leaf(desk.contracts.chain.chain_id, contract.address, campaign) for share, _ in made]
    root, total = (build(leaves).root, made[-1][0].cumulative) if made else (ZERO_WORD, 0)
    contract.close(desk.signer, campaign, facts.terms, keys, root, len(made), total, ZERO_WORD)
    return True


def release_closed(desk: Desk, campaign: int) -> bool:
    """Unlocks the bond of this operator's final closing and frees what no share can claim; whether it did."""
    facts = desk.ledger().campaign(campaign).closing
    if facts is None or facts.released or desk.contracts.chain.now() < facts.closing.final_at:
        return False
    desk.contracts.pools.release(desk.signer, facts.closing)
    return True


def _ready(desk: Desk, campaign: int) -> tuple[int, ...] | None:
    """Keys to close with, or nothing while something can still be settled."""
    facts, now = desk.ledger().campaign(campaign), desk.contracts.chain.now()
    if now <= facts.terms.deadline:
        return None
    lapsed = now > facts.terms.deadline + facts.terms.lapse_window
    state = desk.contracts.campaigns.state(campaign)
    if state.settled < state.anchored:
        if not lapsed:
            return None
        desk.contracts.campaigns.lapse(desk.signer, campaign, facts.terms)
    keys = tuple(s.posted.key for s in desk.ledger().standing(campaign))
    if any(not desk.contracts.settlement.is_final(key) for key in keys):
        return None
    void = [key for key in facts.settlements if key not in keys and key + 1 not in desk.ledger().settlements]
    return None if void and not lapsed else keys


def _show_called(desk: Desk, facts: ClosingFacts) -> None:
    contract, leaves = desk.contracts.pools, pool_leaves(desk, facts)
    for index in [i for i, leaf in facts.calls.items() if leaf is None and i in leaves]:
        with suppress(RevertError):  # too late, or somebody else was faster
            contract.show_share(desk.signer, facts.closing, leaves[index])
