"""Episodes in the layout of the Hugging Face Hub: Parquet tables, a card, and video that ``datasets`` opens.

- ``data/`` (default): one row a row: episode, frame, time, task, the streams on the table's clock, the path of every
  camera's clip, and pictures that were taken with the rows, byte for byte.
- ``episodes/``: one row an episode, all that is not a sample (``document.describe``) as JSON.
- ``sensors/``, ``texts/``, ``images/``, ``annotations/``: what has a clock of its own, sample by sample.
- ``videos/``: MP4 clips with a ``metadata.parquet`` (file_name, episode, camera, frame times), which is a VideoFolder.
- ``audio/``: sound, as recorded. ``README.md``: the card; ``LICENSE`` if its text is given.

A table nobody needs is not written. Rows stand in the order of the episodes; the same episodes give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from headwater.export.document import describe, exact_values, json_bytes
from headwater.export.huggingface.card import Config, Provenance, card
from headwater.export.huggingface.parts import IMAGE, PART_BYTES, Parts, features_of
from headwater.export.lerobot.layout import camera_key, layout_of, table_streams
from headwater.export.lerobot.rows import episode_columns
from headwater.export.lerobot.tasks import TaskTable
from headwater.export.media.cut import write_clip
from headwater.export.media.pictures import picture
from headwater.export.media.sound import SUFFIX, write_sound
from headwater.export.media.stills import frame_times_ns, row_times_ns
from headwater.export.models import ExportReport
from headwater.export.tally import Tally
from headwater.export.target import Workplace, new_folder
from headwater.formats import NS, Annotation, Episode, Kind, Stream, Video, episode_span

ABOUT = {
    "rows": "one row of the table at a time: numbers, task, clip of every camera",
    "episodes": "one row an episode: length, rate, task, cameras, calibration, notes",
    "sensors": "streams with clocks of their own, sample by sample",
    "texts": "words with times",
    "images": "pictures with times of their own",
    "annotations": "boxes, outlines and labels of pictures",
}
FOLDERS = {name: "data" if name == "rows" else name for name in ABOUT}
IMAGE_ROWS = 100
Times = NDArray[np.int64]


def export_huggingface(
    episodes: Iterable[Episode],
    out_dir: Path,
    *,
    provenance: Provenance = Provenance(),
    part_bytes: int = PART_BYTES,
) -> ExportReport:
    """Write ``episodes`` as one dataset in the Hub's layout.

    Args:
        episodes: with the same table columns and cameras. Read once, one in memory at a time.
        out_dir: must not exist or be empty; appears only when everything is written.
        provenance: licence, campaign and citation for the card.
        part_bytes: largest size of a parquet file's columns in memory.

    Raises:
        UnlikeEpisodesError, OutputError, ExportError, RecordingError.
    """
    with new_folder(out_dir) as place:
        tally = Tally()
        writer = _Writer(place, tally, part_bytes)
        for episode in episodes:
            writer.add(episode, tally.begin(episode.length))
        tally.report(place.root, place.target)  # refuses an empty dataset before a card is written of it
        writer.close(provenance)
        return tally.report(place.root, place.target)


class _Writer:
    def __init__(self, place: Workplace, tally: Tally, part_bytes: int) -> None:
        self._place, self._tally = place, tally
        self._parts = {name: Parts(place.root / folder, part_bytes) for name, folder in FOLDERS.items()}
        self._tasks = TaskTable()
        self._clips: list[dict[str, Any]] = []
        self._robots: dict[str, None] = {}
        self._first_row = 0

    def add(self, episode: Episode, number: int) -> None:
        times = row_times_ns(episode)
        rows = _row_streams(episode, times)
        inline = {k: v for k, v in episode.videos.items() if _is_inline(v, times)}
        paths = {k: self._clip(v, number) for k, v in episode.videos.items() if v.stills is None}
        self._rows(episode, number, times, rows, inline, paths)
        in_rows = {stream.name for stream in rows.values()}
        for key, video in episode.videos.items():
            if video.stills is not None and key not in inline:
                self._images(episode, number, video)
        for stream in episode.streams.values():
            if stream.name not in in_rows and stream.kind is not Kind.TASK_INDEX:
                self._parts["sensors"].add(_sensor(stream, number), episode)
        for text in episode.texts.values():
            head = {"episode_index": [number] * len(text.texts), "text_name": [text.name] * len(text.texts)}
            more = {"t_ns": text.times_ns, "text": list(text.texts), "clock": [text.clock] * len(text.texts)}
            self._parts["texts"].add(_table(_TEXTS, head | more), episode)
        if episode.annotations:
            self._parts["annotations"].add(_annotations(episode.annotations, number), episode)
        self._episode(episode, number, rows)
        self._robots[episode.embodiment] = None
        self._first_row += episode.length

    def close(self, provenance: Provenance) -> None:
        configs = []
        for name, parts in self._parts.items():
            size = parts.close()
            if parts.rows:
                features = features_of(parts.schema)
                pattern = f"{FOLDERS[name]}/train-*.parquet"
                configs.append(Config(name, pattern, features, parts.rows, parts.size_bytes, size, ABOUT[name]))
        root = self._place.root
        if self._clips:
            pq.write_table(pa.Table.from_pylist(self._clips, _CLIPS), root / "videos/metadata.parquet")
        facts = {
            "episodes": self._parts["episodes"].rows,
            "rows": self._first_row,
            "robots": ", ".join(name for name in self._robots if name),
            "tasks": "; ".join(text for text in self._tasks.texts()),
            "cameras with video": ", ".join(dict.fromkeys(clip["camera"] for clip in self._clips)),
        }
        (root / "README.md").write_text(card(provenance, configs, facts, self._first_row), encoding="utf-8")
        if provenance.licence_text:
            (root / "LICENSE").write_text(provenance.licence_text + "\n", encoding="utf-8")

    def _rows(
        self,
        episode: Episode,
        number: int,
        times: Times,
        streams: dict[str, Stream],
        inline: dict[str, Video],
        paths: dict[str, str],
    ) -> None:
        found = episode_columns(
            episode, layout_of(episode, None), self._tasks, episode_index=number, first_row=self._first_row
        )
        columns: dict[str, Any] = {
            "episode_index": pa.array(found["episode_index"][:, 0]),
            "frame_index": pa.array(found["frame_index"][:, 0]),
            "index": pa.array(found["index"][:, 0]),
            "timestamp": pa.array(times / NS),
            "t_ns": pa.array(times),
            "task_index": pa.array(found["task_index"][:, 0]),
            "task": pa.array([self._tasks.texts()[i] for i in found["task_index"][:, 0]]),
        }
        for name, stream in streams.items():
            columns[name] = _array(found[name].astype(exact_values(stream).dtype))
        for key, path in paths.items():
            columns[camera_key(key)] = pa.array([path] * episode.length, pa.string())
        if not inline:
            self._parts["rows"].add(pa.table(columns), episode)
            return
        table = pa.table(columns)
        for key in inline:
            self._tally_stills(episode.videos[key])
        for start in range(0, episode.length, IMAGE_ROWS):
            piece = table.slice(start, IMAGE_ROWS)
            for key, video in inline.items():
                piece = piece.append_column(camera_key(key), _pictures(video, start, piece.num_rows))
            self._parts["rows"].add(piece, episode)

    def _images(self, episode: Episode, number: int, video: Video) -> None:
        times = frame_times_ns(video)
        self._tally_stills(video)
        for start in range(0, len(times), IMAGE_ROWS):
            count = min(IMAGE_ROWS, len(times) - start)
            columns = {
                "episode_index": [number] * count,
                "camera": [video.key] * count,
                "frame_index": list(range(start, start + count)),
                "t_ns": times[start : start + count],
            }
            piece = _table(_IMAGES, columns).append_column("image", _pictures(video, start, count))
            self._parts["images"].add(piece, episode)

    def _tally_stills(self, video: Video) -> None:
        if picture(video, episode_span(video)[0]).stored:
            self._tally.still()
        else:
            self._tally.note(f"Pictures of {video.key} are stored bare or in {video.codec}: written as PNG, exactly.")

    def _clip(self, video: Video, number: int) -> str:
        path = f"{camera_key(video.key)}/chunk-{number // 1000:03d}/episode-{number:06d}.mp4"
        self._tally.video(video.key, write_clip(video, self._place.root / "videos" / path, self._place.scratch))
        times = frame_times_ns(video)
        row = {"file_name": path, "episode_index": number, "camera": camera_key(video.key), "frames": len(times)}
        self._clips.append({**row, "fps": float(video.fps), "t_ns": times.tolist()})
        return f"videos/{path}"

    def _episode(self, episode: Episode, number: int, rows: dict[str, Stream]) -> None:
        about = describe(episode)
        for column, stream in rows.items():
            about["streams"][stream.name]["column"] = column
        sounds = []
        for key, sound in episode.audio.items():
            sounds.append(f"audio/{camera_key(key)}/episode-{number:06d}.{SUFFIX}")
            write_sound(sound, episode, self._place.root / sounds[-1])
        row = {
            "episode_index": number,
            "name": episode.name,
            "length": episode.length,
            "fps": float(episode.fps),
            "tasks": list(episode.tasks),
            "robot": episode.embodiment,
            "source_format": episode.source.format,
            "notes": list(episode.notes),
            "audio": sounds,
            "about": json_bytes(about).decode(),
        }
        self._parts["episodes"].add(pa.Table.from_pylist([row], _EPISODES), episode)


_EPISODES = pa.schema(
    [("episode_index", pa.int64()), ("name", pa.string()), ("length", pa.int64()), ("fps", pa.float64()),
     ("tasks", pa.list_(pa.string())), ("robot", pa.string()), ("source_format", pa.string()),
     ("notes", pa.list_(pa.string())), ("audio", pa.list_(pa.string())), ("about", pa.string())]
)  # fmt: skip
_CLIPS = pa.schema(
    [("file_name", pa.string()), ("episode_index", pa.int64()), ("camera", pa.string()), ("frames", pa.int64()),
     ("fps", pa.float64()), ("t_ns", pa.list_(pa.int64()))]
)  # fmt: skip
_SENSORS = pa.schema(
    [("episode_index", pa.int64()), ("stream", pa.string()), ("t_ns", pa.int64()),
     ("values", pa.list_(pa.float64())), ("integers", pa.list_(pa.int64()))]
)  # fmt: skip
_TEXTS = pa.schema(
    [("episode_index", pa.int64()), ("text_name", pa.string()), ("t_ns", pa.int64()), ("text", pa.string()),
     ("clock", pa.string())]
)  # fmt: skip
_IMAGES = pa.schema(
    [("episode_index", pa.int64()), ("camera", pa.string()), ("frame_index", pa.int64()), ("t_ns", pa.int64())]
)
_ANNOTATIONS = pa.schema(
    [("episode_index", pa.int64()), ("camera", pa.string()), ("frame_index", pa.int64()), ("category", pa.string()),
     ("box", pa.list_(pa.float64())), ("outline", pa.list_(pa.float64()))]
)  # fmt: skip


def _row_streams(episode: Episode, times: Times) -> dict[str, Stream]:
    """Column to stream of those on the rows' times; one whose times are not the rows' is a sensor."""
    return {name: s for name, s in table_streams(episode).items() if np.array_equal(s.times_ns, times)}


def _is_inline(video: Video, times: Times) -> bool:
    return video.stills is not None and np.array_equal(frame_times_ns(video), times)


def _pictures(video: Video, start: int, count: int) -> Any:
    first = episode_span(video)[0] + start
    rows = []
    for place in range(count):
        made = picture(video, first + place)
        rows.append({"bytes": made.data, "path": f"{start + place:06d}.{made.suffix}"})
    return pa.array(rows, IMAGE)


def _sensor(stream: Stream, number: int) -> Any:
    count, width = stream.values.shape
    flat = np.ascontiguousarray(stream.values).reshape(-1)
    whole = flat.dtype.kind in "biu"
    lists = pa.ListArray.from_arrays(
        pa.array(np.arange(count + 1, dtype=np.int32) * width), pa.array(flat, pa.int64() if whole else pa.float64())
    )
    nothing = pa.nulls(count, pa.list_(pa.float64() if whole else pa.int64()))
    values, integers = (nothing, lists) if whole else (lists, nothing)
    head = [pa.array([number] * count, pa.int64()), pa.array([stream.name] * count, pa.string())]
    return pa.Table.from_arrays([*head, pa.array(stream.times_ns, pa.int64()), values, integers], schema=_SENSORS)


def _annotations(found: Iterable[Annotation], number: int) -> Any:
    rows = [
        {
            "episode_index": number,
            "camera": one.camera,
            "frame_index": one.frame,
            "category": one.category,
            "box": None if one.box is None else list(one.box),
            "outline": list(one.outline),
        }
        for one in found
    ]
    return pa.Table.from_pylist(rows, _ANNOTATIONS)


def _table(schema: Any, columns: dict[str, Any]) -> Any:
    return pa.table({field.name: pa.array(columns[field.name], field.type) for field in schema})


def _array(values: NDArray[Any]) -> Any:
    """Lists for vectors, a plain column for width 1."""
    rows, width = values.shape
    flat = pa.array(np.ascontiguousarray(values).reshape(-1))
    if width == 1:
        return flat
    return pa.ListArray.from_arrays(pa.array(np.arange(rows + 1, dtype=np.int32) * width), flat)
