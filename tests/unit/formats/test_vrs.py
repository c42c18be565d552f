"""VRS and Aria: what the container holds, against its own C++ reader where the shared data is at hand."""

from __future__ import annotations

import json
import os
import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.formats import (
    DamagedFileError,
    Kind,
    MetadataError,
    RecordingError,
    UnfinishedRecordingError,
    frames,
    open_recording,
)
from headwater.formats.vrs_file import VrsFile, parse_layout
from headwater.formats.vrs_reader import calibrations
from headwater.testing.vrs import write_vrs

SHARED = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).parents[3].parent / "shared")) / "data"
ARIA = SHARED / "vrs/aria_gen1_unit_test_timecode.vrs"
shared = pytest.mark.skipif(not SHARED.is_dir(), reason="shared data is not beside the repo")
HEAD = "tracking_timestamp_us,tx_world_device,ty_world_device,tz_world_device,"
HEAD += "qx_world_device,qy_world_device,qz_world_device,qw_world_device\n"


def test_aria_camera_and_imu_on_the_device_clock(tmp_path: Path) -> None:
    (episode,) = open_recording(write_vrs(tmp_path / "a.vrs"))
    assert (episode.source.format, episode.embodiment, episode.length, episode.fps) == (
        "aria-vrs",
        "Aria",
        4,
        Fraction(10),
    )
    gyro = episode.streams["imu-right/gyro"]
    assert (gyro.kind, gyro.unit, gyro.clock) == (Kind.GYRO, "rad/s", "device")
    np.testing.assert_allclose(gyro.values[:, 0], np.arange(40) * 0.1, rtol=1e-6)
    np.testing.assert_array_equal(gyro.times_ns, np.arange(40) * 10_000_000)
    video = episode.videos["camera-slam-left"]
    assert (video.rotation, video.width, video.shown_size) == (90, 32, (24, 32))
    assert [int(f.image[0, 0]) for f in frames(video, width=None)] == [0, 10, 20, 30]


def test_other_devices_keep_their_own_names(tmp_path: Path) -> None:
    (episode,) = open_recording(write_vrs(tmp_path / "a.vrs", aria=False))
    assert (episode.source.format, list(episode.videos)) == ("vrs", ["test.part"])
    assert episode.videos["test.part"].rotation == 0
    assert episode.streams["test.part-2/values"].axes[0] == "gyroscope[0]"


def test_machine_perception_beside_the_file_is_on_its_clock(tmp_path: Path) -> None:
    write_vrs(tmp_path / "a.vrs")
    (tmp_path / "slam").mkdir()
    rows = "".join(f"{100_000_000 + 1000 * i},{i},0,0,0,0,0,1\n" for i in range(5))
    (tmp_path / "slam/closed_loop_trajectory.csv").write_text(HEAD + rows)
    for given_path in (tmp_path, tmp_path / "a.vrs"):
        (episode,) = open_recording(given_path)
        pose = episode.streams["head_pose"]
        assert (pose.kind, pose.clock) == (Kind.POSE, "device")
        np.testing.assert_array_equal(pose.times_ns, np.arange(5) * 1_000_000)
        assert len(episode.source.files) == 2


def test_a_trajectory_alone_and_with_a_time_that_is_none(tmp_path: Path) -> None:
    sheet = tmp_path / "closed_loop_trajectory.csv"
    sheet.write_text(HEAD + "5,1,2,3,0,0,0,1\n6,1,2,3,0,0,0,1\n")
    (episode,) = open_recording(sheet)
    assert (episode.source.format, episode.length, episode.streams["head_pose"].axes[3]) == ("aria-mps", 2, "qx")
    sheet.write_text(HEAD + "nan,1,2,3,0,0,0,1\n6.5,1,2,3,0,0,0,1\n")
    with pytest.raises(MetadataError, match="tracking_timestamp_us"):
        open_recording(sheet)[0]


def test_a_file_without_index_or_end_names_the_repair(tmp_path: Path) -> None:
    raw = bytearray(write_vrs(tmp_path / "a.vrs").read_bytes())
    (index,) = struct.unpack_from("<q", raw, 24)
    (tmp_path / "cut.vrs").write_bytes(raw[:index])
    with pytest.raises(UnfinishedRecordingError, match="vrs copy"):
        open_recording(tmp_path / "cut.vrs")
    raw[24:32] = bytes(8)
    (tmp_path / "open.vrs").write_bytes(raw)
    with pytest.raises(UnfinishedRecordingError, match="has no index"):
        open_recording(tmp_path / "open.vrs")


def test_a_record_too_few_is_a_lie(tmp_path: Path) -> None:
    path = write_vrs(tmp_path / "a.vrs")
    raw = bytearray(path.read_bytes())
    (index,) = struct.unpack_from("<q", raw, 24)
    place = index + 32 + 4 + 2 * 6
    struct.pack_into("<I", raw, place, struct.unpack_from("<I", raw, place)[0] + 1)
    path.write_bytes(raw)
    with pytest.raises(DamagedFileError, match="number of records is a lie"):
        open_recording(path)[0]


_KINDS = ["DataPieceValue<double>", "DataPieceVector<Matrix3Dd>", "DataPieceString", "x<"]
_PLACES = st.integers(-2, 1 << 40)


def entry(name: str, kind: str, offset: int, index: int) -> str:
    return json.dumps({"data_layout": [{"name": name, "type": kind, "offset": offset, "index": index}]})


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.text(max_size=80) | st.builds(entry, st.sampled_from("ab"), st.sampled_from(_KINDS), _PLACES, _PLACES),
    st.binary(max_size=64),
)
def test_any_layout_and_any_bytes(text: str, data: bytes) -> None:
    try:
        layout = parse_layout(text)
        layout.size(data)
        layout.read(data)
    except (ValueError, struct.error):
        return


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"CameraCalibrations": 3}', '{"CameraCalibrations": [{"Label": "x"}]}']
)
def test_calibration_that_is_none(text: str) -> None:
    assert calibrations(text) == {}


@shared
def test_the_shared_aria_file() -> None:
    (episode,) = open_recording(ARIA)
    assert list(episode.videos) == ["camera-et", "camera-rgb", "camera-slam-left", "camera-slam-right"]
    assert (episode.length, episode.fps) == (4, Fraction(30))
    rgb = episode.videos["camera-rgb"]
    assert [f.image.shape for f in frames(rgb, gray=False)] == [(1408, 1408, 3)] * 4
    assert [(s.name, s.unit, round(s.rate_hz, -1)) for s in episode.of_kind(Kind.GYRO)] == [
        ("imu-right/gyro", "rad/s", 1000.0),
        ("imu-left/gyro", "rad/s", 810.0),
    ]
    gravity = np.linalg.norm(episode.streams["imu-right/accel"].values, axis=1).mean()
    assert 9.3 < gravity < 10.3
    assert {episode.streams[n].unit for n in ("baro0/pressure", "baro0/temperature", "mag0")} == {"Pa", "degC", "uT"}
    lens = episode.calibration["camera-rgb"]
    assert lens.model == "fisheye624"
    assert all(abs(c - 704) < 15 for c in lens.intrinsics[2:])


@shared
def test_numbers_and_pictures_are_those_of_the_cxx_reader() -> None:
    pyvrs = pytest.importorskip("pyvrs")
    (episode,) = open_recording(ARIA)
    vrs = VrsFile(ARIA)
    gyro, pictures = [], []
    for record in pyvrs.SyncVRSReader(str(ARIA)):
        if record.record_type == "data" and record.stream_id == "1202-1":
            gyro.append(record.metadata_blocks[0]["gyroscope"])
        if record.record_type == "data" and record.stream_id == "214-1":
            pictures.append(bytes(record.image_blocks[0]))
    np.testing.assert_array_equal(episode.streams["imu-right/gyro"].values, np.array(gyro))
    stills = episode.videos["camera-rgb"].stills
    assert stills is not None
    packed = [stills.encoded(i) for i in range(4)]
    assert [p[1] for p in packed if p] == pictures
    assert vrs.tags["device_type"] == "Aria"


@shared
def test_the_shared_plain_file_and_the_shared_trajectories() -> None:
    (plain,) = open_recording(SHARED / "vrs/vrs_sample_file.vrs")
    assert (plain.source.format, plain.length, plain.videos["sample.camera"].codec) == ("vrs", 101, "raw")
    assert len(list(frames(plain.videos["sample.camera"]))) == 101
    assert any("sound of 100 records" in note for note in plain.notes)
    (mps,) = open_recording(SHARED / "ego_trajectory")
    assert mps.streams["head_pose"].values.shape == (199, 7)
    assert mps.streams["hand_left"].values.shape == (3, 63)
    np.testing.assert_allclose(np.linalg.norm(mps.streams["head_pose"].values[:, 3:], axis=1), 1, atol=1e-6)


@shared
def test_the_shared_aria_file_damaged(tmp_path: Path) -> None:
    raw, path = ARIA.read_bytes(), tmp_path / "a.vrs"
    for place in np.linspace(0, 60_000, 40).astype(int):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 0x41]) + raw[place + 1 :])
        try:
            open_recording(path)[0]
        except RecordingError:
            continue
    for twentieth in range(20):
        path.write_bytes(raw[: len(raw) * twentieth // 20])
        with pytest.raises(RecordingError):
            open_recording(path)[0]
