"""Video: what the container says, and the one decoding pass everybody shares.

``probe`` and ``packet_times`` never decode. ``frames`` decodes each frame once and hands out the coded luma as a
small thumbnail; checks, previews and fingerprints all consume the same iterator. H.264 and AV1 decoders are
bit-exact by their standards and ``thumbnail`` is integer arithmetic, so ``Frame.image`` is the same on every
machine and thread count. RGB (``gray=False``) goes through swscale and is for people and training, not verdicts.
"""

from __future__ import annotations

from array import array
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
from headwater.formats.mp4 import Edit, check_complete, edit_lists, rotations
from headwater.formats.mp4_index import MAX_SAMPLES
from headwater.formats.pixels import Picture, luma, rgb, stored, turned

MAX_PIXELS = 8192 * 4352  # 8K UHD; a decoder may hold twenty of them
MAX_RATE = 100_000
DAMAGED = "Copy the file again from where it was recorded; FFmpeg must be able to play it to the end."


@dataclass(frozen=True)
class Probe:
    """What a container declares about its first video track.

    Attributes:
        codec: canonical name (``h264``, ``av1``, ``hevc``), not the decoder's.
        frames: frames the sample table declares; 0 if it does not.
        fps: mean rate.
        duration_s: of the track; 0.0 if not declared.
        rotation: degrees clockwise (0, 90, 180, 270) that players turn the picture by.
        audio: rate, channels and codec of each sound track, in file order.
        tags: container metadata (``encoder``, ``creation_time``, ``firmware`` ...), keys sorted.
    """

    width: int
    height: int
    codec: str
    pix_fmt: str
    fps: Fraction
    frames: int
    duration_s: float
    rotation: int
    audio: tuple[tuple[int, int, str], ...]
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
        reordered: frames are decoded in another order than shown (B frames).
    """

    codec: str
    time_base: Fraction
    pts: NDArray[np.int64]
    key: NDArray[np.bool_]
    size_bytes: NDArray[np.int64]
    hidden: int
    edits: tuple[Edit, ...]
    reordered: bool = False

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
        whole: the luma at full size, as coded and not turned, where it was asked for.
    """

    index: int
    pts_s: float
    image: NDArray[np.uint8]
    corrupt: bool = False
    whole: NDArray[np.uint8] | None = None


@dataclass(frozen=True, eq=False)
class StoredFrame:
    """A frame as it is stored: ``image`` is uint16 (h, w) for grey deeper than 8 bits, uint8 (h, w) for grey, else
    uint8 RGB (h, w, 3). The rest as in ``Frame``."""

    index: int
    pts_s: float
    image: NDArray[Any]
    corrupt: bool = False


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
    whole: Set[int] = frozenset(),
) -> Iterator[Frame]:
    """Decode the episode's frames [start, stop) once, in order.

    Args:
        width: thumbnail columns for luma; ``None`` for full size. Ignored for RGB, which is always full size.
        gray: luma if true, RGB otherwise.
        start, stop: episode frame numbers; ``stop=None`` means to the episode's end.
        threads: decoder threads; the result does not depend on it.
        only: frame numbers worth converting; the others are decoded but not handed out.
        whole: frame numbers whose full-size luma comes beside the thumbnail.

    Yields fewer frames than declared if the file has fewer, and turned the way players show them. Raises
    DamagedFileError where decoding fails.
    """
    for number, seconds, picture, corrupt in _pictures(video, start, stop, threads, only):
        image = luma(picture, video.pix_fmt, width) if gray else rgb(picture, video.pix_fmt)
        full = luma(picture, video.pix_fmt, None) if number in whole else None
        yield Frame(number, seconds, turned(image, video.rotation), corrupt, full)


def stored_frames(
    video: Video, *, start: int = 0, stop: int | None = None, threads: int = 1, only: Set[int] | None = None
) -> Iterator[StoredFrame]:
    """Like ``frames``, at full depth: what a depth camera measured, or an X-ray, without loss."""
    for number, seconds, picture, corrupt in _pictures(video, start, stop, threads, only):
        yield StoredFrame(number, seconds, turned(stored(picture), video.rotation), corrupt)


def _pictures(
    video: Video, start: int, stop: int | None, threads: int, only: Set[int] | None
) -> Iterator[tuple[int, float, Picture, bool]]:
    """Frame number, seconds, picture and damage of the episode's frames [start, stop)."""
    first, last = episode_span(video)
    ledger = ledger_of(video)
    begin = first + max(0, start)
    end = last if stop is None else min(last, first + stop)
    if begin >= end:
        return
    origin = Fraction(video.start_s)
    if video.stills is not None:
        for place in range(begin, end):
            if only is None or place - first in only:
                seconds = float(int(ledger.pts[place]) * ledger.time_base - origin)
                yield place - first, seconds, np.asarray(video.stills.image(place)), False
        return
    for number, frame in pictures(video, begin - first, end - first, threads):
        if only is None or number in only:
            seconds = float((frame.pts or 0) * ledger.time_base - origin)
            yield number, seconds, frame, bool(frame.is_corrupt)


def pictures(video: Video, start: int, stop: int, threads: int = 1) -> Iterator[tuple[int, VideoFrame]]:
    """Number and picture, as the decoder gives it, of frames [start, stop) of a camera with a video file, in order.

    Pixel format and colour are the file's, nothing is turned. Errors as ``frames``.
    """
    first, last = episode_span(video)
    ledger = ledger_of(video)
    begin, end = first + start, min(last, first + stop)
    if begin >= end:
        return
    position = begin - 1
    for pts, picture in _decode(video.path, int(ledger.pts[begin]), threads):
        # A decoder may swallow a broken frame: trust the time stamp for the number, but never go back.
        position = max(position + 1, bisect_left(ledger.pts, pts, lo=begin))
        if position >= end:
            return
        yield position - first, picture


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
        raise DamagedFileError("cannot be decoded", file=path, actual=detail, fix=DAMAGED) from None


def video_track(container: Any, path: Path) -> Any:
    """The first video track that is not a cover picture. Raises RecordingError."""
    for track in container.streams.video:
        if track.codec_context is None:
            raise DamagedFileError(
                "codec is not known", file=path, field="video", allowed="h264, hevc, av1", fix=DAMAGED
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


def _rate(track: Any) -> Fraction:
    """Mean rate; 1 a second where a single frame, or a damaged index, leaves it open."""
    for rate in (track.average_rate, track.guessed_rate):
        if rate is not None and 0 < rate < MAX_RATE:
            return Fraction(rate)
    return Fraction(1)


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
            fps=_rate(track),
            frames=track.frames,
            duration_s=duration,
            rotation=rotations(path).get(track.index, 0),
            audio=tuple((s.rate or 0, s.channels or 0, _codec(s)) for s in container.streams.audio if s.codec_context),
            tags=tuple(sorted(tags.items())),
        )


@lru_cache(maxsize=64)
def _packets(path: Path, _size: int, _mtime_ns: int) -> PacketLedger:
    rows = (array("q"), array("b"), array("q"))
    hidden = 0
    with open_container(path) as container:
        track = video_track(container, path)
        for packet in container.demux(track):
            if packet.pts is None or not packet.size:
                continue
            if packet.is_discard:
                hidden += 1
                continue
            for column, value in zip(rows, (packet.pts, bool(packet.is_keyframe), packet.size), strict=True):
                column.append(value)
            if len(rows[0]) > MAX_SAMPLES:
                raise TooLargeError("too many frames", file=path, field="video", allowed=MAX_SAMPLES)
        codec, time_base, number = _codec(track), Fraction(track.time_base), track.index
    if not rows[0]:
        raise EmptyRecordingError("has no video frames", file=path, field="video", fix="Record again.")
    order = np.argsort(np.array(rows[0], dtype=np.int64), kind="stable")
    pts, key, size = (np.array(column, dtype=np.int64)[order] for column in rows)
    return PacketLedger(
        codec=codec,
        time_base=time_base,
        pts=_frozen(pts),
        key=_frozen(key.astype(np.bool_)),
        size_bytes=_frozen(size),
        hidden=hidden,
        edits=edit_lists(path).get(number, ()),
        reordered=bool((np.diff(order) < 0).any()),
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
