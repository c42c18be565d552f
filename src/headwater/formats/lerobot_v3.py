"""LeRobotDataset v3.0: many episodes a file, found through ``meta/episodes/*.parquet``.

An episode's rows are those whose ``episode_index`` is its own; the declared row range is kept in the ledger for
the checks to compare. Its frames are the declared time span of a shared MP4.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from headwater.formats.errors import (
    EmptyRecordingError,
    MetadataError,
    MissingFileError,
    TooLargeError,
    UnfinishedRecordingError,
)
from headwater.formats.lerobot import Info, Rows, camera_video, task_texts
from headwater.formats.lerobot_images import image_cameras, read_numbers
from headwater.formats.lerobot_ledger import card, index_neighbours, unreferenced, video_neighbours
from headwater.formats.metadata import integer, read_object, seconds
from headwater.formats.models import Episode, Source, Video
from headwater.formats.paths import contained, existing, fill, within
from headwater.formats.recording import LazyEpisodes, Recording
from headwater.formats.tables import FINALIZE, column_names, has_footer, objects, read_table

MAX_EPISODES = 1_000_000
_STATS = "stats/"
_LOST = "Restore the file from the recorder's output."
_PLACES = ("data/chunk_index", "data/file_index", "dataset_from_index", "dataset_to_index")


def open_v3(root: Path, info: Info) -> Recording:
    """Open a v3.0 dataset."""
    dataset = _Dataset(root, info)
    return Recording(f"lerobot-{info.version}", root, LazyEpisodes(len(dataset.rows), dataset.read))


class _Row(NamedTuple):
    """An episode's row of ``meta/episodes`` without its statistics, the file, and its place in it."""

    told: dict[str, Any]
    file: Path
    place: int


class _Dataset:
    def __init__(self, root: Path, info: Info) -> None:
        self.root = root
        self.info = info
        self.tasks_file = _closing_file(root, "meta/tasks.parquet", "it names the tasks")
        self.tasks = _tasks(self.tasks_file)
        self.rows: list[_Row] = []
        held = 0
        for file in _episode_files(root):
            table = read_table(file, [name for name in column_names(file) if not name.startswith(_STATS)])
            if len(self.rows) + table.num_rows > MAX_EPISODES:
                raise TooLargeError("too many episodes", file=file, actual=table.num_rows, allowed=MAX_EPISODES)
            found, held = objects(file, table, held)
            self.rows += [_Row(row, file, place) for place, row in enumerate(found)]
        if not self.rows:
            raise EmptyRecordingError(
                "lists no episode", file=root / "meta/episodes", fix="Record at least one episode before opening it."
            )

    def read(self, position: int) -> Episode:
        row, meta_file, number = self.rows[position]
        index = _whole(row, "episode_index", meta_file)
        length = _whole(row, "length", meta_file)
        place = {name: _whole(row, name, meta_file) for name in _PLACES}
        data, own, table, strays = self._table(index, place, meta_file)
        rows = Rows(table, self.info, data)
        videos, notes = self._videos(row, length, meta_file)
        stats, scope, stats_files = self._stats(meta_file, number)
        stated, card_files = card(self.root)
        meta = (self.info.file, *card_files, self.tasks_file, meta_file, *stats_files)
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
            tasks=task_texts(row.get("tasks") or []),
            streams=rows.streams,
            videos=videos | image_cameras(data, self.info, own, rows.times_ns),
            ledger={
                "episode_index_declared": index,
                "length": length,
                "declared_rows": place["dataset_to_index"] - place["dataset_from_index"],
                "dataset_from_index": place["dataset_from_index"],
                "dataset_to_index": place["dataset_to_index"],
                **rows.bookkeeping,
                "stats": stats,
                "stats_scope": scope,
                "info": self.info.raw,
                "task_texts": self.tasks,
                "card": stated,
                "set_lengths": self._lengths,
                "unreferenced": self._unreferenced,
                "unlisted_episodes": strays,
                **index_neighbours(self._plain, position),
                "video_spans": {key: video_neighbours(self._plain, position, key) for key in videos},
            },
            notes=(*rows.notes, *notes),
        )

    @cached_property
    def _plain(self) -> list[dict[str, Any]]:
        return [row.told for row in self.rows]

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        return tuple(row["length"] for row in self._plain if isinstance(row.get("length"), int))

    @cached_property
    def _listed(self) -> set[Any]:
        return {row.get("episode_index") for row in self._plain}

    @cached_property
    def _unreferenced(self) -> tuple[str, ...]:
        used = set()
        for row in self._plain:
            for template, key in [("data_path", ""), *(("video_path", key) for key in self.info.of_dtype("video"))]:
                prefix = f"videos/{key}" if key else "data"
                places = {name: row.get(f"{prefix}/{name}") for name in ("chunk_index", "file_index")}
                values: dict[str, int | str] = {n: int(v) for n, v in places.items() if isinstance(v, int | float)}
                if len(values) == len(places):
                    values |= {"video_key": key} if key else {}
                    used.add(fill(self.info.template(template), values, file=self.info.file, field=template))
        return unreferenced(self.root, used)

    def _table(
        self, index: int, place: dict[str, int], meta_file: Path
    ) -> tuple[Path, NDArray[np.int64], Any, tuple[int, ...]]:
        """The data file, numbers of the episode's rows in it, the rows, and episodes in it that no metadata lists.

        Raises:
            RecordingError: it is not there or has no row of the episode.
        """
        values = {"chunk_index": place["data/chunk_index"], "file_index": place["data/file_index"]}
        relative = fill(self.info.template("data_path"), values, file=self.info.file, field="data_path")
        data = existing(self.root, relative, fix=_LOST)
        table = read_numbers(data, self.info)
        if "episode_index" not in table.column_names:
            raise MetadataError("column is missing", file=data, field="episode_index", fix=_LOST)
        mine = pc.equal(table["episode_index"], pa.scalar(index))
        own = table.filter(mine)
        if own.num_rows == 0:
            held = pc.min_max(table["episode_index"]).as_py()
            raise EmptyRecordingError(
                "no rows of the episode in the file its metadata names",
                file=data,
                field=f"episode_index {index}",
                actual=f"episodes {held['min']} to {held['max']}",
                fix=f"Correct data/file_index in {meta_file.name} or restore the data file.",
            )
        held = pc.unique(table["episode_index"]).to_pylist()
        strays = tuple(sorted(other for other in held if other not in self._listed))
        return data, pc.indices_nonzero(mine).to_numpy().astype(np.int64), own, strays

    def _videos(self, row: dict[str, Any], length: int, meta_file: Path) -> tuple[dict[str, Video], list[str]]:
        keys = self.info.of_dtype("video")
        placed = [key for key in keys if row.get(f"videos/{key}/file_index") is not None]
        if keys and not placed:
            raise MetadataError(
                "no camera has a place", file=meta_file, field=f"videos/{keys[0]}/file_index", fix=FINALIZE
            )
        notes = [f"Declared camera {key} has no files." for key in keys if key not in placed]
        return {key: self._video(key, row, length, meta_file) for key in placed}, notes

    def _video(self, key: str, row: dict[str, Any], length: int, meta_file: Path) -> Video:
        values: dict[str, int | str] = {
            "video_key": key,
            "chunk_index": _whole(row, f"videos/{key}/chunk_index", meta_file),
            "file_index": _whole(row, f"videos/{key}/file_index", meta_file),
        }
        relative = fill(self.info.template("video_path"), values, file=self.info.file, field="video_path")
        path = existing(self.root, relative, fix=_LOST)
        start_s = seconds(row, f"videos/{key}/from_timestamp", file=meta_file)
        if row.get(f"videos/{key}/to_timestamp") is not None:
            seconds(row, f"videos/{key}/to_timestamp", file=meta_file)
        return camera_video(key, path, self.info, start_s=start_s, frames=length, shared=True)

    def _stats(self, meta_file: Path, number: int) -> tuple[dict[str, dict[str, Any]], str, tuple[Path, ...]]:
        stats: dict[str, dict[str, Any]] = {}
        names = [name for name in column_names(meta_file) if name.startswith(_STATS)]
        told = objects(meta_file, read_table(meta_file, names).slice(number, 1))[0] if names else []
        for name, value in (item for row in told for item in row.items()):
            if value is not None:
                feature, _, stat = name.removeprefix(_STATS).rpartition("/")
                stats.setdefault(feature, {})[stat] = value
        file = within(self.root, "meta/stats.json")
        if stats:
            return stats, "episode", ()
        return (read_object(file), "dataset", (file,)) if file.is_file() else ({}, "dataset", ())


def _closing_file(root: Path, relative: str, why: str) -> Path:
    try:
        return existing(root, relative, fix=FINALIZE)
    except MissingFileError as error:
        raise UnfinishedRecordingError(
            f"was never written ({why})", file=root / relative, actual=error.actual, allowed="a file", fix=FINALIZE
        ) from None


def _episode_files(root: Path) -> list[Path]:
    folder = within(root, "meta/episodes")
    files = sorted(path for path in folder.rglob("*.parquet")) if folder.is_dir() else []
    if not files:
        data = within(root, "data")
        held = [contained(root, path) for path in sorted(data.rglob("*.parquet"))]
        cut = [str(path.relative_to(root)) for path in held if not has_footer(path)]
        raise UnfinishedRecordingError(
            "was never written (it says which rows and frames belong to which episode)"
            + (f"; without a footer: {', '.join(cut[:3])}" if cut else ""),
            file=folder,
            field="chunk-000/file-000.parquet",
            actual="no parquet file" if folder.is_dir() else "no such folder",
            fix=FINALIZE,
        )
    return [within(root, str(path.relative_to(root))) for path in files]


def _tasks(file: Path) -> dict[int, str]:
    """Task texts by index. pandas keeps the text in its index: column ``task`` or ``__index_level_0__``."""
    table = read_table(file)
    names = [n for n in ("task", "__index_level_0__") if n in table.column_names]
    if not names or "task_index" not in table.column_names:
        raise MetadataError(
            "columns are missing", file=file, actual=table.column_names, allowed="task_index and task", fix=FINALIZE
        )
    rows, _ = objects(file, table.select(["task_index", names[0]]))
    return {row["task_index"]: str(row[names[0]]) for row in rows}


def _whole(row: dict[str, Any], name: str, file: Path) -> int:
    return integer(row, name, file=file, where=f"episode {row.get('episode_index')}: ")
