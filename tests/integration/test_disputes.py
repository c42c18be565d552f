"""A contributor who was wrongly rejected takes it to a jury on the real contracts, and is paid."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.integration.conftest import Town
from tests.integration.test_audit_on_chain import Campaign, R

from headwater.chain import LOCAL, Chain, Contracts, KeySigner, RevertError, anvil, deploy
from headwater.chain.court import Phase
from headwater.chain.disputes import Choice, DisputeOutcome, DisputeState
from headwater.chain.stakes import JUROR_ROLE
from headwater.chain.structs import Posted, settlement_key
from headwater.cli import app
from headwater.client import juror
from headwater.client.audit import run_audit
from headwater.client.claim import claim_all, dues, push_all
from headwater.client.dispute import (
    cases,
    execute,
    give_evidence,
    open_dispute,
    price_of,
    ready,
    return_cuts,
    take_collateral,
)
from headwater.client.errors import ClientError
from headwater.client.network import Network
from headwater.market import draft, value
from headwater.node.home import Home
from headwater.node.local import NetworkFile
from headwater.node.wallets import Wallets
from headwater.primitives.amounts import Amount
from headwater.primitives.cid import Cid, cid_decode
from headwater.primitives.hashing import keccak256
from headwater.storage import LocalBlobStore, MemoryBlobStore

pytestmark = pytest.mark.chain
SLOW_COURT = replace(LOCAL, court=(1, 60, 60, 2), unbonding=1_000)  # windows no busy machine misses
JURORS = 7


class Trial:
    """A network with a jury, and a batch whose settler says what the checks never said of item 0."""

    def __init__(self, chain: Chain, *, lie: bool) -> None:
        deployer = KeySigner.create()
        anvil.fund(chain, deployer.address)
        self.town = Town(Contracts(chain, deploy(chain, deployer, SLOW_COURT)), deployer)
        self.c = self.town.contracts
        self.jurors = {one.address: one for one in (self.town.member(JUROR_ROLE) for _ in range(JURORS))}
        for one in self.jurors.values():
            juror.join(Network(self.c, MemoryBlobStore()), one)
        self.campaign = Campaign(self.town)
        self.network = Network(self.c, self.campaign.blobs)
        clips = [self.campaign.clip(0, b"picked" * 1000), self.campaign.clip(1, b"picked" * 1000)]
        anchor, seed = self.campaign.anchor(clips)
        verdicts = self.campaign.verdicts(clips, anchor, seed)
        if lie:
            worth = value(-9_000, 0, (), threshold=0, unit_reward=R, novelty=10_000)
            verdicts[0] = replace(verdicts[0], llr=-9_000, votes=(), ballots=(), byte=worth.byte)
            verdicts[0] = replace(verdicts[0], reward=Amount(worth.reward), score=worth.score, reason="no")
        key = settlement_key(self.campaign.id, 0, 0)
        where = self.c.chain.chain_id, self.c.settlement.address
        made = draft(*where, key, self.campaign.terms, self.campaign.op.address, verdicts)
        self.anchor, self.settled = anchor, self.campaign.settle(self.campaign.op, made, clips, anchor, [])

    @property
    def posted(self) -> Posted:
        return self.settled.posted

    def decide_by_hand(self, dispute: int, choice: Choice) -> None:
        """The same with what jurors type."""
        someone = self.town.account()
        self.c.chain.request("anvil_mine", "0x3")
        self.town.skip(2)
        assert juror.turn(self.network, someone) == [f"drew the jury of dispute {dispute}"]
        for one in self.jurors.values():
            (seat,) = juror.seats(self.network, one.address)
            assert (seat.dispute, seat.item, seat.phase) == (dispute, f"{self.campaign.id}/0", Phase.COMMIT)
            assert juror.vote(self.network, one, dispute, choice) == 1
        with pytest.raises(ClientError, match="no seat of yours without a vote"):
            juror.vote(self.network, one, dispute, choice)
        assert juror.open_votes(self.network, one) == 0, "too early"
        self.town.skip(61)
        assert [juror.open_votes(self.network, each) for each in self.jurors.values()] == [1] * JURORS
        self.town.skip(63)
        done = juror.turn(self.network, someone)
        assert done == [f"gave the ruling of dispute {dispute}", f"paid round 0 of dispute {dispute}"]
        assert juror.turn(self.network, someone) == []
        assert self.c.court.owed(one.address) == SLOW_COURT.juror_fee

    def decide(self, dispute: int, choice: Choice) -> None:
        """A whole jury, of one mind."""
        court, someone = self.c.court, self.town.account()
        self.c.chain.request("anvil_mine", "0x3")
        self.town.skip(2)
        court.draw(someone, dispute, 255)
        seats = [self.jurors[court.seat(dispute, 0, number).juror] for number in range(JURORS)]
        for number, one in enumerate(seats):
            closed = court.commitment(dispute, 0, one.address, choice, keccak256(b"%d" % number))
            court.commit(one, dispute, number, closed)
        self.town.skip(61)
        for number, one in enumerate(seats):
            court.reveal(one, dispute, number, choice, keccak256(b"%d" % number))
        self.town.skip(63)
        assert court.phase(dispute) is Phase.FINAL
        court.execute_ruling(someone, dispute)


def test_a_wrongly_rejected_contributor_is_paid(chain: Chain) -> None:
    trial = Trial(chain, lie=True)
    c, network, campaign, key = trial.c, trial.network, trial.campaign, trial.settled.key
    ana, dollar = campaign.people[0], trial.c.local_dollar
    anvil.fund(chain, ana.address)
    assert price_of(network, ana.address, campaign.id).missing == R // 2
    with pytest.raises(ClientError, match="let somebody dispute it for you"):
        open_dispute(network, ana, campaign.id, 0, "it is there")
    trial.town.account(R // 10**6, ana)

    made = open_dispute(network, ana, campaign.id, 0, "At 2.1 s the gripper holds the cup.")
    assert (made.challenger, made.item, made.ruling) == (ana.address, 0, None)
    (_, uri), *_ = made.evidence
    assert json.loads(campaign.blobs.get(Cid(uri.removeprefix("/ipfs/"))))["description"].startswith("At 2.1 s")
    assert give_evidence(network, campaign.op, made.number, "https://example.org/why") == "https://example.org/why"
    assert len(network.ledger().dispute(made.number).evidence) == 2
    with pytest.raises(ClientError, match="headwater dispute evidence"):
        open_dispute(network, ana, campaign.id, 0, "once more")
    assert ready(network) == []

    trial.decide(made.number, Choice.ACCEPT)
    assert ready(network) == [made.number]
    with pytest.raises(RevertError) as held:
        c.settlement.release(campaign.op, trial.posted, campaign.terms, [trial.anchor], trial.settled.verdicts)
    assert held.value.name == "Doubts_InDoubt"
    case = execute(network, campaign.op2, made.number)
    assert (case.state, case.ruling, case.outcome) == (DisputeState.CLOSED, Choice.ACCEPT, DisputeOutcome.ACCEPTED)
    fine = trial.posted.bond // 8
    assert case.facts.fined == fine
    free = c.stakes.collateral(ana.address, dollar.address).free
    assert free == R // 2 + R + (fine - R)  # her bond, her reward, and she was her own challenger

    taken = take_collateral(network, ana, dollar.address)
    assert (taken.paid, taken.asked, taken.waiting) == (0, free, free)
    trial.town.skip(SLOW_COURT.unbonding + 1)
    assert take_collateral(network, ana, dollar.address).paid == free
    assert dollar.balance(ana.address) == R + fine
    c.settlement.release(campaign.op, trial.posted, campaign.terms, [trial.anchor], trial.settled.verdicts)
    assert c.stakes.collateral(campaign.op.address, dollar.address).locked == 0

    report = run_audit(c, campaign.blobs)
    (claim,) = [one for one in report.claims if one.id == f"settlement/{key}/dispute/0"]
    assert claim.status.name == "PASS"
    assert "ruled 2, accepted" in claim.detail
    failed = [one.id for one in report.failures]
    assert f"campaign/{campaign.id}/item/0/report" in failed, "the lie itself still shows"
    assert not any(one.startswith("settlement/") for one in failed)


def test_a_leaf_in_dispute_waits_and_what_is_cut_goes_back(chain: Chain) -> None:
    trial = Trial(chain, lie=False)
    c, network, campaign = trial.c, trial.network, trial.campaign
    ana, watcher = campaign.people[0], trial.town.account(R // 10**6)
    made = open_dispute(network, watcher, campaign.id, 0, "")
    assert made.evidence == []
    trial.town.skip(campaign.terms.challenge_window + 1)
    (due,) = dues(network, ana.address)
    assert (due.final, due.paid) == (False, False), "held"
    assert claim_all(network, watcher, ana.address) == []
    push_all(network, watcher, campaign.id)
    assert c.local_dollar.balance(ana.address) == 0
    assert c.local_dollar.balance(campaign.op.address) > 0, "the operator's leaf is none of the dispute's business"

    trial.decide_by_hand(made.number, Choice.REJECT)
    (case,) = [execute(network, watcher, number) for number in ready(network)]
    assert case.outcome is DisputeOutcome.REJECTED
    escrow = c.campaigns.state(campaign.id).escrow
    push_all(network, watcher, campaign.id)
    assert c.local_dollar.balance(ana.address) == 0, "all of it was cut"
    assert return_cuts(network, watcher, campaign.id) == 0, "the push gave it back"
    assert c.campaigns.state(campaign.id).escrow == escrow + made.opened.item.reward
    assert [one.facts.number for one in cases(network, campaign.id, 0)] == [made.number]
    campaign.audit()


def test_the_commands(chain: Chain, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trial = Trial(chain, lie=True)
    home = Home(tmp_path)
    trial.c.deployment.save(home.deployments)
    NetworkFile(chain.url, chain.chain_id, own_chain=False).save(home)
    me = trial.town.account(2 * R // 10**6, Wallets(home, local=True).create("me"))
    for cid, block in trial.campaign.blobs.blocks.items():
        LocalBlobStore(home.blobs).put_block(block, cid_decode(cid)[0])

    def said(*words: str) -> str:
        assert app.run([*words, "--home", str(tmp_path)]) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    item = f"{trial.campaign.id}/0"
    assert "nothing is disputed" in said("dispute", "show")
    assert said("dispute", "open", item, "--as", "me", "--why", "it is there").strip() == "1"
    assert app.run(["dispute", "open", item, "--as", "me", "--why", "", "--home", str(tmp_path)]) == 2
    assert "headwater dispute evidence 1" in capsys.readouterr().err
    assert said("dispute", "evidence", "1", "--as", "me", "--why", "look at 2.1 s").startswith("/ipfs/")
    assert "nothing is ready" in said("dispute", "execute", "--as", "me")
    assert "no seat" in said("juror", "seats", "--as", "me")
    trial.decide(1, Choice.ACCEPT)
    (row,) = json.loads(said("dispute", "execute", "--as", "me", "--json"))
    assert (row["item"], row["ruling"], row["outcome"]) == (item, "accept", "accepted")
    assert (row["fined"], row["challenger"]) == (trial.posted.bond // 8, me.address)
    assert "accepted" in said("dispute", "show", item)
    assert "paid round 0 of dispute 1" in said("juror", "turn", "--as", "me")
    taken = json.loads(said("dispute", "withdraw", "--as", "me", "--campaign", str(trial.campaign.id), "--json"))
    assert taken["asked"] == R // 2 + trial.posted.bond // 8 - R


def elsewhere(network: Network) -> Network:
    """The same network as another process sees it."""
    contracts = network.contracts
    return Network(Contracts(Chain(contracts.chain.url), contracts.deployment), network.blobs)


class Beaten:
    """A signer whose transaction is delayed: another process of the same juror gets in before it."""

    def __init__(self, signer: KeySigner, first: Callable[[], object]) -> None:
        self._signer, self._first = signer, [first]
        self.address = signer.address

    def sign_digest(self, digest: bytes) -> bytes:
        return self._signer.sign_digest(digest)

    def sign_transaction(self, transaction: Mapping[str, Any]) -> bytes:
        if self._first:
            self._first.pop()()
        return self._signer.sign_transaction(transaction)


def test_attack_two_commits_at_once_lose_no_vote(chain: Chain) -> None:
    """Two terminals of one juror, or a run that was killed after it had sent and then repeated with another choice."""
    trial = Trial(chain, lie=True)
    network, challenger = trial.network, trial.town.account(R // 10**6)
    made = open_dispute(network, challenger, trial.campaign.id, 0, "it is there")
    trial.c.chain.request("anvil_mine", "0x3")
    trial.town.skip(2)
    juror.turn(network, challenger)
    one, other = list(trial.jurors.values())[:2]
    beaten = Beaten(one, lambda: juror.vote(elsewhere(network), one, made.number, Choice.ACCEPT))
    with pytest.raises(RevertError, match="Court"):
        juror.vote(network, beaten, made.number, Choice.REJECT)
    theirs = trial.c.court.commitment(made.number, 0, other.address, Choice.ACCEPT, bytes(32))
    (seat,) = juror.seats(network, other.address)
    trial.c.court.commit(other, made.number, seat.seat, theirs)
    trial.town.skip(61)
    assert juror.open_votes(network, one) == 1
    with pytest.raises(ClientError, match="a commitment of another tool"):
        juror.open_votes(network, other)
    seat = next(s for s in juror.seats(network, one.address) if s.dispute == made.number)
    assert trial.c.court.seat(made.number, 0, seat.seat).choice == Choice.ACCEPT


def test_attack_two_open_one_dispute_at_once(chain: Chain) -> None:
    """The slower of two challengers pays nothing but gas: his coin and his bond are where they were."""
    trial = Trial(chain, lie=True)
    first, second = trial.town.account(R // 10**6), trial.town.account(R // 10**6)
    contracts, network = trial.c, trial.network
    token = trial.campaign.terms.token
    contracts.local_dollar.approve(second, contracts.stakes.address, R // 2)
    contracts.stakes.deposit(second, token, R // 2)
    beaten = Beaten(second, lambda: open_dispute(elsewhere(network), first, trial.campaign.id, 0, "mine"))
    before = contracts.chain.balance(second.address)
    with pytest.raises(RevertError, match="AlreadyDisputed"):
        open_dispute(network, beaten, trial.campaign.id, 0, "mine too")
    assert before - contracts.chain.balance(second.address) < contracts.disputes.cost(), "gas alone"
    assert contracts.stakes.collateral(second.address, token).free == R // 2
    assert network.ledger().dispute(1).challenger == first.address
