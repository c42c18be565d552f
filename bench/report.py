"""What every bench hands over: rows, printed as a table and kept in ``bench/results/NAME.json``.

Results are committed, so nothing in them names a path, a host or a registry. Numbers are rounded before a goal is
judged: what a reader sees is what was judged.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results"


@dataclass(frozen=True)
class Goal:
    """The bound a value is held to."""

    op: Literal["<=", ">="]
    value: float

    def met_by(self, value: float) -> bool:
        return value <= self.value if self.op == "<=" else value >= self.value

    def __str__(self) -> str:
        return f"{self.op} {_plain(self.value)}"


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        peer: what it is compared with; ``bench/README.md`` says for each bench where peers' values come from.
        peer_value: in the same unit.
    """

    row: str
    value: float
    unit: str
    goal: Goal | None = None
    peer: str | None = None
    peer_value: float | None = None

    @property
    def met(self) -> bool | None:
        """``None`` without a goal."""
        return None if self.goal is None else self.goal.met_by(self.value)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.met}


def machine() -> dict[str, str | int]:
    """Enough to tell two machines' speeds apart, not enough to find one. Linux only, like the rest."""
    cpu = next(line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": cpu.partition(":")[2].strip(),
        "cores": os.cpu_count() or 0,
        "memory_gib": round(memory / 2**30),
        "os": platform.freedesktop_os_release()["PRETTY_NAME"],
        "kernel": platform.release().partition("-")[0],  # past the dash is the host's own label
    }


def versions(python: Iterable[str] = (), node: Iterable[str] = ()) -> dict[str, str]:
    """Python, headwater, and what is installed of the named packages."""
    found = {"python": platform.python_version(), "headwater": version("headwater")}
    found |= {name: version(name) for name in python}
    for name in node:
        found[name] = json.loads((ROOT / "node_modules" / name / "package.json").read_text())["version"]
    return found


def publish(name: str, rows: Sequence[Row], used: dict[str, str], part: str = "") -> None:
    """Print the table and write the result; a missed goal is shown, not an error.

    Args:
        part: of a bench that runs in parts: its rows take the place of those it had, and the others stay. Each row then
            says its part and its day.
    """
    show(f"{name}, {part}" if part else name, rows)
    today = datetime.now(UTC).date().isoformat()
    file = RESULTS / f"{name}.json"
    told: list[dict[str, Any]] = [row.as_json() for row in rows]
    if part:
        there = json.loads(file.read_text(encoding="utf-8"))["rows"] if file.exists() else []
        told = _instead(there, part, [{"part": part, "date": today, **row} for row in told])
    result = {"date": today, "machine": machine(), "versions": used, "rows": told}
    RESULTS.mkdir(exist_ok=True)
    file.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _instead(there: list[dict[str, Any]], part: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """``rows`` where those of ``part`` were, at the end if there were none."""
    first = next((i for i, row in enumerate(there) if row.get("part") == part), len(there))
    return [*there[:first], *rows, *(row for row in there[first:] if row.get("part") != part)]


def show(name: str, rows: Sequence[Row]) -> None:
    table = Table(title=name, title_justify="left")
    table.add_column("row")
    for column in ("value", "unit", "goal", "", "peer", "peer value"):
        table.add_column(column, justify="right" if "value" in column else "left", no_wrap=column != "peer")
    for row in rows:
        mark = {None: "", True: "met", False: "[bold red]MISSED[/]"}[row.met]
        peer_value = "" if row.peer_value is None else _plain(row.peer_value)
        table.add_row(row.row, _plain(row.value), row.unit, str(row.goal or ""), mark, row.peer or "", peer_value)
    console = Console()
    console.width = max(console.width, 140)
    console.print(table)
    goals = [row.met for row in rows if row.met is not None]
    console.print(f"{goals.count(False)} of {len(goals)} goals missed")


def _plain(value: float) -> str:
    return f"{value:,}"
