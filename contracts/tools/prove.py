"""``make prove``: every ``check_`` function of ``test/Proofs.t.sol``, for all inputs, by Halmos.

    python contracts/tools/prove.py                     exit 1 unless each is proven
    python contracts/tools/prove.py --function NAME     only those whose name begins so
    python contracts/tools/prove.py --json FILE         write what was found there, too

Halmos compiles in a folder of its own, so that forge finds its output as it left it. A property counts as proven if
Halmos says so, cut no loop short and gave no path up. A query has 122 s of the processor (solve.py); SECONDS_A_QUERY
and SECONDS are by the clock, for when something hangs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CONTRACTS = HERE.parent
ROOT = CONTRACTS.parent
TOOLS = ROOT / ".venv-halmos" / "bin"
PROOFS = CONTRACTS / "test" / "Proofs.t.sol"
WHY = {1: "counterexample", 2: "no answer in time", 3: "Halmos could not follow it", 4: "every path reverts"}
LINKED = ("src", "node_modules", "solc", "foundry.toml")
SECONDS_A_QUERY = 600
SECONDS = 1800


def run_halmos(root: Path, only: str) -> dict[str, Any]:
    """Halmos's report."""
    for name in LINKED:
        (root / name).symlink_to((CONTRACTS / name).resolve())
    (root / "test").mkdir()
    for file in (PROOFS, CONTRACTS / "test" / "Test.sol"):
        shutil.copy(file, root / "test")
    report = root / "report.json"
    solver = shlex.join([str(TOOLS / "python"), str(HERE / "solve.py")])
    command = [str(TOOLS / "halmos"), "--root", str(root), "--match-contract", "Proofs", "--function", only]
    command += ["--solver-command", solver, "--solver-timeout-assertion", str(SECONDS_A_QUERY * 1000)]
    command += ["--solver-threads", "2", "--loop", "4", "--no-status", "--json-output", str(report)]
    path = f"{ROOT / 'node_modules' / '.bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "PATH": path, "FOUNDRY_SRC": "test", "NO_COLOR": "1", "TMPDIR": str(root)}
    try:
        ran = subprocess.run(  # noqa: S603 - our own tool, our own arguments
            command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        sys.exit(f"halmos did not finish in {SECONDS} s; what takes long: --function NAME")
    if not report.exists():
        sys.exit(f"halmos did not finish:\n{ran.stdout[-3000:]}{ran.stderr[-3000:]}")
    said = re.sub(r"\x1b\[[\d;]*m", "", ran.stdout).splitlines()
    sys.stdout.write("".join(line + "\n" for line in said if "Counterexample" in line or "p_" in line))
    content: dict[str, Any] = json.loads(report.read_text())
    return content


def main() -> int:
    """Run, and name what is not proven."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--function", default="check_", help="beginning of the names wanted")
    parser.add_argument("--json", type=Path, help="file for what was found")
    asked = parser.parse_args()
    begun = time.monotonic()
    wanted = [name for name in properties() if name.startswith(asked.function)]
    with tempfile.TemporaryDirectory() as scratch:
        found = judge(wanted, run_halmos(Path(scratch), asked.function))
    for name, said in found.items():
        sys.stdout.write(f"{'proven' if said == 'proven' else 'NOT PROVEN':10} {name}{_why(said)}\n")
    took = round(time.monotonic() - begun)
    proven = sum(said == "proven" for said in found.values())
    sys.stdout.write(f"{proven} of {len(found)} proven in {took} s\n")
    if asked.json:
        asked.json.write_text(json.dumps({"seconds": took, "properties": found}))
    return 0 if found and proven == len(found) else 1


def properties() -> list[str]:
    """Names of what is to be proven, in the order of the file."""
    return re.findall(r"function (check_\w+)\(", PROOFS.read_text())


def judge(wanted: Iterable[str], report: Mapping[str, Any]) -> dict[str, str]:
    """``proven``, or why not, for each property."""
    said = {str(one["name"]).partition("(")[0]: one for tests in report["test_results"].values() for one in tests}
    return {name: _verdict(said.get(name)) for name in wanted}


def _verdict(one: Mapping[str, Any] | None) -> str:
    if one is None:
        return "not run"
    if one["exitcode"] != 0:
        return WHY.get(one["exitcode"], f"exit code {one['exitcode']}")
    return f"{one['num_bounded_loops']} loops cut short" if one["num_bounded_loops"] else "proven"


def _why(said: str) -> str:
    return "" if said == "proven" else f": {said}"


if __name__ == "__main__":
    sys.exit(main())
