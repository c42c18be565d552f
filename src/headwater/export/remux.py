"""Episodes' video, copied packet by packet into shared MP4 files on an exact frame grid.

A clip is copied if its packets are one run in decoding order that begins with the keyframe presented first;
then nothing in it refers to a frame outside. Otherwise it is decoded and encoded again. Every frame k of a file
is presented at exactly k/fps, so that LeRobot's ``from_timestamp + timestamp`` never drifts (issue #3177).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np

from headwater.export.errors import OutputError, ShortVideoError
from headwater.formats import Video, episode_span, frames, packet_times
from headwater.formats.video import open_container, video_track

Signature = tuple[str, int, int, str, bytes]
Packet = tuple[int, bool, int]
BITEXACT = {"fflags": "+bitexact"}


@dataclass(frozen=True)
class Clip:
    """One episode's frames in one camera's file, ready to be copied.

    Attributes:
        video: where they are.
        order: presentation rank of each packet in decoding order.
        first_pts: of the first frame, in the file's ticks.
        size_bytes: compressed.
        signature: codec, width, height, pixel format and decoder configuration; equal ones may share a file.
        drift_s: largest distance of a frame from the regular grid.
    """

    video: Video
    order: tuple[int, ...]
    first_pts: int
    size_bytes: int
    signature: Signature
    drift_s: float

    @property
    def delay(self) -> int:
        """Frames by which decoding must run ahead of presentation."""
        return max(0, *(place - rank for place, rank in enumerate(self.order)))


def plan_clip(video: Video, length: int) -> Clip | str:
    """A clip of ``length`` frames, or the reason why it must be encoded again. Raises ShortVideoError."""
    first, stop = episode_span(video)
    if stop - first < length:
        raise ShortVideoError(
            f"{video.path}: camera {video.key} has fewer frames than the episode has rows",
            actual=stop - first,
            allowed=length,
            fix="Leave the episode out or cut its table to the frames there are.",
        )
    ledger = packet_times(video.path)
    pts = ledger.pts[first : first + length]
    if len(np.unique(pts)) != length:
        return "two frames share one time"
    signature, packets, place_of = _decoding_order(video.path, *_identity(video.path))
    head = place_of[int(pts[0])]
    if not packets[head][1]:
        return "the episode starts between keyframes"
    run = packets[head : head + length]
    rank = {int(stamp): number for number, stamp in enumerate(pts)}
    if any(stamp not in rank for stamp, _, _ in run):
        return "frames of the neighbouring episode are needed to decode it"
    times = (pts - pts[0]).astype(np.float64) * float(ledger.time_base)
    grid = np.arange(length) / float(video.fps)
    return Clip(
        video=video,
        order=tuple(rank[stamp] for stamp, _, _ in run),
        first_pts=int(pts[0]),
        size_bytes=sum(size for _, _, size in run),
        signature=signature,
        drift_s=float(np.abs(times - grid).max()),
    )


def reencode(video: Video, length: int, target: Path) -> Video:
    """The episode's frames as H.264 (crf 18, a keyframe every second frame, no B-frames) in a file of their own."""
    encoder = {"crf": "18", "g": "2", "bf": "0", "threads": "1"}
    with av.open(str(target), "w", format="mp4", options=BITEXACT) as out:
        track: Any = out.add_stream("libx264", rate=video.fps, options=encoder)
        track.width, track.height, track.pix_fmt = video.width, video.height, "yuv420p"
        track.time_base = track.codec_context.time_base = 1 / video.fps
        for frame in frames(video, gray=False, stop=length):
            picture = av.VideoFrame.from_ndarray(frame.image, format="rgb24")
            picture.pts, picture.time_base = frame.index, 1 / video.fps
            out.mux(track.encode(picture))
        out.mux(track.encode())
    return replace(video, path=target, start_s=0.0, frames=length, codec="h264", pix_fmt="yuv420p", shared=False)


def write_clips(clips: Sequence[Clip], fps: Fraction, target: Path) -> None:
    """Copy clips of one signature into ``target``, frame k at k/fps. Raises OutputError if it does not read back."""
    ticks = _ticks(fps)
    delay = max(clip.delay for clip in clips)
    with (
        open_container(clips[0].video.path) as template,
        av.open(str(target), "w", format="mp4", options=BITEXACT) as out,
    ):
        # opaque: the encoder of AV1 is not the decoder's name, and none is needed to copy
        track = out.add_stream_from_template(video_track(template, clips[0].video.path), opaque=True)
        track.time_base = 1 / (fps * ticks)
        base = 0
        for clip in clips:
            for place, packet in enumerate(clip_packets(clip)):
                packet.stream = track
                packet.time_base = track.time_base
                packet.pts = (base + clip.order[place]) * ticks
                packet.dts = (base + place - delay) * ticks
                packet.duration = ticks
                out.mux(packet)
            base += len(clip.order)
    _verify(target, base, fps)


def _verify(target: Path, expected: int, fps: Fraction) -> None:
    ledger = packet_times(target)
    step = 1 / (fps * ledger.time_base)
    exact = step.denominator == 1 and np.array_equal(ledger.pts, np.arange(len(ledger)) * int(step))
    if len(ledger) != expected or not exact:
        raise OutputError(
            f"{target.name}: video does not read back on the frame grid", actual=len(ledger), allowed=expected
        )


def _ticks(fps: Fraction) -> int:
    """Ticks a frame, for a time base of 1/(fps * ticks) whose denominator MP4 keeps as it is (10,000 or more)."""
    ticks = fps.denominator
    while fps * ticks < 10_000:
        ticks *= 2
    return ticks


def clip_packets(clip: Clip) -> Iterator[Any]:
    """The clip's packets in decoding order."""
    remaining = len(clip.order)
    with open_container(clip.video.path) as container:
        track = video_track(container, clip.video.path)
        if clip.first_pts > 0:
            container.seek(clip.first_pts, stream=track, backward=True, any_frame=False)
        started = False
        for packet in container.demux(track):
            started = started or packet.pts == clip.first_pts
            if started and packet.size:
                yield packet
                remaining -= 1
            if not remaining:
                return


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


@lru_cache(maxsize=16)
def _decoding_order(path: Path, _size: int, _mtime_ns: int) -> tuple[Signature, tuple[Packet, ...], dict[int, int]]:
    """(signature, packets in decoding order, place of each time stamp)."""
    with open_container(path) as container:
        track = video_track(container, path)
        context = track.codec_context
        signature = (
            context.codec.canonical_name,
            track.width,
            track.height,
            context.pix_fmt or "",
            bytes(context.extradata or b""),
        )
        packets = tuple(
            (p.pts, bool(p.is_keyframe), p.size) for p in container.demux(track) if p.size and not p.is_discard
        )
    return signature, packets, {stamp: place for place, (stamp, _, _) in enumerate(packets)}
