"""``make coverage``: which lines and branches of ``contracts/src`` the tests reach; exit 1 below 95 % of either.

    python contracts/tools/coverage.py              run forge coverage, about a minute
    python contracts/tools/coverage.py --lcov FILE  judge a report that is there already

Forge measures without the optimizer and without via-IR, in folders of its own. `test_gas_...` is left out: its limits
are for optimized code. Counts are the quick profile's and the seed is fixed, so that the same tests give the same
numbers.

A branch is a side of an `if`, a loop or a conditional; forge counts none for `&&` and `||`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

CONTRACTS = Path(__file__).resolve().parent.parent
LEAST = 95.0
TOO_DEEP = """
Split the function: coverage is measured without the optimizer, whose stack is deeper. `--ir-minimum`, which forge
proposes, does not compile these contracts either, and moves source positions."""


@dataclass
class Reach:
    """Of one file: how often each line was run, and each branch by line and number."""

    lines: dict[int, int] = field(default_factory=dict)
    branches: dict[tuple[int, str, str], int] = field(default_factory=dict)

    def counts(self) -> tuple[int, int, int, int]:
        """Lines reached, lines, branches reached, branches."""
        hit = [sum(1 for times in kind.values() if times) for kind in (self.lines, self.branches)]
        return hit[0], len(self.lines), hit[1], len(self.branches)

    def missed(self) -> str:
        """Lines never reached, then lines with a branch never taken."""
        lines = sorted(line for line, times in self.lines.items() if not times)
        branches = sorted({line for (line, *_), times in self.branches.items() if not times} - set(lines))
        return " ".join([*map(str, lines), *(f"{line}b" for line in branches)])


def parsed(lcov: str) -> dict[str, Reach]:
    """What an lcov report says of each file below ``src/``."""
    found: dict[str, Reach] = {}
    here = Reach()
    for line in lcov.splitlines():
        kind, _, said = line.strip().partition(":")
        if kind == "SF":
            here = found.setdefault(said, Reach())
        elif kind == "DA":
            number, times = said.split(",")[:2]
            here.lines[int(number)] = int(times)
        elif kind == "BRDA":
            number, block, branch, taken = said.split(",")
            here.branches[int(number), block, branch] = 0 if taken == "-" else int(taken)
    return {name: reach for name, reach in sorted(found.items()) if name.startswith("src/")}


def table(files: dict[str, Reach]) -> tuple[list[str], float, float]:
    """Lines to print, and the percentage of lines and of branches reached of all files."""
    rows = [(name.removeprefix("src/"), reach.counts(), reach.missed()) for name, reach in files.items()]
    total = tuple(sum(column) for column in zip(*(counts for _, counts, _ in rows), strict=True)) or (0, 0, 0, 0)
    printed = [f"{'':24} {'lines':>18} {'branches':>16}   not reached (b: a branch)"]
    for name, counts, missed in [*rows, ("all", total, "")]:
        printed.append(f"{name:24} {_part(counts[0], counts[1]):>18} {_part(counts[2], counts[3]):>16}   {missed}")
    return printed, _percent(total[0], total[1]), _percent(total[2], total[3])


def run_forge(report: Path) -> None:
    """Write the report, or exit with what forge says."""
    forge = next((CONTRACTS.parent / "node_modules" / "@foundry-rs").glob("forge-*/bin/forge"))
    own = CONTRACTS / "cache" / "coverage"
    environment = {
        **os.environ,
        "FOUNDRY_PROFILE": "quick",
        "FOUNDRY_OUT": str(own / "out"),
        "FOUNDRY_CACHE_PATH": str(own / "cache"),
        "NO_COLOR": "1",
    }
    command = [str(forge), "coverage", "--report", "lcov", "--report-file", str(report), "--exclude-tests"]
    command += ["--no-match-test", "^test_gas_", "--fuzz-seed", "0x1"]
    ran = subprocess.run(  # noqa: S603 - our own tool, our own arguments
        command, cwd=CONTRACTS, env=environment, capture_output=True, text=True, check=False
    )
    said = ran.stdout + ran.stderr
    if "Compiler run failed" in said:
        sys.exit(said[-3000:] + (TOO_DEEP if "tack too deep" in said.partition("Compiler run failed")[2] else ""))
    if ran.returncode != 0 or not report.exists():
        sys.exit("\n".join(_failures(said.splitlines())) or said[-3000:])


def main() -> int:
    """Measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lcov", type=Path, help="a report that is there already")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        report = asked.lcov or Path(scratch) / "lcov.info"
        if not asked.lcov:
            run_forge(report)
        printed, lines, branches = table(parsed(report.read_text()))
    sys.stdout.write("\n".join(printed) + "\n")
    enough = lines >= LEAST and branches >= LEAST
    verdict = "enough" if enough else "NOT ENOUGH"
    sys.stdout.write(f"{lines:.2f} % of lines, {branches:.2f} % of branches, {LEAST:.0f} % wanted: {verdict}\n")
    return 0 if enough else 1


def _failures(lines: Iterable[str]) -> list[str]:
    return sorted({line for line in lines if line.startswith("[FAIL")})


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _part(part: int, whole: int) -> str:
    return f"{part}/{whole} {_percent(part, whole):6.2f}" if whole else "-"


if __name__ == "__main__":
    sys.exit(main())
