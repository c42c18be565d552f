"""One episode's part of a video as an MP4 of its own, with the frame times it was recorded with.

LeRobot's shared files want frames on a regular grid (``remux``); a clip that stands alone keeps its own times, so
variable frame rates survive. Packets are copied wherever ``remux.plan_clip`` allows.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from headwater.export.errors import OutputError
from headwater.export.remux import BITEXACT, Clip, clip_packets, plan_clip, reencode
from headwater.formats import NS, Video, episode_span, ledger_of, packet_times
from headwater.formats.video import open_container, video_track


def frame_times_ns(video: Video) -> NDArray[np.int64]:
    """When each of the episode's frames is shown: int64 (n,), ns from the episode's start, rounded to the nearest."""
    first, stop = episode_span(video)
    ledger = ledger_of(video)
    base = ledger.time_base
    scale = NS * base.numerator
    whole, rest = np.divmod(ledger.pts[first:stop], base.denominator)
    times = whole * scale + (rest * scale + base.denominator // 2) // base.denominator
    return np.asarray(times - round(Fraction(video.start_s) * NS), dtype=np.int64)


def plan(video: Video, scratch: Path) -> tuple[Clip, str | None]:
    """All of the episode's frames as a clip to copy, and the reason if they had to be encoded again for it.

    Raises:
        OutputError: not even the new encoding can be copied. RecordingError: the video cannot be read.
    """
    first, stop = episode_span(video)
    planned = plan_clip(video, stop - first)
    if not isinstance(planned, str):
        return planned, None
    return encoded_again(video, scratch), planned


def encoded_again(video: Video, scratch: Path) -> Clip:
    """The episode's frames in H.264 without B-frames, in a file under ``scratch``. Raises OutputError."""
    first, stop = episode_span(video)
    fresh = scratch / f"{sum(1 for _ in scratch.glob('again-*'))}.mp4"
    fresh = fresh.with_name(f"again-{fresh.name}")
    planned = plan_clip(reencode(video, stop - first, fresh), stop - first)
    if isinstance(planned, str):
        raise OutputError(f"{video.path.name}: camera {video.key} cannot be written", actual=planned)
    return planned


def write_clip(video: Video, target: Path, scratch: Path) -> str | None:
    """Write the episode's part of ``video`` to ``target``, its first frame at 0.

    Returns:
        Why it was encoded again, ``None`` if its packets were copied.

    Raises:
        OutputError: what was written does not read back. RecordingError: the video cannot be read.
    """
    clip, reason = plan(video, scratch)
    first, stop = episode_span(video)
    ledger = ledger_of(video)
    ticks = ledger.pts[first:stop] - ledger.pts[first]
    _mux(clip, ticks, ledger.time_base, target)
    written = packet_times(target)
    times = [tick * written.time_base for tick in written.pts.tolist()]
    if times != [tick * ledger.time_base for tick in ticks.tolist()]:
        raise OutputError(
            f"{target.name}: video does not read back with its times", actual=len(times), allowed=len(ticks)
        )
    return reason


def _mux(clip: Clip, ticks: NDArray[np.int64], time_base: Fraction, target: Path) -> None:
    shown = ticks[list(clip.order)]
    ahead = int((ticks - shown).max())  # ticks by which decoding must run ahead of presentation
    last = max(1, round(1 / (clip.video.fps * time_base)))
    lasting = [*np.diff(ticks).tolist(), last]
    target.parent.mkdir(parents=True, exist_ok=True)
    source = clip.video.path
    try:
        with open_container(source) as template, av.open(str(target), "w", format="mp4", options=BITEXACT) as out:
            track = out.add_stream_from_template(video_track(template, source), opaque=True)
            track.time_base = time_base
            for place, packet in enumerate(clip_packets(clip)):
                packet.stream = track
                packet.time_base = time_base
                packet.pts, packet.dts = int(shown[place]), int(ticks[place]) - ahead
                packet.duration = lasting[place]
                out.mux(packet)
    except av.FFmpegError as error:
        raise OutputError(
            f"{source.name}: camera {clip.video.key} cannot be written as MP4",
            actual=f"{clip.signature[0]}: {error.strerror}", allowed="a codec MP4 holds",
        ) from None  # fmt: skip
