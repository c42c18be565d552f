from __future__ import annotations

from pathlib import Path

import pytest

from headwater.formats import DamagedFileError, EmptyRecordingError, Kind, MetadataError, RecordingError, open_recording
from headwater.testing.recordings import write_video

HEADER = "t_s,sensor,x,y,z,unit\n"
GOOD = HEADER + "0.0,gyro,1,2,3,rad/s\n0.0,accel,0,0,9.8,m/s^2\n0.0025,gyro,4,5,6,rad/s\n"


def pair(folder: Path, text: str, sheet: str = "imu.csv") -> Path:
    write_video(folder / "clip.mp4", range(6))
    (folder / sheet).write_text(text)
    return folder


@pytest.mark.parametrize(("sheet", "given"), [("imu.csv", "."), ("imu.csv", "clip.mp4"), ("clip.csv", "clip.mp4")])
def test_sidecar_is_found(tmp_path: Path, sheet: str, given: str) -> None:
    (episode,) = open_recording(pair(tmp_path / "a", GOOD, sheet) / given)
    assert episode.length == 6
    (gyro,) = episode.of_kind(Kind.GYRO)
    assert gyro.times_ns.tolist() == [0, 2_500_000]
    assert gyro.values.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert gyro.unit == "rad/s"


def test_same_stem_wins_over_other_sheets(tmp_path: Path) -> None:
    folder = pair(tmp_path / "a", GOOD, "clip.csv")
    (folder / "other.csv").write_text("nothing")
    assert open_recording(folder / "clip.mp4")[0].streams["accel"].unit == "m/s^2"
    with pytest.raises(RecordingError):
        open_recording(folder)  # one video, two sheets: which one?


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", EmptyRecordingError, "empty"),
        (HEADER, EmptyRecordingError, "no samples"),
        ("t_s,sensor,x,y,z\n0,gyro,1,2,3\n", MetadataError, "unit"),
        (HEADER + "soon,gyro,1,2,3,rad/s\n", DamagedFileError, "soon"),
        (HEADER + "0,gyro,1,2\n", DamagedFileError, "columns"),
        (HEADER + "0,gyro,1,,3,rad/s\n", MetadataError, "missing"),
        (HEADER + "inf,gyro,1,2,3,rad/s\n", MetadataError, "t_s"),
        (HEADER + "0,gy\udcffro,1,2,3,rad/s\n", DamagedFileError, "CSV"),
    ],
)
def test_bad_sheets(tmp_path: Path, text: str, error: type[RecordingError], message: str) -> None:
    folder = pair(tmp_path / "a", GOOD)
    (folder / "imu.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(error, match=message) as caught:
        open_recording(folder)[0]
    assert caught.value.file == folder / "imu.csv"
    assert caught.value.fix
