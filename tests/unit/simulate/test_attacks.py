from __future__ import annotations

import json
from pathlib import Path

import pytest

from headwater.cli.app import run
from headwater.simulate import lies, scenarios
from headwater.simulate.bribes import bribing
from headwater.simulate.content import copying, honest_share, splitting
from headwater.simulate.play import Played, play, seed_of, terms_of
from headwater.simulate.world import make

NUMBER = 9


@pytest.fixture(scope="module")
def played() -> Played:
    return play(make(scenarios.SETUPS["benign"].scaled(500), 1))


def test_an_honest_settlement_has_no_fault(played: Played) -> None:
    for number, batch in enumerate(played.batches):
        facts, seed = played.facts_before(number), seed_of(played.world, batch.first)
        assert list(lies.shown(batch.draft, terms_of(played.world.setup), played, facts, seed)) == []


def test_attack_every_lie_of_an_operator_is_shown(played: Played) -> None:
    told = list(lies.lies(played, NUMBER))
    assert len(told) == 13
    assert {lie.name for lie in told if not lie.shown_by} == set()
    by_name = {lie.name: lie.shown_by for lie in told}
    assert "proveVerdict" in by_name["a rejected item accepted"]
    assert "proveWeight" in by_name["votes that weigh more"]
    assert "proveOmitted" in by_name["votes left out"]
    assert by_name["a contributor paid more"] == ("provePay",)
    assert all(lie.pays_below < 0.1 for lie in told)


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.2])
def test_attack_five_copies(noise: float) -> None:
    found = copying(2, items=200, own=20, noise=noise)
    assert found.price <= 1.01
    assert found.pool <= 1.01
    assert found.others > 0.98


def test_copies_as_far_off_as_neighbours_pay() -> None:
    """The limit: no distance tells a copy as far off as the next true item from one."""
    assert copying(2, items=200, own=20, noise=1.5).price > 1.1
    assert honest_share(2, items=200, dense=False) > honest_share(2, items=200) > 0.5


def test_attack_splitting_identities(played: Played) -> None:
    assert splitting(played) <= 1e-9


def test_attack_p_plus_epsilon() -> None:
    """A few takers gain the briber nothing; nearly all of them would."""
    assert bribing(0.1, 1, cases=20).gain < 0
    assert bribing(0.9, 1, cases=10).accepted > 0.8


def test_the_command_writes_page_and_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "simulate",
        "--scenario",
        "spam",
        "--scenario",
        "lies",
        "--items",
        "200",
        "--seeds",
        "2",
        "--processes",
        "1",
    ]
    assert run([*words, "--out", str(tmp_path)]) == 0
    told = json.loads((tmp_path / "simulation.json").read_text())
    assert [len(one["by_seed"]) for one in told["scenarios"].values()] == [2, 2]
    assert told["scenarios"]["lies"]["figures"]["lies shown"] == {"mean": 1.0, "sd": 0.0, "seeds": 2}
    assert b"<svg" in (tmp_path / "simulation.html").read_bytes()
    assert "spam return" in capsys.readouterr().out


def test_a_scenario_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "--scenario", "nonsense"]) == 2
    assert "ring-fresh" in capsys.readouterr().err
