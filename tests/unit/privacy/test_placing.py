"""Redaction killed midway and run twice at once: never a copy without its record, never another's record."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.privacy import Heard, RedactionError, Sighting
from headwater.privacy.placing import RECORD
from headwater.privacy.redact import redact


class Eyes:
    """Sees and hears nothing."""

    versions: dict[str, str] = {"fake": "1"}  # noqa: RUF012 - a property of the port

    def see(self, image: NDArray[np.uint8], *, careful: bool = False, texts: bool = True) -> tuple[Sighting, ...]:
        return ()

    def hear(self, path: Path) -> tuple[Heard, ...]:
        return ()


HERE = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_placing import Eyes
"""
KILLED = f"""
import os, signal, sys
from pathlib import Path
import headwater.privacy.placing as placing
from headwater.privacy.redact import redact
{HERE}
setattr(placing, sys.argv[3], lambda *_: os.kill(os.getpid(), signal.SIGKILL))
redact(Path(sys.argv[1]), Path(sys.argv[2]), Eyes())
"""
RUN = f"""
import sys
from pathlib import Path
from headwater.privacy import Heard, RedactionError, Sighting
from headwater.privacy.redact import redact
{HERE}
sys.stdin.readline()
try:
    redact(Path(sys.argv[1]), Path(sys.argv[2]), Eyes())
except RedactionError as error:
    assert "there already" in str(error), error
    sys.exit(2)
"""


def table(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("t_s,sensor,x\n0,gyro,1\n")
    return path


def says_the_truth(target: Path, record: Path) -> None:
    (told,) = json.loads(record.read_text())["files"]
    assert told["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()


@pytest.mark.parametrize("step", ["write_new", "move_new"])
def test_killed_while_a_file_appears(step: str, tmp_path: Path) -> None:
    source, target = table(tmp_path / "a.csv"), tmp_path / "b.csv"
    ended = subprocess.run([sys.executable, "-c", KILLED, str(source), str(target), step], check=False)
    assert ended.returncode == -9
    assert not target.exists(), "no copy without its record"
    redact(source, target, Eyes())
    says_the_truth(target, tmp_path / f"b.csv.{RECORD}")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "b.csv", f"b.csv.{RECORD}"]


def test_killed_while_a_folder_appears(tmp_path: Path) -> None:
    table(tmp_path / "in/a.csv")
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "in"), str(tmp_path / "out"), "move_new"], check=False
    )
    assert ended.returncode == -9
    assert not (tmp_path / "out").exists()
    redact(tmp_path / "in", tmp_path / "out", Eyes())
    says_the_truth(tmp_path / "out/a.csv", tmp_path / "out" / RECORD)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "out"]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_two_at_once_into_one_target(kind: str, tmp_path: Path) -> None:
    one, two = table(tmp_path / "one/a.csv"), table(tmp_path / "two/a.csv")
    two.write_text("t_s,sensor,x\n0,gyro,2\n")
    sources = [one, two] if kind == "file" else [one.parent, two.parent]
    target = tmp_path / "out"
    runs = [
        subprocess.Popen([sys.executable, "-c", RUN, str(source), str(target)], stdin=subprocess.PIPE)
        for source in sources
    ]
    for run in runs:
        run.communicate(b"\n", timeout=120)
    assert sorted(run.returncode for run in runs) == [0, 2]
    if kind == "file":
        says_the_truth(target, tmp_path / f"out.{RECORD}")
    else:
        assert sorted(p.name for p in target.iterdir()) == ["a.csv", RECORD]
        says_the_truth(target / "a.csv", target / RECORD)


def test_a_file_of_somebody_elses_is_no_record(tmp_path: Path) -> None:
    source, mine = table(tmp_path / "a.csv"), tmp_path / f"b.csv.{RECORD}"
    mine.write_text('{"my": "notes"}')
    with pytest.raises(RedactionError, match="there already"):
        redact(source, tmp_path / "b.csv", Eyes())
    assert mine.read_text() == '{"my": "notes"}'
    assert not (tmp_path / "b.csv").exists()
