from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headwater.export import read_sensors
from headwater.export.lerobot.sensors import sensor_path, write_sensors
from headwater.formats import Kind, MetadataError, Stream, UnsafePathError, open_recording

EXAMPLES = Path(__file__).parents[3] / "examples/recordings"


def stream(name: str, width: int, count: int) -> Stream:
    rng = np.random.default_rng(width)
    times = np.sort(rng.integers(0, 10**10, count))
    axes = tuple("xyzabc"[:width])
    return Stream(name, Kind.GPS, times, rng.normal(size=(count, width)), axes, unit="m", clock="gpmf", dtype="float64")


@pytest.mark.parametrize("width", [1, 2, 3, 5, 6])
def test_streams_of_any_width_come_back_bit_for_bit(tmp_path: Path, width: int) -> None:
    written = [stream("first", width, 7), stream("second", 3, 11)]
    write_sensors(written, tmp_path / sensor_path(0))
    back = read_sensors(tmp_path, 0)
    assert list(back) == ["first", "second"]
    for source in written:
        found = back[source.name]
        np.testing.assert_array_equal(found.values, source.values)
        np.testing.assert_array_equal(found.times_ns, source.times_ns)
        assert (found.axes, found.unit, found.clock, found.kind) == (source.axes, "m", "gpmf", Kind.GPS)


def test_a_real_camera_comes_back_bit_for_bit(tmp_path: Path) -> None:
    (episode,) = open_recording(EXAMPLES / "gopro_karma.mp4")
    write_sensors(list(episode.streams.values()), tmp_path / sensor_path(0))
    for name, found in read_sensors(tmp_path, 0).items():
        assert found.values.tobytes() == np.ascontiguousarray(episode.streams[name].values).tobytes()


def test_no_sensors_is_empty_and_foreign_tables_are_refused(tmp_path: Path) -> None:
    assert read_sensors(tmp_path, 0) == {}
    path = tmp_path / sensor_path(1)
    path.parent.mkdir()
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(MetadataError, match="not a sensor table"):
        read_sensors(tmp_path, 1)
    (tmp_path / sensor_path(2)).symlink_to("/dev/null")
    with pytest.raises(UnsafePathError):
        read_sensors(tmp_path, 2)
