"""What writing a LeRobotDataset is in every version: a folder that appears when it is whole, and its episodes.

Numbers come from the episodes, never from their metadata: index columns, the time grid (row i at i/fps),
statistics and paths are written anew; video is copied without decoding wherever that is possible (see ``media.clips``).
The same episodes give the same bytes. Nothing grows with the number of episodes but their metadata files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import pyarrow.parquet as pq

from headwater.export.errors import ExportError
from headwater.export.lerobot.beside import write_beside
from headwater.export.lerobot.layout import Camera, Layout, Stills, demand_same, json_rate, layout_of, sensor_streams
from headwater.export.lerobot.rows import Columns, arrow_batch, episode_columns
from headwater.export.lerobot.sensors import sensor_path, write_sensors
from headwater.export.lerobot.stats import (
    Aggregate,
    Stats,
    column_stats,
    image_stats,
    picture_stats,
    sampled_frames,
    to_lists,
)
from headwater.export.lerobot.tasks import TaskTable
from headwater.export.media.clips import Clips
from headwater.export.media.files import Clip
from headwater.export.media.stills import Shown, shown
from headwater.export.models import ExportReport, Reencoded
from headwater.export.target import files_of, new_folder
from headwater.formats import Episode

CHUNK = 1000
_BATCH_BYTES = 16 << 20
_BATCH_ROWS = 100


@dataclass(frozen=True)
class Options:
    """What an export is asked for.

    Attributes:
        fps: rate to write; ``None`` for the first episode's. Nothing is resampled.
        task_map: source task text to exported text; ``""`` names episodes without one.
        stills: what becomes of pictures stored one by one: H.264 ``video``, or lossless ``image`` columns.
    """

    fps: Fraction | int | None = None
    task_map: Mapping[str, str] | None = None
    stills: Stills = "video"


@dataclass(frozen=True, eq=False)
class Ready:
    """One episode, ready to be placed into files.

    Attributes:
        number: ``episode_index``; first_row: its first ``index``.
        tasks: texts in the order its rows name them.
        pictures: cameras whose pictures go into the table; clips: cameras with video, by feature name.
    """

    number: int
    first_row: int
    length: int
    tasks: list[str]
    columns: Columns
    pictures: dict[str, Shown]
    clips: dict[str, Clip]
    stats: dict[str, Stats]


class Files(Protocol):
    """Where one version of the format puts things."""

    def begin(self, layout: Layout) -> None:
        """Called before the first episode."""

    def episode(self, ready: Ready) -> None:
        """Place one episode."""

    def end(self, facts: dict[str, Any], stats: dict[str, Stats], tasks: TaskTable) -> None:
        """Write what comes last; ``facts`` are what ``info.json`` says in every version."""


def write_set(
    episodes: Iterable[Episode], out_dir: Path, options: Options, files_in: Callable[[Path], Files]
) -> ExportReport:
    """Write ``episodes`` under ``out_dir`` with the files of one version.

    Raises:
        UnlikeEpisodesError, ShortVideoError, OutputError, ExportError, RecordingError.
    """
    with new_folder(out_dir) as place:
        writer = _Writer(place.root, place.scratch, options, files_in(place.root))
        for episode in episodes:
            writer.add(episode)
        writer.finish()
        files = files_of(place.root)
    return ExportReport(
        root=place.target,
        episodes=writer.episodes,
        frames=writer.frames,
        files=files,
        copied=writer.clips - len(writer.reencoded),
        reencoded=tuple(writer.reencoded),
        retimed_s=writer.retimed_s,
        notes=tuple(writer.notes),
    )


def write_rows(writer: Any, ready: Ready, schema: Any) -> int:
    """Write an episode's rows with a ``ParquetWriter``, as one row group where no pictures are among them.

    Returns their size before compression, bytes.
    """
    if not ready.pictures:
        table = arrow_batch(ready.columns, {}, schema)
        writer.write_table(table, row_group_size=max(1, table.num_rows))
        return int(table.nbytes)
    size = 0
    sources = {name: pictures.files() for name, pictures in ready.pictures.items()}
    for start, stop, batch in _batches(sources, ready.length):
        columns = {name: values[start:stop] for name, values in ready.columns.items()}
        table = arrow_batch(columns, batch, schema)
        writer.write_table(table)
        size += int(table.nbytes)
    return size


def parquet_writer(path: Path, schema: Any) -> Any:
    """A writer for a file that may have to be made a folder for."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return pq.ParquetWriter(path, schema)


def write_json(path: Path, value: object) -> None:
    """As LeRobot writes its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=4, ensure_ascii=False) + "\n", encoding="utf-8")


def stats_lists(stats: Mapping[str, Stats]) -> dict[str, dict[str, list[object]]]:
    """Statistics of all features as nested lists."""
    return {name: to_lists(own) for name, own in stats.items()}


@dataclass
class _Writer:
    """Takes in episodes one by one and keeps counts, tasks and running statistics only."""

    root: Path
    scratch: Path
    options: Options
    files: Files
    episodes: int = 0
    frames: int = 0
    clips: int = 0
    retimed_s: float = 0.0
    reencoded: list[Reencoded] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _layout: Layout | None = None
    _whole: dict[str, Aggregate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._fps = Fraction(self.options.fps) if self.options.fps else None
        self._tasks = TaskTable(self.options.task_map)

    def add(self, episode: Episode) -> None:
        """Write one episode."""
        layout = layout_of(episode, self._fps, self.options.stills)
        if self._layout is None:
            self._layout, self._clips = layout, Clips(self.scratch, layout.fps)
            self.files.begin(layout)
        demand_same(self._layout, layout, episode)
        columns = episode_columns(episode, layout, self._tasks, episode_index=self.episodes, first_row=self.frames)
        stats = {name: column_stats(values) for name, values in columns.items()}
        pictures = {name: shown(episode, camera) for name, camera in layout.of_dtype("image").items()}
        for name, own in pictures.items():
            self._note(own.note())
            stats[name] = _still_stats(own)
        clips = {name: self._clip(episode, name, camera) for name, camera in layout.of_dtype("video").items()}
        stats |= {name: _clip_stats(episode, layout.cameras[name]) for name in clips}
        for name, part in stats.items():
            self._whole.setdefault(name, Aggregate()).add(part)
        told = self._tasks.of(episode, columns["task_index"][:, 0])
        self.files.episode(Ready(self.episodes, self.frames, episode.length, told, columns, pictures, clips, stats))
        self._beside(episode, layout)
        self.episodes += 1
        self.frames += episode.length

    def finish(self) -> None:
        """Write what needs all episodes. Raises ExportError if there was none."""
        if self._layout is None:
            raise ExportError("nothing to export", actual="no episode", fix="Select at least one episode.")
        facts = {
            "robot_type": self._layout.robot,
            "total_episodes": self.episodes,
            "total_frames": self.frames,
            "total_tasks": len(self._tasks.texts()),
            "chunks_size": CHUNK,
            "fps": json_rate(self._layout.fps),
            "splits": {"train": f"0:{self.episodes}"},
        }
        self.files.end(facts, {name: own.stats() for name, own in self._whole.items()}, self._tasks)

    def _clip(self, episode: Episode, name: str, camera: Camera) -> Clip:
        made = self._clips.prepare(episode, camera)
        self._note(made.note)
        self.clips += 1
        if made.reason:
            self.reencoded.append(Reencoded(self.episodes, name, made.reason, made.spans))
        else:
            self.retimed_s = max(self.retimed_s, made.clip.drift_s)
        return made.clip

    def _beside(self, episode: Episode, layout: Layout) -> None:
        sensors = sensor_streams(episode)
        if sensors:
            write_sensors(sensors, self.root / sensor_path(self.episodes))
        for note in write_beside(episode, layout, self.root, self.episodes):
            self._note(note)

    def _note(self, text: str | None) -> None:
        if text:
            self.notes.append(f"episode {self.episodes}: {text}")


def _batches(sources: Mapping[str, Iterator[bytes]], length: int) -> Iterator[tuple[int, int, dict[str, list[bytes]]]]:
    """Rows in parts of at most 100, fewer where their pictures are large: (first, stop, pictures)."""
    start = 0
    while start < length:
        held: dict[str, list[bytes]] = {name: [] for name in sources}
        size = 0
        while start + (rows := len(next(iter(held.values())))) < length and rows < _BATCH_ROWS and size < _BATCH_BYTES:
            for name, source in sources.items():
                held[name] += islice(source, 1)
                size += len(held[name][-1])
        yield start, start + rows, held
        start += rows


def _still_stats(pictures: Shown) -> Stats:
    rows = sampled_frames(len(pictures.places))
    return picture_stats(pictures.pixels(rows), 1 << pictures.camera.bits)


def _clip_stats(episode: Episode, camera: Camera) -> Stats:
    video = episode.videos[camera.key]
    return image_stats(video, episode.length) if video.stills is None else _still_stats(shown(episode, camera))
