"""LeRobotDataset v2.0 and v2.1: one parquet and one MP4 a camera for every episode.

v2.0 keeps one ``meta/stats.json``; v2.1 a line an episode in ``meta/episodes_stats.jsonl``.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from headwater.formats.errors import EmptyRecordingError, MetadataError
from headwater.formats.lerobot import Info, Rows, camera_video, task_texts
from headwater.formats.lerobot_images import image_cameras, read_numbers
from headwater.formats.lerobot_ledger import card, unreferenced
from headwater.formats.metadata import field, integer, read_lines, read_object
from headwater.formats.models import Episode, Source, Video
from headwater.formats.paths import existing, fill, within
from headwater.formats.recording import LazyEpisodes, Recording

_LOST = "Restore the file from the recorder's output, or remove the episode from meta/episodes.jsonl."
MAX_EPISODES = 1_000_000


def open_v2(root: Path, info: Info) -> Recording:
    """Open a v2.0 or v2.1 dataset."""
    dataset = _Dataset(root, info)
    return Recording(f"lerobot-{info.version}", root, LazyEpisodes(len(dataset.rows), dataset.read))


class _Dataset:
    def __init__(self, root: Path, info: Info) -> None:
        self.root = root
        self.info = info
        self.chunk = integer(info.raw, "chunks_size", file=info.file, low=1) if "chunks_size" in info.raw else 1000
        self.episodes_file = existing(root, "meta/episodes.jsonl", fix=_LOST)
        self.tasks_file = existing(root, "meta/tasks.jsonl", fix=_LOST)
        self.rows = [_episode_row(row, number, self.episodes_file) for number, row in read_lines(self.episodes_file)]
        if not self.rows:
            raise EmptyRecordingError(
                "lists no episode", file=self.episodes_file, fix="Record at least one episode before opening the set."
            )
        self.tasks = {
            integer(row, "task_index", file=self.tasks_file, where=f"line {number}."): str(row.get("task", ""))
            for number, row in read_lines(self.tasks_file)
        }
        self.stats_file, self.stats = self._stats()

    def _stats(self) -> tuple[Path | None, dict[int, Any]]:
        per_episode = within(self.root, "meta/episodes_stats.jsonl")
        if per_episode.is_file():
            rows = [row for _, row in read_lines(per_episode)]
            return per_episode, {r["episode_index"]: r.get("stats") for r in rows if "episode_index" in r}
        return None, {}

    def read(self, position: int) -> Episode:
        row = self.rows[position]
        index = row["episode_index"]
        values: dict[str, int | str] = {"episode_index": index, "episode_chunk": index // self.chunk}
        data = existing(self.root, self._fill("data_path", values), fix=_LOST)
        rows = Rows(read_numbers(data, self.info), self.info, data)
        videos, notes = self._videos(values, row["length"])
        dataset_stats = within(self.root, "meta/stats.json")
        stats = self.stats.get(index)
        if stats is None and dataset_stats.is_file():
            stats = read_object(dataset_stats)
            notes.append("Statistics are the dataset's, not the episode's (meta/stats.json).")
        stats_file = self.stats_file or (dataset_stats if dataset_stats.is_file() else None)
        stated, card_files = card(self.root)
        meta = [self.info.file, *card_files, self.episodes_file, self.tasks_file, *([stats_file] if stats_file else [])]
        return Episode(
            name=f"episode_{index:06d}",
            source=Source(
                f"lerobot-{self.info.version}",
                self.root,
                position,
                (*meta, data, *(video.path for video in videos.values())),
            ),
            length=rows.length,
            fps=self.info.fps,
            embodiment=self.info.robot,
            tasks=task_texts(row["tasks"]),
            streams=rows.streams,
            videos=videos | image_cameras(data, self.info, np.arange(rows.length), rows.times_ns),
            ledger={
                "episode_index_declared": index,
                "length": row["length"],
                "declared_rows": row["length"],
                **rows.bookkeeping,
                "stats": stats or {},
                "stats_scope": "episode" if index in self.stats else "dataset",
                "info": self.info.raw,
                "task_texts": self.tasks,
                "card": stated,
                "set_lengths": self._lengths,
                "unreferenced": self._unreferenced,
            },
            notes=(*rows.notes, *notes),
        )

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        return tuple(row["length"] for row in self.rows)

    @cached_property
    def _unreferenced(self) -> tuple[str, ...]:
        used = []
        for row in self.rows:
            values = {"episode_index": row["episode_index"], "episode_chunk": row["episode_index"] // self.chunk}
            used.append(self._fill("data_path", values))
            used += [self._fill("video_path", {**values, "video_key": key}) for key in self.info.of_dtype("video")]
        return unreferenced(self.root, used)

    def _fill(self, name: str, values: dict[str, int | str]) -> str:
        """A path from a template. NVIDIA's GR00T sample writes ``chunk-{episode_index:03d}`` for the chunk's
        folder; where that names no file, the chunk's number is tried in folder names."""
        template = self.info.template(name)
        relative = fill(template, values, file=self.info.file, field=name)
        folder, slash, last = template.rpartition("/")
        if "{episode_index" in folder and not within(self.root, relative).is_file():
            folder = folder.replace("{episode_index", "{episode_chunk")
            other = fill(f"{folder}{slash}{last}", values, file=self.info.file, field=name)
            return other if within(self.root, other).is_file() else relative
        return relative

    def _videos(self, values: dict[str, int | str], length: int) -> tuple[dict[str, Video], list[str]]:
        """The episode's cameras. One declared but never recorded is tolerated if another one was."""
        keys = self.info.of_dtype("video")
        notes: list[str] = []
        if not keys:
            return {}, notes
        paths = {key: self._fill("video_path", {**values, "video_key": key}) for key in keys}
        present = [key for key in keys if _recorded(self.root, paths[key])]
        notes += [f"Declared camera {key} has no files." for key in keys if key not in present]
        return {
            key: camera_video(key, existing(self.root, paths[key], fix=_LOST), self.info, frames=length)
            for key in present or keys
        }, notes


def _recorded(root: Path, relative: str) -> bool:
    """True if the camera's folder has any video, so that a missing file is a loss and not a habit."""
    folder = within(root, relative).parent
    return folder.is_dir() and any(folder.glob("*.mp4"))


def _episode_row(row: dict[str, Any], number: int, file: Path) -> dict[str, Any]:
    where = f"line {number}."
    tasks = row.get("tasks", [])
    if not isinstance(tasks, list):
        raise MetadataError("wrong type", file=file, field=f"{where}tasks", actual=type(tasks).__name__, allowed="list")
    return {
        "episode_index": integer(row, "episode_index", file=file, where=where, high=MAX_EPISODES),
        "length": integer(row, "length", file=file, where=where),
        "tasks": [field({"task": task}, "task", str, file=file, where=f"{where}tasks.") for task in tasks],
    }
