"""``headwater export PATH --spec``: what is said, in words and as data, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headwater.cli import app
from headwater.export.conform import kept_in
from headwater.records.codec import cid
from headwater.testing.so100 import normalised_set

SPEC = {
    "name": "Pick",
    "task": "pick",
    "modality": "robot_episode",
    "features": [{"name": "action", "axes": ["shoulder_pan.pos", "gripper.pos"], "unit": "rad, range_0_100"}],
    "cameras": [{"role": "front", "keys": ["observation.images.front"]}],
    "fps_milli": 30000,
    "success": "It was picked.",
}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    normalised_set(tmp_path / "set", [9])
    (tmp_path / "spec.json").write_text(json.dumps(SPEC))
    return tmp_path


def run(files: Path, *words: str) -> int:
    return app.run(["export", str(files / "set"), "--out", str(files / "out"), *words])


def test_it_says_what_it_did(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files, "--spec", str(files / "spec.json")) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "1 episodes, 5 frames" in said
    assert "encoded anew: episode 0 observation.images.front, 5 frames: rows at 60 a second became 30" in said
    assert "action/shoulder_pan.pos: range_m100_100 as deg" in said
    assert "left out: action/elbow_flex.pos" in said


def test_as_data_it_names_the_map(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files, "--spec", str(files / "spec.json"), "--json") == 0
    data = json.loads(capsys.readouterr().out)
    made = kept_in(files / "out")
    assert (data["conformed"], data["spec"]) == (cid(made), made.spec)
    assert {"conform.json", "conventions.json"} <= {*data["files"]}


def test_refusals_are_lines_and_nothing_is_written(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "set/conventions.json").unlink()
    assert run(files, "--spec", str(files / "spec.json")) == 2
    said = capsys.readouterr().err
    for words in ("action/shoulder_pan.pos: the recording does not say its unit", "action/gripper.pos", "camera front"):
        assert words in said
    assert not (files / "out").exists()
    (files / "mine.json").write_text('{"convention": "so100"}')
    assert run(files, "--spec", str(files / "spec.json"), "--conventions", str(files / "mine.json")) == 2
    assert "mine.json: convention" in capsys.readouterr().err
    assert run(files, "--conventions", str(files / "set/meta/info.json")) == 2
    (files / "mine.json").write_text('{"convention": "lerobot-so-degrees"}')
    assert run(files, "--conventions", str(files / "mine.json")) == 2
    assert "no spec to bring it to" in capsys.readouterr().err


def test_without_a_spec_it_is_as_recorded(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files) == 0
    assert "as recorded" in capsys.readouterr().out
    assert not (files / "out/conform.json").exists()
