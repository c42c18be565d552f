"""The chain room against a real node and the compiled contracts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headwater.chain import (
    FINAL,
    LOCAL,
    AnvilError,
    Chain,
    ChainDownError,
    ChainWallets,
    Contracts,
    Cursor,
    Deployment,
    Follower,
    KeySigner,
    NotDeployedError,
    NotSupportedError,
    Permit,
    RevertError,
    RpcError,
    UnfundedError,
    WrongChainError,
    anvil,
    connect,
    deploy,
)
from headwater.chain import events as ev
from headwater.chain.deploy import created_address
from headwater.chain.stakes import HOLDER_ROLE, OPERATOR_ROLE, REVIEWER_ROLE
from headwater.chain.structs import (
    NO_PAY_INDEX,
    Anchor,
    Assignment,
    Item,
    Offer,
    Pay,
    Posted,
    SettleInput,
    Share,
    Terms,
    Use,
    Version,
    Vote,
    anchors_hash,
    items_hash,
    licence_id,
    reference,
    references_hash,
    reserve_of,
    settlement_key,
    settlements_hash,
    votes_root,
)
from headwater.market import PayTree, build_pays
from headwater.primitives import eip712, merkle
from headwater.primitives.abi import abi_hash
from headwater.primitives.hashing import ZERO_WORD, keccak256

if TYPE_CHECKING:
    from tests.integration.conftest import Town

pytestmark = pytest.mark.chain
R = 10 * 10**6
BUDGET = 1_000 * 10**6
QUALITY_AT_3000 = 9051  # spec section 5: round(10000 * (2 / (1 + e^-3) - 1))


@pytest.fixture
def own(folder: Path) -> Iterator[anvil.Anvil]:
    """A chain of the test's own, to be killed, forked and restarted."""
    running = anvil.start(folder)
    yield running
    for found in (anvil.running(folder), running):
        if found:
            found.stop()


def rich(chain: Chain) -> KeySigner:
    signer = KeySigner.create()
    anvil.fund(chain, signer.address)
    return signer


def terms_of(town: Town, requester: str) -> Terms:
    return Terms(
        requester=requester,
        token=town.contracts.local_dollar.address,
        spec_digest=keccak256(b"spec"),
        unit_reward=R,
        threshold_milli=0,
        review_fee_bps=300,
        operator_fee_bps=500,
        deposit_bps=5_000,
        owner_bps=5_000,
        fee_bps=250,
        deadline=town.contracts.chain.now() + 600,
        settle_window=2,
        challenge_window=5,
        lapse_window=60,
        mode=0,
        licence=keccak256(b"licence"),
        purposes=7,
        regions=0,
        minimum_age=0,
        pool=0,
        pool_floor=0,
    )


def opened(town: Town, budget: int = BUDGET) -> tuple[KeySigner, Terms, int]:
    """A funded campaign: requester, terms, id."""
    requester = town.account(budget // 10**6)
    terms = terms_of(town, requester.address)
    permit = town.contracts.local_dollar.permit(requester, town.contracts.campaigns.address, budget)
    receipt = town.contracts.campaigns.fund_with_permit(requester, terms, permit)
    return requester, terms, receipt.only(ev.Funded).campaign


def settled(
    town: Town, campaign: int, terms: Terms, operator: KeySigner, *, wrong: bool = False
) -> tuple[ev.Settled, Item, PayTree]:
    """Anchor one contribution and settle it; ``wrong`` rejects what its numbers accept."""
    c = town.contracts
    anchor = c.campaigns.anchor(operator, campaign, terms, b"a" * 32, 1, b"c" * 32).only(ev.Anchored).anchor
    assert c.campaigns.anchor_hash(campaign, anchor.first_item) == anchor.hash()
    key = settlement_key(campaign, anchor.first_item, 0)
    reward = 0 if wrong else R * QUALITY_AT_3000 // 10_000
    item = Item(
        item=anchor.first_item,
        contributor=CONTRIBUTOR.address,
        contribution=keccak256(b"contribution"),
        llr=3_000,
        prior=0,
        grade=100,
        novelty=10_000,
        votes_root=votes_root([]),
        verdict=0 if wrong else 1,
        reward=reward,
        pay_index=NO_PAY_INDEX if wrong else 0,
        share_weight=0 if wrong else QUALITY_AT_3000 * 100,
        opening=b"o" * 32,
    )
    fee = R * terms.operator_fee_bps // 10_000
    pays = [] if wrong else [Pay(0, CONTRIBUTOR.address, reward, reward, 0, items_hash([item.item]))]
    pays.append(Pay(len(pays), operator.address, fee, reward + fee, 2, items_hash([item.item])))
    items = merkle.build([item.leaf(c.chain.chain_id, c.settlement.address, key)])
    tree = build_pays(pays, c.chain.chain_id, c.settlement.address, key)
    given = SettleInput(
        campaign=campaign,
        item_root=items.root,
        words=tree.words,
        pay_count=len(pays),
        total=reward + fee,
        verdicts=bytes([item.verdict, 0 if wrong else 90]),
        evidence=b"e" * 32,
        reputation=ZERO_WORD,
    )
    receipt = c.settlement.settle(operator, terms, [anchor], given)
    done = receipt.only(ev.Settled)
    assert done.key == key
    assert done.posted.anchors_hash == anchors_hash([anchor])
    assert done.posted.hash()[:26] == c.settlement.slot(key).digest
    PAYS[key], ANCHORS[key] = pays, anchor
    return done, item, tree


CONTRIBUTOR = KeySigner.create()
PAYS: dict[int, list[Pay]] = {}
ANCHORS: dict[int, Anchor] = {}


def test_the_road_from_funding_to_a_sold_licence(town: Town) -> None:
    c = town.contracts
    operator = town.member(OPERATOR_ROLE, collateral=1_000)
    _, terms, campaign = opened(town)
    assert c.campaigns.terms_hash(campaign) == terms.hash()
    assert c.campaigns.reserve_of(terms) == reserve_of(terms)
    assert c.campaigns.state(campaign).unreserved == BUDGET

    done, item, tree = settled(town, campaign, terms, operator)
    assert c.campaigns.state(campaign).settled == 1
    with pytest.raises(RevertError, match="challenge window") as early:
        c.settlement.push(operator, done.posted, PAYS[done.key], tree.range_proof(0, 2), tree.path(0))
    assert early.value.name == "Settlement_NotFinal"
    town.skip(terms.challenge_window + 1)
    assert c.settlement.is_final(done.key)

    c.settlement.push(operator, done.posted, PAYS[done.key], tree.range_proof(0, 2), tree.path(0))
    assert c.local_dollar.balance(CONTRIBUTOR.address) == item.reward
    assert c.settlement.is_paid(done.key, 0)
    with pytest.raises(RevertError, match="was paid"):
        c.settlement.claim(operator, done.posted, PAYS[done.key][0], tree.proof(0))
    released = c.settlement.release(operator, done.posted, terms, [ANCHORS[done.key]], done.verdicts)
    assert released.only(ev.Released).forfeited == 0

    dataset = c.datasets.create(operator, campaign, terms).only(ev.DatasetCreated).dataset
    number = reference(done.key, item.item)
    share = Share(0, CONTRIBUTOR.address, number, references_hash([number]), item.share_weight, item.share_weight)
    version = Version(
        dataset=dataset,
        number=1,
        campaign=campaign,
        episode_root=b"e" * 32,
        episodes=1,
        share_root=ZERO_WORD,
        shares=1,
        total_weight=item.share_weight,
        manifest=b"m" * 32,
        settlements=settlements_hash([done.key]),
        token=terms.token,
        owner_bps=terms.owner_bps,
        fee_bps=terms.fee_bps,
        offers=(Offer(terms.licence, 40 * 10**6, 0, 7, 0),),
    )
    leaf = share.leaf(c.chain.chain_id, c.datasets.address, version.key)
    version = replace(version, share_root=merkle.build([leaf]).root)
    bond = LOCAL.publish_bond
    c.network_token.transfer(town.deployer, operator.address, bond)
    c.network_token.approve(operator, c.stakes.address, bond)
    c.stakes.deposit(operator, c.network_token.address, bond)
    published = c.datasets.publish(operator, version, [done.key], terms).only(ev.Published)
    assert (published.version, published.settlements) == (version, (done.key,))
    assert c.datasets.version_hash(version.key) == version.hash()

    buyer = town.account(100)
    permit = c.local_dollar.permit(buyer, c.datasets.address, 40 * 10**6)
    sold = c.datasets.buy_with_permit(buyer, version, 0, buyer.address, Use(2, 56), permit).only(ev.Sold)
    assert (sold.purpose, sold.region) == (2, 56)
    assert sold.licence == licence_id(version.key, 0, terms.licence)
    assert c.licences.is_valid(buyer.address, sold.licence)
    asked = (sold.licence, dataset, 1, item.contribution)
    assert c.datasets.entitled(*asked, buyer.address)
    assert not c.datasets.entitled(*asked, operator.address)

    town.skip(LOCAL.windows[3] + 1)
    claimed = c.datasets.claim_share(operator, version, share, ()).only(ev.ShareClaimed)
    assert claimed.amount == 40 * 10**6 - 40 * 10**6 * (terms.owner_bps + terms.fee_bps) // 10_000

    anvil.fund(c.chain, CONTRIBUTOR.address)
    c.datasets.withdraw_consent(CONTRIBUTOR, done.posted, item, ())
    assert not c.datasets.entitled(*asked, buyer.address)

    seen = ev.read_events(c.chain, c.deployment, c.deployment.block, c.chain.latest().number)
    assert seen == sorted(seen, key=lambda event: event.at)
    assert done in seen
    only = ev.read_events(c.chain, c.deployment, c.deployment.block, c.chain.latest().number, [ev.Sold])
    assert only == [sold]


def test_a_wrong_verdict_is_voided_and_costs_its_settler(town: Town) -> None:
    c = town.contracts
    operator = town.member(OPERATOR_ROLE, collateral=1_000)
    _, terms, campaign = opened(town)
    done, item, _ = settled(town, campaign, terms, operator, wrong=True)
    watcher = town.account()
    receipt = c.faults.prove_verdict(watcher, done.posted, terms, item, (), ())
    assert receipt.only(ev.Voided).watcher == watcher.address
    assert receipt.only(ev.Voided).index == item.item
    assert c.stakes.collateral(watcher.address, terms.token).free == 0
    c.settlement.collect(operator, done.posted, watcher.address)
    assert c.stakes.collateral(watcher.address, terms.token).free == done.posted.bond // 2
    with pytest.raises(RevertError):
        c.faults.prove_verdict(watcher, done.posted, terms, item, (), ())


def test_a_voided_settlement_is_replaced_by_another_operator(town: Town) -> None:
    c = town.contracts
    careless, careful = (town.member(OPERATOR_ROLE, collateral=1_000) for _ in range(2))
    _, terms, campaign = opened(town)
    done, item, _ = settled(town, campaign, terms, careless, wrong=True)
    c.faults.prove_verdict(careful, done.posted, terms, item, (), ())
    key = settlement_key(campaign, item.item, 1)
    fee = R * terms.operator_fee_bps // 10_000
    right = replace(
        item, verdict=1, reward=R * QUALITY_AT_3000 // 10_000, pay_index=0, share_weight=QUALITY_AT_3000 * 100
    )
    pays = [Pay(0, CONTRIBUTOR.address, right.reward, right.reward, 0, items_hash([item.item]))]
    pays.append(Pay(1, careful.address, fee, right.reward + fee, 2, items_hash([item.item])))
    items = merkle.build([right.leaf(c.chain.chain_id, c.settlement.address, key)])
    tree = build_pays(pays, c.chain.chain_id, c.settlement.address, key)
    given = SettleInput(campaign, items.root, tree.words, 2, right.reward + fee, b"\x01\x5a", b"e" * 32, ZERO_WORD)
    again = (terms, [ANCHORS[done.key]], given, [(done.posted, careful.address)])
    with pytest.raises(RevertError) as refused:
        c.settlement.resettle(careless, *again)
    assert refused.value.name == "Settlement_VoidedSettler"
    posted = c.settlement.resettle(careful, *again).only(ev.Settled).posted
    town.skip(terms.challenge_window + 1)
    before = c.local_dollar.balance(CONTRIBUTOR.address)
    c.settlement.claim_many(careful, [posted], pays[:1], [tree.proof(0)])
    assert c.local_dollar.balance(CONTRIBUTOR.address) == before + right.reward


def test_a_contributor_without_gas_is_paid_at_once_and_the_claim_moves(town: Town) -> None:
    c = town.contracts
    operator, payer = town.member(OPERATOR_ROLE, collateral=1_000), town.account(100)
    _, terms, campaign = opened(town)
    done, item, tree = settled(town, campaign, terms, operator)
    pay = PAYS[done.key][0]
    offer = Assignment(campaign, item.item, pay.account, payer.address, pay.amount * 9 // 10, c.chain.now() + 60)
    signature = CONTRIBUTOR.sign_digest(offer.digest(c.advances.domain))
    c.local_dollar.approve(payer, c.advances.address, offer.price)
    before = c.local_dollar.balance(pay.account)
    with pytest.raises(RevertError, match="exactly this assignment"):
        c.advances.advance(payer, done.posted, pay, tree.proof(0), replace(offer, price=1), signature)
    paid = c.advances.advance(payer, done.posted, pay, tree.proof(0), offer, signature)
    assert paid.only(ev.Advanced).owed == pay.amount
    assert paid.only(ev.Assigned).to == payer.address == c.settlement.assignee(campaign, item.item, pay.account)
    town.skip(terms.challenge_window + 1)
    held = c.local_dollar.balance(payer.address)
    c.settlement.claim(operator, done.posted, pay, tree.proof(0))
    assert c.local_dollar.balance(pay.account) == before + offer.price
    assert c.local_dollar.balance(payer.address) == held + pay.amount


def test_anchors_seeds_and_commits_as_the_reviewers_see_them(town: Town) -> None:
    c = town.contracts
    operator = town.member(OPERATOR_ROLE, collateral=1_000)
    reviewer = town.member(REVIEWER_ROLE)
    _, terms, campaign = opened(town)
    alone = town.account(100)
    c.local_dollar.approve(alone, c.stakes.address, R)
    c.stakes.deposit(alone, c.local_dollar.address, R)
    direct = c.campaigns.anchor_direct(alone, campaign, terms, b"l" * 32, b"c" * 32).only(ev.Anchored).anchor
    assert (direct.direct, direct.count, direct.anchorer) == (True, 1, alone.address)
    anchor = c.campaigns.anchor(operator, campaign, terms, b"r" * 32, 2, b"c" * 32).only(ev.Anchored).anchor
    assert (anchor.first_item, anchor.sequence) == (1, direct.sequence + 1)

    c.chain.request("anvil_mine", "0x2")
    seed = c.campaigns.record_seed(reviewer, campaign, anchor).only(ev.SeedRecorded)
    assert not seed.late
    assert seed.seed == c.campaigns.seed(campaign, 1) == c.chain.block_hash(anchor.block + 1)
    with pytest.raises(RevertError, match="Campaigns_SeedExists"):
        c.campaigns.record_seed(reviewer, campaign, anchor)

    root = c.campaigns.commit_votes(operator, campaign, 1, 0, b"v" * 32, 3).only(ev.VotesCommitted)
    stored = abi_hash(("bytes32", "uint32", "uint40"), (root.root, root.count, root.time))
    assert c.campaigns.commit_root_hash(campaign, 1, 0, operator.address) == stored
    own = c.campaigns.commit_vote(reviewer, campaign, 2, 0, b"w" * 32).only(ev.VoteCommitted)
    assert c.campaigns.commit_hash(campaign, 2, 0, reviewer.address) == abi_hash(
        ("bytes32", "uint40"), (own.commit, own.time)
    )
    with pytest.raises(RevertError, match="Campaigns_CommitExists"):
        c.campaigns.commit_vote(reviewer, campaign, 2, 0, b"x" * 32)


def test_stakes_come_back_after_the_delay(town: Town) -> None:
    c = town.contracts
    member = town.member(REVIEWER_ROLE, collateral=10)
    token = c.local_dollar.address
    c.stakes.request_withdraw(member, token, 4 * 10**6)
    waiting = c.stakes.unbonding(member.address, token)
    assert (waiting.amount, c.stakes.collateral(member.address, token).free) == (4 * 10**6, 6 * 10**6)
    c.stakes.leave(member, REVIEWER_ROLE)
    with pytest.raises(RevertError, match="Stakes_StillUnbonding"):
        c.stakes.withdraw_stake(member, REVIEWER_ROLE)
    town.skip(LOCAL.unbonding + 1)
    c.stakes.withdraw(member, token)
    c.stakes.withdraw_stake(member, REVIEWER_ROLE)
    assert c.local_dollar.balance(member.address) == 4 * 10**6
    assert c.network_token.balance(member.address) == c.stakes.minimum(REVIEWER_ROLE)


def test_key_holders_are_listed_with_key_and_endpoint(town: Town) -> None:
    c = town.contracts
    holder = town.member(HOLDER_ROLE)
    done = c.stakes.register_holder(holder, "http://127.0.0.1:9000", b"x" * 32).only(ev.HolderRegistered)
    assert c.stakes.holder_index(holder.address) == done.index
    found = c.stakes.holders()[done.index]
    assert (found.account, found.public_key, found.endpoint) == (holder.address, b"x" * 32, "http://127.0.0.1:9000")


def test_attack_an_honest_settlement_cannot_be_voided(town: Town) -> None:
    c = town.contracts
    operator = town.member(OPERATOR_ROLE, collateral=1_000)
    _, terms, campaign = opened(town)
    done, item, _ = settled(town, campaign, terms, operator)
    watcher = town.account()
    with pytest.raises(RevertError) as refused:
        c.faults.prove_verdict(watcher, done.posted, terms, item, (), ())
    assert refused.value.name == "Faults_NoFault"
    lie = Vote(watcher.address, 0, 0, 2944, b"x" * 32)
    with pytest.raises(RevertError) as refused:
        c.faults.prove_verdict(watcher, done.posted, terms, item, (), (lie,))
    assert refused.value.name == "Faults_WrongVotes"


def test_a_refusal_has_name_values_and_fix(town: Town) -> None:
    nobody = town.account()
    _, terms, campaign = opened(town)
    with pytest.raises(RevertError) as refused:
        town.contracts.campaigns.anchor(nobody, campaign, terms, b"a" * 32, 1, b"c" * 32)
    assert refused.value.contract == "Campaigns"
    assert refused.value.name == "Stakes_LacksRole"
    assert refused.value.values == {"account": nobody.address, "role": OPERATOR_ROLE}
    assert "join" in refused.value.fix


def test_a_token_that_cannot_pay_reads_as_such(town: Town) -> None:
    poor = town.account()
    with pytest.raises(RevertError, match="TransferFromFailed") as refused:
        town.contracts.stakes.deposit(poor, town.contracts.local_dollar.address, 5)
    assert "balance" in refused.value.fix


def test_an_account_without_gas_is_told_so(town: Town) -> None:
    with pytest.raises(UnfundedError) as refused:
        town.contracts.local_dollar.approve(KeySigner.create(), town.deployer.address, 1)
    assert refused.value.actual == "0 wei"
    assert refused.value.fix


def test_many_threads_may_send_from_one_account(town: Town) -> None:
    signer = town.account()
    dollar = town.contracts.local_dollar
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda n: dollar.approve(signer, town.deployer.address, n), range(24)))
    assert len({receipt.tx for receipt in receipts}) == 24


def test_another_process_taking_our_nonce_only_costs_a_try(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    signer, chain = town.account(), town.contracts.chain
    town.contracts.local_dollar.approve(signer, town.deployer.address, 1)
    real, stale = chain.request, iter(["0x0"])

    def lagging(method: str, *params: object) -> object:
        return (
            next(stale, None) or real(method, *params) if method == "eth_getTransactionCount" else real(method, *params)
        )

    monkeypatch.setattr(chain, "request", lagging)
    assert town.contracts.local_dollar.approve(signer, town.deployer.address, 2).block


def test_final_reads_lag_the_head_then_follow(town: Town) -> None:
    dollar, account = town.contracts.local_dollar, KeySigner.create().address
    town.contracts.chain.request("anvil_mine", "0x3")
    receipt = dollar.mint(town.deployer, account, 7)
    assert dollar.balance(account) == 7
    assert dollar.at(FINAL).balance(account) == 0
    town.contracts.chain.request("anvil_mine", "0x3")
    assert town.contracts.chain.final_block().number >= receipt.block
    assert dollar.at(FINAL).balance(account) == 7
    assert dollar.at(receipt.block - 1).balance(account) == 0


def test_a_depth_of_our_own_stands_in_for_the_nodes_finality(chain: Chain) -> None:
    chain.request("anvil_mine", "0x5")
    careful = Chain(chain.url, finality_depth=4)
    assert careful.latest().number - careful.final_block().number in (4, 5)  # a block may come in between


def test_lookalike_events_of_a_stranger_are_passed_over(town: Town) -> None:
    c = town.contracts
    twin = deploy(c.chain, town.deployer, LOCAL)
    account = town.account(1)
    theirs = Contracts(c.chain, twin)
    theirs.network_token.approve(town.deployer, theirs.stakes.address, 5)
    receipt = theirs.stakes.deposit(town.deployer, theirs.network_token.address, 5)
    assert receipt.only(ev.Deposited).amount == 5
    assert account.address != town.deployer.address
    assert not ev.read_events(c.chain, c.deployment, receipt.block, receipt.block)


# Attacks on signatures


def test_attack_a_permit_is_good_once_on_one_chain_for_one_spender(own: anvil.Anvil, folder: Path) -> None:
    """The same deployer has the same addresses on both chains, so only the chain id stands between them."""
    other = anvil.start(folder / "other", chain_id=31338)
    try:
        deployer, towns = KeySigner.create(), []
        for url in (own.url, other.url):
            chain = Chain(url)
            anvil.fund(chain, deployer.address)
            towns.append(Contracts(chain, deploy(chain, deployer, LOCAL)))
        here, there = towns
        assert here.deployment.contracts == there.deployment.contracts
        for one in towns:
            one.local_dollar.mint(deployer, deployer.address, 10 * BUDGET)
        terms = replace(TERMS, requester=deployer.address, token=here.local_dollar.address)
        terms = replace(terms, deadline=here.chain.now() + 600)
        permit = here.local_dollar.permit(deployer, here.campaigns.address, BUDGET)
        _refused(there, deployer, terms, permit)
        _refused(here, deployer, terms, replace(permit, amount=BUDGET + 1))
        here.campaigns.fund_with_permit(deployer, terms, permit)
        _refused(here, deployer, terms, permit)
    finally:
        other.stop()


def _refused(contracts: Contracts, signer: KeySigner, terms: Terms, permit: Permit) -> None:
    before = contracts.campaigns.count()
    with pytest.raises(RevertError):
        contracts.campaigns.fund_with_permit(signer, terms, permit)
    assert contracts.campaigns.count() == before


TERMS = Terms(
    "0x" + "11" * 20,
    "0x" + "11" * 20,
    b"s" * 32,
    R,
    0,
    300,
    500,
    5_000,
    5_000,
    250,
    0,
    2,
    5,
    60,
    0,
    b"l" * 32,
    7,
    0,
    0,
    0,
    0,
)


def test_attack_a_transaction_of_one_chain_is_refused_by_another(own: anvil.Anvil) -> None:
    chain, signer = Chain(own.url), KeySigner.create()
    anvil.fund(chain, signer.address)
    transaction = {"to": "0x" + "11" * 20, "value": 1, "gas": 21_000, "nonce": 0, "data": b""}
    fees = {"maxFeePerGas": 10**10, "maxPriorityFeePerGas": 1}
    raw = signer.sign_transaction(transaction | fees | {"chainId": 1})
    with pytest.raises(RpcError, match="chain id"):
        chain.request("eth_sendRawTransaction", "0x" + raw.hex())
    assert chain.balance("0x" + "11" * 20) == 0


def test_a_deployment_of_another_chain_or_a_fresh_one_is_refused(town: Town, own: anvil.Anvil, tmp_path: Path) -> None:
    fresh = Chain(own.url)
    with pytest.raises(NotDeployedError, match="deploy again"):
        town.contracts.deployment.check(fresh)
    with pytest.raises(WrongChainError):
        replace(town.contracts.deployment, chain_id=1).check(fresh)
    with pytest.raises(NotDeployedError, match="headwater up"):
        connect(own.url, tmp_path)
    town.contracts.deployment.save(tmp_path)
    assert connect(town.contracts.chain.url, tmp_path).deployment == town.contracts.deployment


# The local chain's own life


def test_a_killed_chain_is_down_in_words(own: anvil.Anvil) -> None:
    chain = Chain(own.url)
    assert chain.chain_id == 31337
    os.kill(own.pid, signal.SIGKILL)
    started = time.monotonic()
    while own.alive:
        assert time.monotonic() - started < 5
    with pytest.raises(ChainDownError, match="headwater up"):
        chain.latest()
    assert time.monotonic() - started < 5


def test_an_address_that_answers_nonsense_is_down(tmp_path: Path) -> None:
    with pytest.raises(ChainDownError) as down:
        Chain("http://user:secret@127.0.0.1:9/v3/apikey").latest()
    assert "secret" not in str(down.value)
    assert "apikey" not in str(down.value)


def test_a_gentle_stop_keeps_the_last_transaction(own: anvil.Anvil, folder: Path) -> None:
    chain = Chain(own.url)
    signer = rich(chain)
    mined = chain.send(signer, "0x" + "11" * 20, b"", value=5)
    before = chain.now()
    own.stop()
    assert anvil.running(folder) is None
    again = Chain(anvil.start(folder).url)
    assert again.balance("0x" + "11" * 20) == 5
    assert again.block_hash(mined.block) == mined.block_hash
    assert again.now() >= before
    assert again.call("0x" + "11" * 20, b"", tag=FINAL) == b""  # the tag answers at once after a restart


def test_kill_9_loses_at_most_the_interval(own: anvil.Anvil, folder: Path) -> None:
    chain = Chain(own.url)
    signer = rich(chain)
    mined = chain.send(signer, "0x" + "11" * 20, b"", value=5)
    time.sleep(anvil.STATE_INTERVAL_S + 1)
    os.kill(own.pid, signal.SIGKILL)
    again = Chain(anvil.start(folder).url)
    assert again.balance("0x" + "11" * 20) == 5
    assert again.block_hash(mined.block) == mined.block_hash


def test_a_torn_state_file_falls_back_to_the_last_good_one(own: anvil.Anvil, folder: Path) -> None:
    chain = Chain(own.url)
    chain.send(rich(chain), "0x" + "11" * 20, b"", value=5)
    own.stop()
    state = folder / "state.json"
    state.write_bytes(state.read_bytes()[: state.stat().st_size // 2])
    again = anvil.start(folder)
    assert again.restored
    assert Chain(again.url).balance("0x" + "11" * 20) == 5


def test_a_torn_state_file_without_a_copy_is_named(folder: Path) -> None:
    folder.mkdir()
    (folder / "state.json").write_text('{"block": ')
    with pytest.raises(AnvilError, match="move") as refused:
        anvil.start(folder)
    assert "damaged" in str(refused.value)
    assert (folder / "state.json").exists()


def test_an_idle_chain_does_not_fill_the_disk(own: anvil.Anvil, folder: Path) -> None:
    chain = Chain(own.url)
    for _ in range(8):
        chain.request("anvil_mine", hex(200))
    assert not [one for one in folder.rglob("*") if one.is_file() and one.parent != folder]


def test_start_finds_the_one_that_runs(own: anvil.Anvil, folder: Path) -> None:
    assert anvil.start(folder).pid == own.pid


def test_attack_a_pid_file_of_another_process_ends_nothing(folder: Path) -> None:
    folder.mkdir()
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (folder / "anvil.json").write_text(json.dumps({"pid": bystander.pid, "port": 8545}))
        assert anvil.running(folder) is None
        anvil.Anvil(folder, bystander.pid, 8545).stop()
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_detached_chain_outlives_its_killed_parent(folder: Path) -> None:
    script = "import sys, pathlib, os, signal\nfrom headwater.chain import anvil\n"
    script += "anvil.start(pathlib.Path(sys.argv[1]), detached=True)\nos.kill(os.getpid(), signal.SIGKILL)"
    ended = subprocess.run([sys.executable, "-c", script, str(folder)], check=False)
    assert ended.returncode == -signal.SIGKILL
    found = anvil.running(folder)
    assert found is not None
    try:
        assert Chain(found.url).chain_id == 31337
    finally:
        found.stop()
    assert anvil.running(folder) is None


def test_without_a_binary_the_way_out_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_ANVIL", str(folder / "none"))
    with pytest.raises(AnvilError, match="HEADWATER_ANVIL"):
        anvil.start(folder)
    assert not folder.exists()


def test_the_head_moves_on_its_own(chain: Chain) -> None:
    head = chain.latest()
    deadline = time.monotonic() + 5
    while chain.latest().number == head.number:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert chain.latest().time > head.time


# Following through reorganisations


def test_a_follower_reads_each_event_once(town: Town) -> None:
    c = town.contracts
    follower = Follower(c.chain, c.deployment)
    first = follower.advance(follower.start())
    assert first.rolled_back_to is None
    assert not follower.advance(first.cursor).events
    operator = town.member(OPERATOR_ROLE)
    step = follower.advance(Cursor.of(first.cursor.plain()))
    assert [type(event) for event in step.events] == [ev.Joined]
    assert step.events[0].at.block <= step.cursor.block
    assert operator.address in c.stakes.members(OPERATOR_ROLE)


def test_a_reorganised_chain_takes_events_back(own: anvil.Anvil) -> None:
    chain = Chain(own.url)
    deployer = rich(chain)
    c = Contracts(chain, deploy(chain, deployer, LOCAL))
    c.local_dollar.mint(deployer, deployer.address, 100)
    c.local_dollar.approve(deployer, c.stakes.address, 100)
    follower = Follower(chain, c.deployment)
    kept = c.stakes.deposit(deployer, c.local_dollar.address, 1)
    before = follower.advance(follower.start())
    snapshot = chain.request("evm_snapshot")
    c.stakes.deposit(deployer, c.local_dollar.address, 2)
    lost = follower.advance(before.cursor)
    assert [event.amount for event in lost.events if isinstance(event, ev.Deposited)] == [2]
    assert chain.request("evm_revert", snapshot)
    c.stakes.deposit(deployer, c.local_dollar.address, 3)
    step = follower.advance(lost.cursor)
    assert step.rolled_back_to is not None
    assert kept.block <= step.rolled_back_to < step.events[0].at.block
    assert [event.amount for event in step.events if isinstance(event, ev.Deposited)] == [3]
    assert follower.advance(step.cursor).rolled_back_to is None


def test_a_reorganisation_deeper_than_memory_starts_over(own: anvil.Anvil) -> None:
    chain = Chain(own.url)
    c = Contracts(chain, deploy(chain, rich(chain), LOCAL))
    follower = Follower(chain, c.deployment)
    foreign = Cursor(c.deployment.block, ((2, b"x" * 32), (3, b"y" * 32)))
    step = follower.advance(foreign)
    assert step.rolled_back_to == c.deployment.block - 1
    assert step.cursor.block >= 3


# Contract wallets


def _wallet(digest: bytes) -> bytes:
    """Creation code of a wallet that calls exactly one digest its own, whatever the signature."""
    magic = bytes.fromhex("1626ba7e") + bytes(28)
    runtime = b"\x7f" + digest + bytes.fromhex("60043514") + b"\x7f" + magic + bytes.fromhex("0260005260206000f3")
    return bytes.fromhex(f"60{len(runtime):02x}80600b6000396000f3") + runtime


def test_a_contract_wallet_signs_for_itself_only(town: Town) -> None:
    chain, signer = town.contracts.chain, town.account()
    digest = keccak256(b"mine")
    address = created_address(signer.address, 0)
    before = chain.latest().number
    chain.send(signer, None, _wallet(digest))
    wallets = ChainWallets(chain)
    assert eip712.check(address, digest, b"any", wallets)
    assert not eip712.check(address, keccak256(b"other"), b"any", wallets)
    assert not eip712.check(signer.address, digest, b"any", wallets)
    assert not ChainWallets(chain, before).is_valid(address, digest, b"any")
    assert not wallets.is_valid(town.contracts.stakes.address, digest, b"any")


CREATE2 = "0x4e59b44847b379578588920cA78FbF26c0B4956C"  # the deterministic deployer every anvil carries


def _erc6492(digest: bytes, inner: bytes = b"any") -> tuple[str, bytes]:
    from eth_abi.abi import encode

    creation = _wallet(digest)
    address = keccak256(b"\xff" + bytes.fromhex(CREATE2[2:]) + ZERO_WORD + keccak256(creation))[12:]
    body = encode(("address", "bytes", "bytes"), (CREATE2, ZERO_WORD + creation, inner))
    return "0x" + address.hex(), body + bytes.fromhex("6492" * 16)


def test_a_wallet_may_sign_before_it_exists(chain: Chain) -> None:
    digest = keccak256(b"not there yet")
    address, signature = _erc6492(digest)
    wallets = ChainWallets(chain)
    assert wallets.is_valid(address, digest, signature)
    assert chain.code(address) == b""  # asked, not deployed
    assert not wallets.is_valid(address, keccak256(b"other"), signature)
    assert not wallets.is_valid(address, digest, signature[32:])
    assert not wallets.is_valid("0x" + "11" * 20, digest, signature)


def test_a_node_that_cannot_simulate_is_named(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    real = chain.request

    def plain(method: str, *params: object) -> object:
        if method == "eth_simulateV1":
            raise RpcError(method, -32601, "the method does not exist")
        return real(method, *params)

    monkeypatch.setattr(chain, "request", plain)
    digest = keccak256(b"elsewhere")
    address, signature = _erc6492(digest)
    with pytest.raises(NotSupportedError, match="eth_simulateV1"):
        ChainWallets(chain).is_valid(address, digest, signature)


def test_deploying_needs_gas(chain: Chain) -> None:
    with pytest.raises(UnfundedError):
        deploy(chain, KeySigner.create(), LOCAL)


def test_a_deployment_file_that_is_damaged_is_named(tmp_path: Path) -> None:
    from headwater.chain import deployment

    (tmp_path / "31337.json").write_text('{"chain_id": 31337}')
    with pytest.raises(NotDeployedError, match="not a deployment"):
        deployment.load(tmp_path, 31337)
    saved = Deployment(5, {"Stakes": "0x" + "11" * 20}, 9, LOCAL)
    saved.save(tmp_path)
    assert deployment.load(tmp_path, 5) == saved
    with pytest.raises(NotDeployedError, match="Faults"):
        saved.address("Faults")


def test_posted_of_an_event_is_what_the_contract_checks(town: Town) -> None:
    operator = town.member(OPERATOR_ROLE, collateral=1_000)
    _, terms, campaign = opened(town)
    done, _, tree = settled(town, campaign, terms, operator)
    forged: Posted = replace(done.posted, total=done.posted.total + 1)
    last = PAYS[done.key][1], tree.proof(1)
    with pytest.raises(RevertError) as refused:
        town.contracts.faults.prove_sum(operator, forged, *last, *last)
    assert refused.value.name == "Settlement_WrongPreimage"
