"""Another program's CPU time and memory."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ended:
    """A program that ran: exit code, what it printed, CPU seconds (user and system), most memory in MB (10^6)."""

    code: int
    output: str
    cpu_s: float
    memory_mb: float


def run(command: Sequence[str | Path], cwd: Path, env: Mapping[str, str] | None = None) -> Ended:
    """Run to the end; children it waited for count as well. Standard error goes to the same place as output."""
    printed = cwd / "printed.txt"
    with printed.open("w") as file:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    output = printed.read_text(errors="replace")
    return Ended(process.returncode, output, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6)
