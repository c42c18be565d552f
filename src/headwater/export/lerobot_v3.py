"""Episodes to a LeRobotDataset v3.0 that ``LeRobotDataset(repo_id, root=...)`` opens offline.

Numbers come from the episodes, never from their metadata: index columns, the time grid (row i at i/fps),
statistics and paths are written anew; video is copied without decoding wherever that is possible (see
``remux``). The same episodes give the same bytes. First-person recordings have no table: their rows are video
frames with the default columns only, and their sensors stay lossless in ``sensors/`` (see ``sensors``).
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from headwater.export.errors import ExportError, OutputError
from headwater.export.layout import (
    Layout,
    camera_key,
    demand_same,
    json_rate,
    layout_of,
    sensor_streams,
)
from headwater.export.models import ExportReport, Reencoded
from headwater.export.remux import Clip, plan_clip, reencode, write_clips
from headwater.export.rows import arrow_table, episode_columns
from headwater.export.sensors import sensor_path, write_sensors
from headwater.export.stats import Stats, aggregate, column_stats, image_stats, to_lists
from headwater.export.tasks import TaskTable
from headwater.formats import Episode

CHUNK = 1000
DATA_MB, VIDEO_MB = 100, 200
DATA_PATH = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
VIDEO_PATH = "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4"
EPISODES_PATH = "meta/episodes/chunk-000/file-000.parquet"


def export_lerobot_v3(
    episodes: Iterable[Episode],
    out_dir: Path,
    *,
    fps: Fraction | int | None = None,
    task_map: Mapping[str, str] | None = None,
) -> ExportReport:
    """Write ``episodes`` as one LeRobot v3.0 dataset.

    Args:
        episodes: of one embodiment: same features, cameras and rate. Read once, one in memory at a time.
        out_dir: must not exist or be empty; appears only when everything is written.
        fps: rate to write; ``None`` for the first episode's. Nothing is resampled.
        task_map: source task text to exported text; ``""`` names episodes without one.

    Raises:
        UnlikeEpisodesError, ShortVideoError, OutputError, ExportError, RecordingError.
    """
    target = Path(out_dir).absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise OutputError(f"{target} is in the way", actual="not empty", allowed="no folder or an empty one",
                          fix="Name another folder or remove this one.")  # fmt: skip
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        root = Path(scratch) / "dataset"
        report = _Writer(root, Path(scratch), Fraction(fps) if fps else None, TaskTable(task_map)).write(episodes)
        if target.exists():
            target.rmdir()
        shutil.move(root, target)
    return ExportReport(**{**report, "root": target})


class _Writer:
    def __init__(self, root: Path, scratch: Path, fps: Fraction | None, tasks: TaskTable) -> None:
        self.root = root
        self.scratch = scratch
        self.fps = fps
        self.tasks = tasks
        self.layout: Layout | None = None
        self.rows: list[dict[str, Any]] = []
        self.stats: list[dict[str, Stats]] = []
        self.clips: dict[str, list[Clip]] = {}
        self.reencoded: list[Reencoded] = []
        self.frames = 0
        self.data = _DataFiles(root)

    def write(self, episodes: Iterable[Episode]) -> dict[str, Any]:
        for folder in ("meta/episodes/chunk-000", "data"):
            (self.root / folder).mkdir(parents=True)
        for episode in episodes:
            self._episode(episode)
        self.data.close()
        if self.layout is None:
            raise ExportError("nothing to export", actual="no episode", fix="Select at least one episode.")
        codecs = {key: self._videos(key, clips) for key, clips in self.clips.items()}
        self._meta(self.layout, codecs)
        files = sorted(str(p.relative_to(self.root)) for p in self.root.rglob("*") if p.is_file())
        clips = [clip for group in self.clips.values() for clip in group]
        return {
            "episodes": len(self.rows),
            "frames": self.frames,
            "files": tuple(files),
            "copied": len(clips) - len(self.reencoded),
            "reencoded": tuple(self.reencoded),
            "retimed_s": max((clip.drift_s for clip in clips), default=0.0),
        }

    def _episode(self, episode: Episode) -> None:
        number = len(self.rows)
        layout = layout_of(episode, self.fps)
        if self.layout is None:
            self.layout = layout
        demand_same(self.layout, layout, episode)
        columns = episode_columns(episode, layout, self.tasks, episode_index=number, first_row=self.frames)
        chunk, file = divmod(self.data.append(arrow_table(columns, layout)), CHUNK)
        stats = {name: column_stats(values) for name, values in columns.items()}
        for key, video in episode.videos.items():
            self.clips.setdefault(camera_key(key), []).append(self._clip(number, key, episode))
            stats[camera_key(key)] = image_stats(video, episode.length)
        sensors = sensor_streams(episode)
        if sensors:
            write_sensors(sensors, self.root / sensor_path(number))
        texts = self.tasks.texts()
        self.rows.append(
            {
                "episode_index": number,
                "data/chunk_index": chunk,
                "data/file_index": file,
                "dataset_from_index": self.frames,
                "dataset_to_index": self.frames + episode.length,
                "tasks": [texts[i] for i in dict.fromkeys(columns["task_index"][:, 0].tolist())],
                "length": episode.length,
            }
        )
        self.stats.append(stats)
        self.frames += episode.length

    def _clip(self, number: int, key: str, episode: Episode) -> Clip:
        video = episode.videos[key]
        clip = plan_clip(video, episode.length)
        if isinstance(clip, str):
            self.reencoded.append(Reencoded(number, camera_key(key), clip))
            fresh = reencode(video, episode.length, self.scratch / f"{len(self.reencoded)}.mp4")
            clip = plan_clip(fresh, episode.length)
        if isinstance(clip, str):
            raise OutputError(f"{episode.name}: camera {key} cannot be written", actual=clip)
        return clip

    def _videos(self, key: str, clips: Sequence[Clip]) -> tuple[str, str]:
        """Write a camera's files and note in every episode's row where it went. Returns (codec, pix_fmt)."""
        assert self.layout is not None
        fps = self.layout.fps
        episode = 0
        for number, group in enumerate(_share_files(clips)):
            chunk, file = divmod(number, CHUNK)
            path = self.root / VIDEO_PATH.format(video_key=key, chunk_index=chunk, file_index=file)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_clips(group, fps, path)
            first = 0
            for clip in group:
                last = first + len(clip.order)
                self.rows[episode] |= {
                    f"videos/{key}/chunk_index": chunk,
                    f"videos/{key}/file_index": file,
                    f"videos/{key}/from_timestamp": float(first / fps),
                    f"videos/{key}/to_timestamp": float(last / fps),
                }
                episode, first = episode + 1, last
        return clips[0].signature[0], clips[0].signature[3]

    def _meta(self, layout: Layout, codecs: dict[str, tuple[str, str]]) -> None:
        names = list(self.stats[0])
        self._episodes(names)
        whole = {name: to_lists(aggregate([stats[name] for stats in self.stats])) for name in names}
        _write_json(self.root / "meta/stats.json", whole)
        self.tasks.write(self.root / "meta/tasks.parquet")
        info = {
            "codebase_version": "v3.0",
            "robot_type": layout.robot,
            "total_episodes": len(self.rows),
            "total_frames": self.frames,
            "total_tasks": len(self.tasks.texts()),
            "chunks_size": CHUNK,
            "data_files_size_in_mb": DATA_MB,
            "video_files_size_in_mb": VIDEO_MB,
            "fps": json_rate(layout.fps),
            "splits": {"train": f"0:{len(self.rows)}"},
            "data_path": DATA_PATH,
            "video_path": VIDEO_PATH if codecs else None,
            "features": layout.features(codecs),
        }
        _write_json(self.root / "meta/info.json", info)

    def _episodes(self, names: Sequence[str]) -> None:
        lists = [{name: to_lists(stats[name]) for name in names} for stats in self.stats]
        columns: dict[str, Any] = {name: [row[name] for row in self.rows] for name in self.rows[0]}
        for name in names:
            for stat in lists[0][name]:
                columns[f"stats/{name}/{stat}"] = [row[name][stat] for row in lists]
        for name in ("meta/episodes/chunk_index", "meta/episodes/file_index"):
            columns[name] = [0] * len(self.rows)
        pq.write_table(pa.table(columns), self.root / EPISODES_PATH)


class _DataFiles:
    """Appends episodes' tables, one row group each, to files of about DATA_MB before compression."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._number = -1
        self._bytes = DATA_MB << 20
        self._writer: Any = None

    def append(self, table: Any) -> int:
        """Write one episode; returns the number of the file it went to."""
        if self._bytes >= DATA_MB << 20:
            self._open(table.schema)
        self._writer.write_table(table, row_group_size=max(1, table.num_rows))
        self._bytes += table.nbytes
        return self._number

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def _open(self, schema: Any) -> None:
        self.close()
        self._number, self._bytes = self._number + 1, 0
        chunk, file = divmod(self._number, CHUNK)
        path = self._root / DATA_PATH.format(chunk_index=chunk, file_index=file)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = pq.ParquetWriter(path, schema)


def _share_files(clips: Sequence[Clip]) -> list[list[Clip]]:
    """Consecutive clips of one signature, at most VIDEO_MB together (a longer clip stands alone)."""
    groups: list[list[Clip]] = []
    room = 0
    for clip in clips:
        if not groups or groups[-1][0].signature != clip.signature or clip.size_bytes > room:
            groups.append([])
            room = VIDEO_MB << 20
        groups[-1].append(clip)
        room -= clip.size_bytes
    return groups


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=4, ensure_ascii=False) + "\n", encoding="utf-8")
