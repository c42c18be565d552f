"""One episode's part of a video as an MP4 of its own, with the frame times it was recorded with.

LeRobot's shared files want frames on a regular grid (``video_files``); a clip that stands alone keeps its own times, so
variable frame rates survive. Packets are copied wherever ``clips`` finds that they can be.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from headwater.export.errors import OutputError
from headwater.export.media.clips import Clips, Prepared
from headwater.export.media.encode import BITEXACT
from headwater.export.media.files import Clip, clip_packets
from headwater.export.media.parameter_sets import TAGS
from headwater.formats import Video, episode_span, ledger_of, packet_times
from headwater.formats.video import open_container, video_track


def plan(video: Video, scratch: Path) -> Prepared:
    """All of the episode's frames as a clip to copy; what had to be encoded for it lies in a folder of ``scratch``.

    Raises ExportError, RecordingError.
    """
    first, stop = episode_span(video)
    return _clips(video, scratch).copied(video, first, stop - first)


def encoded_again(video: Video, scratch: Path, reason: str) -> Prepared:
    """The same, every frame encoded in H.264 without B-frames. Raises ExportError, RecordingError."""
    first, stop = episode_span(video)
    return _clips(video, scratch).whole(video, stop - first, reason)


def _clips(video: Video, scratch: Path) -> Clips:
    folder = scratch / f"encoded-{len(list(scratch.glob('encoded-*')))}"
    folder.mkdir()
    return Clips(folder, video.fps)


def write_clip(video: Video, target: Path, scratch: Path) -> Prepared:
    """Write the episode's part of ``video`` to ``target``, its first frame at 0.

    Returns:
        What was done for it.

    Raises:
        OutputError: what was written does not read back. RecordingError: the video cannot be read.
    """
    prepared = plan(video, scratch)
    first, stop = episode_span(video)
    ledger = ledger_of(video)
    ticks = ledger.pts[first:stop] - ledger.pts[first]
    _mux(prepared.clip, video, ticks, ledger.time_base, target)
    written = packet_times(target)
    times = [tick * written.time_base for tick in written.pts.tolist()]
    if times != [tick * ledger.time_base for tick in ticks.tolist()]:
        raise OutputError(
            f"{target.name}: video does not read back with its times", actual=len(times), allowed=len(ticks)
        )
    if prepared.clip.owned:
        prepared.clip.path.unlink()
    return prepared


def _mux(clip: Clip, video: Video, ticks: NDArray[np.int64], time_base: Fraction, target: Path) -> None:
    shown = ticks[clip.order]
    ahead = int((ticks - shown).max())  # ticks by which decoding must run ahead of presentation
    last = max(1, round(1 / (video.fps * time_base)))
    lasting = [*np.diff(ticks).tolist(), last]
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open_container(clip.path) as template, av.open(str(target), "w", format="mp4", options=BITEXACT) as out:
            track = out.add_stream_from_template(video_track(template, clip.path), opaque=True)
            track.time_base = time_base
            if clip.inband:
                track.codec_context.codec_tag = TAGS[clip.signature[0]]
            for place, packet in enumerate(clip_packets(clip, inband=clip.inband)):
                packet.stream = track
                packet.time_base = time_base
                packet.pts, packet.dts = int(shown[place]), int(ticks[place]) - ahead
                packet.duration = lasting[place]
                out.mux(packet)
    except av.FFmpegError as error:
        raise OutputError(
            f"{video.path.name}: camera {video.key} cannot be written as MP4",
            actual=f"{clip.signature[0]}: {error.strerror}",
            allowed="a codec MP4 holds",
        ) from None
