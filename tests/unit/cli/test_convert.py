"""``headwater convert``: every form, what it prints, what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from headwater.cli.app import run
from headwater.cli.convert import Form
from headwater.export import OUTPUTS, MissingExtraError, export_as
from headwater.formats import open_recording
from headwater.testing.recordings import write_lerobot_v21, write_lerobot_v30


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_lerobot_v21(tmp_path_factory.mktemp("in") / "set", [6, 8])


def test_the_command_knows_every_form() -> None:
    assert {str(form) for form in Form} == set(OUTPUTS)


@pytest.mark.parametrize("form", sorted(OUTPUTS))
def test_every_form_is_written_and_told(
    form: str, source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if form == "rerun":
        pytest.importorskip("rerun")
    assert run(["convert", str(source), str(tmp_path / "out"), "--to", form, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["format"], told["episodes"], told["frames"], told["copied"]) == (form, 2, 14, 2)
    there = [str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*") if p.is_file()]
    assert told["files"] == sorted(there)


WRITE_EVERY_FORM = """
import sys
from pathlib import Path
from headwater.export import OUTPUTS, export_as
from headwater.formats import open_recording
for form in OUTPUTS:
    export_as(form, open_recording(Path(sys.argv[1])), Path(sys.argv[2]) / form)
"""


def test_two_runs_give_the_same_bytes(source: Path, tmp_path: Path) -> None:
    """Two processes, so that whatever a run draws (hashes, ids, times) would differ."""
    pytest.importorskip("rerun")
    for seed, name in enumerate(("one", "two")):
        call = [sys.executable, "-c", WRITE_EVERY_FORM, str(source), str(tmp_path / name)]
        subprocess.run(call, check=True, env={**os.environ, "PYTHONHASHSEED": str(seed)})
    one, two = ({p.relative_to(root): p.read_bytes() for p in root.rglob("*") if p.is_file()}
                for root in (tmp_path / "one", tmp_path / "two"))  # fmt: skip
    assert {path.parts[0] for path in one} == set(OUTPUTS)
    assert [path for path in one.keys() | two.keys() if one.get(path) != two.get(path)] == []


def test_what_was_encoded_again_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shared = write_lerobot_v30(tmp_path / "in", [7, 7])
    assert run(["convert", str(shared), str(tmp_path / "out"), "--to", "webdataset"]) == 0
    told = capsys.readouterr().out
    assert "2 episodes, 14 frames as webdataset" in told
    assert "1 cameras copied unchanged, 1 encoded anew" in told
    assert "episode 1 observation.images.front, 1 frames: the episode's ends lie between keyframes" in told


def test_episodes_can_be_chosen_and_the_card_says_where_from(source: Path, tmp_path: Path) -> None:
    words = ["--episode", "1", "--title", "Blocks", "--licence", "mit", "--origin", "Campaign 3"]
    assert run(["convert", str(source), str(tmp_path / "out"), "--to", "huggingface", *words]) == 0
    card = (tmp_path / "out/README.md").read_text(encoding="utf-8")
    assert '"license": "mit"' in card
    assert "# Blocks" in card
    assert "Campaign 3" in card
    assert "- rows: 8" in card


REFUSED = [
    (["{in}", "{in}", "--to", "mcap"], "in the way"),
    (["{in}", "{out}", "--to", "parquet"], "parquet"),
    (["{in}", "{out}", "--episode", "2"], "allowed 0 to 1"),
    (["{out}", "{out}"], "no such path"),
]


@pytest.mark.parametrize(("words", "says"), REFUSED)
def test_what_cannot_be_is_refused_in_one_line(
    words: list[str], says: str, source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {"{in}": str(source), "{out}": str(tmp_path / "out")}
    assert run(["convert", *(places.get(word, word) for word in words)]) == 2
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, source: Path, tmp_path: Path) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError("No module named 'rerun'", name="rerun")

    monkeypatch.setattr("importlib.import_module", absent)
    with pytest.raises(MissingExtraError, match=r"headwater\[rerun\]"):
        export_as("rerun", open_recording(source), tmp_path / "out")
