"""Reports kept of unchanged episodes: found again by what they depend on, and by nothing less."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from headwater.checks import CopyIndex, judge
from headwater.client.checked import Checked, name_of
from headwater.client.offline import Offline
from headwater.client.spec_file import read_spec
from headwater.formats import open_recording
from headwater.testing.episodes import episode

ROOT = Path(__file__).parents[3]
G1 = ROOT / "examples/recordings/lerobot_v21_g1"
SPEC = read_spec(ROOT / "examples/specs/humanoid_pick.json")


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return Path(shutil.copytree(G1, tmp_path / "lerobot_v21_g1"))


def made() -> Offline:
    from headwater.checks import Observed

    return Offline(judge(Observed(episode(), {})), "cannot be cut")


def test_what_was_kept_comes_back(tmp_path: Path) -> None:
    kept, report = Checked(tmp_path / "checked"), made()
    assert kept.get("name") is None
    kept.put("name", report)
    assert kept.get("name") == report
    assert [file.name for file in kept.folder.iterdir()] == ["name"]


@pytest.mark.parametrize("damage", [b"", b"\xff", b"\xa0", b"x" * 500])
def test_a_damaged_report_is_as_if_not_there(tmp_path: Path, damage: bytes) -> None:
    kept = Checked(tmp_path)
    kept.put("name", made())
    (tmp_path / "name").write_bytes(damage)
    assert kept.get("name") is None


def test_the_same_bytes_have_one_name_wherever_they_lie(recording: Path, tmp_path: Path) -> None:
    elsewhere = Path(shutil.copytree(recording, tmp_path / "other" / recording.name))
    assert name_of(open_recording(recording)[0], None, None) == name_of(open_recording(elsewhere)[0], None, None)


def test_whatever_the_report_depends_on_changes_the_name(recording: Path) -> None:
    opened = open_recording(recording)
    plain = name_of(opened[0], None, None)
    index = CopyIndex()
    index.add("earlier", 1, bytes(32), made().report.fingerprints)
    others = {
        name_of(opened[1], None, None),
        name_of(opened[0], SPEC, None),
        name_of(opened[0], replace(SPEC, success=SPEC.success + "!"), None),
        name_of(opened[0], None, index),
    }
    video = next(iter(opened[0].videos.values())).path
    data = bytearray(video.read_bytes())
    data[len(data) // 2] ^= 1
    video.write_bytes(data)
    others.add(name_of(opened[0], None, None))
    assert len({plain} | others) == 6
