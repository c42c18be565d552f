"""Encoding, for what cannot be copied: whole clips as H.264, and pieces at a cut in the clip's own codec.

One thread, fixed settings and no date in the file, so that two runs give the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
from av.video.frame import VideoFrame

from headwater.export.errors import ExportError
from headwater.export.media.packets import index_of
from headwater.formats import Video, frames
from headwater.formats.video import pictures

BITEXACT = {"fflags": "+bitexact"}
_LOSSY_PIXELS = ("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "yuv420p10le", "yuv422p10le")
_PROFILES = {
    "Constrained Baseline": "baseline", "Baseline": "baseline", "Main": "main", "High": "high", "High 10": "high10",
    "High 4:2:2": "high422", "High 4:4:4 Predictive": "high444",
}  # fmt: skip


@dataclass(frozen=True)
class Encoder:
    """An FFmpeg encoder with its settings."""

    name: str
    pix_fmt: str
    options: dict[str, str]


def whole_clip_encoder(pix_fmt: str, width: int, height: int) -> Encoder:
    """H.264 at crf 18 with a keyframe every second frame, LeRobot's spacing; colour is kept at full size if odd."""
    even = not width % 2 and not height % 2
    pixels = pix_fmt if pix_fmt in _LOSSY_PIXELS and (even or "444" in pix_fmt) else "yuv420p" if even else "yuv444p"
    return Encoder("libx264", pixels, {"crf": "18", "g": "2", "bf": "0", "threads": "1"})


def piece_encoder(path: Path) -> Encoder | str:
    """The encoder for a piece that shall stand beside this file's own packets, or why there is none."""
    index = index_of(path)
    codec, pix_fmt = index.signature[0], index.signature[3]
    if codec == "h264":
        profile = _PROFILES.get(index.profile)
        if profile is None:
            return f"H.264 of profile {index.profile or 'unknown'} cannot be encoded here"
        options = {"crf": "12", "bf": "0", "threads": "1", "profile": profile}
        return Encoder("libx264", pix_fmt, options)
    if codec == "hevc":
        params = "crf=12:bframes=0:pools=none:frame-threads=1:wpp=0:log-level=none:info=0"
        return Encoder("libx265", pix_fmt, {"x265-params": params, "threads": "1"})
    if codec == "av1":
        options = {"crf": "12", "preset": "8", "svtav1-params": "lp=1:pred-struct=1"}
        return Encoder("libsvtav1", pix_fmt, options)
    return f"pieces of {codec} cannot be joined"


def encode(source: Iterator[VideoFrame], target: Path, fps: Fraction, encoder: Encoder) -> None:
    """Write pictures as an MP4 of their own, frame k at k/fps. Raises ExportError if the encoder refuses them."""
    first = next(source)
    os.environ.setdefault("SVT_LOG", "1")  # the AV1 encoder writes to stderr by itself, past FFmpeg's log
    try:
        with av.open(str(target), "w", format="mp4", options=BITEXACT) as out:
            track: Any = out.add_stream(encoder.name, rate=fps, options=encoder.options)
            track.width, track.height, track.pix_fmt = first.width, first.height, encoder.pix_fmt
            context = track.codec_context
            track.time_base = context.time_base = 1 / fps
            for name in ("color_range", "colorspace", "color_primaries", "color_trc"):
                setattr(context, name, getattr(first, name))
            for number, picture in enumerate(chain([first], source)):
                picture.pts, picture.time_base = number, 1 / fps
                picture.pict_type = 0  # the source's choice of keyframes is not ours
                out.mux(track.encode(picture))
            out.mux(track.encode())
    except (av.FFmpegError, ValueError, OSError) as error:
        raise ExportError(
            f"{encoder.name} cannot encode {first.width}x{first.height} {encoder.pix_fmt}", actual=str(error)[:120]
        ) from None


def coded_pictures(video: Video, start: int, stop: int) -> Iterator[VideoFrame]:
    """Frames [start, stop) as they are coded: no colour conversion."""
    return (picture for _, picture in pictures(video, start, stop))


def shown_pictures(video: Video, stop: int) -> Iterator[VideoFrame]:
    """The first ``stop`` frames as people see them: RGB, turned."""
    return (VideoFrame.from_ndarray(frame.image, format="rgb24") for frame in frames(video, gray=False, stop=stop))
