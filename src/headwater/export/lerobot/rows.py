"""An episode's rows as a LeRobot table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from headwater.export.lerobot.layout import DEFAULT_FEATURES, Layout, table_streams
from headwater.export.lerobot.tasks import TaskTable
from headwater.formats import Episode

Columns = dict[str, NDArray[Any]]
# What datasets.Image reads: the picture as it is stored, and a name nobody needs.
PICTURE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def episode_columns(
    episode: Episode, layout: Layout, tasks: TaskTable, *, episode_index: int, first_row: int
) -> Columns:
    """Every column of numbers in its stored type, shape (n, d). Index columns and the time grid are written anew."""
    count = episode.length
    frame = np.arange(count, dtype=np.int64)
    known: Mapping[int, str] = episode.ledger.get("task_texts", {})
    task_index = tasks.rows(episode)
    columns: Columns = {}
    for name, stream in table_streams(episode).items():
        values = stream.values
        # GR00T's annotation columns are numbers of the source's task table: they move with it
        if name.startswith("annotation.") and known and all(int(v) in known for v in np.unique(values)):
            values = tasks.renumber(values[:, 0], known)[:, np.newaxis]
        columns[name] = values
    default: Columns = {
        "timestamp": row_grid(count, layout.fps),
        "frame_index": frame,
        "episode_index": np.full(count, episode_index, dtype=np.int64),
        "index": frame + first_row,
        "task_index": task_index,
    }
    everything = {**columns, **{name: default[name][:, np.newaxis] for name in DEFAULT_FEATURES}}
    dtypes = layout.dtypes()
    return {name: values.astype(np.dtype(dtypes[name]), copy=False) for name, values in everything.items()}


def row_grid(count: int, fps: Fraction) -> NDArray[np.float32]:
    """``timestamp``: row i at i/fps seconds, each rounded once."""
    return np.asarray(np.arange(count) * fps.denominator / fps.numerator, dtype=np.float32)


def table_schema(layout: Layout) -> Any:
    """Arrow schema of a data file: lists for vectors, plain columns for width 1, pictures as ``datasets`` keeps them.

    The metadata is what ``datasets`` reads its features from; without it version 2.1 shows pictures as bytes.
    """
    widths = {**{name: len(axes) for name, (_, axes) in layout.columns.items()}, **dict.fromkeys(DEFAULT_FEATURES, 1)}
    fields, about = [], {}
    for name, dtype in layout.dtypes().items():
        kind = pa.bool_() if dtype == "bool" else pa.type_for_alias(dtype)
        value = {"dtype": dtype, "_type": "Value"}
        single = widths[name] == 1
        fields.append((name, kind if single else pa.list_(kind)))
        about[name] = value if single else {"feature": value, "length": widths[name], "_type": "Sequence"}
    for name in layout.of_dtype("image"):
        fields.append((name, PICTURE))
        about[name] = {"_type": "Image"}
    return pa.schema(fields).with_metadata({"huggingface": json.dumps({"info": {"features": about}})})


def arrow_batch(columns: Columns, pictures: Mapping[str, Iterable[bytes]], schema: Any) -> Any:
    """Rows as an Arrow table of ``schema``; ``pictures`` gives the encoded pictures of those rows."""
    arrays = []
    for field in schema:
        if field.name in columns:
            arrays.append(_array(columns[field.name], field.type))
        else:
            rows = [{"bytes": data, "path": None} for data in pictures[field.name]]
            arrays.append(pa.array(rows, PICTURE))
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(values: NDArray[Any], kind: Any) -> Any:
    rows, width = values.shape
    flat = pa.array(np.ascontiguousarray(values).reshape(-1), kind if width == 1 else kind.value_type)
    if width == 1:
        return flat
    return pa.ListArray.from_arrays(pa.array(range(0, rows * width + 1, width), pa.int32()), flat)
