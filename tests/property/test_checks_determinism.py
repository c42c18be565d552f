"""The same recording gives the same report bytes: again, with two decoder threads, in a fresh process."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from headwater.checks import check_episode, judge, observe
from headwater.formats import open_recording

EXAMPLES = Path(__file__).parents[2] / "examples" / "recordings"
CASES = [EXAMPLES / "lerobot_v21_g1", EXAMPLES / "gopro_karma.mp4"]
FRESH = """
import hashlib, sys
from pathlib import Path
from headwater.checks import check_episode
from headwater.formats import open_recording
report = check_episode(open_recording(Path(sys.argv[1]))[0], threads=int(sys.argv[2]))
print(hashlib.sha256(report.to_bytes()).hexdigest())
"""


def once(path: Path, threads: int = 1) -> str:
    return hashlib.sha256(check_episode(open_recording(path)[0], threads=threads).to_bytes()).hexdigest()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_threads_and_processes_do_not_change_a_byte(path: Path) -> None:
    here = {once(path, threads) for threads in (1, 2)}
    for threads in ("1", "2"):
        command = [sys.executable, "-c", FRESH, str(path), threads]
        here.add(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())
    assert len(here) == 1


def test_a_hundred_verdicts_on_one_observation() -> None:
    seen = observe(open_recording(CASES[0])[0])
    assert len({judge(seen).to_bytes() for _ in range(100)}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_a_hundred_full_runs(path: Path) -> None:
    assert len({once(path, 1 + run % 2) for run in range(100)}) == 1
