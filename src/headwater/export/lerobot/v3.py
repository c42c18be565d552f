"""Episodes to a LeRobotDataset v3.0 that ``LeRobotDataset(repo_id, root=...)`` opens offline: many episodes a file.

First-person recordings have no table: their rows are video frames with the default columns only, and their sensors
stay lossless in ``sensors/`` (see ``sensors``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa

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
from headwater.export.media.files import Clip, VideoFile
from headwater.export.models import ExportReport
from headwater.formats import Episode

DATA_MB, VIDEO_MB = 100, 200
DATA_PATH = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
VIDEO_PATH = "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4"
EPISODES_PATH = "meta/episodes/chunk-000/file-000.parquet"
_EPISODES_AT_ONCE = 100


def export_lerobot_v3(
    episodes: Iterable[Episode],
    out_dir: Path,
    *,
    fps: Fraction | int | None = None,
    task_map: Mapping[str, str] | None = None,
    stills: Stills = "video",
    data_mb: float = DATA_MB,
    video_mb: float = VIDEO_MB,
) -> ExportReport:
    """Write ``episodes`` as one LeRobot v3.0 dataset.

    Args:
        episodes: of one embodiment: same features, cameras and rate. Read once, one in memory at a time.
        out_dir: must not exist or be empty; appears only when everything is written.
        fps: rate to write; ``None`` for the first episode's. Nothing is resampled.
        task_map: source task text to exported text; ``""`` names episodes without one.
        stills: pictures stored one by one become H.264 ``video``, or lossless ``image`` columns; 16-bit ones always
            the latter.
        data_mb, video_mb: size at which the next file begins, MiB; an episode is never split.

    Raises:
        UnlikeEpisodesError, ShortVideoError, OutputError, ExportError, RecordingError.
    """
    options = Options(fps, task_map, stills)
    return write_set(episodes, out_dir, options, lambda root: _V3Files(root, data_mb, video_mb))


class _V3Files:
    """Data, video and episode files, each closed when it is full."""

    def __init__(self, root: Path, data_mb: float, video_mb: float) -> None:
        self._root, self._data_mb, self._video_mb = root, data_mb, video_mb
        self._data_file = -1
        self._data_bytes = 0
        self._data: Any = None
        self._cameras: dict[str, _CameraFiles] = {}
        self._rows: list[dict[str, Any]] = []
        self._episodes: Any = None

    def begin(self, layout: Layout) -> None:
        self._layout, self._schema = layout, table_schema(layout)
        limit = int(self._video_mb * (1 << 20))
        for name in layout.of_dtype("video"):
            self._cameras[name] = _CameraFiles(self._root, name, layout.fps, limit)

    def episode(self, ready: Ready) -> None:
        chunk, file = divmod(self._write_rows(ready), CHUNK)
        row: dict[str, Any] = {
            "episode_index": ready.number,
            "data/chunk_index": chunk,
            "data/file_index": file,
            "dataset_from_index": ready.first_row,
            "dataset_to_index": ready.first_row + ready.length,
            "tasks": ready.tasks,
            "length": ready.length,
        }
        for name, clip in ready.clips.items():
            row |= self._cameras[name].append(clip)
        for name, stats in stats_lists(ready.stats).items():
            row |= {f"stats/{name}/{stat}": value for stat, value in stats.items()}
        self._rows.append(row | {"meta/episodes/chunk_index": 0, "meta/episodes/file_index": 0})
        if len(self._rows) == _EPISODES_AT_ONCE:
            self._write_episodes()

    def end(self, facts: dict[str, Any], stats: dict[str, Stats], tasks: TaskTable) -> None:
        self._data.close()
        for camera in self._cameras.values():
            camera.close()
        if self._rows:
            self._write_episodes()
        self._episodes.close()
        write_json(self._root / "meta/stats.json", stats_lists(stats))
        tasks.write(self._root / "meta/tasks.parquet")
        codecs = {name: camera.codec for name, camera in self._cameras.items()}
        info = {
            "codebase_version": "v3.0",
            **facts,
            "data_files_size_in_mb": _whole(self._data_mb),
            "video_files_size_in_mb": _whole(self._video_mb),
            "data_path": DATA_PATH,
            "video_path": VIDEO_PATH if codecs else None,
            "features": self._layout.features(codecs),
        }
        write_json(self._root / "meta/info.json", info)

    def _write_rows(self, ready: Ready) -> int:
        """Returns the number of the data file."""
        if self._data is None or self._data_bytes >= self._data_mb * (1 << 20):
            if self._data is not None:
                self._data.close()
            self._data_file, self._data_bytes = self._data_file + 1, 0
            chunk, file = divmod(self._data_file, CHUNK)
            path = self._root / DATA_PATH.format(chunk_index=chunk, file_index=file)
            self._data = parquet_writer(path, self._schema)
        self._data_bytes += write_rows(self._data, ready, self._schema)
        return self._data_file

    def _write_episodes(self) -> None:
        table = pa.Table.from_pylist(self._rows, schema=self._episodes and self._episodes.schema)
        if self._episodes is None:
            self._episodes = parquet_writer(self._root / EPISODES_PATH, table.schema)
        self._episodes.write_table(table)
        self._rows = []


class _CameraFiles:
    """One camera's files, one open at a time."""

    def __init__(self, root: Path, name: str, fps: Fraction, max_bytes: int) -> None:
        self._root, self._name, self._fps, self._max_bytes = root, name, fps, max_bytes
        self._number = -1
        self._file: VideoFile | None = None
        self.codec = ("", "")

    def append(self, clip: Clip) -> dict[str, Any]:
        """Copy a clip; returns where it is, for the episode's row."""
        if self._file is None or not self._file.takes(clip, self._max_bytes):
            self.close()
            self._number += 1
            self._file = VideoFile(self._path(), clip, self._fps)
            if not self._number:
                self.codec = (clip.signature[0], clip.signature[3])
        chunk, file = divmod(self._number, CHUNK)
        first = self._file.append(clip)
        return {
            f"videos/{self._name}/chunk_index": chunk,
            f"videos/{self._name}/file_index": file,
            f"videos/{self._name}/from_timestamp": float(first / self._fps),
            f"videos/{self._name}/to_timestamp": float((first + clip.frames) / self._fps),
        }

    def close(self) -> None:
        """Finish the open file. Raises OutputError."""
        if self._file is not None:
            self._file.close()

    def _path(self) -> Path:
        chunk, file = divmod(self._number, CHUNK)
        return self._root / VIDEO_PATH.format(video_key=self._name, chunk_index=chunk, file_index=file)


def _whole(number: float) -> int | float:
    return int(number) if float(number).is_integer() else number
