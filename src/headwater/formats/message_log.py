"""A log of timed messages on topics as one episode: what MCAP, ROS 1 bags and ROS 2 databases share.

The file is passed once. Numbers are kept as columns, pictures only as places in the file. Times come from the
messages' header where every message of a stream has one (clock ``header``), else from the recorder (``log``).
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.formats.errors import DamagedFileError, EmptyRecordingError, MetadataError, RecordingError, TooLargeError
from headwater.formats.message_kinds import (
    CAMERA_INFO,
    PICTURES,
    SOUND,
    Sample,
    calibration,
    flat,
    samples,
    stamp_ns,
    type_name,
)
from headwater.formats.message_pictures import MessageStills, VideoPackets, first_picture
from headwater.formats.message_ports import Log, Place, Topic
from headwater.formats.message_types import SchemaError
from headwater.formats.models import NS, Calibration, Episode, Source, Stream, Text, Video
from headwater.formats.own_channels import NAME, OwnCamera, OwnEpisode, OwnShown, OwnStream, OwnText

MAX_VALUES = 40_000_000
MAX_MESSAGES = 20_000_000
MAX_TEXT_BYTES = 64 << 20
MAX_LAYOUTS = 16
MAX_STREAMS = 10_000
_APART_NS = 3600 * NS
_TASK_WORDS = ("task", "instruction", "prompt", "language")


@dataclass
class _Times:
    log: array[int] = field(default_factory=lambda: array("q"))
    stamp: array[int] = field(default_factory=lambda: array("q"))

    def add(self, log_ns: int, stamp: int) -> None:
        self.log.append(log_ns)
        self.stamp.append(stamp)

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Log times and header times; the latter empty if one is missing, or of a single message.

        What is said once (``/tf_static``) is stamped when it was made, often long before the recording.
        """
        log, stamp = (np.frombuffer(a, dtype=np.int64) for a in (self.log, self.stamp))
        return log, stamp if len(stamp) > 1 and stamp.min() > 0 else stamp[:0]


@dataclass
class _Column:
    first: Sample
    times: _Times = field(default_factory=_Times)
    values: array[Any] = field(default_factory=lambda: array("d"))
    whole: bool = True
    own: OwnStream | None = None


@dataclass
class _Words:
    times: _Times = field(default_factory=_Times)
    texts: list[str] = field(default_factory=list)
    own: OwnText | None = None


@dataclass
class _Camera:
    topic: Topic
    times: _Times = field(default_factory=_Times)
    places: list[Place] = field(default_factory=list)
    sizes: array[int] = field(default_factory=lambda: array("q"))
    frame: str = ""


class LogEpisode:
    """Gathers a log's messages and makes the episode of them."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._columns: dict[tuple[str, str, tuple[str, ...]], _Column] = {}
        self._layouts: Counter[tuple[str, str]] = Counter()
        self._words: dict[str, _Words] = {}
        self._cameras: dict[str, _Camera] = {}
        self._lenses: dict[str, Calibration] = {}
        self._skipped: Counter[tuple[str, str]] = Counter()
        self._counts: Counter[str] = Counter()
        self._same: dict[str, str] = {}
        self._rounded: set[str] = set()
        self._held = self._text_bytes = 0

    def read(self, format: str, root: Path, meta: Mapping[str, Any], notes: tuple[str, ...] = ()) -> Episode:
        """Pass over the log. Raises RecordingError."""
        count = 0
        for topic, log_ns, place, data in self._log.messages():
            count += 1
            if count > MAX_MESSAGES:
                raise TooLargeError("too many messages", file=root, actual=count, allowed=MAX_MESSAGES)
            if not 0 <= log_ns < 1 << 62:
                raise MetadataError(
                    "log time out of range", file=root, field=topic.name, actual=log_ns, allowed="0 to 2^62 nanoseconds"
                )
            self._add(topic, log_ns, place, data)
        if not count:
            raise EmptyRecordingError("has no messages", file=root, actual=0, fix="Record again.")
        return self._episode(format, root, meta, notes)

    def _file(self, place: Place) -> Path:
        return self._log.files[place.file]

    def _add(self, topic: Topic, log_ns: int, place: Place, data: bytes) -> None:
        if isinstance(topic.own, OwnShown):
            return
        self._counts[topic.name] += 1
        kind = type_name(topic.type)
        if kind in SOUND:
            self._skipped[topic.name, "sound is not read from messages"] += 1
            return
        if topic.decode is None:
            self._skipped[topic.name, topic.problem] += 1
            return
        try:
            message = topic.decode(data)
        except SchemaError as error:
            number = self._counts[topic.name] - 1
            raise DamagedFileError(
                "message does not fit its schema",
                file=self._file(place),
                field=f"{topic.name}[{number}]",
                actual=str(error)[:120],
                allowed=topic.type,
                fix="Record again, or repair the file with its own tool (mcap recover, rosbag fix).",
            ) from None
        stamp = stamp_ns(message)
        try:
            if kind in PICTURES:
                self._picture(topic, log_ns, stamp, place, message)
            elif kind in CAMERA_INFO:
                found = calibration(message)
                if found is not None:
                    self._lenses.setdefault(topic.name, found)
            elif isinstance(topic.own, OwnText):
                self._word(topic.name, str(message["message"]), log_ns, stamp, self._file(place), topic.own)
            else:
                self._numbers(topic, kind, log_ns, stamp, message, self._file(place))
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            self._skipped[topic.name, f"not as its type says ({str(error)[:60]})"] += 1

    def _picture(self, topic: Topic, log_ns: int, stamp: int, place: Place, message: Mapping[str, Any]) -> None:
        size = len(message["data"])
        camera = self._cameras.setdefault(topic.name, _Camera(topic))
        if camera.topic.type != topic.type:
            self._skipped[topic.name, f"pictures of two types, {camera.topic.type} first"] += 1
            return
        camera.times.add(log_ns, stamp)
        camera.places.append(place)
        camera.sizes.append(size)

    def _numbers(
        self, topic: Topic, kind: str, log_ns: int, stamp: int, message: Mapping[str, Any], file: Path
    ) -> None:
        own = topic.own if isinstance(topic.own, OwnStream) else None
        found = (_own_sample(own, message),) if own else samples(kind, topic.name, message)
        for sample in found:
            key = (topic.name, sample.part, sample.axes)
            column = self._columns.get(key)
            if column is None:
                self._layouts[topic.name, sample.part] += 1
                if self._layouts[topic.name, sample.part] > MAX_LAYOUTS:
                    self._skipped[topic.name, f"more than {MAX_LAYOUTS} layouts of {sample.part or 'its values'}"] += 1
                    continue
                if len(self._columns) >= MAX_STREAMS:
                    self._skipped[topic.name, f"more than {MAX_STREAMS} streams in the recording"] += 1
                    continue
                column = self._columns[key] = _Column(sample, own=own)
                if own and own.whole:
                    column.values = array("q")
                self._held += 16 * len(sample.axes)  # their names
            self._held += len(sample.values) + 2
            if self._held > MAX_VALUES:
                raise TooLargeError("too many values", file=file, field=topic.name, allowed=MAX_VALUES)
            column.values.extend(array(column.values.typecode, sample.values))
            column.whole = column.whole and all(type(v) is int for v in sample.values)
            column.times.add(log_ns, stamp)
        if own or kind.partition("/")[0] in ("sensor_msgs", "geometry_msgs", "nav_msgs", "tf2_msgs", "tf"):
            return
        for path, value in flat(message):
            if isinstance(value, str) and value and not path.endswith("frame_id"):
                name = topic.name if path in ("data", "value", "text") else f"{topic.name}.{path}"
                self._word(name, value, log_ns, stamp, file)

    def _word(self, name: str, value: str, log_ns: int, stamp: int, file: Path, own: OwnText | None = None) -> None:
        self._text_bytes += 8 if value in self._same else len(value) + 8
        if self._text_bytes > MAX_TEXT_BYTES:
            raise TooLargeError("too much text", file=file, field=name, allowed=MAX_TEXT_BYTES)
        if name not in self._words and len(self._words) >= MAX_STREAMS:
            return
        words = self._words.setdefault(name, _Words(own=own))
        words.times.add(log_ns, stamp)
        words.texts.append(self._same.setdefault(value, value))

    def _episode(self, format: str, root: Path, meta: Mapping[str, Any], notes: tuple[str, ...]) -> Episode:
        own = meta.get(NAME)
        if isinstance(own, OwnEpisode):
            origins = dict.fromkeys(("header", "log"), own.start_ns)
        else:
            origins, said = self._origins()
            notes = (*notes, *said)
        streams = self._streams(origins)
        videos, more = self._videos(origins)
        words = (self._text(name, words, origins) for name, words in self._words.items())
        texts = {text.name: text for text in words}
        notes += tuple(
            f"{s.name}: whole numbers beyond 2^53 are rounded to the nearest double."
            for s in streams.values()
            if s.dtype == "float64" and s.name in self._rounded
        )
        notes += more + tuple(
            f"{name}: {count} of {self._counts[name]} messages were not read: {why}."
            for (name, why), count in sorted(self._skipped.items())
        )
        if not isinstance(own, OwnEpisode) and any(stream.unit == "rad" for stream in streams.values()):
            notes += ("Joint positions are taken to be radians, as ROS has it; sliding joints are in metres.",)
        busiest = max(streams.values(), key=lambda s: len(s.times_ns), default=None)
        if not streams and not videos and not texts:
            raise EmptyRecordingError(
                "has no topic with numbers, pictures or text", file=root, actual=sorted(self._counts)[:8]
            )
        if videos:
            first = next(iter(videos.values()))
            length, fps = first.frames or 0, first.fps
        elif busiest is not None:
            length, fps = len(busiest.times_ns), _rate(busiest.times_ns)
        else:
            longest = max(texts.values(), key=lambda t: len(t.texts))
            length, fps = len(longest.texts), _rate(longest.times_ns)
        tasks = [t for name, text in texts.items() if _is_task(name) for t in dict.fromkeys(text.texts)]
        read = Episode(
            name=root.stem,
            source=Source(format, root, 0, self._log.files),
            length=length,
            fps=fps,
            embodiment=str(meta.get("robot_type", "")),
            tasks=tuple(dict.fromkeys(tasks))[:8],
            streams=streams,
            videos=videos,
            ledger={"length": length, "declared_rows": length},
            meta={**{k: v for k, v in meta.items() if k != NAME}, "topics": dict(self._counts)},
            notes=notes,
            texts=texts,
            calibration=self._calibration(),
        )
        return own.restore(read) if isinstance(own, OwnEpisode) else read

    def _all_times(self) -> Iterator[_Times]:
        yield from (column.times for column in self._columns.values())
        yield from (words.times for words in self._words.values())
        yield from (camera.times for camera in self._cameras.values())

    def _origins(self) -> tuple[dict[str, int], tuple[str, ...]]:
        """The episode's start on either clock: one moment, if the two agree to the hour."""
        starts: dict[str, int] = {}
        for times in self._all_times():
            log, stamp = times.arrays()
            clock, used = ("header", stamp) if len(stamp) else ("log", log)
            starts[clock] = min(starts.get(clock, 1 << 62), int(used.min()))
        apart = abs(starts.get("header", 0) - starts.get("log", 0)) if len(starts) == 2 else 0
        if apart <= _APART_NS:
            return dict.fromkeys(starts, min(starts.values(), default=0)), ()
        note = f"Header and log times lie {apart // NS} s apart: each clock starts at its own first message."
        return starts, (note,)

    def _place(self, times: _Times, origins: Mapping[str, int]) -> tuple[str, NDArray[np.int64], NDArray[np.int64]]:
        """Clock, times from the start and order of the messages by log time."""
        log, stamp = times.arrays()
        clock, used = ("header", stamp) if len(stamp) else ("log", log)
        order = np.argsort(log, kind="stable")
        return clock, used[order] - origins[clock], order

    def _streams(self, origins: Mapping[str, int]) -> dict[str, Stream]:
        streams: dict[str, Stream] = {}
        for (topic, part, axes), column in self._columns.items():
            if column.own is not None:
                streams[column.own.name] = self._own_stream(column, column.own, origins)
                continue
            clock, times_ns, order = self._place(column.times, origins)
            name = _free(f"{topic}/{part}" if part else topic, streams)
            values: NDArray[Any] = np.frombuffer(column.values, dtype=np.float64).reshape(-1, len(axes))
            if not np.array_equal(order, np.arange(len(order))):
                values = values[order]
            whole = column.whole and bool(np.abs(values).max(initial=0) < 2**53)
            if column.whole and not whole:
                self._rounded.add(name)
            streams[name] = Stream(
                name=name,
                kind=column.first.kind,
                times_ns=times_ns,
                values=values.astype(np.int64) if whole else values,
                axes=axes,
                unit=column.first.unit,
                clock=clock,
                dtype="int64" if whole else "float64",
            )
        return streams

    def _own_stream(self, column: _Column, own: OwnStream, origins: Mapping[str, int]) -> Stream:
        """As it was written: in the order of the file, times by the log."""
        return own.stream(np.frombuffer(column.times.log, dtype=np.int64) - origins["log"], column.values)

    def _text(self, name: str, words: _Words, origins: Mapping[str, int]) -> Text:
        if words.own is not None:
            times_ns = np.frombuffer(words.times.log, dtype=np.int64) - origins["log"]
            return words.own.text(times_ns, tuple(words.texts))
        clock, times_ns, order = self._place(words.times, origins)
        return Text(name, times_ns, tuple(words.texts[i] for i in order), clock)

    def _videos(self, origins: Mapping[str, int]) -> tuple[dict[str, Video], tuple[str, ...]]:
        videos: dict[str, Video] = {}
        notes: tuple[str, ...] = ()
        for topic, camera in self._cameras.items():
            _, times_ns, by_log = self._place(camera.times, origins)
            late = np.argsort(times_ns, kind="stable")
            order = by_log[late]
            decode = camera.topic.decode
            assert decode is not None
            places = [camera.places[i] for i in order]
            sizes = np.array(camera.sizes, dtype=np.int64)[order]
            packets = type_name(camera.topic.type) == "foxglove.CompressedVideo"
            kind = VideoPackets if packets else MessageStills
            stills = kind(self._log, topic, decode, places, times_ns[late], sizes)
            own = camera.topic.own
            if isinstance(own, OwnCamera) and isinstance(stills, VideoPackets):
                stills.shown = (own.width, own.height)
            try:
                look = first_picture(stills, type_name(camera.topic.type))
            except RecordingError as error:
                if packets or "not read here" in error.problem:
                    notes += (f"{topic}: not read: {error.problem} ({error.actual}).",)
                    continue
                raise
            key = own.key if isinstance(own, OwnCamera) else topic.strip("/").replace("/", ".") or "camera"
            key = _free(key, videos)
            made = Video(
                key=key,
                path=self._file(places[0]),
                start_s=0.0,
                frames=len(places),
                fps=_rate(times_ns[late]),
                width=look.width,
                height=look.height,
                codec=look.codec,
                pix_fmt=look.pix_fmt,
                info={"topic": topic, "type": camera.topic.type},
                stills=stills,
                depth_unit_m=look.depth_unit_m,
            )
            videos[key] = own.restore(made) if isinstance(own, OwnCamera) else made
            notes += look.notes
        return videos, notes

    def _calibration(self) -> dict[str, Calibration]:
        """By camera key where a camera's topic has the same parent, else by the calibration's own topic."""
        out = {}
        for topic, lens in self._lenses.items():
            parent = topic.rsplit("/", 1)[0]
            own = [name for name in self._cameras if parent and name.startswith(f"{parent}/")]
            for name in own or [topic]:
                out[name.strip("/").replace("/", ".")] = lens
        return out


def _free(name: str, taken: Mapping[str, Any]) -> str:
    """The name, or the name with the next free number."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name}@{number}", number + 1
    return free


def _own_sample(own: OwnStream, message: Mapping[str, Any]) -> Sample:
    return Sample("", own.kind, own.axes, own.unit, own.values(message))


def _rate(times_ns: NDArray[np.int64]) -> Fraction:
    """Mean rate; 1 for a single sample, which has none."""
    if len(times_ns) < 2:
        return Fraction(1)
    span = int(times_ns[-1]) - int(times_ns[0])
    if span <= 0:
        return Fraction(1)
    exact = Fraction((len(times_ns) - 1) * NS, span)
    return exact.limit_denominator(1001) or Fraction(1, 1001)


def _is_task(name: str) -> bool:
    last = name.lower().rsplit("/", 1)[-1]
    return any(word in last for word in _TASK_WORDS)
