"""One video file: looked through frame by frame, covered where something was found, and put together without the rest.

Where nothing is found the picture keeps its bytes. Where something is, the whole track is encoded again with its own
codec at a quality that shows no difference; frame count and time stamps stay.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np

from headwater.formats import Video, frames, packet_times, probe
from headwater.formats.video import open_container, video_track
from headwater.privacy.covering import Cover, covers, outside, private
from headwater.privacy.errors import RedactionError
from headwater.privacy.models import Area, Seen
from headwater.privacy.movie import Track, clocks, newest_video, write_movie
from headwater.privacy.pictures import fill
from headwater.privacy.ports import Detectors

_ENCODERS: Mapping[str, tuple[str, dict[str, str]]] = {
    "h264": ("libx264", {"crf": "18", "preset": "medium", "bf": "0"}),
    "hevc": ("libx265", {"crf": "20", "preset": "medium", "x265-params": "bframes=0:log-level=error"}),
    "av1": ("libsvtav1", {"crf": "24", "preset": "8", "svtav1-params": "pred-struct=1"}),
    "vp9": ("libvpx-vp9", {"crf": "24", "b:v": "0"}),
}
_DEEP = ("gray10", "gray12", "gray14", "gray16")


@dataclass(frozen=True)
class FilmChange:
    """What was done to one file.

    Attributes:
        frames: in the file; covered: filled rectangles, in frame order; left: sightings in the result.
        gone: tracks and boxes that were left out.
        encoded: codec it was encoded with again; empty if the picture kept its bytes.
    """

    frames: int
    covered: tuple[Cover, ...]
    left: int
    gone: tuple[str, ...]
    encoded: str


def redact_film(source: Path, target: Path, detectors: Detectors) -> FilmChange:
    """Writes ``target``. Raises RedactionError or RecordingError; what was written by then is of no use."""
    found = probe(source)
    rotation = int(getattr(found, "rotation", 0))
    video = Video("film", source, 0.0, None, found.fps, found.width, found.height, found.codec, found.pix_fmt)
    count = len(packet_times(source))
    if found.pix_fmt.startswith(_DEEP):  # a depth camera: nothing to read, nobody to recognise in thumbnails of it
        return FilmChange(count, (), 0, strip_film(source, target), "")
    made = covers(_looked(video, rotation, detectors), count, float(found.fps))
    if not made:
        return FilmChange(count, (), 0, strip_film(source, target), "")
    with tempfile.TemporaryDirectory(prefix="redact-", dir=target.parent) as work:
        fresh = Path(work) / "film.mp4"
        _encode(source, fresh, {frame: _coded(rows, rotation, found) for frame, rows in made.items()}, found.codec)
        gone = write_movie(source, target, lambda track: _replaced(track, fresh))
    if len(packet_times(target)) != count:
        raise RedactionError(source.name, actual="frames were lost while encoding", allowed=count, fix="report it")
    again = Video("film", target, 0.0, None, found.fps, found.width, found.height, found.codec, found.pix_fmt)
    filled = {frame: [cover.area for cover in rows] for frame, rows in made.items()}
    left = sum(outside(private(one), filled.get(one.frame, ())) for one in _looked(again, rotation, detectors))
    return FilmChange(count, tuple(c for rows in made.values() for c in rows), left, gone, found.codec)


def strip_film(source: Path, target: Path) -> tuple[str, ...]:
    """Writes ``target`` without sound, tags and positions, pictures and other telemetry as they were.

    For recordings in which nobody can be seen. Names of what was left out. Raises RedactionError or RecordingError.
    """
    return write_movie(source, target, _stays)


def _looked(video: Video, rotation: int, detectors: Detectors) -> Iterator[Seen]:
    """Every frame, the way up people see it."""
    for frame in frames(video, width=None):
        image = np.ascontiguousarray(np.rot90(frame.image, -(rotation // 90)))
        yield Seen(frame.index, detectors.see(image, careful=True))


def _stays(track: Track) -> Track | None:
    return track if track.handler == b"vide" or track.coding == b"gpmd" else None


def _replaced(track: Track, fresh: Path) -> Track | None:
    return newest_video(fresh, track) if track.handler == b"vide" else _stays(track)


def _coded(rows: Sequence[Cover], rotation: int, found: Any) -> list[Area]:
    """Areas as people see them, in pixels of the coded picture."""
    return [_turned_back(cover.area, rotation, found.width, found.height) for cover in rows]


def _turned_back(area: Area, rotation: int, width: int, height: int) -> Area:
    if rotation == 90:
        return Area(area.y, height - area.x - area.width, area.height, area.width)
    if rotation == 180:
        return Area(width - area.x - area.width, height - area.y - area.height, area.width, area.height)
    if rotation == 270:
        return Area(width - area.y - area.height, area.x, area.height, area.width)
    return area


def _encode(source: Path, target: Path, made: Mapping[int, Sequence[Area]], codec: str) -> None:
    """The video track alone, its areas filled, on the source's clocks."""
    if codec not in _ENCODERS:
        fix = "convert the video to H.264 first"
        raise RedactionError(source.name, actual=f"codec {codec}", allowed=", ".join(_ENCODERS), fix=fix)
    name, options = _ENCODERS[codec]
    movie_rate, video_rate = clocks(source)
    clock = {"movie_timescale": str(movie_rate), "video_track_timescale": str(video_rate)}
    with open_container(source) as container, av.open(str(target), "w", format="mp4", options=clock) as out:
        read = video_track(container, source)
        track: Any = out.add_stream(name, rate=read.average_rate, options=options)
        track.width, track.height, track.pix_fmt = read.width, read.height, "yuv420p"
        track.time_base = track.codec_context.time_base = read.time_base
        for kind in ("color_range", "color_primaries", "color_trc", "colorspace"):
            setattr(track.codec_context, kind, getattr(read.codec_context, kind))
        for number, frame in enumerate(f for f in container.decode(read) if f.pts is not None):
            picture = _painted(frame, made.get(number, ()))
            picture.pts, picture.time_base = frame.pts, frame.time_base
            out.mux(track.encode(picture))
        out.mux(track.encode(None))


def _painted(frame: Any, areas: Sequence[Area]) -> Any:
    """The frame with its areas filled, as yuv420p; the decoder's own buffers are left alone."""
    if frame.width % 2 or frame.height % 2:
        pixels = frame.to_ndarray(format="rgb24")
        fill(pixels, areas)
        return av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
    planes = frame.to_ndarray(format="yuv420p")
    high, wide = frame.height, frame.width
    flat = planes.reshape(-1)
    fill(flat[: high * wide].reshape(high, wide), areas)
    halves = [Area(a.x // 2, a.y // 2, a.width // 2 + 1, a.height // 2 + 1) for a in areas]
    quarter = high * wide // 4
    for start in (high * wide, high * wide + quarter):
        fill(flat[start : start + quarter].reshape(high // 2, wide // 2), halves)
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")
