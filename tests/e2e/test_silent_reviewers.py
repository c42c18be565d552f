"""Reviewers who stay silent are replaced, and one the operator does not hear votes on chain: both settle and audit."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from headwater.cli import app
from headwater.client.items import demand_settled, outcome_of
from headwater.client.network import Network
from headwater.node import local
from headwater.node.home import Home
from headwater.storage import LocalBlobStore

pytestmark = [pytest.mark.e2e, pytest.mark.chain, pytest.mark.media]

ROOT = Path(__file__).parents[2]
G1 = ROOT / "examples/recordings/lerobot_v21_g1"
SPEC = ROOT / "examples/specs/humanoid_pick.json"
REVIEWERS = ("rev-a", "rev-b", "rev-c", "rev-d", "rev-e")
TURN_S = 450  # an eighth of the hour a campaign settles in if nothing else is said
ROUNDS = 90
Run = Callable[..., str]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    place = Home(tmp_path_factory.mktemp("silent"))
    local.up(place)
    yield place
    local.down(place)


@pytest.fixture
def run(home: Home, capsys: pytest.CaptureFixture[str]) -> Run:
    def one(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        assert app.run([*words, "--home", str(home.root)]) == code, words
        said = capsys.readouterr()
        return said.out if code == 0 else said.err

    return one


def asked(run: Run, name: str) -> dict[str, int]:
    """Items somebody is asked about, and in which round."""
    return {row["item"]: row["round"] for row in json.loads(run("review", "list", "--as", name, "--json"))}


def test_a_silent_reviewer_is_replaced_and_a_vote_on_chain_counts(home: Home, run: Run) -> None:
    for name in ("lab", *REVIEWERS):
        run("wallet", "new", name)
        run("wallet", "fund", name, "--dollars", "2000")
    for name in REVIEWERS:
        run("review", "join", "--as", name)
    run("wallet", "new", "ana")
    run("campaign", "new", "--spec", str(SPEC), "--reward", "10", "--budget", "500", "--as", "lab")
    run("submit", str(G1), "--campaign", "1", "--as", "ana")
    run("settle", "--campaign", "1")

    first = {item: name for name in REVIEWERS for item in asked(run, name)}
    silent, direct = first["1/0"], first["1/1"]
    run("review", "vote", "1/1", "accept", "--as", direct, "--direct")
    (left,) = (r["left_s"] for r in json.loads(run("review", "list", "--as", silent, "--json")) if r["item"] == "1/0")
    assert TURN_S < left <= 2 * TURN_S, "the first has a turn more, in which the seed is recorded"
    run("settle", "--campaign", "1")
    assert asked(run, silent)["1/0"] == 0, "nobody is passed over before his turn is over"
    chain = local.contracts_of(home).chain
    chain.request("evm_increaseTime", hex(left + 1))
    chain.request("evm_mine")

    waits = settled_at_last(run, keep_silent=(silent, "1/0"))
    assert waits is not None, "never settled"
    said = run("review", "vote", "1/0", "accept", "--as", silent, code=2)
    assert "not open for a vote" in said

    network = Network(local.contracts_of(home), LocalBlobStore(home.blobs))
    verdicts = [outcome_of(network, demand_settled(network, 1, item), item).verdict for item in (0, 1)]
    assert verdicts[0].votes[0].round == 1, "the first place of item 0 was passed over"
    assert verdicts[1].votes[0].round == 0, "the vote on chain counts"
    run("audit")


def settled_at_last(run: Run, keep_silent: tuple[str, str]) -> list[str] | None:
    for _ in range(ROUNDS):
        waits: list[str] = json.loads(run("settle", "--campaign", "1", "--push", "--json"))["waits"]
        for name in REVIEWERS:
            for item in asked(run, name):
                if (name, item) != keep_silent:
                    run("review", "vote", item, "accept", "--as", name)
        if not any(one.startswith("vote of") for one in waits) and "challenge" not in " ".join(waits):
            return waits
        time.sleep(1)
    return None
