"""Episodes to a LeRobotDataset v2.1, which GR00T, openpi and Unitree read: one parquet and one MP4 a camera each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from headwater.export.lerobot.dataset import (
    CHUNK,
    Options,
    Ready,
    parquet_writer,
    stats_lists,
    write_json,
    write_rows,
    write_set,
)
from headwater.export.lerobot.layout import Layout, Stills
from headwater.export.lerobot.rows import table_schema
from headwater.export.lerobot.stats import Stats
from headwater.export.lerobot.tasks import TaskTable
from headwater.export.media.files import VideoFile
from headwater.export.models import ExportReport
from headwater.formats import Episode

DATA_PATH = "data/chunk-{episode_chunk:03d}/episode_{episode_index:06d}.parquet"
VIDEO_PATH = "videos/chunk-{episode_chunk:03d}/{video_key}/episode_{episode_index:06d}.mp4"


def export_lerobot_v2(
    episodes: Iterable[Episode],
    out_dir: Path,
    *,
    fps: Fraction | int | None = None,
    task_map: Mapping[str, str] | None = None,
    stills: Stills = "video",
) -> ExportReport:
    """Write ``episodes`` as one LeRobot v2.1 dataset. Arguments and errors as ``export_lerobot_v3``."""
    return write_set(episodes, out_dir, Options(fps, task_map, stills), _V2Files)


class _V2Files:
    """Files of its own for every episode; a line about it in each list."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._codecs: dict[str, tuple[str, str]] = {}
        self._videos = 0

    def begin(self, layout: Layout) -> None:
        self._layout, self._schema = layout, table_schema(layout)

    def episode(self, ready: Ready) -> None:
        names = {"episode_chunk": ready.number // CHUNK, "episode_index": ready.number}
        with parquet_writer(self._root / DATA_PATH.format(**names), self._schema) as writer:
            write_rows(writer, ready, self._schema)
        for name, clip in ready.clips.items():
            file = VideoFile(self._root / VIDEO_PATH.format(video_key=name, **names), clip, self._layout.fps)
            file.append(clip)
            file.close()
            self._codecs.setdefault(name, (clip.signature[0], clip.signature[3]))
            self._videos += 1
        about = {"episode_index": ready.number, "tasks": ready.tasks, "length": ready.length}
        self._line("episodes", about)
        self._line("episodes_stats", {"episode_index": ready.number, "stats": stats_lists(ready.stats)})

    def end(self, facts: dict[str, Any], stats: dict[str, Stats], tasks: TaskTable) -> None:
        for number, text in enumerate(tasks.texts()):
            self._line("tasks", {"task_index": number, "task": text})
        info = {
            "codebase_version": "v2.1",
            **facts,
            "total_videos": self._videos,
            "total_chunks": (facts["total_episodes"] - 1) // CHUNK + 1,
            "data_path": DATA_PATH,
            "video_path": VIDEO_PATH if self._codecs else None,
            "features": self._layout.features(self._codecs),
        }
        write_json(self._root / "meta/info.json", info)

    def _line(self, name: str, about: dict[str, Any]) -> None:
        path = self._root / f"meta/{name}.jsonl"
        path.parent.mkdir(exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(about, ensure_ascii=False) + "\n")
