"""One-episode v2.1 folders, as ``headwater.testing.forgeries`` writes them, joined to one LeRobot v3.0 set.

Several peers read only v3.0, and some look for a defect by comparing episodes, so each is given a whole set. Rows and
video bytes are copied as they are; every count, index and statistic is right.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DATA = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
VIDEO = "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4"
V21 = {"episode_chunk": 0, "episode_index": 0}


def joined(folders: Sequence[Path], out: Path) -> Path:
    """Write the episodes of ``folders``, all of one robot and task, as one set; returns ``out``."""
    infos = [json.loads((folder / "meta/info.json").read_text()) for folder in folders]
    task = json.loads((folders[0] / "meta/tasks.jsonl").read_text())["task"]
    cameras = [name for name, feature in infos[0]["features"].items() if feature["dtype"] == "video"]
    rows, numeric, first = [], [], 0
    for number, (folder, info) in enumerate(zip(folders, infos, strict=True)):
        table = pq.read_table(folder / info["data_path"].format(**V21))
        count = len(table)
        table = _put(table, episode_index=np.full(count, number), index=np.arange(first, first + count))
        path = out / DATA.format(chunk_index=0, file_index=number)
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)
        place = {"chunk_index": 0, "file_index": number}
        row: dict[str, Any] = {"episode_index": number, "data/chunk_index": 0, "data/file_index": number}
        row |= {"dataset_from_index": first, "dataset_to_index": first + count, "tasks": [task], "length": count}
        for key in cameras:
            video = out / VIDEO.format(video_key=key, **place)
            video.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / info["video_path"].format(video_key=key, **V21), video)
            row |= {f"videos/{key}/{name}": value for name, value in place.items()}
            row |= {f"videos/{key}/from_timestamp": 0.0, f"videos/{key}/to_timestamp": count / info["fps"]}
        values = {name: _column(table, name) for name in infos[0]["features"] if name not in cameras}
        numeric.append(values)
        for name, value in values.items():
            row |= {f"stats/{name}/{stat}": number for stat, number in _stats(value).items()}
        rows.append(row | {"meta/episodes/chunk_index": 0, "meta/episodes/file_index": 0})
        first += count
    meta = out / "meta/episodes/chunk-000"
    meta.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows), meta / "file-000.parquet")
    _tasks(out, task)
    stats = {name: _stats(np.concatenate([v[name] for v in numeric])) for name in numeric[0]}
    stats |= {key: _plain_pictures(first) for key in cameras}
    (out / "meta/stats.json").write_text(json.dumps(stats))
    kept = {key: infos[0][key] for key in ("robot_type", "fps", "features")}
    sizes = {"chunks_size": 1000, "data_files_size_in_mb": 100, "video_files_size_in_mb": 200}
    totals = {"total_episodes": len(folders), "total_frames": first, "total_tasks": 1}
    paths = {"data_path": DATA, "video_path": VIDEO, "splits": {"train": f"0:{len(folders)}"}}
    info = {"codebase_version": "v3.0", **kept, **totals, **sizes, **paths}
    (out / "meta/info.json").write_text(json.dumps(info, indent=1))
    return out


def _put(table: pa.Table, **columns: Any) -> pa.Table:
    for name, values in columns.items():
        table = table.set_column(table.schema.get_field_index(name), name, pa.array(values, pa.int64()))
    return table


def _column(table: pa.Table, name: str) -> Any:
    values = np.array(table.column(name).to_pylist())
    return values if values.ndim == 2 else values[:, None]


def _stats(values: Any) -> dict[str, list[float]]:
    known = {"min": values.min(0), "max": values.max(0), "mean": values.mean(0), "std": values.std(0)}
    return {name: np.asarray(value, np.float64).tolist() for name, value in known.items()} | {"count": [len(values)]}


def _plain_pictures(count: int) -> dict[str, Any]:
    """ImageNet's, as many sets carry: no peer recomputes them."""
    known = {"min": (0.0,) * 3, "max": (1.0,) * 3, "mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
    return {name: [[[value]] for value in values] for name, values in known.items()} | {"count": [count]}


def _tasks(out: Path, task: str) -> None:
    """As LeRobot writes them: the text is pandas' index."""
    pandas = {
        "index_columns": ["__index_level_0__"],
        "column_indexes": [],
        "columns": [
            {"name": "task_index", "field_name": "task_index", "pandas_type": "int64", "numpy_type": "int64",
             "metadata": None},
            {"name": None, "field_name": "__index_level_0__", "pandas_type": "unicode", "numpy_type": "object",
             "metadata": None},
        ],
    }  # fmt: skip
    table = pa.table({"task_index": pa.array([0], pa.int64()), "__index_level_0__": [task]})
    pq.write_table(table.replace_schema_metadata({"pandas": json.dumps(pandas)}), out / "meta/tasks.parquet")
