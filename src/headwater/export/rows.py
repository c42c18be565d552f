"""An episode's rows as a LeRobot v3.0 table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from headwater.export.layout import DEFAULT_FEATURES, Layout, table_streams
from headwater.export.tasks import TaskTable
from headwater.formats import Episode

Columns = dict[str, NDArray[Any]]


def episode_columns(
    episode: Episode, layout: Layout, tasks: TaskTable, *, episode_index: int, first_row: int
) -> Columns:
    """Every column, shape (n, d). Index columns and the time grid are written anew."""
    count = episode.length
    frame = np.arange(count, dtype=np.int64)
    task_index = tasks.rows(episode)
    known: Mapping[int, str] = episode.ledger.get("task_texts", {})
    columns: Columns = {}
    for stream in table_streams(episode):
        values = stream.values
        # GR00T's annotation columns are numbers of the source's task table: they move with it
        if stream.name.startswith("annotation.") and known and all(int(v) in known for v in np.unique(values)):
            values = tasks.renumber(values[:, 0], known)[:, np.newaxis]
        columns[stream.name] = values
    default: Columns = {
        "timestamp": (frame * layout.fps.denominator / layout.fps.numerator).astype(np.float32),
        "frame_index": frame,
        "episode_index": np.full(count, episode_index, dtype=np.int64),
        "index": frame + first_row,
        "task_index": task_index,
    }
    return {**columns, **{name: default[name][:, np.newaxis] for name in DEFAULT_FEATURES}}


def arrow_table(columns: Columns, layout: Layout) -> Any:
    """The same as an Arrow table in the declared types: lists for vectors, plain columns for width 1."""
    dtypes = {**{name: dtype for name, (dtype, _) in layout.columns.items()}, **DEFAULT_FEATURES}
    return pa.table({name: _array(values, dtypes[name]) for name, values in columns.items()})


def _array(values: NDArray[Any], dtype: str) -> Any:
    kind = {"bool": pa.bool_(), "float16": pa.float32()}.get(dtype) or pa.type_for_alias(dtype)
    flat = pa.array(np.ascontiguousarray(values).reshape(-1).astype(np.dtype(kind.to_pandas_dtype())), kind)
    rows, width = values.shape
    if width == 1:
        return flat
    return pa.ListArray.from_arrays(pa.array(range(0, rows * width + 1, width), pa.int32()), flat)
