"""Gold from end to end: a lazy reviewer fails it and is put out, a newcomer answers ten and is drawn, weights move.

Then attacks on what was published: another plan than was bound, answers changed to frame an honest reviewer, a plan
withheld, a record nobody earned. Each fails the audit, at its place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from headwater.chain import events as ev
from headwater.chain import waiting
from headwater.chain.signer import KeySigner
from headwater.chain.stakes import REVIEWER_ROLE
from headwater.chain.structs import Draw
from headwater.cli import app
from headwater.client.audit import Facts, Status, audit, gather
from headwater.client.audit.book import Book
from headwater.client.audit.epochs import audit_epochs
from headwater.client.audit.gold import audit_gold
from headwater.client.audit.opened import Opened
from headwater.client.audit.pay import audit_pay
from headwater.client.campaign import Offer, fund
from headwater.client.journal import Journal
from headwater.client.review import standing_of, vote
from headwater.client.spec_file import read_spec
from headwater.client.submit import Consent, Submitter
from headwater.formats import open_recording
from headwater.node import local
from headwater.node.database import open_database
from headwater.node.gateway import LocalGateway
from headwater.node.home import Home
from headwater.node.operator.desk import Desk
from headwater.node.operator.entry import asked_of
from headwater.node.operator.planting import plant
from headwater.node.operator.turn import take_turn
from headwater.node.wallets import Wallets
from headwater.primitives.cid import DAG_CBOR, dag_cbor_cid
from headwater.records import codec
from headwater.records.evidence import Evidence as Settlement
from headwater.records.evidence import PlannedEvidence
from headwater.records.gold import GoldPlan, GoldTruth
from headwater.records.licence import PRESETS
from headwater.records.vote import ACCEPT, REJECT, Evidence
from headwater.review import MAX_PLACES, START_WEIGHT
from headwater.storage import LocalBlobStore

pytestmark = [pytest.mark.e2e, pytest.mark.chain]

SPEC = Path(__file__).parents[2] / "examples/specs/crop_plants.json"
FOUNDERS, LAZY, NEWCOMER, SPONSOR = ("rev-a", "rev-b", "lazy"), "lazy", "new", "lab"
CHALLENGE_S = 3
CLEAN, RISKY = 730, -770  # what the suite says at home of a sharp picture, and of one to be doubted


def picture(folder: Path, seed: int, clean: bool) -> Path:
    """A picture that is like no other; blurred, too bright and labelled two ways where the check is to have doubts."""
    dice = np.random.default_rng(seed)
    coarse = cv2.resize(dice.integers(30, 225, (12, 16, 3), dtype=np.uint8), (320, 240), interpolation=cv2.INTER_CUBIC)
    image = np.clip(coarse.astype(np.int16) + dice.integers(-18, 19, (240, 320, 3)), 0, 255).astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, 92]
    if clean:
        cv2.imwrite(str(folder / f"{seed}.jpg"), image, quality)
        return folder / f"{seed}.jpg"
    image = np.clip(cv2.GaussianBlur(image, (0, 0), 6).astype(np.int16) + 120, 0, 255).astype(np.uint8)
    images = folder / str(seed) / "images"
    images.mkdir(parents=True)
    cv2.imwrite(str(images / f"{seed}.jpg"), image, quality)
    names = ("leaf", "bloom")
    sheet: dict[str, Any] = {"images": [{"id": 0, "file_name": f"{seed}.jpg", "width": 320, "height": 240}]}
    sheet["categories"] = [{"id": n, "name": name} for n, name in enumerate(names)]
    box = [40, 40, 120, 100]
    sheet["annotations"] = [{"id": n, "image_id": 0, "category_id": n, "bbox": box} for n in range(len(names))]
    (images.parent / "sheet.json").write_text(json.dumps(sheet))
    return images.parent


@dataclass
class Play:
    """The people of the story; ``truth`` of every contribution handed in."""

    home: Home
    desk: Desk
    wallets: Wallets
    truth: dict[bytes, int] = field(default_factory=dict)

    def hand_in(self, folder: Path, truth: int, llr: int, gold: bool) -> None:
        number = len(self.truth)
        path = picture(folder, number, llr > 0)
        who = self.wallets.create(f"sender-{number}")
        journal, gateway = Journal(self.home.journals), LocalGateway(self.desk)
        sender = Submitter(self.desk, gateway, who, journal, self.home.work / "cuts")
        sent = sender.submit(open_recording(path)[0], 1, Consent(), check=False)
        self.truth[sent.digest] = truth
        if gold:
            plant(self.desk, 1, sent.digest, truth, llr)

    def batch(self, folder: Path, quarters: int, more: int, *ordinary: tuple[int, int]) -> None:
        """Four gold items a quarter, a good and a bad one where the check is right and where it errs, and others."""
        kinds = [(ACCEPT, CLEAN), (REJECT, RISKY), (ACCEPT, RISKY), (REJECT, CLEAN)]
        for truth, llr in kinds * quarters + kinds[:more]:
            self.hand_in(folder, truth, llr, gold=True)
        for truth, llr in ordinary:
            self.hand_in(folder, truth, llr, gold=False)

    def join(self, name: str) -> KeySigner:
        who = self.wallets.create(name)
        local.grant(self.desk.contracts, self.wallets, who.address, tokens=500)
        local.join(self.desk.contracts, who, REVIEWER_ROLE, 500)
        return who

    def settled(self) -> set[tuple[str, int]]:
        """Turns and votes until the queue is settled and final; who was asked in which round."""
        heard = set()
        names = {self.wallets.open(name).address: name for name in self.wallets.names()}
        for _ in range(40):
            turn = take_turn(self.desk, 1)
            for asked in asked_of(self.desk, 1):
                name = names[asked.reviewer]
                heard.add((name, asked.round))
                truth = self.truth[self.desk.digest_of(1, asked.item)]
                said = ACCEPT if name == LAZY else truth
                seen = () if said == ACCEPT else (Evidence("no_plant", 0, 1000),)
                domain, gateway = self.desk.contracts.campaigns_domain, LocalGateway(self.desk)
                vote(domain, self.wallets.open(name), gateway, 1, asked.item, asked.round, said, seen)
            if turn.settled:
                final = max(s.posted.final_at for s in self.desk.ledger().standing(1))
                waiting.for_time(self.desk.contracts.chain, final + 1)
                return heard
        pytest.fail("never settled")

    def drawn(self, item: int) -> set[str]:
        """Everybody whom the contract draws for an item."""
        campaign, contracts = self.desk.ledger().campaign(1), self.desk.contracts
        anchor = campaign.anchor_of(item)
        seed, sender = campaign.seeds[anchor.first_item], self.wallets.open(f"sender-{item}").address
        draw = Draw(1, item, seed, anchor.weights, sender, anchor.anchorer)
        names = {self.wallets.open(name).address: name for name in self.wallets.names()}
        return {names[who] for who in contracts.reviewers.drawn(draw, MAX_PLACES)}

    def epoch(self) -> int:
        """The next epoch, posted, final and taken in by the draw."""
        posted = take_turn(self.desk, 1).epoch
        assert posted is not None
        waiting.for_time(self.desk.contracts.chain, self.desk.epoch_slot(posted).final_at + 1)
        take_turn(self.desk, 1)
        return posted


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    home = Home(tmp_path_factory.mktemp("gold"))
    contracts = local.up(home)
    wallets = Wallets(home, local=True)
    blobs, engine = LocalBlobStore(home.blobs), open_database(home.root / "operator.db")
    desk = Desk(contracts, blobs, wallets.open("operator"), engine, home.work / "operator")
    yield Play(home, desk, wallets)
    engine.dispose()
    local.down(home)


def test_gold_from_planting_to_audit(play: Play, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    called(play)
    for name in FOUNDERS:
        play.join(name)
    play.batch(tmp_path, 3, 0, (ACCEPT, CLEAN))
    play.settled()
    assert play.epoch() == 1
    lazy, honest = (standing_of(play.desk, play.wallets.open(name).address) for name in (LAZY, "rev-a"))
    assert (lazy.state, lazy.weight, lazy.gold_given, lazy.gold_accuracy) == ("suspended", 201, 12, 5_000)
    assert (honest.state, honest.gold_accuracy) == ("drawn", 10_000)
    assert honest.weight > 2 * START_WEIGHT

    newcomer = play.join(NEWCOMER)
    assert shown(play, capsys) == ("newcomer", 10, 0)
    play.batch(tmp_path, 2, 2, (REJECT, RISKY))
    heard = play.settled()
    assert {name for name, number in heard if number >= MAX_PLACES} == {NEWCOMER}
    assert {name for name, number in heard if number < MAX_PLACES} == {"rev-a", "rev-b"}, "the lazy one is not drawn"
    assert play.epoch() == 2
    assert shown(play, capsys) == ("drawn", 0, 10)
    assert standing_of(play.desk, newcomer.address).weight == START_WEIGHT

    play.batch(tmp_path, 0, 0, (ACCEPT, CLEAN))
    play.settled()
    assert play.drawn(24) == {"rev-a", "rev-b", NEWCOMER}
    paid_by_earlier_votes(play)
    facts = gather(play.desk.contracts, play.desk.blobs)
    report = audit(facts)
    assert [claim for claim in report.claims if claim.status is Status.FAIL] == []
    ids = {claim.id for claim in report.claims}
    assert {"campaign/1/anchor/0/plan", "epoch/1/changes", "epoch/2/rows"} <= ids
    attacked(facts)


def called(play: Play) -> None:
    contracts = play.desk.contracts
    lab = play.wallets.create(SPONSOR)
    local.grant(contracts, play.wallets, lab.address, dollars=1_000)
    offer = Offer(
        token=local.dollar_of(contracts),
        unit_reward=10 * local.DOLLARS,
        budget=900 * local.DOLLARS,
        deadline_s=3_600,
        settle_window_s=240,
        challenge_window_s=CHALLENGE_S,
        lapse_window_s=300,
    )
    fund(play.desk, lab, read_spec(SPEC), PRESETS[1], offer)


def shown(play: Play, capsys: pytest.CaptureFixture[str]) -> tuple[str, int, int]:
    """State, gold answers left and right, as the newcomer is told."""
    capsys.readouterr()
    assert app.run(["review", "standing", "--as", NEWCOMER, "--json", "--home", str(play.home.root)]) == 0
    told = json.loads(capsys.readouterr().out)
    return told["state"], told["entry_left"], told["entry_right"]


def paid_by_earlier_votes(play: Play) -> None:
    """Who always accepted earned nothing over twelve items and one; the honest earn by what was known of them."""
    standing = play.desk.ledger().standing(1)
    evidence = [play.desk.record(Settlement, play.desk.cid_of(s.posted.evidence)) for s in standing]
    last = play.desk.finals().known(play.desk.ledger().campaign(1).anchors[standing[-1].posted.first_item].time)
    address = play.wallets.open("rev-a").address
    assert last.gold[address] == 10_000
    assert last.agreement[address].votes > 20
    lazy = play.wallets.open(LAZY).address
    assert all(row.account != lazy for one in evidence for row in one.pay)


def attacked(facts: Facts) -> None:
    """What the operator might publish instead; the first settlement's evidence is changed and named by the chain."""
    first = facts.ledger.standing(1)[0].posted
    told = facts.record(Settlement, dag_cbor_cid(first.evidence))
    assert isinstance(told, PlannedEvidence)
    (plan,) = told.plans
    framed = tuple(GoldTruth(one.contribution, 1 - one.truth) for one in plan.golds)
    fewer = replace(plan, golds=plan.golds[4:])
    lies: dict[str, tuple[GoldPlan, ...]] = {
        "answers that frame the honest": (replace(plan, golds=framed),),
        "withheld": (),
        "another plan beside it": (plan, fewer),
    }
    for what, plans in lies.items():
        failed = failures(with_evidence(facts, first.key, replace(told, plans=plans)))
        assert failed & {"campaign/1/anchor/0/plan", f"settlement/{first.key}/plans"}, what
        assert "epoch/1/changes" in failed, f"{what}: what it said counts for nothing"
    second = facts.ledger.standing(1)[1].posted
    told = facts.record(Settlement, dag_cbor_cid(second.evidence))
    assert isinstance(told, PlannedEvidence)
    failed = failures(with_evidence(facts, second.key, replace(told, entries=told.entries[:-1])))
    assert {f"campaign/1/anchor/13/entry/{number}" for number in (MAX_PLACES, MAX_PLACES + 1)} & failed
    assert "epoch/2/changes" in failed, "nine answers let nobody in"
    unearned = failures(changed(facts, ev.EpochPosted, 0, lambda e: replace(e, changes=e.changes[:-2] + b"\0\x0a")))
    assert "epoch/1/changes" in unearned


def failures(facts: Facts) -> set[str]:
    """Ids of claims that fail, of those this is about: the rest of the audit is the same as before."""
    book = Book()
    for settlement in facts.ledger.standing(1):
        whole = Opened(facts).settlement(settlement.posted.key)
        audit_gold(facts, book, whole)
        audit_pay(facts, book, whole)
    audit_epochs(facts, book)
    return {claim.id for claim in book.claims if claim.status is Status.FAIL}


def with_evidence(facts: Facts, key: int, evidence: PlannedEvidence) -> Facts:
    facts.blobs.put_block(codec.encode(evidence), DAG_CBOR)

    def lied(event: Any) -> Any:
        return replace(event, posted=replace(event.posted, evidence=codec.digest(evidence)))

    number = next(n for n, e in enumerate(facts.events(ev.Settled)) if e.key == key)
    return changed(facts, ev.Settled, number, lied)


def changed(facts: Facts, kind: type[ev.Event], number: int, lie: Callable[[Any], Any]) -> Facts:
    """The same history, but for one event."""
    at = [n for n, event in enumerate(facts.history) if isinstance(event, kind)][number]
    history = [*facts.history[:at], lie(facts.history[at]), *facts.history[at + 1 :]]
    fresh = Facts(facts.chain_id, facts.block, facts.time, facts.addresses, history, facts.reads, facts.blobs)
    return replace(fresh, wallets=facts.wallets)
