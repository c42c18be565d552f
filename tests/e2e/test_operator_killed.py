"""An operator killed at any time, again and again: every contribution anchored once, judged once, paid once."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.cli import app
from headwater.client.network import Network
from headwater.node import local
from headwater.node.home import Home
from headwater.storage import LocalBlobStore

pytestmark = [pytest.mark.e2e, pytest.mark.chain, pytest.mark.media]

ROOT = Path(__file__).parents[2]
G1 = ROOT / "examples/recordings/lerobot_v21_g1"
SPEC = ROOT / "examples/specs/humanoid_pick.json"
REVIEWERS = ("rev-a", "rev-b", "rev-c")
ROUNDS = 60


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    place = Home(tmp_path_factory.mktemp("killed"))
    local.up(place)
    yield place
    local.down(place)


def run(home: Home, *words: str) -> None:
    assert app.run([*words, "--home", str(home.root)]) == 0, words


def turn(home: Home, *, killed_after_s: float | None) -> dict[str, Any]:
    """One turn of the operator in a process of its own; empty if it was killed."""
    words = ["settle", "--campaign", "1", "--push", "--json", "--home", str(home.root)]
    with subprocess.Popen(
        [sys.executable, "-m", "headwater", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            out, error = process.communicate(timeout=killed_after_s or 120)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return {}
    assert process.returncode == 0, error
    said: dict[str, Any] = json.loads(out)
    return said


def reviewers_vote(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    for name in REVIEWERS:
        capsys.readouterr()
        run(home, "review", "list", "--as", name, "--json")
        for row in json.loads(capsys.readouterr().out):
            run(home, "review", "vote", row["item"], "accept", "--as", name)


@pytest.mark.parametrize("deaths", [4, pytest.param(12, marks=pytest.mark.slow)])
def test_attack_kill_the_operator_at_any_time(home: Home, capsys: pytest.CaptureFixture[str], deaths: int) -> None:
    for name in ("lab", *REVIEWERS):
        run(home, "wallet", "new", name)
        run(home, "wallet", "fund", name, "--dollars", "2000")
    for name in REVIEWERS:
        run(home, "review", "join", "--as", name)
    run(home, "wallet", "new", "ana")
    run(home, "campaign", "new", "--spec", str(SPEC), "--reward", "10", "--budget", "500", "--as", "lab")
    run(home, "submit", str(G1), "--campaign", "1", "--as", "ana")

    dice = random.Random(20261121)
    kills, last = 0, {"waits": ["everything"]}
    for _ in range(ROUNDS):
        strike = dice.uniform(0.4, 3.5) if kills < deaths else None
        said = turn(home, killed_after_s=strike)
        kills += not said
        reviewers_vote(home, capsys)
        last = said or last
        if kills == deaths and said and not said["waits"]:
            break
        time.sleep(0.5 if said else 0)
    assert kills == deaths
    assert last["waits"] == []

    contracts = local.contracts_of(home)
    ledger = Network(contracts, LocalBlobStore(home.blobs)).ledger()
    facts = ledger.campaign(1)
    assert [a.count for a in facts.anchors.values()] == [2]
    (settled,) = ledger.standing(1)
    state, terms = contracts.campaigns.state(1), facts.terms
    assert (state.anchored, state.settled) == (2, 2)
    assert settled.released
    capsys.readouterr()
    run(home, "submissions", "--as", "ana", "--json")
    rows = json.loads(capsys.readouterr().out)
    assert [row["item"] for row in rows] == [row["episode"] for row in rows] == [0, 1], "anchored as they came in"
    assert [(row["state"], row["paid"]) for row in rows] == [("accepted", True)] * 2
    paid = contracts.token(terms.token).balance(rows_owner(home))
    assert paid == sum(round(float(row["reward"].split()[0]) * 10**6) for row in rows) > 0
    run(home, "audit")
    assert capsys.readouterr().out.rstrip().endswith("AUDIT PASS")


def rows_owner(home: Home) -> str:
    """Ana's address."""
    return "0x" + str(json.loads((home.root / "wallets/ana.json").read_text())["address"]).removeprefix("0x")
