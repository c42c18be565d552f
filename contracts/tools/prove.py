"""``make prove``: every ``check_`` function of ``test/Proofs.t.sol``, for all inputs, by Halmos.

    python contracts/tools/prove.py                     exit 1 unless each is proven
    python contracts/tools/prove.py --function NAME     only those whose name begins so

Halmos compiles in a folder of its own, so that forge finds its output as it left it.
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
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CONTRACTS = HERE.parent
ROOT = CONTRACTS.parent
TOOLS = ROOT / ".venv-halmos" / "bin"
PROOFS = CONTRACTS / "test" / "Proofs.t.sol"
LINKED = ("src", "node_modules", "solc", "foundry.toml")
SECONDS_A_QUERY = 150


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
    ran = subprocess.run(  # noqa: S603 - our own tool, our own arguments
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    if not report.exists():
        sys.exit(f"halmos did not finish:\n{ran.stdout[-3000:]}{ran.stderr[-3000:]}")
    sys.stdout.write(
        "".join(line + "\n" for line in ran.stdout.splitlines() if "Counterexample" in line or "p_" in line)
    )
    content: dict[str, Any] = json.loads(report.read_text())
    return content


def main() -> int:
    """Run, and name what is not proven."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--function", default="check_", help="beginning of the names wanted")
    only = parser.parse_args().function
    begun = time.monotonic()
    wanted = {name for name in re.findall(r"function (check_\w+)\(", PROOFS.read_text()) if name.startswith(only)}
    with tempfile.TemporaryDirectory() as scratch:
        report = run_halmos(Path(scratch), only)
    results = {
        str(one["name"]).partition("(")[0]: int(one["exitcode"])
        for tests in report["test_results"].values()
        for one in tests
    }
    for name in sorted(wanted):
        sys.stdout.write(f"{'proven' if results.get(name) == 0 else 'NOT PROVEN':10} {name}\n")
    open_ = [name for name in wanted if results.get(name) != 0]
    sys.stdout.write(f"{len(wanted) - len(open_)} of {len(wanted)} proven in {time.monotonic() - begun:.0f} s\n")
    return 1 if open_ or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
