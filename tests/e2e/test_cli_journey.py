"""The main job with nothing but commands: call, send, settle, review, claim, publish, buy, load, export, audit."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from sqlalchemy import select

from headwater.checks import Severity, all_rules, read_report
from headwater.checks.time_code import FILE
from headwater.cli import app
from headwater.export import load
from headwater.export.conform import kept_in
from headwater.formats import open_recording
from headwater.node import local
from headwater.node.database import contributions, open_database
from headwater.node.home import Home
from headwater.primitives.cid import Cid
from headwater.records.codec import cid
from headwater.storage import LocalBlobStore
from headwater.testing.lerobot_v21 import write_video

pytestmark = [pytest.mark.e2e, pytest.mark.chain]

ROOT = Path(__file__).parents[2]
G1 = ROOT / "examples/recordings/lerobot_v21_g1"
SPEC = ROOT / "examples/specs/humanoid_pick.json"
CLIPS = ROOT / "examples/specs/first_person_imu.json"
CHALLENGE_S = 10
USE = ("--purpose", "commercial-training", "--region", "FR")
LIMITED = ("--region", "FR", "--minimum-age", "18")
REVIEWERS = ("rev-a", "rev-b", "rev-c")


@dataclass
class Shell:
    """Runs commands against one home and reads what they print."""

    home: Path
    capsys: pytest.CaptureFixture[str]

    def run(self, *words: str, code: int = 0) -> str:
        """Stdout of a command that must end with ``code``."""
        self.capsys.readouterr()
        ended = app.run([*words, "--home", str(self.home)])
        said = self.capsys.readouterr()
        assert ended == code, f"{words}: exit {ended}\n{said.out}\n{said.err}"
        return said.out

    def data(self, *words: str, code: int = 0) -> Any:
        """The same with ``--json``, decoded."""
        return json.loads(self.run(*words, "--json", code=code))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    place = Home(tmp_path_factory.mktemp("cli-journey"))
    local.up(place)
    yield place
    local.down(place)


@pytest.fixture
def shell(home: Home, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(home.root, capsys)


def settle(shell: Shell) -> dict[str, Any]:
    turn: dict[str, Any] = shell.data("settle", "--campaign", "1", "--as", "operator")
    return turn


def vote_until_settled(shell: Shell) -> None:
    """Drawn reviewers accept, round after round, until nobody is asked any more."""
    for _ in range(10):
        if settle(shell)["settled"]:
            return
        for name in REVIEWERS:
            for row in shell.data("review", "list", "--as", name):
                assert Path(row["preview"]).read_bytes().startswith(b"\xff\xd8")
                assert "bottle" in row["success"]
                shell.run("review", "vote", row["item"], "accept", "--as", name)
    pytest.fail("not settled after ten rounds")


def until_claimable(shell: Shell) -> None:
    """Waits until the challenge window has passed on chain."""
    for _ in range(4 * CHALLENGE_S):
        if [row["state"] for row in shell.data("earnings", "--as", "ana")] == ["claimable"]:
            return
        time.sleep(0.5)
    pytest.fail("not claimable long after the challenge window")


def test_main_job_with_commands_alone(shell: Shell, tmp_path: Path) -> None:
    for name in ("lab", "buyer", *REVIEWERS):
        shell.run("wallet", "new", name)
        shell.run("wallet", "fund", name, "--dollars", "2000")
    shell.run("wallet", "new", "ana")  # the contributor: holds nothing, pays no gas
    for name in REVIEWERS:
        shell.run("review", "join", "--as", name)

    words = ("campaign", "new", "--spec", str(SPEC), "--reward", "10", "--budget", "500", "--as", "lab")
    assert shell.run(*words, "--challenge-window", str(CHALLENGE_S), *LIMITED).strip() == "1"
    shown = shell.data("campaign", "show", "1")
    assert (shown["regions"], shown["minimum_age"]) == ("FR", 18)
    assert shell.data("campaign", "show", "1")["spec"]["name"] == "Humanoid bottle pick"

    send = ("submit", str(G1), "--campaign", "1", "--episode", "0", "--youngest", "34", "--as", "ana")
    shell.run(*(word for word in send if word not in ("--youngest", "34")), code=2)  # the campaign asks for an age
    (sent,) = shell.data(*send)
    assert sent["result"] == "handed in"
    (again,) = shell.data(*send)
    assert (again["result"], again["contribution"]) == ("sent before", sent["contribution"])
    assert shell.data("submissions", "--as", "ana")[0]["state"] == "waiting for the next anchor"

    first = settle(shell)
    assert (first["anchored"], first["checked"]) == (1, 1)
    assert any(one.startswith("vote of 0x") for one in first["waits"])
    assert shell.data("submissions", "--as", "ana")[0]["state"] == "in review"
    vote_until_settled(shell)
    assert [row["state"] for row in shell.data("earnings", "--as", "ana")] == ["pending"]
    (mine,) = shell.data("submissions", "--as", "ana")
    assert (mine["state"], mine["paid"]) == ("accepted", False)

    offline_is_the_network_byte_for_byte(shell, tmp_path)

    assert shell.data("challenge", "--as", "rev-a") == []
    until_claimable(shell)
    assert settle(shell)["waits"] == []
    (paid,) = shell.data("claim", "--as", "ana", "--payer", "operator")
    amount, symbol = paid["amount"].split()
    assert shell.data("wallet", "show", "ana")["balances"][symbol] == amount
    assert shell.data("earnings", "--as", "ana")[0]["state"] == "paid"
    shell.run("settle", "--campaign", "1", "--as", "operator", "--push")

    assert shell.run("publish", "--campaign", "1", "--price", "25", "--as", "operator").strip() == "1@1"
    (found,) = shell.data("search", "bottle", "--embodiment", "Unitree_G1_Inspire", "--max-price", "25")
    assert (found["kind"], found["id"], found["episodes"]) == ("dataset", 1, 1)
    assert shell.data("search", "bottle", "--max-price", "24.99") == []
    (offer,) = shell.data("show", "dataset", "1")["offers"]
    assert (offer["seconds"], offer["regions"]) == (0, "FR")

    shell.run("load", "1", "--as", "buyer", "--out", str(tmp_path / "early"), code=2)
    assert not (tmp_path / "early").exists()
    shell.run("buy", "1", "--as", "buyer", "--max-price", "24", *USE, code=2)
    shell.run("buy", "1@1", "--as", "buyer", "--max-price", "25", code=2)  # nothing declared
    shell.run("buy", "1@1", "--as", "buyer", "--max-price", "25", "--purpose", "evaluation", "--region", "DE", code=2)
    bought = shell.data("buy", "1@1", "--as", "buyer", "--max-price", "25", *USE)
    assert (bought["purpose"], bought["region"]) == ("commercial-training", "FR")
    (licence,) = shell.data("show", "dataset", "1")["licences"]
    assert (licence["licence"], licence["purpose"], licence["region"]) == (bought["licence"], *USE[1::2])
    loaded_and_exported(shell, tmp_path)

    time.sleep(3)  # sale pools unlock 2 s after publishing
    assert [row["source"] for row in shell.data("claim", "--as", "ana", "--payer", "operator")] == ["dataset 1@1"]
    audited = shell.data("audit")
    assert audited["verdict"] == "AUDIT PASS"
    assert {claim["status"] for claim in audited["claims"]} <= {"PASS", "SKIPPED"}
    assert shell.run("audit").rstrip().endswith("AUDIT PASS")


def test_time_code_is_filmed_and_held_against_the_chain(shell: Shell, tmp_path: Path) -> None:
    clip, png = tmp_path / "clip", tmp_path / "code.png"
    clip.mkdir()
    shell.run("wallet", "new", "filmer")
    shell.run("wallet", "new", "caller")
    shell.run("wallet", "fund", "caller", "--dollars", "100")
    words = (str(clip / FILE), "--as", "filmer", "--camera", "camera", "--png", str(png))
    code = shell.data("time-code", *words)["code"]
    shell.run("time-code", *words, code=2)  # does not write over what may be in use
    picture = np.full((540, 480), 128, np.uint8)
    picture[:360] = cv2.resize(cv2.imread(str(png), cv2.IMREAD_GRAYSCALE), (480, 360))
    write_video(clip / "video.mp4", [picture] * 60, fps=Fraction(30))
    (clip / "imu.csv").write_text("t_s,sensor,x,y,z,unit\n0,gyro,0,0,0,rad/s\n2,gyro,0,0,0,rad/s\n")
    assert cv2.QRCodeDetector().detectAndDecode(cv2.imread(str(png)))[0] == code

    called = shell.run(
        "campaign", "new", "--spec", str(CLIPS), "--reward", "1", "--budget", "5", "--as", "caller"
    ).strip()
    shell.run("submit", str(clip), "--campaign", called, "--force", "--as", "filmer")
    shell.run("settle", "--campaign", called, "--as", "operator")
    engine = open_database(Home(shell.home).operator_db)
    with engine.begin() as db:
        reports = db.execute(select(contributions.c.report).order_by(contributions.c.id)).scalars().all()
    made = read_report(LocalBlobStore(Home(shell.home).blobs).get(Cid(reports[-1])))
    (found,) = (finding for finding in made.findings if finding.rule == "authenticity/time-code")
    assert found.severity is Severity.NOTE
    assert found.observed.endswith("the chain confirms it")


def offline_is_the_network_byte_for_byte(shell: Shell, folder: Path) -> None:
    index, report = folder / "index", folder / "report"
    item = shell.data("show", "item", "1/0", "--index", str(index))
    words = ("check", str(G1), "--episode", "0", "--campaign", "1", "--index", str(index), "--report", str(report))
    shell.run(*words)
    blobs = LocalBlobStore(Home(shell.home).blobs)
    assert report.read_bytes() == blobs.get(Cid(item["report_cid"]))
    assert read_report(report.read_bytes()).index_entries == 0
    shell.run("check", str(G1), "--episode", "0", "--campaign", "1", "--report", str(report))
    alone = read_report(report.read_bytes())
    unasked = {row.rule for row in alone.not_run if row.why == "needs an index of earlier items"}
    assert unasked == {rule.id for rule in all_rules() if rule.id.startswith("copy/")}
    assert unasked


def loaded_and_exported(shell: Shell, folder: Path) -> None:
    loaded = shell.data("load", "1", "--as", "buyer", "--out", str(folder / "plain"))
    (one,) = loaded["episodes"]
    source, got = open_recording(G1)[0], open_recording(one["path"])[one["index"]]
    for name, stream in source.streams.items():
        assert (got.streams[name].values == stream.values).all()
    exported = shell.data("export", "1@1", "--as", "buyer", "--out", str(folder / "set"))
    assert (exported["episodes"], exported["reencoded"], exported["frames"]) == (1, 0, source.length)
    kept = kept_in(folder / "set")
    assert (exported["conformed"], exported["spec"]) == (cid(kept), kept.spec)
    assert len(kept.episodes[0].source) == 64  # the contribution's digest
    assert {a.target_unit for f in kept.maps[0].features for a in f.axes} == {"rad", "range_0_1"}
    sample = next(iter(load(folder / "set")))
    assert sample.images["observation.images.cam_high"].shape == (480, 640, 3)
    assert (sample.values["action"] == source.streams["action"].values[0]).all()
