"""Times that are no numbers, infinite or go back, one a line, in every reader that has them as numbers of a file.

Each is refused with file, field, what was found and what is allowed, or opens and is a DEFECT that says the same. MCAP,
ROS 1 and GPMF hold whole numbers, RLDS and HDF5 no times: nothing there can be NaN.
"""

from __future__ import annotations

import math
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headwater.checks import Severity, check_episode
from headwater.formats import RecordingError, open_recording
from headwater.testing.logs import write_bag2_run
from headwater.testing.media import capture_lines, write_capture, write_coded, write_pairs
from headwater.testing.recordings import CAMERA, write_lerobot_v21, write_lerobot_v30
from headwater.testing.vrs import write_vrs

NAN, INF, BACK = math.nan, math.inf, -1.0  # BACK: the time of an earlier row
EPISODES = "meta/episodes/chunk-000/file-000.parquet"
TRAJECTORY = "tracking_timestamp_us,tx_world_device,ty_world_device,tz_world_device,qx_world_device,qy_world_device,"
BAD_ROW, EARLIER = 7, 2
Make = Callable[[Path, float], Path]


def put(times: list[Any], bad: float) -> list[Any]:
    times[BAD_ROW] = times[EARLIER] if bad == BACK else bad
    return times


def column(file: Path, name: str, change: Callable[[list[Any]], list[Any]]) -> None:
    table = pq.read_table(file)
    values = pa.array(change(table[name].to_pylist()), table.schema.field(name).type)
    pq.write_table(table.set_column(table.column_names.index(name), name, values), file)


def v21(folder: Path, bad: float) -> Path:
    root = write_lerobot_v21(folder / "set", [14])
    column(root / "data/chunk-000/episode_000000.parquet", "timestamp", lambda times: put(times, bad))
    return root


def v30(folder: Path, bad: float) -> Path:
    root = write_lerobot_v30(folder / "set", [14])
    column(root / "data/chunk-000/file-000.parquet", "timestamp", lambda times: put(times, bad))
    return root


def v30_part(name: str) -> Make:
    """Where the first episode's video begins or ends in its file."""

    def make(folder: Path, bad: float) -> Path:
        root = write_lerobot_v30(folder / "set", [14, 6])
        column(root / EPISODES, f"videos/{CAMERA}/{name}", lambda times: [bad, *times[1:]])
        return root

    return make


def sheet(folder: Path, bad: float) -> Path:
    times = put([0.01 * i for i in range(40)], bad)
    write_coded(folder / "clip.mp4", "libx264", [np.full((48, 64), 90, np.uint8)] * 4)
    rows = [f"{time},gyro,{i},0,0,rad/s\n" for i, time in enumerate(times)]
    (folder / "imu.csv").write_text("t_s,sensor,x,y,z,unit\n" + "".join(rows))
    return folder


def capture(sensor: str, field: str) -> Make:
    def make(folder: Path, bad: float) -> Path:
        lines = capture_lines(40)
        own = [line for line in lines if line.get("sensor") == sensor]
        for line, time in zip(own, put([line[field] for line in own], bad), strict=True):
            line[field] = time
        return write_capture(folder / "set", lines)

    return make


def pairs(folder: Path, bad: float) -> Path:
    root = write_pairs(folder / "set", 40)
    times = np.load(root / "IMU_gyro_t.npy")
    np.save(root / "IMU_gyro_t.npy", np.array(put(times.tolist(), bad)))
    return root


def trajectory(folder: Path, bad: float) -> Path:
    times = put([1000 * i for i in range(40)], bad)
    rows = "".join(f"{time},0,0.5,1.25,0,0,0,1\n" for time in times)
    (folder / "closed_loop_trajectory.csv").write_text(f"{TRAJECTORY}qz_world_device,qw_world_device\n{rows}")
    return folder


def vrs(folder: Path, bad: float) -> Path:
    """The device's own time of an IMU record, or, where it has none, the recorder's."""
    path = write_vrs(folder / "run.vrs")
    raw = path.read_bytes()
    device, recorder = struct.pack("<q", round(100.07e9)), struct.pack("<d", 100.0 + 7 / 100)
    assert (raw.count(device), raw.count(recorder)) == (1, 2)  # the second is the index's
    raw = raw.replace(device, struct.pack("<q", round(100.02e9) if bad == BACK else 0))
    path.write_bytes(raw if bad == BACK else raw.replace(recorder, struct.pack("<d", bad), 1))
    return path


def bag2(folder: Path, bad: float) -> Path:
    """SQLite keeps any type in any column; NaN it takes for NULL, which the table forbids."""
    root = write_bag2_run(folder / "run", 40)
    with sqlite3.connect(root / "run.db3") as base:
        rows = [row for (row,) in base.execute("SELECT rowid FROM messages WHERE topic_id = 4 ORDER BY timestamp")]
        (earlier,) = base.execute("SELECT timestamp FROM messages WHERE rowid = ?", (rows[EARLIER],)).fetchone()
        base.execute(
            "UPDATE messages SET timestamp = ? WHERE rowid = ?", (earlier if bad == BACK else bad, rows[BAD_ROW])
        )
    base.close()
    return root


# refused: file, then the field, what was found and what is allowed, as words of the error
REFUSED: list[tuple[str, Make, float, str, str, str, str]] = [
    ("v30 begin NaN", v30_part("from_timestamp"), NAN, EPISODES, "from_timestamp", "nan", "0 to 1e7 seconds"),
    ("v30 begin infinite", v30_part("from_timestamp"), INF, EPISODES, "from_timestamp", "inf", "0 to 1e7 seconds"),
    ("v30 begin below 0", v30_part("from_timestamp"), BACK, EPISODES, "from_timestamp", "-1.0", "0 to 1e7 seconds"),
    ("v30 end NaN", v30_part("to_timestamp"), NAN, EPISODES, "to_timestamp", "nan", "0 to 1e7 seconds"),
    ("v30 end infinite", v30_part("to_timestamp"), INF, EPISODES, "to_timestamp", "inf", "0 to 1e7 seconds"),
    ("v30 end below 0", v30_part("to_timestamp"), BACK, EPISODES, "to_timestamp", "-1.0", "0 to 1e7 seconds"),
    ("CSV NaN", sheet, NAN, "imu.csv", "t_s, row 8", "nothing or NaN", "a number"),
    ("CSV infinite", sheet, INF, "imu.csv", "t_s of gyro, row 8", "inf", "-1e+09 to 1e+09"),
    ("JSONL s NaN", capture("pose", "t_s"), NAN, "clip.jsonl", "line 46.t_s", "nan", "a finite number of seconds"),
    ("JSONL s infinite", capture("pose", "t_s"), INF, "clip.jsonl", "line 46.t_s", "inf", "a finite number of seconds"),
    ("JSONL ns NaN", capture("imu", "t_ns"), NAN, "clip.jsonl", "line 44.t_ns", "nan", "a whole number of nanoseconds"),
    ("JSONL ns infinite", capture("imu", "t_ns"), INF, "clip.jsonl", "line 44.t_ns", "inf", "a whole number of nano"),
    ("NumPy NaN", pairs, NAN, "IMU_gyro_t.npy", "times, row 8", "nan", "-1e+12 to 1e+12"),
    ("NumPy infinite", pairs, INF, "IMU_gyro_t.npy", "times, row 8", "inf", "-1e+12 to 1e+12"),
    ("MPS NaN", trajectory, NAN, "closed_loop_trajectory.csv", "tracking_timestamp_us, row 8", "nan", "4.5036e+15"),
    ("MPS infinite", trajectory, INF, "closed_loop_trajectory.csv", "timestamp_us, row 8", "inf", "4.5036e+15"),
    ("VRS NaN", vrs, NAN, "run.vrs", "record at", "nan", "-1e9 to 1e9"),
    ("VRS infinite", vrs, INF, "run.vrs", "record at", "inf", "-1e9 to 1e9"),
    ("ROS 2 infinite", bag2, INF, "run.db3", ".timestamp", "inf", "whole nanoseconds"),
]  # fmt: skip

# opens, and is a DEFECT: rule, stream, what was found, what is allowed
FOUND: list[tuple[str, Make, float, str, str, str, str]] = [
    ("v2.1 NaN", v21, NAN, "time/stamps", "timestamp", "NaN", "finite"),
    ("v2.1 infinite", v21, INF, "time/stamps", "timestamp", "infinity", "finite"),
    ("v2.1 back", v21, BACK, "time/stamps", "timestamp", "1 steps back", "0"),
    ("v3.0 NaN", v30, NAN, "time/stamps", "timestamp", "NaN", "finite"),
    ("v3.0 infinite", v30, INF, "time/stamps", "timestamp", "infinity", "finite"),
    ("v3.0 back", v30, BACK, "time/stamps", "timestamp", "1 steps back", "0"),
    ("CSV back", sheet, BACK, "time/clocks", "gyro", "1 steps", "none"),
    ("JSONL s back", capture("pose", "t_s"), BACK, "time/clocks", "pose", "1 steps", "none"),
    ("JSONL ns back", capture("imu", "t_ns"), BACK, "time/clocks", "imu/gyro", "1 steps", "none"),
    ("NumPy back", pairs, BACK, "time/clocks", "IMU_gyro", "1 steps", "none"),
    ("MPS back", trajectory, BACK, "time/clocks", "head_pose", "1 steps", "none"),
    ("VRS back", vrs, BACK, "time/clocks", "imu-right/gyro", "1 steps", "none"),
    ("ROS 2 back", bag2, BACK, "time/clocks", "/joint_states/position", "1 steps", "none"),
]


@pytest.mark.parametrize(("make", "bad", "words"), [pytest.param(m, b, w, id=n) for n, m, b, *w in REFUSED])
def test_a_time_that_is_none_is_refused_by_name(make: Make, bad: float, words: list[str], tmp_path: Path) -> None:
    path = make(tmp_path, bad)
    file, field, actual, allowed = words
    with pytest.raises(RecordingError) as caught:
        open_recording(path)[0]
    assert str(caught.value.file).endswith(file)
    assert field in caught.value.field
    assert actual in str(caught.value.actual)
    assert allowed in str(caught.value.allowed)
    assert caught.value.fix


@pytest.mark.parametrize(("make", "bad", "words"), [pytest.param(m, b, w, id=n) for n, m, b, *w in FOUND])
def test_a_time_that_is_none_is_a_defect(make: Make, bad: float, words: list[str], tmp_path: Path) -> None:
    episode = open_recording(make(tmp_path, bad))[0]
    rule, stream, observed, expected = words
    findings = [one for one in check_episode(episode).findings if (one.rule, one.stream) == (rule, stream)]
    assert [one.severity for one in findings] == [Severity.DEFECT]
    assert observed in findings[0].observed
    assert expected in findings[0].expected
    assert findings[0].spans
    assert findings[0].fix


def test_a_neighbour_without_an_end_does_not_hide_an_episode(tmp_path: Path) -> None:
    """The second episode is judged although the first, beside it, cannot be read."""
    root = v30_part("to_timestamp")(tmp_path, NAN)
    column(root / EPISODES, f"videos/{CAMERA}/to_timestamp", lambda times: [times[0], times[1] + 1])
    report = check_episode(open_recording(root)[1])
    assert "ledger/boundaries" in {one.rule for one in report.findings}
