"""NumPy arrays in pairs: times, units of those that are known, and headers that lie."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from headwater.formats import (
    DamagedFileError,
    EmptyRecordingError,
    Kind,
    MetadataError,
    MissingFileError,
    RecordingError,
    UnsafePathError,
    open_recording,
)
from headwater.testing.media import write_pairs
from headwater.testing.opened_files import opens_of

SHARED = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).parents[3].parent / "shared")) / "data"


def test_pairs_are_streams_on_one_clock(tmp_path: Path) -> None:
    folder = write_pairs(tmp_path / "a")
    np.save(folder / "CAN_speed_t.npy", 46_408.505 + 0.01 * np.arange(20))
    (episode,) = recording = open_recording(folder)
    assert recording.format == "numpy-pairs"
    assert {n: (s.kind, s.unit, s.dtype) for n, s in episode.streams.items()} == {
        "CAN_speed": (Kind.VELOCITY, "m/s", "float32"),
        "IMU_gyro": (Kind.GYRO, "rad/s", "float64"),
        "touch": (Kind.OTHER, "", "int64"),
    }
    gyro, speed = episode.streams["IMU_gyro"], episode.streams["CAN_speed"]
    np.testing.assert_array_equal(gyro.values, np.arange(60.0).reshape(20, 3))
    assert np.abs(gyro.times_ns - 10_000_000 * np.arange(20)).max() <= 10  # float64 seconds since boot
    assert abs(int(speed.times_ns[0]) - 5_000_000) <= 10
    assert episode.streams["touch"].values.dtype == np.int64
    assert any("comma2k19's" in note for note in episode.notes)
    assert any("other arrays do not say" in note for note in episode.notes)


class _Runs:
    def __reduce__(self) -> Any:
        return Path.touch, (Path("ran"),)


def header(shape: str, dtype: str = "<f8") -> bytes:
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


DAMAGE: list[tuple[str, str, bytes, type[RecordingError]]] = [
    ("10^9 rows declared", "t", header("(1000000000,)") + bytes(64), DamagedFileError),
    ("10^9 columns declared", "value", header("(20, 1000000000)") + bytes(64), DamagedFileError),
    ("objects", "value", header("(20,)", "|O") + pickle.dumps(_Runs()), DamagedFileError),
    ("a pickle", "value", pickle.dumps(_Runs()), DamagedFileError),
    ("an archive", "value", b"PK\x03\x04" + bytes(64), DamagedFileError),
    ("header that runs", "value", header("__import__('os').getcwd()"), DamagedFileError),
    ("header too long", "value", header("(20,)" + " " * 20_000) + bytes(160), DamagedFileError),
    ("text", "value", header("(20,)", "<U2") + bytes(160), DamagedFileError),
    ("negative", "value", header("(-1,)") + bytes(160), DamagedFileError),
    ("no rows", "t", header("(0,)"), EmptyRecordingError),
    ("empty", "value", b"", DamagedFileError),
    ("times in two columns", "t", header("(10, 2)") + bytes(160), MetadataError),
    ("times whole", "t", header("(20,)", "<i8") + bytes(160), MetadataError),
    ("times NaN", "t", header("(20,)") + np.full(20, np.nan).tobytes(), MetadataError),
    ("times infinite", "t", header("(20,)") + np.full(20, np.inf).tobytes(), MetadataError),
    ("times centuries apart", "t", header("(20,)") + np.linspace(0, 1e11, 20).tobytes(), MetadataError),
    ("another number of rows", "value", header("(19,)") + bytes(152), DamagedFileError),
    ("three dimensions", "value", header("(20, 1, 1)") + bytes(160), DamagedFileError),
]


@pytest.mark.parametrize(("which", "raw", "error"), [pytest.param(*rest, id=name) for name, *rest in DAMAGE])
def test_bad_arrays_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str, raw: bytes, error: type[RecordingError]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = write_pairs(tmp_path / "a")
    (folder / f"touch_{which}.npy").write_bytes(raw)
    with pytest.raises(error) as caught:
        open_recording(folder)[0]
    assert caught.value.file.name == f"touch_{which}.npy" or caught.value.file.name == "touch_value.npy"
    assert not (tmp_path / "ran").exists()


def test_times_without_values(tmp_path: Path) -> None:
    folder = write_pairs(tmp_path / "a")
    (folder / "touch_value.npy").unlink()
    with pytest.raises(MissingFileError, match="touch_value"):
        open_recording(folder)


def test_attack_array_that_is_a_link(tmp_path: Path) -> None:
    folder = write_pairs(tmp_path / "a")
    secret = tmp_path / "secret.npy"
    (folder / "touch_value.npy").rename(secret)
    (folder / "touch_value.npy").symlink_to(secret)
    with opens_of(secret) as opened, pytest.raises(UnsafePathError):
        open_recording(folder)
    assert opened == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared data is not beside the repo")
def test_the_shared_minute_of_driving() -> None:
    (episode,) = open_recording(SHARED / "comma2k19")
    assert {n: s.values.shape for n, s in episode.streams.items()} == {
        "CAN_speed": (4974, 1), "CAN_steering_angle": (4974, 1), "IMU_accelerometer": (6256, 3), "IMU_gyro": (6256, 3)
    }  # fmt: skip
    gyro = episode.streams["IMU_gyro"]
    raw = np.load(SHARED / "comma2k19/IMU_gyro_value.npy")
    np.testing.assert_array_equal(gyro.values, raw)
    assert 104 < gyro.rate_hz < 105
    assert gyro.axes == ("forward", "right", "down")
