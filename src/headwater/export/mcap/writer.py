"""Episodes as MCAP files that Foxglove opens, one file an episode.

Pictures, calibration, poses, positions and words go out in Foxglove's protobuf types, every other stream in a type of
its own with a field an axis. Units, kinds and clocks stand in the channels' metadata (``formats.own_channels``), so
that ``formats`` reads the same episode back. Stills keep their bytes; video packets are copied as Annex B or OBUs, and
video with B-frames, which Foxglove's type forbids, is encoded again. Times are exact: log time = start + ns from it.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from mcap.writer import CompressionType, Writer
from numpy.typing import NDArray

from headwater.export.document import camera_facts, describe, json_bytes, stream_facts
from headwater.export.mcap.foxglove_types import INFO, LINE_LOOP, Schema, Schemas, identifiers
from headwater.export.media.annexb import FORMATS, messages, obstacle
from headwater.export.media.cut import encoded_again, plan
from headwater.export.media.pictures import picture
from headwater.export.media.sound import MEDIA_TYPE, SUFFIX, write_sound
from headwater.export.media.stills import frame_times_ns
from headwater.export.models import ExportReport
from headwater.export.tally import Tally
from headwater.export.target import new_folder
from headwater.formats import NS, Annotation, Calibration, Episode, Kind, Stream, Text, Video, episode_span
from headwater.formats.message_kinds import POSE
from headwater.formats.message_pictures import VideoPackets
from headwater.formats.own_channels import NAME

LIBRARY = "headwater"
CHUNK_BYTES = 1 << 20
_GPS = ("latitude", "longitude", "altitude")
_FORMATS = {"jpg": "jpeg", "png": "png", "webp": "webp"}
Message = tuple[int, bytes]


def export_mcap(episodes: Iterable[Episode], out_dir: Path) -> ExportReport:
    """Write each episode as ``episode-000000.mcap``: chunked, zstd, indexed, with statistics.

    Args:
        episodes: of any kind, alike or not. Read once, one in memory at a time.
        out_dir: must not exist or be empty; appears only when everything is written.

    Raises:
        OutputError, ExportError, RecordingError.
    """
    with new_folder(out_dir) as place:
        tally = Tally()
        for episode in episodes:
            number = tally.begin(episode.length)
            path = place.root / f"episode-{number:06d}.mcap"
            with path.open("wb") as file:
                writer = Writer(file, chunk_size=CHUNK_BYTES, compression=CompressionType.ZSTD)
                writer.start(profile="", library=LIBRARY)
                _EpisodeFile(writer, episode, place.scratch, tally).write()
                writer.finish()  # type: ignore[no-untyped-call]
        return tally.report(place.root, place.target)


class _Channel(NamedTuple):
    """Messages of one channel; ``key_ns`` ascends even where the messages' own times do not."""

    number: int
    messages: Iterator[Message]

    def keyed(self) -> Iterator[tuple[int, int, int, bytes]]:
        key_ns = 0
        for log_ns, data in self.messages:
            key_ns = max(key_ns, log_ns)
            yield key_ns, self.number, log_ns, data


class _EpisodeFile:
    def __init__(self, writer: Writer, episode: Episode, scratch: Path, tally: Tally) -> None:
        self._writer, self._episode, self._scratch, self._tally = writer, episode, scratch, tally
        self._schemas = Schemas()
        self._registered: dict[str, int] = {}
        self._topics: set[str] = set()
        self._channels: list[_Channel] = []
        self._frames = {key: frame_times_ns(video) for key, video in episode.videos.items()}
        self._start = _start_ns(episode, self._frames.values())

    def write(self) -> None:
        self._document()
        for sound in self._episode.audio:
            self._sound(sound)
        for key, video in self._episode.videos.items():
            self._camera(key, video)
        for stream in self._episode.streams.values():
            self._stream(stream)
        for text in self._episode.texts.values():
            self._text(text)
        self._tasks()
        for name, one in self._episode.calibration.items():
            self._calibration(name, one)
        for _, channel, log_ns, data in heapq.merge(*(channel.keyed() for channel in self._channels)):
            self._writer.add_message(channel, log_ns, data, log_ns)

    def _document(self) -> None:
        about = {"start_ns": self._start, **describe(self._episode)}
        self._writer.add_metadata(NAME, {"episode": json_bytes(about).decode()})

    def _sound(self, key: str) -> None:
        path = self._scratch / f"sound.{SUFFIX}"
        write_sound(self._episode.audio[key], self._episode, path)
        self._writer.add_attachment(0, self._start, f"{key}.{SUFFIX}", MEDIA_TYPE, path.read_bytes())
        path.unlink()

    def _stream(self, stream: Stream) -> None:
        whole = stream.values.dtype.kind in "biu"
        schema, fill = self._stream_type(stream, whole)
        facts = {"role": "stream", **stream_facts(stream), "whole": whole}
        times = stream.times_ns + self._start
        rows = (fill(row.tolist()) for row in stream.values)
        self._add(stream.name, schema, facts, _stamped(schema, times, rows))

    def _stream_type(self, stream: Stream, whole: bool) -> tuple[Schema, Callable[[list[Any]], dict[str, Any]]]:
        if stream.kind is Kind.POSE and stream.axes == POSE and not whole:
            return self._schemas.foxglove("PoseInFrame"), _pose_fields
        if stream.axes == _GPS and not whole:
            return self._schemas.foxglove("LocationFix"), lambda row: dict(zip(_GPS, row, strict=True))
        (name,) = identifiers([stream.name], [name.rpartition(".")[2].lower() for name in self._registered])
        fields = identifiers(stream.axes)
        schema = self._schemas.stream(name, fields, whole=whole)
        wide = len(schema.message.DESCRIPTOR.fields) == 2 and len(fields) > 1
        return schema, (lambda row: {"values": row}) if wide else lambda row: dict(zip(fields, row, strict=True))

    def _text(self, text: Text) -> None:
        schema = self._schemas.foxglove("Log")
        rows = ({"message": words, "level": INFO, "name": text.name} for words in text.texts)
        facts = {"role": "text", "name": text.name, "clock": text.clock}
        self._add(text.name, schema, facts, _stamped(schema, text.times_ns + self._start, rows))

    def _tasks(self) -> None:
        schema = self._schemas.foxglove("Log")
        rows = [{"message": task, "level": INFO, "name": "task"} for task in self._episode.tasks]
        self._shown("task", schema, [self._start] * len(rows), rows)

    def _camera(self, key: str, video: Video) -> None:
        facts = {"role": "camera", **camera_facts(video)}
        times = self._frames[key] + self._start
        if video.stills is None:
            schema, rows = self._schemas.foxglove("CompressedVideo"), self._packets(key, video)
        elif isinstance(video.stills, VideoPackets):
            schema, rows = self._schemas.foxglove("CompressedVideo"), _message_packets(key, video)
            self._tally.still()
        else:
            schema, rows = self._stills(key, video)
        self._add(f"{key}/image", schema, facts, _stamped(schema, times, rows))
        self._annotations(key, times)

    def _stills(self, key: str, video: Video) -> tuple[Schema, Iterator[dict[str, Any]]]:
        first = picture(video, _stills(video).start)
        if first.suffix == "png" and first.data[24:25] == b"\x10":  # 16 bits a value: Foxglove shows those bare only
            self._tally.note(f"Pictures of {key} are written as bare 16-bit pixels (RawImage), exactly.")
            return self._schemas.foxglove("RawImage"), _raw_images(key, video)
        if first.stored:
            self._tally.still()
        else:
            self._tally.note(f"Pictures of {key} are stored bare or in {video.codec}: written as PNG, exactly.")
        return self._schemas.foxglove("CompressedImage"), _compressed_images(key, video)

    def _packets(self, key: str, video: Video) -> Iterator[dict[str, Any]]:
        prepared = plan(video, self._scratch)
        again = obstacle(prepared.clip)
        if again is not None:
            prepared = encoded_again(video, self._scratch, again)
        self._tally.video(key, prepared)
        form = FORMATS[prepared.clip.signature[0]]
        return ({"frame_id": key, "data": data, "format": form} for data in messages(prepared.clip))

    def _annotations(self, key: str, times: NDArray[np.int64]) -> None:
        found: dict[int, list[Annotation]] = {}
        for one in self._episode.annotations:
            if one.camera == key and 0 <= one.frame < len(times):
                found.setdefault(one.frame, []).append(one)
        frames = sorted(found)
        rows = [_shapes(found[frame]) for frame in frames]
        self._shown(
            f"{key}/annotations", self._schemas.foxglove("ImageAnnotations"), [int(times[f]) for f in frames], rows
        )

    def _calibration(self, name: str, one: Calibration) -> None:
        video = self._episode.videos.get(name)
        if one.intrinsics and video is not None:
            schema = self._schemas.foxglove("CameraCalibration")
            self._shown(f"{name}/calibration", schema, [self._start], [_lens(name, one, video)])
        if one.pose:
            schema = self._schemas.foxglove("FrameTransform")
            self._shown(f"{name}/transform", schema, [self._start], [_transform(name, one)])

    def _shown(self, topic: str, schema: Schema, times: Sequence[int], rows: Sequence[dict[str, Any]]) -> None:
        """What people look at in Foxglove; the metadata record says it exactly."""
        if rows:
            self._add(topic, schema, {"role": "shown"}, _stamped(schema, np.array(times, np.int64), iter(rows)))

    def _add(self, topic: str, schema: Schema, facts: dict[str, Any], found: Iterator[Message]) -> None:
        if schema.name not in self._registered:
            self._registered[schema.name] = self._writer.register_schema(schema.name, "protobuf", schema.data)
        plain = free = f"/{topic.strip('/')}"
        number = 2
        while free in self._topics:
            free, number = f"{plain}@{number}", number + 1
        self._topics.add(free)
        channel = self._writer.register_channel(
            free, "protobuf", self._registered[schema.name], {NAME: json_bytes(facts).decode()}
        )
        self._channels.append(_Channel(channel, found))


def _start_ns(episode: Episode, frames: Iterable[NDArray[np.int64]]) -> int:
    """The log time of the episode's start: 0, or whole seconds later if something comes before it."""
    timed = [s.times_ns for s in episode.streams.values()] + [t.times_ns for t in episode.texts.values()]
    earliest = min((int(times.min()) for times in (*timed, *frames) if len(times)), default=0)
    return -(earliest // NS) * NS if earliest < 0 else 0


def _stamped(schema: Schema, times: NDArray[np.int64], rows: Iterable[dict[str, Any]]) -> Iterator[Message]:
    for log_ns, row in zip(times.tolist(), rows, strict=True):
        seconds, nanos = divmod(log_ns, NS)
        message = schema.message(timestamp={"seconds": seconds, "nanos": nanos}, **row)
        yield log_ns, message.SerializeToString(deterministic=True)


def _pose_fields(row: list[float]) -> dict[str, Any]:
    x, y, z, qx, qy, qz, qw = row
    return {
        "frame_id": "world",
        "pose": {"position": {"x": x, "y": y, "z": z}, "orientation": {"x": qx, "y": qy, "z": qz, "w": qw}},
    }


def _stills(video: Video) -> range:
    first, stop = episode_span(video)
    return range(first, stop)


def _compressed_images(key: str, video: Video) -> Iterator[dict[str, Any]]:
    for index in _stills(video):
        found = picture(video, index)
        yield {"frame_id": key, "data": found.data, "format": _FORMATS[found.suffix]}


def _raw_images(key: str, video: Video) -> Iterator[dict[str, Any]]:
    assert video.stills is not None
    for index in _stills(video):
        height, width = (image := video.stills.image(index)).shape
        yield {
            "frame_id": key, "width": width, "height": height, "encoding": "16UC1", "step": 2 * width,
            "data": image.astype("<u2").tobytes(),
        }  # fmt: skip


def _message_packets(key: str, video: Video) -> Iterator[dict[str, Any]]:
    stills = video.stills
    assert isinstance(stills, VideoPackets)
    for index in _stills(video):
        message = stills.message(index)
        yield {"frame_id": key, "data": stills.data(index, message), "format": str(message["format"])}


def _lens(name: str, one: Calibration, video: Video) -> dict[str, Any]:
    fx, fy, cx, cy = one.intrinsics
    return {
        "frame_id": name,
        "width": video.width,
        "height": video.height,
        "distortion_model": one.model,
        "D": one.distortion,
        "K": (fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0),
        "R": (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
        "P": (fx, 0.0, cx, 0.0, 0.0, fy, cy, 0.0, 0.0, 0.0, 1.0, 0.0),
    }


def _transform(name: str, one: Calibration) -> dict[str, Any]:
    x, y, z, qx, qy, qz, qw = one.pose
    return {
        "parent_frame_id": one.frame or "world",
        "child_frame_id": name,
        "translation": {"x": x, "y": y, "z": z},
        "rotation": {"x": qx, "y": qy, "z": qz, "w": qw},
    }


def _shapes(found: Sequence[Annotation]) -> dict[str, Any]:
    green = {"r": 0.0, "g": 1.0, "b": 0.0, "a": 1.0}
    points, texts = [], []
    for one in found:
        outline = list(zip(one.outline[::2], one.outline[1::2], strict=False))
        if one.box is not None and not outline:
            x, y, width, height = one.box
            outline = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        at = outline[0] if outline else (0.0, 0.0)
        corners = [{"x": x, "y": y} for x, y in outline]
        if corners:
            points.append({"type": LINE_LOOP, "points": corners, "outline_color": green, "thickness": 2.0})
        position = {"x": at[0], "y": at[1]}
        texts.append({"position": position, "text": one.category, "font_size": 14.0, "text_color": green})
    return {"points": points, "texts": texts}
