"""A recording's kept reports, found without opening it: never where anything a report depends on has changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from headwater.checks import CopyIndex, Observed, judge
from headwater.client.checked import Checked, _hash, name_of
from headwater.client.offline import Offline
from headwater.client.spec_file import read_spec
from headwater.client.trail import Trail
from headwater.formats import open_recording
from headwater.testing.episodes import episode

ROOT = Path(__file__).parents[3]
G1 = ROOT / "examples/recordings/lerobot_v21_g1"
GOPRO = ROOT / "examples/recordings/gopro_karma.mp4"
SPEC = read_spec(ROOT / "examples/specs/humanoid_pick.json")


def followed(path: Path, kept: Checked) -> Trail:
    """A trail to a report of every episode."""
    trail, recording = Trail(kept, path, SPEC, None), open_recording(path)
    report, names = Offline(judge(Observed(episode(), {}))), {}
    for number, found in enumerate(recording):
        names[number] = (found, name_of(found, SPEC, None))
        kept.put(names[number][1], report)
    trail.put(len(recording), names)
    return trail


@pytest.fixture
def trail(tmp_path: Path) -> Trail:
    return followed(Path(shutil.copytree(G1, tmp_path / G1.name)), Checked(tmp_path / "checked"))


def test_what_was_kept_is_found(trail: Trail) -> None:
    assert list(trail.known(None)) == [0, 1]
    assert list(trail.known([1, 1])) == [1]
    assert trail.known([2]) == trail.known([-1]) == trail.known([0, 7]) == {}


def test_another_spec_index_or_place_finds_nothing(trail: Trail, tmp_path: Path) -> None:
    index = CopyIndex()
    index.add("earlier", 1, bytes(32), judge(Observed(episode(), {})).fingerprints)
    others = [
        replace(trail, spec=None),
        replace(trail, spec=replace(SPEC, success=SPEC.success + "!")),
        replace(trail, index=index),
        replace(trail, path=Path(shutil.copytree(trail.path, tmp_path / "other" / G1.name))),
    ]
    assert [other.known(None) for other in others] == [{}] * 4


def one_byte(path: Path) -> None:
    """Changes it in place and gives it back size, inode and both its times, as an attacker would."""
    state, data = path.stat(), bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (state.st_mtime_ns, state.st_ino)


@pytest.mark.parametrize("file", sorted(path.relative_to(G1) for path in G1.rglob("*") if path.is_file()), ids=str)
def test_bytes_changed_in_place_behind_the_clock_are_seen(trail: Trail, file: Path) -> None:
    one_byte(trail.path / file)
    _hash.cache_clear()  # another process looks
    assert trail.known(None) == {}


def test_a_film_changed_in_place_is_seen(tmp_path: Path) -> None:
    path = Path(shutil.copyfile(GOPRO, tmp_path / GOPRO.name))
    trail = followed(path, Checked(tmp_path / "home" / "checked"))
    assert list(trail.known(None)) == [0]
    one_byte(path)
    _hash.cache_clear()
    assert trail.known(None) == {}


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file beside": lambda root: (root / "conventions.json").write_text("{}"),
    "a file far below": lambda root: (root / "videos/chunk-000/note.txt").write_text(""),
    "an empty folder": lambda root: (root / "data/chunk-001").mkdir(),
    "a file away": lambda root: next(root.rglob("*.mp4")).unlink(),
    "a time": lambda root: os.utime(root / "meta/info.json", ns=(1, 1)),
    "another name": lambda root: (root / "meta/info.json").rename(root / "meta/other.json"),
    "a linked folder": lambda root: (root / "more").symlink_to(root.parent, target_is_directory=True),
    "all": shutil.rmtree,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_folder_that_stands_otherwise_is_opened_anew(trail: Trail, change: str) -> None:
    CHANGES[change](trail.path)
    assert trail.known(None) == {}


def test_what_happens_in_folders_beside_a_film_does_not_matter(tmp_path: Path) -> None:
    path = Path(shutil.copyfile(GOPRO, tmp_path / GOPRO.name))
    trail = followed(path, Checked(tmp_path / "checked"))
    (tmp_path / "checked" / "more").write_bytes(b"")
    assert list(trail.known(None)) == [0]
    (tmp_path / "gopro_karma.csv").write_text("t_s,sensor,x,y,z,unit\n")
    assert trail.known(None) == {}


@pytest.mark.parametrize("damage", [b"", b"\xff", b"\xa0", b"x" * 500])
def test_a_damaged_trail_or_report_is_as_if_not_there(trail: Trail, damage: bytes) -> None:
    (own,) = trail.kept.folder.glob("trail-*")
    whole = own.read_bytes()
    own.write_bytes(damage)
    assert trail.known(None) == {}
    own.write_bytes(whole)
    report = next(file for file in trail.kept.folder.iterdir() if file != own)
    report.write_bytes(damage)
    assert trail.known(None) == {}
