"""What LeRobot's table has no place for, kept beside it so that nothing is lost and the episode can be had back.

``beside/episode-000000.json``: names and units of columns and cameras where LeRobot's differ, texts with their times,
annotations, calibration, microphones, the recording's own metadata and the reader's notes.
``beside/episode-000000.parquet``: a column ``name`` and a column ``t_ns``: the times of rows, streams and cameras that
are not on the table's grid, to the nanosecond.
``beside/episode-000000-MIC.mp4``: sound. Each only where there is something to keep; LeRobot ignores the folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from headwater.export.document import plain
from headwater.export.lerobot.layout import Layout, table_streams
from headwater.export.lerobot.rows import row_grid
from headwater.export.lerobot.sensors import read_sensors
from headwater.export.media.audio import copy_audio
from headwater.export.media.stills import frame_times_ns, grid_ns
from headwater.formats import NS, Annotation, Audio, Calibration, Episode, Kind, MetadataError, Stream, Text, Video
from headwater.formats.lerobot import kind_of
from headwater.formats.metadata import read_object
from headwater.formats.paths import safe_name, within
from headwater.formats.tables import read_table

_SAME_NS = 500
_ROW = "row"


def write_beside(episode: Episode, layout: Layout, root: Path, number: int) -> list[str]:
    """Write what there is to keep. Returns notes for the report."""
    folder = root / "beside"
    stem = f"episode-{number:06d}"
    audio, notes = _audio(episode, folder, stem)
    kept = {
        "streams": _streams(episode),
        "cameras": _cameras(episode, layout),
        "texts": [{**asdict(t), "times_ns": t.times_ns.tolist()} for t in episode.texts.values()],
        "annotations": [asdict(a) for a in episode.annotations],
        "calibration": {name: asdict(c) for name, c in episode.calibration.items()},
        "audio": audio,
        "meta": episode.meta,
        "notes": episode.notes,
    }
    kept = {name: plain(value) for name, value in kept.items() if value}
    if kept:
        folder.mkdir(exist_ok=True)
        about = {"format": episode.source.format, "name": episode.name, **kept}
        text = json.dumps(about, indent=1, ensure_ascii=False) + "\n"
        (folder / f"{stem}.json").write_text(text, encoding="utf-8")
    times = _times(episode, layout)
    if times:
        folder.mkdir(exist_ok=True)
        names = pa.array([name for name, own in times.items() for _ in own], pa.string())
        table = pa.table({"name": names.dictionary_encode(), "t_ns": np.concatenate(list(times.values()))})
        pq.write_table(table, folder / f"{stem}.parquet")
    return notes


def read_times(root: Path, number: int) -> dict[str, NDArray[np.int64]]:
    """Times that are not on the table's grid, int64 nanoseconds from the episode's start.

    By ``row`` (all columns), feature name of a column, or feature name of a camera (its frames). Raises RecordingError.
    """
    path = within(root, f"beside/episode-{number:06d}.parquet")
    if not path.is_file():
        return {}
    table = read_table(path)
    try:
        names = pc.cast(table["name"], pa.string())
        return {
            str(name): table.filter(pc.equal(names, name))["t_ns"].to_numpy() for name in names.unique().to_pylist()
        }
    except (KeyError, ValueError, TypeError, pa.ArrowException):
        raise MetadataError(
            "is not a table of times",
            file=path,
            actual=table.column_names,
            allowed="name, t_ns",
            fix="Export it again.",
        ) from None


def restored(episode: Episode) -> Episode:
    """An exported episode with everything that lies beside its table: names, units, times, sensors, texts, sound.

    Args:
        episode: as ``open_recording`` reads it from a dataset written here.

    Raises:
        RecordingError: a file beside the table is damaged.
    """
    root, number = episode.source.root, episode.source.index
    path = within(root, f"beside/episode-{number:06d}.json")
    kept = read_object(path) if path.is_file() else {}
    times = read_times(root, number)
    try:
        streams = _restored_streams(episode, kept.get("streams", {}), times) | read_sensors(root, number)
        return replace(
            episode,
            name=str(kept.get("name", episode.name)),
            streams=streams,
            videos=_restored_cameras(episode, kept.get("cameras", {})),
            texts={t["name"]: Text(**{**t, **_text(t)}) for t in kept.get("texts", [])} or episode.texts,
            annotations=tuple(_annotation(a) for a in kept.get("annotations", [])) or episode.annotations,
            calibration={n: _calibration(c) for n, c in kept.get("calibration", {}).items()} or episode.calibration,
            audio={k: Audio(**{**a, "path": within(root, a["path"])}) for k, a in kept.get("audio", {}).items()},
            meta=kept.get("meta", {}) or episode.meta,
            notes=(*kept.get("notes", ()), *episode.notes),
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        raise MetadataError("is not what an export keeps beside its table", file=path, fix="Export it again.") from None


def _streams(episode: Episode) -> dict[str, Any]:
    """What a column's name alone does not tell."""
    found = {}
    for feature, stream in table_streams(episode).items():
        own = {"name": stream.name, "kind": stream.kind.value, "unit": stream.unit, "dtype": stream.dtype}
        if (stream.name, stream.kind, stream.unit) != (feature, kind_of(feature), ""):
            found[feature] = own
    return found


def _cameras(episode: Episode, layout: Layout) -> dict[str, Any]:
    found = {}
    for feature, camera in layout.cameras.items():
        video = episode.videos[camera.key]
        if camera.key != feature or video.stills is not None or video.rotation or video.depth_unit_m is not None:
            found[feature] = {
                "key": camera.key,
                "codec": video.codec,
                "pix_fmt": video.pix_fmt,
                "rotation": video.rotation,
                "depth_unit_m": video.depth_unit_m,
                "info": video.info,
            }
    return found


def _audio(episode: Episode, folder: Path, stem: str) -> tuple[dict[str, Any], list[str]]:
    found, notes = {}, []
    for key, audio in episode.audio.items():
        target = folder / f"{stem}-{safe_name(key.replace('/', '.'), audio.path)}.mp4"
        start_s = copy_audio(audio, episode.duration_s, target)
        if start_s is None:
            notes.append(f"sound of {key} ({audio.codec}) cannot be kept in an MP4 and was left out")
            continue
        found[key] = {**asdict(audio), "path": f"beside/{target.name}", "track": 0, "start_s": start_s}
        notes.append(f"sound of {key} is in beside/, LeRobot has no place for it")
    return found, notes


def _times(episode: Episode, layout: Layout) -> dict[str, NDArray[np.int64]]:
    """Times that the table's own column and frame numbers would not give back."""
    read_back = np.rint(row_grid(episode.length, layout.fps).astype(np.float64) * NS).astype(np.int64)
    stamps = {name: np.asarray(stream.times_ns, dtype=np.int64) for name, stream in table_streams(episode).items()}
    found = {name: own for name, own in stamps.items() if not np.array_equal(own, read_back)}
    first = next(iter(found.values()), None)
    if first is not None and all(np.array_equal(own, first) for own in stamps.values()):
        found = {_ROW: first}
    for feature, camera in layout.cameras.items():
        own = frame_times_ns(episode.videos[camera.key])
        grid = grid_ns(episode.length, layout.fps)
        if len(own) != len(grid) or np.abs(own - grid).max(initial=0) > _SAME_NS:
            found[feature] = own
    return found


def _restored_streams(
    episode: Episode, about: Mapping[str, Any], times: Mapping[str, NDArray[np.int64]]
) -> dict[str, Stream]:
    found = {}
    for feature, stream in episode.streams.items():
        own = about.get(feature, {})
        stamps = times.get(feature, times.get(_ROW, stream.times_ns))
        made = replace(stream, times_ns=stamps)
        if own:
            made = replace(made, name=own["name"], kind=Kind(own["kind"]), unit=own["unit"], dtype=own["dtype"])
        found[made.name] = made
    return found


def _restored_cameras(episode: Episode, about: Mapping[str, Any]) -> dict[str, Video]:
    found = {}
    for feature, video in episode.videos.items():
        own = about.get(feature, {})
        made = replace(video, key=own["key"], depth_unit_m=own["depth_unit_m"]) if own else video
        found[made.key] = made
    return found


def _text(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {"times_ns": np.array(kept["times_ns"], dtype=np.int64), "texts": tuple(kept["texts"])}


def _annotation(kept: Mapping[str, Any]) -> Annotation:
    box = None if kept["box"] is None else tuple(kept["box"])
    return Annotation(**{**kept, "box": box, "outline": tuple(kept["outline"])})


def _calibration(kept: Mapping[str, Any]) -> Calibration:
    numbers = {name: tuple(map(float, value)) for name, value in kept.items() if isinstance(value, list)}
    return Calibration(**{**kept, **numbers})
