"""``headwater check``: what it says of release, and what that does to its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headwater.cli.app import run

KARMA = Path(__file__).parents[3] / "examples/recordings/gopro_karma.mp4"


@pytest.fixture(autouse=True)
def _without_detectors(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same everywhere, with the privacy extra and without; positions need none."""
    monkeypatch.setattr("headwater.privacy.detectors_if_there", lambda: None)


@pytest.mark.media
def test_it_says_what_was_found_where_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(KARMA)]) == 0, "what is private never rejects"
    told = capsys.readouterr().out
    assert "release: needs redaction" in told
    assert "positions in gopro_karma.mp4: GPMF GLPI, GPMF GPRI" in told
    assert "fix: send a copy made by 'headwater redact SOURCE COPY', or, if all who are in it agreed, say" in told
    assert "--shows positions" in told


@pytest.mark.media
def test_it_counts_only_when_asked_to(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(KARMA), "--release", "--json"]) == 1
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["quality"], row["release"]) == ("review", "needs redaction")
    assert row["release_reasons"] == ["positions in gopro_karma.mp4: GPMF GLPI, GPMF GPRI"]
    assert run(["check", str(KARMA), "--shows", "positions", "--release", "--json"]) == 1, "nobody looked for faces"
    (row,) = json.loads(capsys.readouterr().out)
    assert row["release"] == "unknown"
    assert "faces not looked for: needs the privacy extra" in row["release_reasons"]
    assert "constraints.txt" in row["release_fix"]


def test_a_kind_that_does_not_exist_could_not_be_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(KARMA), "--shows", "smells"]) >= 2
    assert "faces, voices, texts, positions" in capsys.readouterr().err
