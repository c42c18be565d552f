"""The solver Halmos asks: one SMT-LIB file in, ``sat`` with a model, ``unsat`` or ``unknown`` out.

Runs in Halmos's own environment. Yices decides by bits and is quick at shifts and masks; cvc5 takes the words for
whole numbers and is quick at products and floors. So: Yices for a moment, then cvc5, then Yices with patience. Whoever
answers first is believed; both are solvers others rely on. Limits are seconds of the processor: a machine busy with
other things proves no less, it only takes longer.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

YICES = [str(Path(sys.executable).parent / "yices-smt2"), "--smt2-model-format", "--bvconst-in-decimal"]
CVC5 = """
import sys, cvc5
terms = cvc5.TermManager()
solver = cvc5.Solver(terms)
for name, value in (("solve-bv-as-int", "sum"), ("produce-models", "true")):
    solver.setOption(name, value)
symbols = cvc5.SymbolManager(terms)
parser = cvc5.InputParser(solver, symbols)
parser.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, sys.argv[1])
while not (command := parser.nextCommand()).isNull():
    print(str(command.invoke(solver, symbols)).strip(), flush=True)
"""


def answer(command: list[str], seconds: int) -> str:
    """What a solver prints, its lines up to the answer dropped; empty if it does not decide in time."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))

    ran = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limited)  # noqa: S603
    lines = [line for line in ran.stdout.splitlines() if line.strip()]
    return "\n".join(lines) + "\n" if lines and lines[0] in ("sat", "unsat") else ""


def main(path: str) -> int:
    """Answers for one file."""
    tries = (
        ([*YICES, path], 2),
        ([sys.executable, "-c", CVC5, path], 40),
        ([*YICES, path], 80),
    )
    found = next((said for command, seconds in tries if (said := answer(command, seconds))), "unknown\n")
    sys.stdout.write(found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
