"""Single frames of cameras in any order: files stay open, decoding starts at the keyframe before the frame.

Frames nothing refers to are skipped on the way, and a later frame of the same group of pictures goes on where the
last one ended. The pictures are those ``frames`` gives.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from headwater.formats.errors import DamagedFileError
from headwater.formats.models import NS, Video
from headwater.formats.pixels import rgb, turned
from headwater.formats.video import (
    DAMAGED,
    Frame,
    PacketLedger,
    episode_span,
    open_container,
    packet_times,
    video_track,
)

MAX_OPEN = 16


class FrameReader:
    """Reads RGB frames by number. Not safe for several threads at once: give each its own.

    Args:
        max_open: files kept open at a time.
    """

    def __init__(self, max_open: int = MAX_OPEN) -> None:
        self._files: OrderedDict[Path, _OpenFile] = OrderedDict()
        self._max_open = max_open

    def __enter__(self) -> FrameReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def frame(self, video: Video, number: int) -> Frame:
        """Frame ``number`` of the episode, uint8 (h, w, 3) RGB as people see it.

        Raises:
            IndexError: the episode has no such frame. DamagedFileError: it cannot be decoded.
        """
        first, stop = episode_span(video)
        if not 0 <= number < stop - first:
            raise IndexError(f"{video.key}: frame {number} of {stop - first}")
        if video.stills is not None:
            seconds = int(video.stills.times_ns[first + number]) / NS - float(video.start_s)
            image = rgb(np.asarray(video.stills.image(first + number)), video.pix_fmt)
            return Frame(number, seconds, turned(image, video.rotation))
        ledger = packet_times(video.path)
        picture = self._file(video.path, ledger).picture(first + number)
        seconds = float(int(ledger.pts[first + number]) * ledger.time_base - Fraction(video.start_s))
        return Frame(number, seconds, turned(rgb(picture, video.pix_fmt), video.rotation), bool(picture.is_corrupt))

    def close(self) -> None:
        """Close all files."""
        while self._files:
            self._files.popitem()[1].close()

    def _file(self, path: Path, ledger: PacketLedger) -> _OpenFile:
        file = self._files.pop(path, None)
        if file is not None and file.ledger is not ledger:  # the file was replaced meanwhile
            file.close()
            file = None
        self._files[path] = file = file or _OpenFile(path, ledger)
        while len(self._files) > self._max_open:
            self._files.popitem(last=False)[1].close()
        return file


class _OpenFile:
    """One video file with its decoder and how far it has come."""

    def __init__(self, path: Path, ledger: PacketLedger) -> None:
        self.ledger = ledger
        self._path = path
        self._keys = np.flatnonzero(ledger.key)
        self._stack = ExitStack()
        self._container = self._stack.enter_context(open_container(path))
        self._track = video_track(self._container, path)
        self._track.codec_context.thread_count = 1
        self._fed = -1
        self._packets: Any = None

    def picture(self, place: int) -> Any:
        """The frame at a place in order of presentation. Raises DamagedFileError."""
        key = int(self._keys[max(0, int(np.searchsorted(self._keys, place, side="right")) - 1)])
        if self._packets is None or place <= self._fed or self._fed < key:
            self._container.seek(int(self.ledger.pts[key]), stream=self._track, backward=True, any_frame=False)
            self._packets = self._container.demux(self._track)
            self._fed = -1
        wanted = int(self.ledger.pts[place])
        context = self._track.codec_context
        for packet in self._packets:
            if packet.pts is not None and packet.size:
                self._fed = max(self._fed, int(np.searchsorted(self.ledger.pts, packet.pts)))
                context.skip_frame = "DEFAULT" if packet.pts == wanted else "NONREF"
            for picture in packet.decode():
                if picture.pts == wanted:
                    if not packet.size:
                        self._packets = None  # the decoder was drained
                    return picture
        self._packets = None
        raise DamagedFileError("frame cannot be decoded", file=self._path, field=f"frame {place}", fix=DAMAGED)

    def close(self) -> None:
        self._stack.close()
