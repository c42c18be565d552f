"""A pool campaign from funding to refund: closed by an operator, watched, claimed, audited."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from tests.integration.conftest import Town
from tests.integration.test_audit_on_chain import BUDGET, DOLLAR, Campaign, R

from headwater.chain import KeySigner
from headwater.chain import events as ev
from headwater.chain.structs import POOL_MODE, Terms, reserve_of, settlement_key
from headwater.client.claim import claim_all, dues
from headwater.client.network import Network
from headwater.client.pool_watch import divided, patrol_pools
from headwater.market import draft, pool_bond, pool_part
from headwater.node.operator.closing import close_due, release_closed
from headwater.node.operator.desk import Desk
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.merkle import build

pytestmark = pytest.mark.chain
POOL, FLOOR = 200 * DOLLAR + 1, 5_000_000


class PoolCampaign(Campaign):
    """The same campaign, paid out of a pool."""

    def _fund(self) -> tuple[Terms, int]:
        priced, _ = super()._fund()
        terms = replace(priced, mode=POOL_MODE, pool=POOL, pool_floor=FLOOR)
        dollar, campaigns = self.c.local_dollar, self.c.campaigns
        dollar.mint(self.town.deployer, self.requester.address, BUDGET)
        dollar.approve(self.requester, campaigns.address, BUDGET)
        return terms, campaigns.fund(self.requester, terms, BUDGET).only(ev.Funded).campaign


def desk_of(campaign: Campaign, signer: KeySigner, tmp_path: Path) -> Desk:
    return Desk(campaign.c, campaign.blobs, signer, create_engine("sqlite://"), tmp_path)


def settled(campaign: PoolCampaign) -> int:
    clips = [campaign.clip(n, bytes([n + 1]) * 4000) for n in (0, 1)]
    anchor, seed = campaign.anchor(clips)
    verdicts = [replace(v, reward=type(v.reward)(0)) for v in campaign.verdicts(clips, anchor, seed)]
    where = (campaign.c.chain.chain_id, campaign.c.settlement.address)
    made = draft(*where, settlement_key(campaign.id, 0, 0), campaign.terms, campaign.op.address, verdicts)
    campaign.settle(campaign.op, made, clips, anchor, [])
    return made.key


def test_a_pool_from_fund_to_claim_and_refund(town: Town, tmp_path: Path) -> None:
    campaign = PoolCampaign(town)
    c, terms, number = campaign.c, campaign.terms, campaign.id
    assert c.campaigns.state(number).reserved == POOL
    assert reserve_of(terms) == R // 2
    key = settled(campaign)
    desk, network, watcher = desk_of(campaign, campaign.op, tmp_path), Network(c, campaign.blobs), town.account()
    assert not close_due(desk, number)  # the deadline is ahead
    campaign.audit()
    town.skip(700)

    # A liar takes the pool for himself; a watcher voids it, and half of what it cost him is the contributors'.
    liar, leaves = campaign.op2, [share for share, _ in divided(network, (key,))]
    lied = [replace(leaves[0], account=liar.address)]
    root = build([share.leaf(c.chain.chain_id, c.pools.address, number) for share in lied]).root
    c.pools.close(liar, number, terms, [key], root, 1, leaves[0].weight, ZERO_WORD)
    c.network_token.transfer(town.deployer, watcher.address, c.pools.call_bond())
    assert patrol_pools(network, watcher) == []
    assert network.ledger().campaign(number).closing is not None
    town.skip(terms.challenge_window * 2 // 3 + 1)
    (proven,) = patrol_pools(network, watcher)
    assert proven.function == "proveUnshown"
    c.pools.refund_call(watcher, proven.version, 0)
    pool = POOL + pool_bond(POOL, R) // 2
    assert c.campaigns.pool(number).left == pool
    campaign.audit()

    assert close_due(desk, number)
    assert not close_due(desk, number)
    assert patrol_pools(network, watcher) == []
    assert not release_closed(desk, number)
    campaign.audit()
    town.skip(terms.challenge_window)
    (due,) = [d for d in dues(network, campaign.people[0].address) if d.source == f"pool {number}"]
    assert (due.final, due.paid, due.amount) == (True, False, pool_part(pool, leaves[0].weight, 1, FLOOR))
    for person in campaign.people:
        (paid,) = [d for d in claim_all(network, watcher, person.address) if d.source == f"pool {number}"]
        assert c.local_dollar.balance(person.address) == paid.amount
    campaign.audit()
    assert release_closed(desk, number)
    assert c.campaigns.pool(number).left == 0
    facts = network.ledger().settlements[key]
    anchors = [network.ledger().campaign(number).anchors[0]]
    c.settlement.release(watcher, facts.posted, terms, anchors, facts.verdicts)
    state = c.campaigns.state(number)
    assert state.reserved == 0
    c.campaigns.refund(campaign.requester, number, terms, state.escrow)
    report = campaign.audit()
    assert {claim.id for claim in report.claims if claim.section == "pool"} >= {f"pool/{number}/1/share-root"}
    assert report.verdict() == "AUDIT PASS"


def test_nothing_accepted_returns_everything(town: Town, tmp_path: Path) -> None:
    campaign = PoolCampaign(town)
    c, desk = campaign.c, desk_of(campaign, campaign.op, tmp_path)
    town.skip(700)
    assert close_due(desk, campaign.id)
    town.skip(campaign.terms.challenge_window)
    assert release_closed(desk, campaign.id)
    c.campaigns.refund(campaign.requester, campaign.id, campaign.terms, BUDGET)
    assert c.campaigns.state(campaign.id).escrow == 0
