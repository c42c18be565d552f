"""Episodes as Rerun recordings (``.rrd``), one file an episode. Needs the extra ``rerun``.

One timeline, ``t``: exact nanoseconds from the episode's start. A stream is an entity of its name with 64-bit scalars
(``values`` of 64-bit integers where doubles would round them); a camera is a video asset with a reference a frame, or
its pictures as they were stored; words are logs. Poses, boxes and lenses are also written as Rerun shows them, in its
32 bits; the property ``headwater`` has everything that is not a sample, exactly (``document.describe``).

Chunk and row ids are numbered, not drawn, and what the SDK gives no say in is put in order after it (``rrd_bytes``), so
that two runs give the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import rerun as rr
from numpy.typing import NDArray
from rerun.chunk import Chunk, LazyChunkStream

from headwater.export.document import describe, json_bytes
from headwater.export.media.cut import write_clip
from headwater.export.media.pictures import Picture, picture
from headwater.export.media.sound import MEDIA_TYPE, SUFFIX, write_sound
from headwater.export.media.stills import frame_times_ns
from headwater.export.models import ExportReport
from headwater.export.rrd_bytes import settle
from headwater.export.tally import Tally
from headwater.export.target import new_folder
from headwater.formats import Annotation, Episode, Kind, Stream, Text, Video, episode_span
from headwater.formats.message_kinds import POSE

APPLICATION = "headwater"
TIMELINE = "t"
PICTURES = 100
_MEDIA = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
_EXACT = 2**53
Columns = Iterable[Any]


def export_rerun(episodes: Iterable[Episode], out_dir: Path) -> ExportReport:
    """Write each episode as ``episode-000000.rrd``.

    Args:
        episodes: of any kind, alike or not. Read once, one in memory at a time, with one clip of video.
        out_dir: must not exist or be empty; appears only when everything is written.

    Raises:
        OutputError, ExportError, RecordingError.
    """
    with new_folder(out_dir) as place:
        tally = Tally()
        for episode in episodes:
            number = tally.begin(episode.length)
            name = f"episode-{number:06d}"
            chunks = _numbered(_Scene(episode, place.scratch, tally).chunks())
            stream = LazyChunkStream.from_iter(chunks)
            drawn = place.scratch / "drawn.rrd"
            stream.write_rrd(drawn, application_id=APPLICATION, recording_id=name)
            settle(drawn, place.root / f"{name}.rrd")
            drawn.unlink()
        return tally.report(place.root, place.target)


class _Scene:
    def __init__(self, episode: Episode, scratch: Path, tally: Tally) -> None:
        self._episode, self._scratch, self._tally = episode, scratch, tally

    def chunks(self) -> Iterator[Any]:
        episode = self._episode
        yield Chunk.from_property(APPLICATION, rr.AnyValues(episode=json_bytes(describe(episode)).decode()))
        for task in episode.tasks[:1]:
            yield _static("task", rr.TextDocument.columns(text=[task]))
        for stream in episode.streams.values():
            yield from self._stream(stream)
        for text in episode.texts.values():
            yield _words(text)
        for key, video in episode.videos.items():
            yield from self._video(key, video) if video.stills is None else self._pictures(key, video)
            yield from self._annotations(key, video)
        for name in episode.calibration:
            yield from self._lens(name)
        for key, sound in episode.audio.items():
            path = self._scratch / f"sound.{SUFFIX}"
            write_sound(sound, episode, path)
            yield _static(key, rr.AssetAudio.columns(blob=[path.read_bytes()], media_type=[MEDIA_TYPE]))
            path.unlink()

    def _stream(self, stream: Stream) -> Iterator[Any]:
        count, width = stream.values.shape
        if not count:
            return
        if (np.diff(stream.times_ns) < 0).any():
            self._tally.note(f"{stream.name}: samples were out of order; Rerun keeps them in the order of time.")
        flat = np.ascontiguousarray(stream.values).reshape(-1)
        if flat.dtype.kind in "iu" and len(flat) and max(-int(flat.min()), int(flat.max())) > _EXACT:
            columns: Any = rr.AnyValues.columns(values=flat).partition([width] * count)
            self._tally.note(f"{stream.name}: integers beyond 2^53 are values, not scalars; Rerun does not plot them.")
        else:
            yield _static(stream.name, rr.SeriesLines.columns(names=list(stream.axes)).partition([width]))
            columns = rr.Scalars.columns(scalars=flat.astype(np.float64)).partition([width] * count)
        yield _timed(stream.name, stream.times_ns, columns)
        if stream.kind is Kind.POSE and stream.axes == POSE:
            shown = rr.Transform3D.columns(translation=stream.values[:, :3], quaternion=stream.values[:, 3:])
            yield _timed(f"world/{stream.name}", stream.times_ns, shown)

    def _video(self, key: str, video: Video) -> Iterator[Any]:
        path = self._scratch / "clip.mp4"
        self._tally.video(key, write_clip(video, path, self._scratch))
        yield _static(key, rr.AssetVideo.columns(blob=[path.read_bytes()], media_type=["video/mp4"]))
        path.unlink()
        times = frame_times_ns(video)
        yield _timed(key, times, rr.VideoFrameReference.columns_nanos(times - times[0]))

    def _pictures(self, key: str, video: Video) -> Iterator[Any]:
        first, stop = episode_span(video)
        times = frame_times_ns(video)
        stored = True
        for start in range(first, stop, PICTURES):
            made = [picture(video, index) for index in range(start, min(stop, start + PICTURES))]
            stored = stored and all(one.stored for one in made)
            yield _timed(key, times[start - first :][: len(made)], _encoded(made, video))
        if stored:
            self._tally.still()
        else:
            self._tally.note(f"Pictures of {key} are stored bare or in {video.codec}: written as PNG, exactly.")

    def _annotations(self, key: str, video: Video) -> Iterator[Any]:
        found: dict[int, list[Annotation]] = {}
        for one in self._episode.annotations:
            if one.camera == key and one.box is not None:
                found.setdefault(one.frame, []).append(one)
        if not found:
            return
        times = frame_times_ns(video)
        frames = [frame for frame in sorted(found) if 0 <= frame < len(times)]
        boxes = np.array([one.box for frame in frames for one in found[frame]], np.float64).reshape(-1, 4)
        labels = [one.category for frame in frames for one in found[frame]]
        half = boxes[:, 2:] / 2
        columns = rr.Boxes2D.columns(half_sizes=half, centers=boxes[:, :2] + half, labels=labels)
        yield _timed(f"{key}/annotations", times[frames], columns.partition([len(found[f]) for f in frames]))

    def _lens(self, name: str) -> Iterator[Any]:
        one, video = self._episode.calibration[name], self._episode.videos.get(name)
        if one.intrinsics and video is not None:
            fx, fy, cx, cy = one.intrinsics
            matrix = [[fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0]]
            size = [[video.width, video.height]]
            yield _static(name, rr.Pinhole.columns(image_from_camera=matrix, resolution=size))
        if one.pose:
            place = np.array([one.pose])
            yield _static(name, rr.Transform3D.columns(translation=place[:, :3], quaternion=place[:, 3:]))


def _encoded(made: Sequence[Picture], video: Video) -> Any:
    blobs, kinds = [one.data for one in made], [_MEDIA[one.suffix] for one in made]
    if video.depth_unit_m is None:
        return rr.EncodedImage.columns(blob=blobs, media_type=kinds)
    return rr.EncodedDepthImage.columns(blob=blobs, media_type=kinds, meter=[1 / video.depth_unit_m] * len(made))


def _words(text: Text) -> Any:
    return _timed(text.name, text.times_ns, rr.TextLog.columns(text=list(text.texts)))


def _timed(name: str, times_ns: NDArray[np.int64], columns: Columns) -> Any:
    times = rr.TimeColumn(TIMELINE, duration=np.asarray(times_ns).astype("timedelta64[ns]"))
    return Chunk.from_columns(_entity(name), indexes=[times], columns=columns)


def _static(name: str, columns: Columns) -> Any:
    return Chunk.from_columns(_entity(name), indexes=[], columns=columns)


def _entity(name: str) -> str:
    """A stream's name as an entity path: its own parts, escaped."""
    parts = [part for part in name.split("/") if part] or ["stream"]
    return str(rr.new_entity_path(parts))


def _numbered(chunks: Iterable[Any]) -> Iterator[Any]:
    """The chunks with ids by position: chunk n, and its row i."""
    for number, chunk in enumerate(chunks, start=1):
        batch = chunk.to_record_batch()
        rows = pa.array([struct.pack(">QQ", number, row) for row in range(1, batch.num_rows + 1)], pa.binary(16))
        about = {**batch.schema.metadata, b"rerun:id": b"chunk_" + struct.pack(">QQ", number, 0).hex().upper().encode()}
        ours = pa.RecordBatch.from_arrays([rows, *batch.columns[1:]], schema=batch.schema.with_metadata(about))
        yield from Chunk.from_record_batch(ours)
