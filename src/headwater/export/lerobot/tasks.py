"""Task texts of an exported dataset and the number of each row's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from headwater.formats import Episode, Kind

UNLABELLED = "unlabelled"


class TaskTable:
    """Numbers tasks in the order they are first met.

    Args:
        rename: source text to exported text; ``""`` names episodes that came without a task.
    """

    def __init__(self, rename: Mapping[str, str] | None = None) -> None:
        self._rename = dict(rename or {})
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The index of a task text, new or known."""
        text = self._rename.get(text, text) or UNLABELLED
        return self._numbers.setdefault(text, len(self._numbers))

    def texts(self) -> list[str]:
        """All texts; position is ``task_index``."""
        return list(self._numbers)

    def of(self, episode: Episode, rows: NDArray[np.int64]) -> list[str]:
        """The episode's texts: those its rows name, in their order, then what else it came with."""
        named = [int(number) for number in dict.fromkeys(rows.tolist())]
        named += [self.number(text) for text in episode.tasks]
        texts = self.texts()
        return [texts[number] for number in dict.fromkeys(named)]

    def rows(self, episode: Episode) -> NDArray[np.int64]:
        """``task_index`` of every row, shape (length,)."""
        known: Mapping[int, str] = episode.ledger.get("task_texts", {})
        streams = episode.of_kind(Kind.TASK_INDEX)
        if streams and all(int(old) in known for old in np.unique(streams[0].values)):
            return self.renumber(streams[0].values[:, 0], known)
        spoken = [t.texts for t in episode.texts.values() if t.clock == "row" and len(t.texts) == episode.length]
        for texts in spoken:
            if set(texts) == set(episode.tasks):  # an instruction a row, as RLDS has it
                return np.array([self.number(text) for text in texts], dtype=np.int64)
        only = episode.tasks[0] if episode.tasks else ""
        return np.full(episode.length, self.number(only), dtype=np.int64)

    def renumber(self, old: NDArray[np.int64], known: Mapping[int, str]) -> NDArray[np.int64]:
        """Numbers of one dataset's task table as numbers of this one."""
        _, first, where = np.unique(old, return_index=True, return_inverse=True)
        order = {int(old[i]): self.number(known[int(old[i])]) for i in np.sort(first)}
        return np.array([order[int(old[i])] for i in first], dtype=np.int64)[where]

    def write(self, path: Path) -> None:
        """``meta/tasks.parquet``: pandas would write the text as the frame's index, so the schema says so."""
        table = pa.table(
            {
                "task_index": pa.array(range(len(self._numbers)), pa.int64()),
                "task": pa.array(self.texts(), pa.string()),
            }
        )
        pq.write_table(table.replace_schema_metadata({"pandas": _pandas_schema()}), path)


def _pandas_schema() -> str:
    def column(name: str | None, kind: str, numpy: str, about: object = None) -> dict[str, object]:
        return {"name": name, "field_name": name, "pandas_type": kind, "numpy_type": numpy, "metadata": about}

    return json.dumps(
        {
            "index_columns": ["task"],
            "column_indexes": [column(None, "unicode", "object", {"encoding": "UTF-8"})],
            "columns": [column("task_index", "int64", "int64"), column("task", "unicode", "object")],
            "attributes": {},
            "creator": {"library": "headwater"},
            "pandas_version": "2.3.3",
        }
    )
