"""Sensors with a clock of their own, kept sample by sample beside the LeRobot table.

``sensors/episode-000000.parquet``: stream, t_ns (from the video's first frame), x, y, z, more. Columns y, z and
``more`` (values past the third) are null where a stream is narrower. Integers a float64 cannot hold stand in a
column ``whole`` instead, which is there only if a stream needs it. Units, axes and clocks are in the schema
metadata under ``headwater``. LeRobot ignores the folder; resampling to frames is left to the one who trains.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headwater.formats import Kind, MetadataError, Stream
from headwater.formats.paths import within
from headwater.formats.tables import read_table
from headwater.primitives import json_text

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
WHOLE = pa.field("whole", pa.list_(pa.int64()))


def sensor_path(episode_index: int) -> str:
    """Path relative to the dataset."""
    return f"sensors/episode-{episode_index:06d}.parquet"


def write_sensors(streams: Sequence[Stream], path: Path) -> None:
    """Write all streams, one after the other, each in time order of the recording."""
    about = {
        s.name: {
            "unit": s.unit,
            "axes": s.axes,
            "clock": s.clock,
            "kind": s.kind.value,
            "dtype": s.dtype,
            "integer": s.values.dtype.kind in "iu",
        }
        for s in streams
    }
    large = any(_too_large(s) for s in streams)
    schema = (SCHEMA.append(WHOLE) if large else SCHEMA).with_metadata({"headwater": json.dumps(about)})
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.concat_tables([_table(s, large) for s in streams]).cast(schema), path)


def read_sensors(root: Path, episode_index: int) -> dict[str, Stream]:
    """The sensors of one exported episode by name, value for value; empty if it had none. Raises RecordingError."""
    path = within(root, sensor_path(episode_index))
    if not path.is_file():
        return {}
    table = read_table(path)
    try:
        about = json_text.parse(table.schema.metadata[b"headwater"])
        return {
            name: _stream(name, facts, table.filter(pc.equal(table["stream"], name))) for name, facts in about.items()
        }
    except (KeyError, ValueError, TypeError, AttributeError, pa.ArrowException):
        raise MetadataError(
            "is not a sensor table", file=path, actual=table.column_names, allowed=SCHEMA.names, fix="Export it again."
        ) from None


def _stream(name: str, facts: dict[str, Any], own: Any) -> Stream:
    axes = tuple(facts["axes"])
    if "whole" in own.column_names and own["whole"].null_count < len(own):
        values = np.array(own["whole"].to_pylist(), dtype=np.int64)
    else:
        columns = [own[axis].to_numpy() for axis in ("x", "y", "z")[: len(axes)]]
        if len(axes) > 3:
            columns += list(np.array(own["more"].to_pylist()).T)
        values = np.stack(columns, axis=1).astype(np.int64 if facts.get("integer") else np.float64)
    return Stream(
        name=name,
        kind=Kind(facts["kind"]),
        times_ns=own["t_ns"].to_numpy(),
        values=values,
        axes=axes,
        unit=facts["unit"],
        clock=facts["clock"],
        dtype=facts["dtype"],
    )


def _table(stream: Stream, with_whole: bool) -> Any:
    count = len(stream.values)
    large = _too_large(stream)
    floats = np.zeros((count, 0)) if large else stream.values.astype(np.float64)
    held = floats.shape[1]
    axes = [pa.array(floats[:, axis]) if axis < held else pa.nulls(count, pa.float64()) for axis in range(3)]
    more = [row[3:].tolist() for row in floats] if held > 3 else [None] * count
    columns = [
        pa.array([stream.name] * count, pa.string()),
        pa.array(stream.times_ns, pa.int64()),
        *axes,
        pa.array(more, pa.list_(pa.float64())),
    ]
    if with_whole:
        columns.append(pa.array(stream.values.tolist() if large else [None] * count, WHOLE.type))
    return pa.Table.from_arrays(columns, schema=SCHEMA.append(WHOLE) if with_whole else SCHEMA)


def _too_large(stream: Stream) -> bool:
    """True if float64 cannot hold the integers exactly."""
    values = stream.values
    return values.dtype.kind in "iu" and bool(np.any(np.abs(values.astype(np.float64)) > 2**53))
