"""``make coverage``: what is counted, and when it is enough."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

LCOV = """TN:
SF:src/A.sol
DA:3,1
DA:4,0
DA:9,7
BRDA:4,0,0,-
BRDA:9,1,0,2
BRDA:9,1,1,0
end_of_record
TN:
SF:test/World.sol
DA:1,0
end_of_record
TN:
SF:src/B.sol
DA:1,1
end_of_record
"""


def test_sources_alone_are_counted(script: Callable[[str], Any]) -> None:
    coverage = script("contracts/tools/coverage.py")
    files = coverage.parsed(LCOV)
    assert {name: reach.counts() for name, reach in files.items()} == {
        "src/A.sol": (2, 3, 1, 3),
        "src/B.sol": (1, 1, 0, 0),
    }
    assert files["src/A.sol"].missed() == "4 9b"
    printed, lines, branches = coverage.table(files)
    assert (lines, round(branches, 2)) == (75.0, 33.33)
    assert printed[-1].split() == ["all", "3/4", "75.00", "1/3", "33.33"]


@pytest.mark.parametrize(("lines", "branches", "code"), [(95, 95, 0), (94, 100, 1), (100, 94, 1), (0, 0, 1)])
def test_below_ninety_five_of_either_fails(
    script: Callable[[str], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lines: int,
    branches: int,
    code: int,
) -> None:
    report = ["SF:src/A.sol"]
    report += [f"DA:{number},{int(number <= lines)}" for number in range(1, 101)]
    report += [f"BRDA:{number},0,0,{int(number <= branches)}" for number in range(1, 101)]
    (tmp_path / "lcov").write_text("\n".join(report))
    monkeypatch.setattr("sys.argv", ["coverage.py", "--lcov", str(tmp_path / "lcov")])
    assert script("contracts/tools/coverage.py").main() == code


def test_an_empty_report_is_not_enough(
    script: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lcov").write_text("SF:test/World.sol\nDA:1,1\n")
    monkeypatch.setattr("sys.argv", ["coverage.py", "--lcov", str(tmp_path / "lcov")])
    assert script("contracts/tools/coverage.py").main() == 1
