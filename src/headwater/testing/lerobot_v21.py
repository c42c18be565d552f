"""Write one episode as a LeRobot v2.1 folder: rows, statistics and metadata consistent with each other.

For forgeries and fixtures: whatever is wrong with the result is wrong in the content, never in the bookkeeping.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

_DATA = "data/chunk-{episode_chunk:03d}/episode_{episode_index:06d}.parquet"
_VIDEO = "videos/chunk-{episode_chunk:03d}/{video_key}/episode_{episode_index:06d}.mp4"
ENCODERS = {
    "h264": ("libx264", {"crf": "23", "preset": "veryfast", "threads": "1"}),
    "av1": ("libsvtav1", {"crf": "30", "g": "2", "preset": "10"}),
}


@dataclass(frozen=True)
class Table:
    """The rows of one episode.

    Attributes:
        columns: feature name to (n, d) values; written as float32.
        axes: feature name to joint names.
        timestamps: (n,) seconds.
    """

    columns: Mapping[str, NDArray[Any]]
    axes: Mapping[str, tuple[str, ...]]
    timestamps: NDArray[np.float64]


def write_episode(
    root: Path,
    table: Table,
    cameras: Mapping[str, tuple[int, int, str]],
    *,
    fps: Fraction,
    robot: str,
    task: str,
) -> Path:
    """Write everything but the videos, which ``write_h264`` puts at ``video_path``; returns ``root``.

    Args:
        cameras: key to (width, height, codec).
    """
    rows = len(table.timestamps)
    features: dict[str, Any] = {
        name: {"dtype": "float32", "shape": [values.shape[1]], "names": list(table.axes[name])}
        for name, values in table.columns.items()
    }
    for key, (width, height, codec) in cameras.items():
        info = {"video.height": height, "video.width": width, "video.codec": codec, "video.fps": float(fps)}
        shape = {"shape": [height, width, 3], "names": ["height", "width", "channel"]}
        features[key] = {"dtype": "video", **shape, "info": info}
    features["timestamp"] = {"dtype": "float32", "shape": [1], "names": None}
    for name in ("frame_index", "episode_index", "index", "task_index"):
        features[name] = {"dtype": "int64", "shape": [1], "names": None}
    _write_rows(root / _DATA.format(episode_chunk=0, episode_index=0), table, rows)
    info = {
        "codebase_version": "v2.1",
        "robot_type": robot,
        "total_episodes": 1,
        "total_frames": rows,
        "total_tasks": 1,
        "total_videos": len(cameras),
        "total_chunks": 1,
        "chunks_size": 1000,
        "fps": int(fps) if fps.denominator == 1 else float(fps),
        "splits": {"train": "0:1"},
        "data_path": _DATA,
        "video_path": _VIDEO,
        "features": features,
    }
    meta = root / "meta"
    meta.mkdir(parents=True, exist_ok=True)
    (meta / "info.json").write_text(json.dumps(info, indent=1))
    stats = {name: _stats(values) for name, values in table.columns.items()}
    _line(meta / "tasks.jsonl", {"task_index": 0, "task": task})
    _line(meta / "episodes.jsonl", {"episode_index": 0, "tasks": [task], "length": rows})
    _line(meta / "episodes_stats.jsonl", {"episode_index": 0, "stats": stats})
    return root


def video_path(root: Path, key: str) -> Path:
    """Where the only episode's video of one camera belongs; the folder is made."""
    path = root / _VIDEO.format(episode_chunk=0, video_key=key, episode_index=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def write_video(path: Path, images: Iterable[NDArray[np.uint8]], *, fps: Fraction, codec: str = "h264") -> None:
    """Encode I420 pictures, uint8 (height * 3 / 2, width) each, as OpenCV lays them out."""
    encoder, options = ENCODERS[codec]
    with av.open(str(path), "w") as container:
        stream: Any = None
        for image in images:
            if stream is None:
                stream = container.add_stream(encoder, rate=fps)
                stream.width, stream.height = image.shape[1], image.shape[0] * 2 // 3
                stream.pix_fmt, stream.options = "yuv420p", dict(options)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="yuv420p")))
        if stream is not None:
            container.mux(stream.encode())


def _write_rows(path: Path, table: Table, rows: int) -> None:
    columns: dict[str, Any] = {}
    for name, values in table.columns.items():
        flat = pa.array(values.astype(np.float32).reshape(-1))
        columns[name] = pa.FixedSizeListArray.from_arrays(flat, values.shape[1])
    count = np.arange(rows, dtype=np.int64)
    columns["timestamp"] = pa.array(table.timestamps.astype(np.float32))
    columns |= {"frame_index": count, "episode_index": count * 0, "index": count, "task_index": count * 0}
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)


def _stats(values: NDArray[Any]) -> dict[str, list[float]]:
    reduced: dict[str, Any] = {"min": np.nanmin, "max": np.nanmax, "mean": np.nanmean, "std": np.nanstd}
    return {**{name: f(values, axis=0).tolist() for name, f in reduced.items()}, "count": [len(values)]}


def _line(path: Path, row: dict[str, Any]) -> None:
    path.write_text(json.dumps(row) + "\n")
