"""Sensors with a clock of their own, kept sample by sample beside the LeRobot table.

``sensors/episode-000000.parquet``: stream, t_ns (from the video's first frame), x, y, z, more. Columns y, z and
``more`` (values past the third) are null where a stream is narrower. Units, axes and clocks are in the schema
metadata under ``headwater``. LeRobot ignores the folder; resampling to frames is left to the one who trains.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from headwater.formats import Stream

SCHEMA = pa.schema(
    [
        ("stream", pa.string()),
        ("t_ns", pa.int64()),
        ("x", pa.float64()),
        ("y", pa.float64()),
        ("z", pa.float64()),
        ("more", pa.list_(pa.float64())),
    ]
)


def sensor_path(episode_index: int) -> str:
    """Path relative to the dataset."""
    return f"sensors/episode-{episode_index:06d}.parquet"


def write_sensors(streams: Sequence[Stream], path: Path) -> None:
    """Write all streams, one after the other, each in time order of the recording."""
    about = {s.name: {"unit": s.unit, "axes": s.axes, "clock": s.clock, "kind": s.kind.value} for s in streams}
    schema = SCHEMA.with_metadata({"headwater": json.dumps(about)})
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.concat_tables([_table(s) for s in streams]).cast(schema), path)


def _table(stream: Stream) -> Any:
    count, width = stream.values.shape
    axes = [
        pa.array(stream.values[:, axis], pa.float64()) if axis < width else pa.nulls(count, pa.float64())
        for axis in range(3)
    ]
    more = [row[3:].tolist() for row in stream.values] if width > 3 else [None] * count
    columns = [
        pa.array([stream.name] * count, pa.string()),
        pa.array(stream.times_ns, pa.int64()),
        *axes,
        pa.array(more, pa.list_(pa.float64())),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)
