"""The ledger rules on real folders: LeRobot sets written, then bent in one place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headwater.checks import Finding, Observed, Severity, check_episode, judge
from headwater.formats import Episode, Video, open_recording
from headwater.testing.episodes import FPS, camera, episode
from headwater.testing.recordings import CAMERA, write_lerobot_v21, write_lerobot_v30

LENGTHS = (40, 60, 50)
PLACES = "meta/episodes/chunk-000/file-000.parquet"


def ledger_findings(root: Path, number: int = 1) -> list[Finding]:
    return of_ledger(check_episode(open_recording(root)[number]).findings)


def of_ledger(findings: tuple[Finding, ...]) -> list[Finding]:
    return [f for f in findings if f.rule.startswith("ledger/")]


def marks(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(f.rule, str(f.severity)) for f in findings}


def edit_places(root: Path, name: str, change: Callable[[list[Any]], list[Any]]) -> None:
    table = pq.read_table(root / PLACES)
    at = table.column_names.index(name)
    values = pa.array(change(table[name].to_pylist()), table.schema.field(name).type)
    pq.write_table(table.set_column(at, name, values), root / PLACES)


def edit_info(root: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    info = json.loads((root / "meta/info.json").read_text())
    change(info)
    (root / "meta/info.json").write_text(json.dumps(info))


def moved(by: float, only: int) -> Callable[[list[Any]], list[Any]]:
    return lambda values: [value + by if i == only else value for i, value in enumerate(values)]


@pytest.fixture(params=[write_lerobot_v21, write_lerobot_v30], ids=["v2.1", "v3.0"])
def any_set(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    root: Path = request.param(tmp_path / "set", LENGTHS)
    return root


@pytest.fixture
def shared_files(tmp_path: Path) -> Path:
    return write_lerobot_v30(tmp_path / "set", LENGTHS)


def test_sets_as_written_have_no_finding(any_set: Path) -> None:
    for number in range(len(LENGTHS)):
        assert ledger_findings(any_set, number) == []


VIDEO = f"videos/{CAMERA}"
BENT: list[tuple[str, str, str, Callable[[list[Any]], list[Any]], int, str]] = [
    ("range leaves a gap", "dataset_from_index", "defect", moved(1, 2), 1, "one ends at 100, the next begins at 101"),
    ("range overlaps", "dataset_to_index", "defect", moved(3, 0), 1, "one ends at 43, the next begins at 40"),
    ("video overlaps", f"{VIDEO}/to_timestamp", "defect", moved(5 / 30, 0), 1, "5.0 frames"),
    ("video of another length", f"{VIDEO}/to_timestamp", "defect", moved(1 / 30, 1), 1, "61.0 frames"),
    ("frames of nobody", f"{VIDEO}/from_timestamp", "risk", moved(2 / 30, 2), 1, "2.0 frames"),
    ("summed floats", f"{VIDEO}/from_timestamp", "risk", moved(2e-4, 1), 1, "0.2 ms off"),
]


@pytest.mark.parametrize(
    ("field", "severity", "change", "number", "observed"), [row[1:] for row in BENT], ids=[row[0] for row in BENT]
)
def test_boundary_that_was_bent(
    field: str, severity: str, change: Callable[[list[Any]], list[Any]], number: int, observed: str, shared_files: Path
) -> None:
    edit_places(shared_files, field, change)
    found = [f for f in ledger_findings(shared_files, number) if f.rule == "ledger/boundaries"]
    assert (Severity(severity), observed) in {(f.severity, f.observed) for f in found}


def test_start_within_the_lookup_tolerance_is_no_finding(shared_files: Path) -> None:
    edit_places(shared_files, f"{VIDEO}/from_timestamp", moved(5e-5, 1))
    assert ledger_findings(shared_files) == []


def test_orphans_are_notes_and_unlisted_rows_a_risk(any_set: Path) -> None:
    table = next((any_set / "data").rglob("*.parquet"))
    (any_set / "data/chunk-007").mkdir()
    shutil.copyfile(table, any_set / "data/chunk-007/episode_000777.parquet")
    assert marks(ledger_findings(any_set)) == {("ledger/files", "note")}


def test_rows_of_an_unlisted_episode(shared_files: Path) -> None:
    pq.write_table(pq.read_table(shared_files / PLACES).slice(0, 2), shared_files / PLACES)
    edit_info(shared_files, lambda info: info.update(total_episodes=2, total_frames=100))
    (found,) = ledger_findings(shared_files, 0)
    assert (found.rule, found.severity, found.observed) == ("ledger/files", Severity.RISK, "episode 2")


def test_totals_that_disagree_are_a_risk(any_set: Path) -> None:
    edit_info(any_set, lambda info: info.update(total_frames=151))
    assert marks(ledger_findings(any_set)) == {("ledger/counts", "risk")}


SCHEMA: list[tuple[str, str | None, Callable[[dict[str, Any]], Any]]] = [
    ("as it is", None, lambda f: None),
    ("another width", "defect", lambda f: f["action"].update(shape=[4], names=None)),
    ("another type", "risk", lambda f: f["action"].update(dtype="float64")),
    ("names in a list in a list", None, lambda f: f["action"].update(names=[f["action"]["names"]])),
    ("too few names", "note", lambda f: f["action"].update(names=["one"])),
    ("another picture size", "risk", lambda f: f[CAMERA].update(shape=[480, 640, 3])),
    (
        "a column that is not there",
        "risk",
        lambda f: f.update(effort={"dtype": "float32", "shape": [3], "names": None}),
    ),
    ("a camera that is not there", "note", lambda f: f.update(wrist={"dtype": "video", "shape": [48, 64, 3]})),
    ("a column nobody declared", "note", lambda f: f.pop("action")),
]


@pytest.mark.parametrize(("severity", "change"), [row[1:] for row in SCHEMA], ids=[row[0] for row in SCHEMA])
def test_schema(severity: str | None, change: Callable[[dict[str, Any]], Any], tmp_path: Path) -> None:
    root = write_lerobot_v21(tmp_path / "set", LENGTHS)
    edit_info(root, lambda info: change(info["features"]))
    assert marks(ledger_findings(root)) == ({("ledger/schema", severity)} if severity else set())


def rated(fps: float, video_fps: float | None = None) -> Observed:
    """Rows and pictures at 30 a second, declared otherwise."""
    key = "front"
    told = {"features": {key: {"dtype": "video", "info": {"video.fps": video_fps or fps}}}}
    one = episode()
    one = replace(one, fps=Fraction(fps), ledger={**one.ledger, "info": told})
    return Observed(one, {key: camera()})


@pytest.mark.parametrize(("fps", "bad"), [(30, False), (31, False), (28.75, False), (32, True), (60, True), (15, True)])
def test_declared_rate_may_be_five_percent_off(fps: float, bad: bool) -> None:
    found = [f for f in judge(rated(fps)).findings if f.rule == "ledger/rate"]
    assert {f.severity for f in found} == ({Severity.DEFECT} if bad else set())
    assert all((f.spans[0].start_frame, f.spans[0].end_frame) == (0, 240) for f in found)
    assert {f.stream for f in found} == ({"timestamp", "front"} if bad else set())


def test_rate_of_the_camera_alone_is_a_risk() -> None:
    found = [f for f in judge(rated(FPS, 25)).findings if f.rule == "ledger/rate"]
    assert marks(found) == {("ledger/rate", "risk")}


def test_rate_that_is_another_one_is_not_called_a_gap_too() -> None:
    report = judge(rated(60))
    assert "time/stamps" in {row.rule for row in report.not_run}


COUNTS: list[tuple[str, dict[str, Any]]] = [
    ("index begins elsewhere", {"dataset_from_index": 101, "dataset_to_index": 341}),
    ("rows of another episode", {"episode_index_declared": 3, "episode_index": np.r_[np.full(239, 3), 4]}),
]


@pytest.mark.parametrize("changes", [row[1] for row in COUNTS], ids=[row[0] for row in COUNTS])
def test_rows_are_the_episodes_own(changes: dict[str, Any]) -> None:
    good: Episode = episode()
    report = judge(Observed(replace(good, ledger={**good.ledger, **changes}), {}))
    assert ("ledger/counts", "defect") in marks(of_ledger(report.findings))


def test_task_number_needs_its_text(tmp_path: Path) -> None:
    root = write_lerobot_v21(tmp_path / "set", LENGTHS)
    (root / "meta/tasks.jsonl").write_text(json.dumps({"task_index": 4, "task": "Push the block."}) + "\n")
    assert ("ledger/counts", "defect") in marks(ledger_findings(root))


def test_upright_and_turned_pictures_may_be_declared_either_way() -> None:
    shape = {"features": {"front": {"dtype": "video", "shape": [640, 480, 3]}}}
    video = Video("front", Path("v.mp4"), 0.0, 240, Fraction(30), 640, 480, "h264", rotation=90)
    good = episode()
    one = replace(good, ledger={**good.ledger, "info": shape}, videos={"front": video})
    assert not [f for f in judge(Observed(one, {})).findings if f.stream == "front"]
    assert [
        f.severity
        for f in judge(Observed(replace(one, videos={"front": replace(video, rotation=0)}), {})).findings
        if f.stream == "front"
    ] == [Severity.RISK]
