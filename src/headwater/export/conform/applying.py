"""A map applied to an episode, and undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.export.conform.pictures import encoded
from headwater.export.conform.rates import grid_ns, picks_at, row_picks, sampled
from headwater.export.errors import ExportError
from headwater.formats import Annotation, Episode, Kind, Stream, Video, ledger_of
from headwater.formats.units import combined, inverse
from headwater.records.conform import AxisMap, ConformMap, FeatureMap, RateMap


@dataclass(frozen=True)
class _Rows:
    """Which row of the recording each row of the dataset is, and when it stands."""

    rate: RateMap
    picks: NDArray[np.int64]
    times_ns: NDArray[np.int64]

    @property
    def same(self) -> bool:
        return self.rate.method == "same"


def conformed(episode: Episode, made: ConformMap, work: Path) -> Episode:
    """An episode as ``made`` says. Numbers that no step touches stay as they are, bit for bit.

    Args:
        work: this episode's own folder for pictures chosen for another rate; they are encoded there once and must stay
            until the episode is written. Made if needed.

    Raises:
        ExportError, RecordingError: the map is not of this episode, or its pictures do not decode.
    """
    _demand_own(episode, made)
    count = len(row_picks(made.rate, episode.length))
    rows = _Rows(made.rate, row_picks(made.rate, episode.length), grid_ns(made.rate, count))
    named = [_feature(episode.streams[m.source], m, rows) for m in made.features]
    used = {m.source for m in made.features} | {stream.name for stream in named}
    kept = [_row_stream(s, rows) for s in episode.of_kind(Kind.TASK_INDEX) if s.name not in used]
    sensors = [s for s in episode.streams.values() if s.clock != "row" and s.name not in used]
    videos = {m.target: _camera(episode, m.source, m.target, rows, work) for m in made.cameras}
    return replace(
        episode,
        length=count,
        fps=Fraction(made.rate.target),
        streams={stream.name: stream for stream in (*named, *kept, *sensors)},
        videos=videos,
        ledger={name: episode.ledger[name] for name in ("task_texts",) if name in episode.ledger},
        notes=(*episode.notes, *made.notes),
        annotations=tuple(_annotations(episode, made, rows)),
        calibration={_renamed(name, made): value for name, value in episode.calibration.items()},
    )


def undone(stream: Stream, made: FeatureMap) -> Stream:
    """A dataset's column group in the recording's names, order and units; columns that were left out are NaN.

    Rows that another rate left out do not come back.
    """
    if stream.axes != tuple(axis.target for axis in made.axes):
        raise ExportError(
            f"{stream.name} is not of this map",
            actual=", ".join(stream.axes),
            allowed=", ".join(axis.target for axis in made.axes),
        )
    back = {axis.source: _scaled(stream.values[:, [i]], [axis], undo=True) for i, axis in enumerate(made.axes)}
    lost = np.full((len(stream.values), 1), np.nan)
    values = [back.get(name, lost) for name in made.source_axes]
    units = {axis.source: axis.source_unit for axis in made.axes}
    return replace(
        stream,
        name=made.source,
        values=np.concatenate(values, axis=1),
        axes=made.source_axes,
        unit=joined([units.get(name, "") for name in made.source_axes]),
        dtype=made.source_dtype,
    )


def joined(units: Sequence[str]) -> str:
    """``Stream.unit`` of axes: one word where all are alike, a list otherwise."""
    return units[0] if len(set(units)) == 1 else ",".join(units)


def _feature(stream: Stream, made: FeatureMap, rows: _Rows) -> Stream:
    order = [stream.axes.index(axis.source) for axis in made.axes]
    lines = sampled(stream, _own_units(made), rows.rate, rows.times_ns)
    at_rows = stream if stream.clock == "row" and rows.same else _row_stream(stream, rows)
    values = at_rows.values if lines is None else lines
    return replace(
        at_rows,
        name=made.target,
        values=_scaled(values[:, order], made.axes),
        axes=tuple(axis.target for axis in made.axes),
        unit=joined([axis.target_unit for axis in made.axes]),
        dtype=made.target_dtype,
    )


def _own_units(made: FeatureMap) -> list[str]:
    units = {axis.source: axis.source_unit for axis in made.axes}
    return [units.get(name, "") for name in made.source_axes]


def _scaled(values: NDArray[Any], axes: Sequence[AxisMap], *, undo: bool = False) -> NDArray[Any]:
    """Each column through its steps; columns without steps are not touched."""
    if not any(axis.steps for axis in axes):
        return values
    wide = values.astype(np.float64)
    for column, axis in enumerate(axes):
        if axis.steps:
            factor, offset = inverse(axis.steps) if undo else combined(axis.steps)
            wide[:, column] = wide[:, column] * float(factor) + float(offset)
    return wide


def _row_stream(stream: Stream, rows: _Rows) -> Stream:
    if stream.clock == "row" and rows.same:
        return stream
    picks = rows.picks if stream.clock == "row" else picks_at(stream.times_ns, rows.times_ns)
    return replace(stream, times_ns=rows.times_ns, values=stream.values[picks], clock="row")


def _camera(episode: Episode, own: str, name: str, rows: _Rows, work: Path) -> Video:
    video = episode.videos[own]
    fps = Fraction(rows.rate.target)
    if rows.same:
        return replace(video, key=name, fps=fps)
    picks = _frame_picks(episode, video, rows)
    return replace(encoded(video, picks, fps, work / f"{name}.mp4"), key=name)


def _frame_picks(episode: Episode, video: Video, rows: _Rows) -> NDArray[np.int64]:
    """Frame i is row i of a table; without one, frames stand at their own times."""
    if any(stream.clock == "row" for stream in episode.streams.values()):
        return rows.picks
    ledger = ledger_of(video)
    start = Fraction(video.start_s)
    times = np.array([round((int(p) * ledger.time_base - start) * 10**9) for p in ledger.pts], dtype=np.int64)
    return picks_at(times, rows.times_ns)


def _annotations(episode: Episode, made: ConformMap, rows: _Rows) -> Iterator[Annotation]:
    for one in episode.annotations:
        camera = _renamed(one.camera, made)
        if rows.same:
            yield replace(one, camera=camera)
            continue
        for row in np.flatnonzero(rows.picks == one.frame):
            yield replace(one, camera=camera, frame=int(row))


def _renamed(name: str, made: ConformMap) -> str:
    features = {m.source: m.target for m in made.features}
    cameras = {m.source: m.target for m in made.cameras}
    return cameras.get(name) or features.get(name, name)


def _demand_own(episode: Episode, made: ConformMap) -> None:
    for m in made.features:
        stream = episode.streams.get(m.source)
        if stream is None or stream.axes != m.source_axes:
            found = "no such stream" if stream is None else ", ".join(stream.axes)
            raise ExportError(
                f"{episode.name}: the map is of another recording: {m.source}",
                actual=found,
                allowed=", ".join(m.source_axes),
                fix="Plan the export again.",
            )
    for camera in made.cameras:
        if camera.source not in episode.videos:
            raise ExportError(
                f"{episode.name}: the map is of another recording: camera {camera.source}",
                actual=", ".join(episode.videos) or "no camera",
                fix="Plan the export again.",
            )
