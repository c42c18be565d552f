"""A video file's packets in decoding order, and which of them make a clip that needs nothing from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.export.media.parameter_sets import starts_afresh
from headwater.formats import packet_times
from headwater.formats.video import open_container, video_track

Signature = tuple[str, int, int, str, bytes]
_HIDDEN = -1


@dataclass(frozen=True, eq=False)
class Index:
    """The video track's packets in decoding order.

    Attributes:
        signature: codec, width, height, pixel format and decoder configuration; equal ones may share a file.
        pts: int64 (n,), ticks.
        rank: int64 (n,), place in order of presentation, -1 for a frame an edit list hides.
        key: bool (n,); size_bytes: int64 (n,).
        profile: as FFmpeg names it (``High``); empty if the codec has none.
    """

    signature: Signature
    pts: NDArray[np.int64]
    rank: NDArray[np.int64]
    key: NDArray[np.bool_]
    size_bytes: NDArray[np.int64]
    profile: str


@dataclass(frozen=True)
class Run:
    """Packets [place, place + count) in decoding order, which are frames [first, first + count) and need no other."""

    place: int
    first: int
    count: int


def index_of(path: Path) -> Index:
    """The file's packets, read without decoding. Raises RecordingError."""
    status = path.stat()
    return _index(path, status.st_size, status.st_mtime_ns)


def longest_run(path: Path, first: int, stop: int) -> Run | None:
    """The longest part of frames [first, stop) of a file that can be copied; ``None`` if there is none.

    A run begins with a keyframe at which a decoder forgets everything before it, and ends where the packets so far
    are exactly the frames so far. Frame numbers are places in order of presentation.
    """
    index = index_of(path)
    best: Run | None = None
    for place in np.flatnonzero(index.key & (index.rank >= first) & (index.rank < stop)):
        begin = int(index.rank[place])
        if best is not None and stop - begin <= best.count:
            continue
        later = index.rank[place : place + stop - begin]
        whole = np.minimum.accumulate(later) == begin  # nothing presented before the keyframe, nothing hidden
        closed = np.maximum.accumulate(later) == begin + np.arange(len(later))
        ends = np.flatnonzero(whole & closed & (later < stop))
        count = int(ends[-1]) + 1 if len(ends) else 0
        if count > (best.count if best else 0) and _afresh(path, index, int(place)):
            best = Run(int(place), begin, count)
    return best


def packets(path: Path, place: int, count: int) -> Iterator[Any]:
    """Packets [place, place + count) in decoding order; the first is a keyframe."""
    index = index_of(path)
    start = int(index.pts[place])
    with open_container(path) as container:
        track = video_track(container, path)
        if place > 0:
            container.seek(start, stream=track, backward=True, any_frame=False)
        started = False
        for packet in container.demux(track):
            started = started or packet.pts == start
            if started and packet.size:
                yield packet
                count -= 1
            if not count:
                return


def _afresh(path: Path, index: Index, place: int) -> bool:
    codec, extradata = index.signature[0], index.signature[4]
    return any(starts_afresh(codec, bytes(packet), extradata) for packet in packets(path, place, 1))


@lru_cache(maxsize=16)
def _index(path: Path, _size: int, _mtime_ns: int) -> Index:
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
        profile = str(context.profile or "")
        rows = np.array(
            [
                (p.pts, p.is_keyframe, p.size, p.is_discard)
                for p in container.demux(track)
                if p.size and p.pts is not None
            ],
            dtype=np.int64,
        ).reshape(-1, 4)
    shown = packet_times(path).pts
    rank = np.searchsorted(shown, rows[:, 0])
    rank[rows[:, 3] != 0] = _HIDDEN
    return Index(signature, rows[:, 0], rank, rows[:, 1] != 0, rows[:, 2], profile)
