"""Two label campaigns from call to audit: boxes on plants, classes of radiographs; labellers and recorders both paid.

The pictures are plants, not pests: see examples/recordings/README.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from headwater.chain import waiting
from headwater.chain.stakes import REVIEWER_ROLE
from headwater.checks import read_report
from headwater.cli import app
from headwater.cli.options import Session, session_of
from headwater.client.claim import push_all
from headwater.client.labels import buying
from headwater.client.review import vote
from headwater.formats import open_recording
from headwater.market import share_amount, split_of
from headwater.market.versions import rebuild
from headwater.node import local
from headwater.node.database import contributions
from headwater.node.gateway import LocalGateway
from headwater.node.home import Home
from headwater.node.operator.checking import COPY_RULES
from headwater.node.operator.desk import Desk
from headwater.node.operator.reviewing import Assignment, assignments
from headwater.node.operator.turn import take_turn
from headwater.primitives.cid import Cid
from headwater.records.dataset import DatasetManifest
from headwater.records.evidence import Evidence as SettlementEvidence
from headwater.records.manifest import Manifest
from headwater.records.verdict import Verdict
from headwater.records.vote import ACCEPT, REJECT, Evidence

pytestmark = [pytest.mark.e2e, pytest.mark.chain]

ROOT = Path(__file__).parents[2]
SPECS, RECORDINGS = ROOT / "examples/specs", ROOT / "examples/recordings"
CHALLENGE_S = 4
USE = ("--purpose", "commercial-training", "--region", "FR")
REVIEWERS = ("rev-a", "rev-b", "rev-c")
PLANTS, XRAYS, BOXES, CLASSES = 1, 2, 3, 4  # campaigns, and the datasets published from them
Boxes = Mapping[str, Sequence[tuple[str, tuple[float, ...]]]]
TRUE_BOXES: Boxes = {
    "leaves.jpg": [("leaf", (0, 66, 141, 159)), ("bloom", (170, 91, 130, 134))],
    "flower.jpg": [("bloom", (0, 26, 216, 229)), ("leaf", (251, 61, 89, 152))],
    "stem.jpg": [("bloom", (0, 0, 116, 156)), ("bloom", (4, 172, 142, 53)), ("bud", (250, 191, 41, 34))],
}
TRUE_CLASS = {"shaft.dcm": "no lesion", "lesion.dcm": "lesion", "ankle.dcm": "no lesion"}


@dataclass
class Shell:
    """Runs commands against one home and reads what they print."""

    home: Path
    capsys: pytest.CaptureFixture[str]
    said: str = ""

    def run(self, *words: str, code: int = 0) -> str:
        """Stdout of a command that must end with ``code``; what it said to people is kept in ``said``."""
        self.capsys.readouterr()
        ended = app.run([*words, "--home", str(self.home)])
        shown = self.capsys.readouterr()
        assert ended == code, f"{words}: exit {ended}\n{shown.out}\n{shown.err}"
        self.said = shown.err
        return shown.out

    def data(self, *words: str, code: int = 0) -> Any:
        """The same with ``--json``, decoded."""
        return json.loads(self.run(*words, "--json", code=code))

    @cached_property
    def session(self) -> Session:
        """The same home without commands: for what is no part of this story."""
        return session_of(self.home)

    @cached_property
    def desk(self) -> Desk:
        """The operator's."""
        return self.session.desk("operator")

    @cached_property
    def names(self) -> dict[str, str]:
        """Wallets by account."""
        return {self.session.signer(name).address: name for name in self.session.wallets.names()}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    place = Home(tmp_path_factory.mktemp("labels"))
    local.up(place)
    yield place
    local.down(place)


@pytest.fixture
def shell(home: Home, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(home.root, capsys)


def call(shell: Shell, spec: str, *words: str, code: int = 0) -> str:
    """A funded campaign's number."""
    asked = ("campaign", "new", "--spec", str(SPECS / spec), "--reward", "10", "--budget", "200", "--as", "lab")
    return shell.run(*asked, "--challenge-window", str(CHALLENGE_S), *words, code=code).strip()


def settled(shell: Shell, campaigns: tuple[int, ...], bad: tuple[str, ...] = ()) -> None:
    """Anchors, checks, reviews (whoever is not in ``bad`` did good work), settles, waits, pays out."""
    desk = shell.desk
    for campaign in campaigns:
        for _ in range(12):
            if take_turn(desk, campaign).settled:
                break
            for asked in assignments(desk, campaign):
                _vote(shell, asked, bad)
        else:
            pytest.fail(f"campaign {campaign} is not settled after twelve rounds")
    waiting.for_time(desk.contracts.chain, max(s.posted.final_at for c in campaigns for s in desk.ledger().standing(c)))
    for campaign in campaigns:
        take_turn(desk, campaign)
        push_all(desk, desk.signer, campaign)


def _vote(shell: Shell, asked: Assignment, bad: tuple[str, ...]) -> None:
    who = shell.names[_contributor(shell.desk, asked.campaign, asked.item)]
    verdict, seen = (REJECT, (Evidence("wrong", 0, 1000),)) if who in bad else (ACCEPT, ())
    signer, domain = shell.session.signer(shell.names[asked.reviewer]), shell.session.contracts.campaigns_domain
    vote(domain, signer, LocalGateway(shell.desk), asked.campaign, asked.item, asked.round, verdict, seen, "")


def _contributor(desk: Desk, campaign: int, item: int) -> str:
    query = select(contributions.c.contributor).where(contributions.c.digest == desk.digest_of(campaign, item))
    with desk.engine.begin() as db:
        return str(db.execute(query).scalar_one())


def coco(folder: Path, boxes: Boxes, name: str) -> Path:
    """A COCO sheet beside ``images`` as a labelling tool writes it."""
    plain: dict[str, Any] = {"images": [], "annotations": [], "categories": []}
    plain["categories"] = [{"id": n, "name": one} for n, one in enumerate(("bloom", "bud", "leaf"))]
    numbers = {row["name"]: row["id"] for row in plain["categories"]}
    for n, picture in enumerate(sorted((folder / "images").iterdir())):
        with Image.open(picture) as image:
            width, height = image.size
        plain["images"].append({"id": n, "file_name": picture.name, "width": width, "height": height})
        for category, box in boxes.get(picture.name[7:], []):
            row = {"id": len(plain["annotations"]), "image_id": n, "category_id": numbers[category], "bbox": list(box)}
            plain["annotations"].append(row)
    (folder / name).write_text(json.dumps(plain))
    return folder / name


def classes(folder: Path, said: dict[str, str]) -> Path:
    """Classes in a JSON of our own."""
    rows = [
        {"file": f"images/{one.name}", "labels": [{"category": said[one.name[7:]]}]}
        for one in sorted((folder / "images").iterdir())
    ]
    (folder / "classes.json").write_text(json.dumps({"pictures": rows}))
    return folder / "classes.json"


def moved(boxes: Boxes, by: int) -> Boxes:
    """Boxes as another hand draws them, ``by`` pixels smaller on every side."""
    return {
        name: [(c, (x + by, y + by, w - 2 * by, h - 2 * by)) for c, (x, y, w, h) in rows]
        for name, rows in boxes.items()
    }


def test_labels_from_call_to_audit(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people(shell)
    origins_published(shell)
    label_campaigns_called(shell)
    labelled(shell, tmp_path)
    settled(shell, (BOXES, CLASSES), bad=("moe",))
    verdicts_are_right(shell)
    for campaign in (BOXES, CLASSES):
        made = shell.run("publish", "--campaign", str(campaign), "--price", "20", "--as", "operator").strip()
        assert made == f"{campaign}@1"
    bought_and_exported(shell, tmp_path, monkeypatch)
    shares_to_the_unit(shell)
    audited = shell.data("audit")
    failed = [claim for claim in audited["claims"] if claim["status"] == "FAIL"]
    assert (audited["verdict"], failed) == ("AUDIT PASS", [])
    ids = {claim["id"] for claim in audited["claims"]}
    assert {f"dataset/{BOXES}@1/origin-terms", f"dataset/{BOXES}@1/label/0", f"dataset/{CLASSES}@1/label/5"} <= ids
    a_withdrawn_picture_is_left_out(shell, tmp_path)


def people(shell: Shell) -> None:
    wallets, contracts = shell.session.wallets, shell.session.contracts
    for name in ("lab", "buyer"):
        local.grant(contracts, wallets, wallets.create(name).address, dollars=2_000)
    for name in ("pia", "pet", "ray", "lia", "moe", "cyd", "bob", "xen", "yui"):
        wallets.create(name)
    for name in REVIEWERS:
        local.grant(contracts, wallets, wallets.create(name).address, tokens=500)
        local.join(contracts, wallets.open(name), REVIEWER_ROLE, 500)


def origins_published(shell: Shell) -> None:
    """Plants of two people and one person's radiographs become datasets 1 and 2."""
    assert call(shell, "crop_plants.json", "--region", "FR", "--region", "DE") == str(PLANTS)
    assert call(shell, "leg_xrays.json") == str(XRAYS)
    for who, picture in (("pia", "leaves"), ("pia", "flower"), ("pet", "stem")):
        shell.run("submit", str(RECORDINGS / "plants" / f"{picture}.jpg"), "--campaign", str(PLANTS), "--as", who)
    shell.run("submit", str(RECORDINGS / "xrays"), "--campaign", str(XRAYS), "--as", "ray")
    settled(shell, (PLANTS, XRAYS))
    for campaign in (PLANTS, XRAYS):
        made = shell.run("publish", "--campaign", str(campaign), "--price", "10", "--as", "operator").strip()
        assert made == f"{campaign}@1"


def label_campaigns_called(shell: Shell) -> None:
    """The owner keeps his terms: labels may not be sold where his pictures may not."""
    call(shell, "plant_boxes.json", code=2)
    assert "regions" in shell.said
    call(shell, "plant_boxes.json", "--region", "FR", "--region", "US", code=2)
    assert call(shell, "plant_boxes.json", "--region", "FR") == str(BOXES)
    assert call(shell, "xray_classes.json") == str(CLASSES)


def labelled(shell: Shell, tmp_path: Path) -> None:
    """The requester buys every labeller a licence; they get the pictures, label them, hand in."""
    sheets = ("--campaign", str(BOXES))
    shell.run("label", "get", *sheets, "--as", "lia", "--out", str(tmp_path / "early"), code=2)  # no licence yet
    for who, dataset in (("lia", PLANTS), ("moe", PLANTS), ("cyd", PLANTS), ("xen", XRAYS), ("yui", XRAYS)):
        shell.run("buy", f"{dataset}@1", "--as", "lab", "--to", who, *USE)
    assert len(shell.data("label", "list", *sheets, "--as", "lia")) == 3
    for who in ("lia", "moe", "cyd"):
        got = shell.data("label", "get", *sheets, "--as", who, "--out", str(tmp_path / who))
        assert (got["origins"], got["kind"]) == (3, "boxes")
    sent = shell.data("label", "submit", str(coco(tmp_path / "lia", TRUE_BOXES, "a.json")), *sheets, "--as", "lia")
    assert [row["result"] for row in sent] == ["handed in"] * 3
    again = shell.data("label", "submit", str(tmp_path / "lia/a.json"), *sheets, "--as", "lia")
    assert [row["contribution"] for row in again] == [row["contribution"] for row in sent]
    assert shell.data("label", "list", *sheets, "--as", "lia") == []
    refused_at_home(shell, tmp_path)
    # moe draws boxes on nothing, and the very same on a second picture
    wrong = {name: [("leaf", (5, 5, 20, 20)), ("bud", (40, 9, 21, 22))] for name in ("leaves.jpg", "flower.jpg")}
    shell.run("label", "submit", str(coco(tmp_path / "moe", wrong, "a.json")), *sheets, "--as", "moe")
    copied = {name: TRUE_BOXES[name] for name in ("leaves.jpg", "flower.jpg")}
    shell.run("label", "submit", str(coco(tmp_path / "cyd", copied, "a.json")), *sheets, "--as", "cyd")
    own = {"stem.jpg": moved(TRUE_BOXES, 2)["stem.jpg"]}
    shell.run("label", "submit", str(coco(tmp_path / "cyd", own, "b.json")), *sheets, "--as", "cyd")
    rows = shell.data("label", "list", *sheets, "--all", "--as", "moe")
    assert sorted((row["files"], row["left"], row["mine"]) for row in rows) == [
        ("flower.jpg", 0, True),
        ("leaves.jpg", 0, True),
        ("stem.jpg", 1, False),
    ]
    for who in ("xen", "yui"):
        work = ("--campaign", str(CLASSES), "--as", who)
        shell.run("label", "get", *work, "--out", str(tmp_path / who))
        rows = shell.data("label", "submit", str(classes(tmp_path / who, TRUE_CLASS)), *work)
        assert [row["result"] for row in rows] == ["handed in"] * 3


def refused_at_home(shell: Shell, tmp_path: Path) -> None:
    """Attacks that never leave the labeller's machine, or the operator's door."""
    sheets = ("--campaign", str(BOXES), "--as", "moe")
    outside = {"stem.jpg": [("bloom", (900, 900, 40, 40))]}
    (row,) = shell.data("label", "submit", str(coco(tmp_path / "moe", outside, "o.json")), *sheets, code=1)
    assert "outside the picture" in row["reason"]
    spam = {"stem.jpg": [("bloom", (5, 5, 40, 40))] * 50}
    (row,) = shell.data("label", "submit", str(coco(tmp_path / "moe", spam, "s.json")), *sheets, code=1)
    assert "more than once" in row["reason"]
    foreign = tmp_path / "foreign"
    (foreign / "images").mkdir(parents=True)
    Image.fromarray(np.full((80, 80, 3), 90, np.uint8)).save(foreign / "images/000000-other.jpg")
    sheet = coco(foreign, {"other.jpg": [("bloom", (5, 5, 40, 40))]}, "f.json")
    shell.run("label", "submit", str(sheet), *sheets, code=2)  # a picture that is not in the version
    second = coco(tmp_path / "lia", {"stem.jpg": [("bud", (9, 9, 30, 30))]}, "again.json")
    shell.run("label", "submit", str(second), "--campaign", str(BOXES), "--as", "lia", code=2)  # hers is there already
    shell.run("submit", str(RECORDINGS / "plants/stem.jpg"), "--campaign", str(BOXES), "--as", "moe", code=2)


def verdicts_are_right(shell: Shell) -> None:
    """Good work accepted, bad work rejected by people, a copy by the checks."""
    session, names = shell.session, shell.names
    found: dict[tuple[str, str], tuple[int, frozenset[str]]] = {}
    for facts in session.network.ledger().standing(BOXES):
        evidence = session.network.record(SettlementEvidence, session.network.cid_of(facts.posted.evidence))
        for opening, cid in zip(evidence.openings, evidence.verdicts, strict=True):
            verdict = session.network.record(Verdict, cid)
            manifest = session.network.record(Manifest, session.network.cid_of(opening.manifest))
            report = read_report(session.network.blobs.get(Cid(verdict.report)))
            rules = frozenset(f.rule for f in report.defects)
            path = session.network.record(Manifest, origin_manifest(session, manifest.derived_from[0])).files[0].path
            found[names[verdict.contributor], path] = verdict.byte, rules
    good = {("lia", name) for name in TRUE_BOXES} | {("cyd", "stem.jpg")}
    assert {key for key, (byte, _) in found.items() if byte == 1} == good
    assert found["moe", "leaves.jpg"][1] == frozenset()  # people saw it
    assert found["moe", "flower.jpg"][1] == {"copy/labels"}  # made for another picture
    for name in ("leaves.jpg", "flower.jpg"):
        assert {rule for rule in found["cyd", name][1] if rule.startswith(COPY_RULES)} == {"copy/labels"}


def origin_manifest(session: Session, contribution: bytes) -> str:
    version = session.network.ledger().version(PLANTS).version
    rows = session.network.record(DatasetManifest, session.network.cid_of(version.manifest)).episodes
    return next(row.manifest for row in rows if row.contribution == contribution)


def bought_and_exported(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = ("--with-origin", "--as", "buyer", *USE)
    shell.run("buy", f"{BOXES}@1", *both, "--max-price", "29", code=2)  # the price of the two is 30
    real, calls = buying.buy, list[Any]()

    def dies(*args: Any, **more: Any) -> Any:
        calls.append(args[2:4])
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(buying, "buy", dies)
        shell.run("buy", f"{BOXES}@1", *both, code=130)
    shell.run("export", f"{BOXES}@1", "--as", "buyer", "--out", str(tmp_path / "no"), code=2)  # labels not bought
    rows = shell.data("buy", f"{BOXES}@1", *both, "--max-price", "20")
    assert [(row["dataset"], row["held"], row["price"].split()[0]) for row in rows] == [
        (PLANTS, True, "0"),
        (BOXES, False, "20"),
    ]
    assert [row["held"] for row in shell.data("buy", f"{BOXES}@1", *both)] == [True, True]
    ledger = shell.desk.ledger()
    assert len(ledger.version(BOXES).sales) == 1
    assert len(ledger.version(PLANTS).sales) == 3 + 1  # three labellers, one buyer
    shell.run("buy", f"{CLASSES}@1", *both)
    plants = shell.data("export", f"{BOXES}@1", "--as", "buyer", "--out", str(tmp_path / "plants"))
    assert (plants["episodes"], plants["copied"]) == (3, 3)
    plants_are_joined(tmp_path / "plants")
    xrays = shell.data("export", f"{CLASSES}@1", "--as", "buyer", "--out", str(tmp_path / "xrays"))
    assert xrays["episodes"] == 3
    xrays_are_joined(tmp_path / "xrays")


def a_withdrawn_picture_is_left_out(shell: Shell, tmp_path: Path) -> None:
    """And keeps nobody from the rest of the version he bought."""
    item = next(row["item"] for row in shell.data("submissions", "--as", "pia"))
    shell.run("wallet", "fund", "pia")
    shell.run("withdraw", f"{PLANTS}/{item}", "--as", "pia")
    rest = shell.data("load", f"{PLANTS}@1", "--as", "buyer", "--out", str(tmp_path / "rest"))
    assert len(rest["episodes"]) == 2
    joined = shell.data("export", f"{BOXES}@1", "--as", "buyer", "--out", str(tmp_path / "fewer"))
    assert joined["episodes"] == 2


def halfway(name: str) -> list[tuple[str, tuple[float, ...]]]:
    """Of two labellers' boxes each side stands halfway."""
    pairs = zip(TRUE_BOXES[name], moved(TRUE_BOXES, 2)[name], strict=True)
    return [(label, tuple((a + b) / 2 for a, b in zip(one, other, strict=True))) for (label, one), (_, other) in pairs]


def plants_are_joined(out: Path) -> None:
    rows = [json.loads(line) for line in (out / "train/metadata.jsonl").read_text().splitlines()]
    originals = {(RECORDINGS / "plants" / name).read_bytes(): name for name in TRUE_BOXES}
    for row in rows:
        name = originals[(out / "train" / row["file_name"]).read_bytes()]
        said = list(zip(row["objects"]["names"], map(tuple, row["objects"]["bbox"]), strict=True))
        assert said == (halfway(name) if name == "stem.jpg" else TRUE_BOXES[name])
    back = {e.name: e for e in open_recording(out / "coco.json")}  # our own reader finds pictures and boxes
    assert sorted(len(e.annotations) for e in back.values()) == sorted(map(len, TRUE_BOXES.values()))
    individual = [json.loads(line) for line in (out / "labels.jsonl").read_text().splitlines()]
    assert len(individual) == 4


def xrays_are_joined(out: Path) -> None:
    rows = [json.loads(line) for line in (out / "train/metadata.jsonl").read_text().splitlines()]
    for row in rows:
        number = row["file_name"][:6]
        file = out / "originals" / f"{number}.dcm"
        name = next(n for n in TRUE_CLASS if (RECORDINGS / "xrays" / n).read_bytes() == file.read_bytes())
        assert row["label"] == TRUE_CLASS[name]
        stills = open_recording(file)[0].videos["image"].stills
        assert stills is not None
        with Image.open(out / "train" / row["file_name"]) as picture:
            assert (np.asarray(picture) == stills.image(0)).all()


def shares_to_the_unit(shell: Shell) -> None:
    """Labellers are paid of the labels' pool, recorders of the pictures', each by weight; nobody of the other's."""
    session, network = shell.session, shell.desk
    versions = {number: network.ledger().version(number) for number in (PLANTS, XRAYS, BOXES, CLASSES)}
    last = max(session.contracts.datasets.sales(v.version.key).unlock_at for v in versions.values())
    waiting.for_time(session.contracts.chain, last)
    expected = {name: expected_shares(session, versions, name) for name in ("pia", "pet", "ray", "lia", "cyd", "xen")}
    assert set(expected["lia"]) == {f"dataset {BOXES}@1"}
    assert set(expected["pia"]) == {f"dataset {PLANTS}@1"}
    for name, shares in expected.items():
        assert all(shares.values()), name
        paid = shell.data("claim", "--as", name, "--payer", "operator")
        assert {row["source"]: row["units"] for row in paid if row["source"].startswith("dataset")} == shares
    refused = [name for name in ("moe", "bob") if shell.data("claim", "--as", name, "--payer", "operator")]
    assert refused == []  # a rejected labeller and a stranger own no share


def expected_shares(session: Session, versions: dict[int, Any], name: str) -> dict[str, int]:
    account, shares = session.signer(name).address, {}
    for number, facts in versions.items():
        made = rebuild(
            session.network.record(DatasetManifest, session.network.cid_of(facts.version.manifest)), facts.version
        )
        gross = session.contracts.datasets.sales(facts.version.key).gross
        pool = split_of(gross, facts.version.owner_bps, facts.version.fee_bps).pool
        for share in made.shares:
            if share.account == account:
                shares[f"dataset {number}@1"] = share_amount(pool, share, facts.version.total_weight)
    return shares
