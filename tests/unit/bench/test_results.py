"""Stored measurements: one schema, honest about goals, one script and one result for each `make bench-NAME`."""

from __future__ import annotations

import importlib
import json
import operator
import re
import socket
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
RESULTS = sorted((ROOT / "bench" / "results").glob("*.json"))
NAMES = {path.stem for path in RESULTS}
OPS = {"<=": operator.le, ">=": operator.ge}


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Imports a script of bench/ the way it imports its neighbours."""
    monkeypatch.syspath_prepend(ROOT / "bench")

    def load(name: str) -> ModuleType:
        return importlib.import_module(name)

    return load


def number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def check_row(row: dict[str, Any]) -> None:
    assert set(row) - {"part", "date"} == {"row", "value", "unit", "goal", "met", "peer", "peer_value"}
    assert ("part" in row) == ("date" in row)  # of a bench that runs in parts: when this one ran
    assert date.fromisoformat(row.get("date", "2026-01-01"))
    assert isinstance(row["row"], str)
    assert isinstance(row["unit"], str)
    assert number(row["value"])
    assert (row["peer"] is None) == (row["peer_value"] is None)
    assert row["peer"] is None or (isinstance(row["peer"], str) and number(row["peer_value"]))
    if row["goal"] is None:
        assert row["met"] is None
    else:
        assert set(row["goal"]) == {"op", "value"}
        assert row["met"] is OPS[row["goal"]["op"]](row["value"], row["goal"]["value"])


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_result_has_the_schema(path: Path) -> None:
    result = json.loads(path.read_text(encoding="utf-8"))
    assert set(result) == {"date", "machine", "versions", "rows"}
    date.fromisoformat(result["date"])
    assert set(result["machine"]) == {"cpu", "cores", "memory_gib", "os", "kernel"}
    assert {"python", "headwater"} < set(result["versions"])
    assert all(isinstance(version, str) for version in result["versions"].values())
    assert result["rows"]
    for row in result["rows"]:
        check_row(row)
    assert len({(row.get("part"), row["row"]) for row in result["rows"]}) == len(result["rows"])


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_result_names_no_place(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"https?:|(?<!\w)/(home|root|tmp|usr|work)\b", text)
    assert not re.search(rf"\b{re.escape(socket.gethostname())}\b", text)


def test_each_target_has_a_script_and_a_result() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {line: re.findall(r"\bbench-([a-z]+)\b", line) for line in makefile.splitlines() if "bench-" in line}
    targets = {name for names in named.values() for name in names}
    assert targets == NAMES == {path.stem.removeprefix("bench_") for path in (ROOT / "bench").glob("bench_*.py")}
    everything = next(names for line, names in named.items() if line.startswith("bench:"))
    assert set(everything) == targets


def test_missed_row_is_written_as_missed(bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = bench("report")
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    rows = [
        report.Row("late", 3, "s", report.Goal("<=", 2)),
        report.Row("just", 2, "s", report.Goal("<=", 2)),
        report.Row("weak", 1.9, "x", report.Goal(">=", 2), "peer", 1.0),
        report.Row("free", 1, "s"),
    ]
    report.publish("one", rows, report.versions())
    written = json.loads((tmp_path / "results" / "one.json").read_text())["rows"]
    for row in written:
        check_row(row)
    assert [(row["row"], row["met"]) for row in written] == [
        ("late", False),
        ("just", True),
        ("weak", False),
        ("free", None),
    ]


def test_gas_figure_with_a_goal_cannot_get_lost(bench: Any) -> None:
    gas = bench("bench_gas")
    named = [*gas.ASKED, *(f"items {n}: {what}" for what in gas.OF_ITEMS for n in gas.ITEMS)]
    named += [*(f"campaigns {n}: {what}" for what in gas.OF_CAMPAIGNS for n in gas.CAMPAIGNS), gas.LARGEST]
    logged = "".join(f"  {name} {number}\n" for number, name in enumerate(named, 1))
    rows = gas.rows_of(f"[PASS] test_gas_launch() (gas: 251142)\nLogs:\n{logged}  another figure 7\n")
    assert {(row.row, row.value) for row in rows if row.unit == "gas"} == {
        *((name, number) for number, name in enumerate(named, 1)),
        ("another figure", 7),
    }
    with pytest.raises(KeyError):
        gas.rows_of(logged.replace("buy with permit", "buy with a permit"))
    with pytest.raises(KeyError):
        gas.rows_of(logged.replace("items 1000: buy", "items 1000: bye"))
