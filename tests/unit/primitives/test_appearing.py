"""New files and folders under kill -9 and in a race: whole or not there, and never over something."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from headwater.primitives.appearing import move_new, write_new

KILLED = """
import os, signal, sys
from pathlib import Path
from headwater.primitives.appearing import write_new
os.link = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
write_new(Path(sys.argv[1]), b"first")
"""


def test_killed_before_the_name_was_given_leaves_the_name_free(tmp_path: Path) -> None:
    target = tmp_path / "statement.json"
    assert subprocess.run([sys.executable, "-c", KILLED, str(target)], check=False).returncode == -9
    assert not target.exists()
    write_new(target, b"second")
    assert target.read_bytes() == b"second"


def test_of_many_at_once_one_wins_and_its_bytes_are_whole(tmp_path: Path) -> None:
    target = tmp_path / "statement.json"

    def one(number: int) -> int | None:
        try:
            write_new(target, bytes([number]) * 100_000)
        except FileExistsError:
            return None
        return number

    with ThreadPoolExecutor(8) as pool:
        winners = [number for number in pool.map(one, range(8)) if number is not None]
    assert len(winners) == 1
    assert target.read_bytes() == bytes(winners) * 100_000
    assert list(tmp_path.iterdir()) == [target]


def test_only_the_owner_reads_a_secret(tmp_path: Path) -> None:
    write_new(tmp_path / "key", b"secret", 0o600)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("there", ["file", "full folder"])
def test_a_folder_is_never_moved_into_or_over_another(there: str, tmp_path: Path) -> None:
    made, target = tmp_path / "made", tmp_path / "target"
    made.mkdir()
    (made / "new").write_text("new")
    if there == "file":
        target.write_text("old")
    else:
        target.mkdir()
        (target / "old").write_text("old")
    with pytest.raises(FileExistsError):
        move_new(made, target)
    assert (made / "new").exists()
    assert (target if there == "file" else target / "old").read_text() == "old"


def test_an_empty_folder_gives_way(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made/new").write_text("new")
    (tmp_path / "target").mkdir()
    move_new(tmp_path / "made", tmp_path / "target")
    assert (tmp_path / "target/new").read_text() == "new"
