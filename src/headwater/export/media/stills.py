"""Pictures that lie in a container one by one (HDF5, MCAP, RLDS, DICOM), brought to the table's rows.

A camera with as many pictures as the table has rows gives one to each row. One with its own rate gives each row the
picture nearest in time; the report says how many are shown twice or not at all.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image

from headwater.export.errors import ShortVideoError, UnlikeEpisodesError
from headwater.export.lerobot.layout import Camera
from headwater.formats import NS, Episode, Stills, Video, episode_span, packet_times

_KEPT_AS_THEY_ARE = ("image/jpeg", "image/png")


@dataclass(frozen=True, eq=False)
class Shown:
    """A camera's pictures for the rows of one episode.

    Attributes:
        places: int64 (rows,), number of each row's picture in ``video.stills``.
        held: how many pictures the episode has in all.
    """

    video: Video
    camera: Camera
    places: NDArray[np.int64]
    held: int

    def note(self) -> str | None:
        """What rows of another rate do to the camera; ``None`` if each row has its own picture."""
        used, rows = len(np.unique(self.places)), len(self.places)
        if used == rows == self.held:
            return None
        return (
            f"camera {self.camera.key} has {self.held} pictures for {rows} rows: each row shows the nearest in time, "
            f"{rows - used} are shown again and {self.held - used} not at all"
        )

    def pixels(self, rows: Iterable[int]) -> Iterator[NDArray[Any]]:
        """Some rows' pictures as people see them: (h, w, channels) as the camera's feature says.

        Raises UnlikeEpisodesError, RecordingError.
        """
        for row in rows:
            image = self._turned(int(self.places[row]))
            flat = image[..., np.newaxis] if image.ndim == 2 else image
            yield np.repeat(flat, self.camera.channels // flat.shape[2], axis=2)

    def rgb(self) -> Iterator[VideoFrame]:
        """Every row's picture for an encoder."""
        for image in self.pixels(range(len(self.places))):
            yield VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")

    def files(self) -> Iterator[bytes]:
        """Every row's picture as a JPEG or PNG: its own bytes where it is stored as one, a PNG otherwise."""
        for place in self.places:
            stored = None if self.video.rotation else self._stills.encoded(int(place))
            if stored is not None and stored[0] in _KEPT_AS_THEY_ARE:
                yield stored[1]
            else:
                yield png(self._turned(int(place)))

    @property
    def _stills(self) -> Stills:
        assert self.video.stills is not None
        return self.video.stills

    def _turned(self, place: int) -> NDArray[Any]:
        image = np.rot90(self._stills.image(place), -(self.video.rotation // 90 % 4))
        if image.shape[:2] != (self.camera.height, self.camera.width):
            raise UnlikeEpisodesError(
                f"{self.video.path.name}: picture {place} of camera {self.camera.key} has another size",
                actual=f"{image.shape[1]}x{image.shape[0]}",
                allowed=f"{self.camera.width}x{self.camera.height}",
                fix="Export pictures of one size together.",
            )
        return image


def shown(episode: Episode, camera: Camera) -> Shown:
    """Which pictures of a camera the episode's rows show. Raises ShortVideoError if it has none."""
    video = episode.videos[camera.key]
    first, stop = episode_span(video)
    if stop <= first:
        raise ShortVideoError(f"{episode.name}: camera {camera.key} has no pictures", actual=0, allowed=episode.length)
    places = np.arange(first, stop, dtype=np.int64)
    if len(places) != episode.length:
        places = first + _nearest(frame_times_ns(video), row_times_ns(episode))
    return Shown(video, camera, places, stop - first)


def row_times_ns(episode: Episode) -> NDArray[np.int64]:
    """When each row was taken, int64 (rows,): by the table's own clock, else its first camera's, else its rate."""
    for stream in episode.streams.values():
        if stream.clock == "row" and len(stream.times_ns) == episode.length:
            return stream.times_ns
    for video in episode.videos.values():
        times = frame_times_ns(video)
        if len(times) >= episode.length:
            return times[: episode.length]
    return grid_ns(episode.length, episode.fps)


def frame_times_ns(video: Video) -> NDArray[np.int64]:
    """When each of a camera's frames is presented, int64, nanoseconds from the episode's start."""
    first, stop = episode_span(video)
    start = int(Fraction(video.start_s) * NS)
    if video.stills is not None:
        return np.asarray(video.stills.times_ns)[first:stop] - start
    ledger = packet_times(video.path)
    ticks = ledger.pts[first:stop].astype(object) * NS  # Python integers: nanoseconds of ticks pass 64 bits
    return np.asarray(ticks * ledger.time_base.numerator // ledger.time_base.denominator, dtype=np.int64) - start


def grid_ns(count: int, fps: Fraction) -> NDArray[np.int64]:
    """Row i at i/fps, int64 nanoseconds, rounded down."""
    return np.arange(count, dtype=np.int64) * (NS * fps.denominator) // fps.numerator


def png(image: NDArray[Any]) -> bytes:
    """A lossless picture of uint8 (h, w), (h, w, 1), (h, w, 3) or uint16 (h, w)."""
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image[..., 0] if image.shape[2:] == (1,) else image)).save(out, "PNG")
    return out.getvalue()


def _nearest(times: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each wanted time the number of the nearest; the earlier of two as near."""
    after = np.clip(np.searchsorted(times, wanted), 1, max(1, len(times) - 1))
    before = after - 1
    after = np.minimum(after, len(times) - 1)
    return np.where(np.abs(times[after] - wanted) < np.abs(wanted - times[before]), after, before).astype(np.int64)
