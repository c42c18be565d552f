"""Video: what the container says, and the one decoding pass everybody shares.

``probe`` and ``packet_times`` never decode. ``frames`` decodes each frame once and hands out the coded luma as a
small thumbnail; checks, previews and fingerprints all consume the same iterator. H.264 and AV1 decoders are
bit-exact by their standards and ``thumbnail`` is integer arithmetic, so ``Frame.image`` is the same on every
machine and thread count. RGB (``gray=False``) goes through swscale and is for people and training, not verdicts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from headwater.formats.errors import DamagedFileError, EmptyRecordingError, TooLargeError
from headwater.formats.models import NS, Video
from headwater.formats.mp4 import Edit, check_complete, edit_lists
from headwater.formats.thumbnail import area_thumbnail

MAX_PIXELS = 8192 * 8192
MAX_PACKETS = 20_000_000
_LUMA_FIRST = {"gray", "nv12", "nv21", "yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuvj422p", "yuvj444p"}
_DAMAGED = "Copy the file again from where it was recorded; FFmpeg must be able to play it to the end."


@dataclass(frozen=True)
class Probe:
    """What a container declares about its first video track.

    Attributes:
        codec: canonical name (``h264``, ``av1``, ``hevc``), not the decoder's.
        frames: frames the sample table declares; 0 if it does not.
        fps: mean rate.
        duration_s: of the track; 0.0 if not declared.
        tags: container metadata (``encoder``, ``creation_time``, ``firmware`` ...), keys sorted.
    """

    width: int
    height: int
    codec: str
    pix_fmt: str
    fps: Fraction
    frames: int
    duration_s: float
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class PacketLedger:
    """The video track's packets in presentation order, read without decoding.

    Attributes:
        codec: canonical codec name.
        time_base: seconds per tick.
        pts: int64 (n,), ticks, ascending; frames an edit list hides are left out.
        key: bool (n,), starts a group of pictures.
        size_bytes: int64 (n,), compressed size.
        hidden: how many packets the edit list hides from presentation.
        edits: the track's edit list, empty if there is none.
    """

    codec: str
    time_base: Fraction
    pts: NDArray[np.int64]
    key: NDArray[np.bool_]
    size_bytes: NDArray[np.int64]
    hidden: int
    edits: tuple[Edit, ...]

    def __len__(self) -> int:
        return len(self.pts)

    @property
    def times_s(self) -> NDArray[np.float64]:
        """Presentation times in seconds, float64 (n,)."""
        return self.pts.astype(np.float64) * float(self.time_base)


@dataclass(frozen=True, eq=False)
class Frame:
    """One decoded frame of an episode.

    Attributes:
        index: frame number within the episode, from 0.
        pts_s: presentation time, seconds from the episode's start.
        image: uint8, (h, w) luma as coded (limited-range video has black at 16) or (h, w, 3) RGB.
        corrupt: the decoder found the frame's bytes damaged and guessed; the picture is not to be trusted.
        whole: luma at full size, where ``frames`` was asked for it.
    """

    index: int
    pts_s: float
    image: NDArray[np.uint8]
    corrupt: bool = False
    whole: NDArray[np.uint8] | None = None


def probe(path: Path) -> Probe:
    """Read the container's header. Raises RecordingError (see ``mp4.check_complete``) or DamagedFileError."""
    return _probe(path, *_identity(path))


def packet_times(path: Path) -> PacketLedger:
    """Demux the video track without decoding. Same errors as ``probe``."""
    return _packets(path, *_identity(path))


def ledger_of(video: Video) -> PacketLedger:
    """Packets of a camera, or its stills as packets of one picture each in nanoseconds. Same errors as ``probe``."""
    if video.stills is None:
        return packet_times(video.path)
    times = np.array(video.stills.times_ns, dtype=np.int64)
    sizes = [video.stills.size_bytes(index) for index in range(len(times))]
    return PacketLedger(
        codec=video.codec,
        time_base=Fraction(1, NS),
        pts=_frozen(times),
        key=_frozen(np.ones(len(times), dtype=np.bool_)),
        size_bytes=_frozen(np.array(sizes, dtype=np.int64)),
        hidden=0,
        edits=(),
    )


def episode_span(video: Video) -> tuple[int, int]:
    """[first, stop) positions of the episode's frames in ``ledger_of(video)``.

    The first is the first frame presented no earlier than half a frame before ``start_s``. In a shared file the
    episode also ends half a frame before its declared end, so a gap never borrows frames from the next episode.
    """
    ledger = ledger_of(video)
    half = 1 / (2 * video.fps)
    start = Fraction(video.start_s) - half
    first = bisect_left(ledger.pts, start / ledger.time_base) if video.start_s or video.shared else 0
    stop = len(ledger)
    if video.frames is not None:
        stop = min(stop, first + video.frames)
        if video.shared:
            end = Fraction(video.start_s) + video.frames / video.fps - half
            stop = min(stop, bisect_left(ledger.pts, end / ledger.time_base))
    return first, max(first, stop)


def frames(
    video: Video,
    *,
    width: int | None = 160,
    gray: bool = True,
    start: int = 0,
    stop: int | None = None,
    threads: int = 1,
    only: Set[int] | None = None,
    whole_every: int = 0,
) -> Iterator[Frame]:
    """Decode the episode's frames [start, stop) once, in order.

    Args:
        width: thumbnail columns for luma; ``None`` for full size. Ignored for RGB, which is always full size.
        gray: luma if true, RGB otherwise.
        start, stop: episode frame numbers; ``stop=None`` means to the episode's end.
        threads: decoder threads; the result does not depend on it.
        only: frame numbers worth converting; the others are decoded but not handed out.
        whole_every: every so many frames hand out full-size luma as well; 0 for never.

    Yields fewer frames than declared if the file has fewer, and turned the way players show them. Raises
    DamagedFileError where decoding fails.
    """
    first, last = episode_span(video)
    ledger = ledger_of(video)
    begin = first + max(0, start)
    end = last if stop is None else min(last, first + stop)
    if begin >= end:
        return
    if video.stills is not None:
        yield from _stills(video, range(begin, end), first, width if gray else None, gray, only, whole_every)
        return
    origin = Fraction(video.start_s)
    position = begin - 1
    for pts, frame in _decode(video.path, int(ledger.pts[begin]), threads):
        # A decoder may swallow a broken frame: trust the time stamp for the number, but never go back.
        position = max(position + 1, bisect_left(ledger.pts, pts, lo=begin))
        if position >= end:
            return
        if only is not None and position - first not in only:
            continue
        seconds = float(pts * ledger.time_base - origin)
        image = _luma(frame, width) if gray else _rgb(frame)
        wanted = whole_every and not (position - first) % whole_every
        whole = _turned(_luma(frame, None), video.rotation) if wanted else None
        yield Frame(position - first, seconds, _turned(image, video.rotation), bool(frame.is_corrupt), whole)


@contextmanager
def open_container(path: Path) -> Iterator[Any]:
    """A PyAV input container for a whole MP4/MOV; FFmpeg's errors become DamagedFileError.

    The format is forced and only the file protocol allowed, so content cannot make FFmpeg open anything else.
    """
    check_complete(path)
    try:
        with av.open(str(path), format="mov", options={"protocol_whitelist": "file"}) as container:
            yield container
    except (av.FFmpegError, UnicodeDecodeError) as error:
        detail = getattr(error, "strerror", None) or type(error).__name__
        raise DamagedFileError("cannot be decoded", file=path, actual=detail, fix=_DAMAGED) from None


def video_track(container: Any, path: Path) -> Any:
    """The first video track that is not a cover picture. Raises RecordingError."""
    for track in container.streams.video:
        if track.codec_context is None:
            raise DamagedFileError(
                "codec is not known", file=path, field="video", allowed="h264, hevc, av1", fix=_DAMAGED
            )
        if not track.disposition & track.disposition.attached_pic:
            if track.width * track.height > MAX_PIXELS or not track.width * track.height:
                raise TooLargeError(
                    "frame size", file=path, field="video", actual=f"{track.width}x{track.height}", allowed=MAX_PIXELS
                )
            return track
    raise EmptyRecordingError("has no video track", file=path, field="video", fix="Give a file with video.")


def _identity(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def _codec(track: Any) -> str:
    return str(track.codec_context.codec.canonical_name)


@lru_cache(maxsize=256)
def _probe(path: Path, _size: int, _mtime_ns: int) -> Probe:
    with open_container(path) as container:
        track = video_track(container, path)
        tags = {**container.metadata, **{f"video.{k}": v for k, v in track.metadata.items()}}
        duration = float(track.duration * track.time_base) if track.duration else 0.0
        return Probe(
            width=track.width,
            height=track.height,
            codec=_codec(track),
            pix_fmt=track.codec_context.pix_fmt or "",
            fps=Fraction(track.average_rate or 0),
            frames=track.frames,
            duration_s=duration,
            tags=tuple(sorted(tags.items())),
        )


@lru_cache(maxsize=64)
def _packets(path: Path, _size: int, _mtime_ns: int) -> PacketLedger:
    rows: list[tuple[int, bool, int]] = []
    hidden = 0
    with open_container(path) as container:
        track = video_track(container, path)
        for packet in container.demux(track):
            if packet.pts is None or not packet.size:
                continue
            if packet.is_discard:
                hidden += 1
                continue
            rows.append((packet.pts, bool(packet.is_keyframe), packet.size))
            if len(rows) > MAX_PACKETS:
                raise TooLargeError("too many frames", file=path, field="video", allowed=MAX_PACKETS)
        codec, time_base, number = _codec(track), Fraction(track.time_base), track.index
    if not rows:
        raise EmptyRecordingError("has no video frames", file=path, field="video", fix="Record again.")
    rows.sort(key=lambda row: row[0])
    pts, key, size = zip(*rows, strict=True)
    return PacketLedger(
        codec=codec,
        time_base=time_base,
        pts=_frozen(np.array(pts, dtype=np.int64)),
        key=_frozen(np.array(key, dtype=np.bool_)),
        size_bytes=_frozen(np.array(size, dtype=np.int64)),
        hidden=hidden,
        edits=edit_lists(path).get(number, ()),
    )


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)
    return array


def _decode(path: Path, from_pts: int, threads: int) -> Iterator[tuple[int, VideoFrame]]:
    with open_container(path) as container:
        track = video_track(container, path)
        track.codec_context.thread_count = threads
        track.thread_type = "AUTO" if threads > 1 else "SLICE"
        if from_pts > 0:
            container.seek(from_pts, stream=track, backward=True, any_frame=False)
        for frame in container.decode(track):
            if frame.pts is not None and frame.pts >= from_pts:
                yield frame.pts, frame


def _luma(frame: VideoFrame, width: int | None) -> NDArray[np.uint8]:
    if frame.format.name in _LUMA_FIRST:
        plane = frame.planes[0]
        rows = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(-1, plane.line_size)
        image = rows[: frame.height, : frame.width]
    else:  # 10-bit and RGB sources; swscale's grey conversion does not scale, so it is exact enough to repeat
        image = np.asarray(frame.to_ndarray(format="gray"), dtype=np.uint8)
    return np.array(image) if width is None else area_thumbnail(image, width)


def _stills(
    video: Video, places: range, first: int, width: int | None, gray: bool, only: Set[int] | None, whole_every: int
) -> Iterator[Frame]:
    """Frames of a camera without a video file; ITU-R BT.601 luma in integers, 16-bit pictures by their upper byte."""
    assert video.stills is not None
    times = video.stills.times_ns
    for place in places:
        if only is not None and place - first not in only:
            continue
        image = np.asarray(video.stills.image(place))
        if image.dtype == np.uint16:
            image = (image >> 8).astype(np.uint8)
        if gray and image.ndim == 3:
            wide = image.astype(np.uint32)
            image = ((wide[..., 0] * 77 + wide[..., 1] * 150 + wide[..., 2] * 29 + 128) >> 8).astype(np.uint8)
        elif not gray and image.ndim == 2:
            image = np.repeat(image[..., None], 3, axis=2)
        wanted = gray and whole_every and not (place - first) % whole_every
        whole = _turned(np.ascontiguousarray(image), video.rotation) if wanted else None
        if gray and width is not None:
            image = area_thumbnail(image, width)
        seconds = int(times[place]) / NS - float(video.start_s)
        yield Frame(place - first, seconds, _turned(np.ascontiguousarray(image), video.rotation), False, whole)


def _turned(image: NDArray[np.uint8], rotation: int) -> NDArray[np.uint8]:
    turns = rotation // 90 % 4
    return np.ascontiguousarray(np.rot90(image, -turns)) if turns else image


def _rgb(frame: VideoFrame) -> NDArray[np.uint8]:
    return np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
