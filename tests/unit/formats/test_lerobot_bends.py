"""What real LeRobot files bend, tolerated and noted."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headwater.formats import Episode, Kind, open_recording
from headwater.formats.lerobot import joint_names, kind_of
from headwater.testing.recordings import CAMERA, write_lerobot_v21, write_lerobot_v30

DATA = "data/chunk-000/episode_000000.parquet"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a", "b", "c"], ("a", "b", "c")),
        ([["a", "b", "c"]], ("a", "b", "c")),
        ({"motors": ["a", "b", "c"]}, ("a", "b", "c")),
        ({"a": 0, "b": 1, "c": 2}, ("a", "b", "c")),
        ({"left": ["a"], "right": ["b", "c"]}, ("a", "b", "c")),
        (None, ("0", "1", "2")),
        (["a", "b"], ("0", "1", "2")),
        (["a", "a", "b"], ("0", "1", "2")),
        ("abc", ("0", "1", "2")),
    ],
)
def test_joint_names(names: Any, expected: tuple[str, ...]) -> None:
    assert joint_names({"names": names}, 3) == expected


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("action", Kind.ACTION),
        ("action.delta", Kind.ACTION),
        ("observation.state", Kind.STATE),
        ("observation.state.velocity", Kind.STATE),
        ("observation.wrist_gyro", Kind.GYRO),
        ("observation.imu.accel", Kind.ACCEL),
        ("annotation.human.validity", Kind.LABEL),
        ("next.done", Kind.LABEL),
        ("task_index", Kind.TASK_INDEX),
        ("observation.effort", Kind.OTHER),
    ],
)
def test_kinds(name: str, kind: Kind) -> None:
    assert kind_of(name) is kind


def change(root: Path, **values: Any) -> None:
    path = root / "meta/info.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def add(root: Path, name: str, column: Any) -> Episode:
    table = pq.read_table(root / DATA)
    pq.write_table(table.append_column(name, column), root / DATA)
    return open_recording(root)[0]


def test_a_camera_without_any_file_is_noted(tmp_path: Path) -> None:
    root = write_lerobot_v21(tmp_path / "set", [4])
    features = json.loads((root / "meta/info.json").read_text())["features"]
    change(root, features={"observation.images.ghost": features[CAMERA], **features})
    episode = open_recording(root)[0]
    assert list(episode.videos) == [CAMERA]
    assert "Declared camera observation.images.ghost has no files." in episode.notes


def test_undeclared_and_textual_columns_are_noted(tmp_path: Path) -> None:
    root = write_lerobot_v21(tmp_path / "set", [4])
    episode = add(root, "extra", pa.array([1, 2, 3, 4]))
    assert episode.streams["extra"].values.dtype == np.int64
    assert "Column extra is not declared in info.json." in episode.notes
    episode = add(root, "said", pa.array(["a", "b", "c", "d"]))
    assert "said" not in episode.streams
    assert any(note.startswith("Column said") for note in episode.notes)


def test_fixed_size_lists_and_booleans_are_read(tmp_path: Path) -> None:
    root = write_lerobot_v21(tmp_path / "set", [4])
    flat = pa.array(np.arange(8, dtype=np.float32))
    fixed = add(root, "observation.velocity", pa.FixedSizeListArray.from_arrays(flat, 2))
    assert fixed.streams["observation.velocity"].values.tolist() == [[0, 1], [2, 3], [4, 5], [6, 7]]
    done = add(root, "next.done", pa.array([False, False, False, True])).streams["next.done"]
    assert (done.dtype, done.values[:, 0].tolist()) == ("bool", [0, 0, 0, 1])


@pytest.mark.parametrize("stamp", [float("nan"), float("inf"), 1e30])
def test_unusable_timestamps_leave_the_episode_readable(tmp_path: Path, stamp: float) -> None:
    root = write_lerobot_v21(tmp_path / "set", [4])
    table = pq.read_table(root / DATA)
    stamps = pa.array(np.array([0, stamp, 2 / 30, 3 / 30], dtype=np.float32))
    pq.write_table(table.set_column(table.column_names.index("timestamp"), "timestamp", stamps), root / DATA)
    episode = open_recording(root)[0]
    assert episode.streams["action"].times_ns[1] == 33_333_333
    assert not np.isfinite(episode.ledger["timestamp"][1]) or episode.ledger["timestamp"][1] > 1e29
    assert any("1 timestamps are not usable" in note for note in episode.notes)


@pytest.mark.parametrize(
    ("fps", "exact"),
    [(30, Fraction(30)), (20.0, Fraction(20)), (29.97002997002997, Fraction(30000, 1001)), (12.5, Fraction(25, 2))],
)
def test_rates_are_exact(tmp_path: Path, fps: float, exact: Fraction) -> None:
    root = write_lerobot_v21(tmp_path / "set", [4])
    change(root, fps=fps)
    assert open_recording(root)[0].fps == exact


def test_declared_row_range_is_kept_for_the_checks_even_when_it_lies(tmp_path: Path) -> None:
    root = write_lerobot_v30(tmp_path / "set", [4, 6])
    path = root / "meta/episodes/chunk-000/file-000.parquet"
    table = pq.read_table(path)
    lie = pa.array([4, 9])
    pq.write_table(table.set_column(table.column_names.index("dataset_to_index"), "dataset_to_index", lie), path)
    episode = open_recording(root)[1]
    assert (episode.length, episode.ledger["declared_rows"]) == (6, 5)
    np.testing.assert_array_equal(episode.ledger["index"], np.arange(4, 10))
