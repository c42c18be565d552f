"""Share faults as a watcher sees them: a lying tree is proven wrong, its sales go on to its successor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from tests.integration.conftest import Town
from tests.integration.test_audit_on_chain import PRICE, Campaign, Clip

from headwater.chain import LOCAL, Chain, Contracts, KeySigner, anvil, deploy
from headwater.chain import events as ev
from headwater.chain.structs import Offer, Use, settlement_key
from headwater.client.claim import claim_all
from headwater.client.network import Network
from headwater.client.share_watch import patrol_shares
from headwater.market import DraftVersion, draft, draft_version
from headwater.node.operator.desk import Desk
from headwater.node.operator.publishing import carry_void, manifest_of, republish, show_called
from headwater.records.dataset import DatasetManifest

pytestmark = pytest.mark.chain


WINDOW = 90  # seconds of chain time; the local profile's two would race the test


@pytest.fixture(scope="module")
def town(local_chain: anvil.Anvil) -> Town:
    chain, deployer = Chain(local_chain.url), KeySigner.create()
    anvil.fund(chain, deployer.address)
    return Town(
        Contracts(
            chain, deploy(chain, deployer, replace(LOCAL, windows=(*LOCAL.windows[:3], WINDOW, LOCAL.windows[4])))
        ),
        deployer,
    )


@pytest.fixture(scope="module")
def settled(town: Town) -> Campaign:
    """A campaign with two accepted clips of two people, final."""
    campaign = Campaign(town)
    clips: list[Clip] = [campaign.clip(n, bytes([n + 1]) * 4000) for n in (0, 1)]
    anchor, seed = campaign.anchor(clips)
    verdicts = campaign.verdicts(clips, anchor, seed)
    where = (campaign.c.chain.chain_id, campaign.c.settlement.address)
    made = draft(*where, settlement_key(campaign.id, 0, 0), campaign.terms, campaign.op.address, verdicts)
    campaign.settle(campaign.op, made, clips, anchor, [])
    town.skip(campaign.terms.challenge_window + 1)
    return campaign


def desk_of(campaign: Campaign, tmp_path: Path) -> Desk:
    return Desk(campaign.c, campaign.blobs, campaign.op2, create_engine("sqlite://"), tmp_path)


def drafted(campaign: Campaign, desk: Desk, lie: bool = False) -> tuple[DraftVersion, list[int], DatasetManifest]:
    manifest, keys = manifest_of(desk, campaign.id, "")
    if lie:
        first, *rest = manifest.episodes
        manifest = replace(manifest, episodes=(replace(first, weight=2 * first.weight), *rest))
    contract = campaign.c.datasets
    dataset = contract.dataset_of(campaign.id)
    if not dataset:
        dataset = contract.create(desk.signer, campaign.id, campaign.terms).only(ev.DatasetCreated).dataset
    number, offers = contract.latest(dataset) + 1, (Offer(campaign.terms.licence, PRICE, 3_600, 7, 0),)
    chain_id = campaign.c.chain.chain_id
    made = draft_version(
        *(chain_id, contract.address, dataset, number, campaign.id, campaign.terms, manifest, keys, offers)
    )
    return made, keys, manifest


def bonded(campaign: Campaign, desk: Desk) -> None:
    token, stakes = campaign.c.network_token, campaign.c.stakes
    token.transfer(campaign.town.deployer, desk.signer.address, LOCAL.publish_bond)
    token.approve(desk.signer, stakes.address, LOCAL.publish_bond)
    stakes.deposit(desk.signer, token.address, LOCAL.publish_bond)


def publish(campaign: Campaign, desk: Desk, made: DraftVersion, keys: list[int]) -> None:
    bonded(campaign, desk)
    campaign.c.datasets.publish(desk.signer, made.version, keys, campaign.terms).only(ev.Published)


def test_a_lying_version_is_void_and_its_sales_are_split_by_its_successor(settled: Campaign, tmp_path: Path) -> None:
    c, desk = settled.c, desk_of(settled, tmp_path)
    network, watcher = Network(c, settled.blobs), settled.town.account()
    lied, keys, manifest = drafted(settled, desk, lie=True)
    settled.put(manifest)
    publish(settled, desk, lied, keys)
    buyer = settled.town.account(PRICE // 10**6 + 1)
    c.local_dollar.approve(buyer, c.datasets.address, PRICE)
    c.datasets.buy(buyer, lied.version, 0, buyer.address, Use(0, 0))
    (proven,) = patrol_shares(network, watcher)
    assert (proven.version, proven.function) == (lied.version.key, "proveShareWeight")
    assert patrol_shares(network, watcher) == []
    facts = network.ledger().version(lied.version.dataset, lied.version.number)
    assert facts.voided_by == watcher.address
    assert c.stakes.collateral(watcher.address, c.network_token.address).free == LOCAL.publish_bond // 2
    report = settled.audit()
    assert any(claim.id.endswith("/voided") and "wait for a successor" in claim.detail for claim in report.claims)

    assert republish(desk, settled.id) is None  # his own lie
    other = Desk(c, settled.blobs, settled.op, desk.engine, tmp_path)
    assert republish(other, settled.id) is None  # no bond
    bonded(settled, other)
    right = republish(other, settled.id)
    assert right is not None
    assert patrol_shares(network, watcher) == []
    assert republish(other, settled.id) is None
    assert carry_void(desk, right.version.dataset) == 0
    assert network.ledger().version(right.version.dataset).gross == PRICE
    assert any("its sales went on" in claim.detail for claim in settled.audit().claims)
    settled.town.skip(WINDOW + 1)
    person = settled.people[0].address
    paid = [due for due in claim_all(network, watcher, person) if due.source.startswith("dataset")]
    assert [due.source for due in paid] == [f"dataset {right.version.dataset}@{right.version.number}"]
    settled.audit()


def test_leaves_nobody_can_read_are_called_for_and_shown_or_void(settled: Campaign, tmp_path: Path) -> None:
    c, desk = settled.c, desk_of(settled, tmp_path)
    network, watcher = Network(c, settled.blobs), settled.town.account()
    c.network_token.transfer(settled.town.deployer, watcher.address, 10 * c.share_faults.call_bond())
    made, keys, manifest = drafted(settled, desk, lie=True)
    cid = network.cid_of(made.version.manifest)
    settled.blobs.blocks.pop(cid, None)  # published nowhere
    publish(settled, desk, made, keys)
    before = c.network_token.balance(watcher.address)
    assert patrol_shares(network, watcher) == []
    assert c.network_token.balance(watcher.address) == before - made.version.shares * c.share_faults.call_bond()
    settled.put(manifest)
    assert show_called(desk, settled.id) == made.version.shares
    del settled.blobs.blocks[cid]
    (proven,) = patrol_shares(network, watcher)
    assert proven.function == "proveShareWeight"  # from what was shown alone

    made, keys, _ = drafted(settled, desk)
    made = replace(made, version=replace(made.version, share_root=b"x" * 32, manifest=b"m" * 32))
    publish(settled, desk, made, keys)
    assert patrol_shares(network, watcher) == []
    settled.town.skip(2 * WINDOW // 3 + 1)
    assert [one.function for one in patrol_shares(network, watcher)] == ["proveUnshown"]
    c.share_faults.refund_call(watcher, made.version.key, 0)
    settled.audit()
