"""Video files of a dataset: clips copied one after the other, frame k of a file at exactly k/fps.

So LeRobot's ``from_timestamp + timestamp`` never drifts (its own sums do, issue #3177).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from headwater.export.errors import OutputError
from headwater.export.media.encode import BITEXACT
from headwater.export.media.packets import Signature, packets
from headwater.export.media.parameter_sets import TAGS, with_parameter_sets
from headwater.formats import packet_times
from headwater.formats.video import open_container, video_track

# LeRobot compares times in float32, whose steps pass its tolerance of 1e-4 s after 1,024 seconds.
MAX_SECONDS = 1000


@dataclass(frozen=True, eq=False)
class Clip:
    """One episode's frames in one camera's file, ready to be copied.

    Attributes:
        path: the file; place: of the first packet in decoding order.
        order: int64 (frames,), number of the frame in each packet, in decoding order.
        size_bytes: compressed.
        signature: codec, width, height, pixel format and decoder configuration; equal ones may share a file.
        drift_s: largest distance of a frame from the regular grid.
        delay: frames by which decoding must run ahead of presentation.
        inband: its keyframes must carry their own parameter sets.
        owned: the file was made for this clip and goes with it.
    """

    path: Path
    place: int
    order: NDArray[np.int64]
    size_bytes: int
    signature: Signature
    drift_s: float
    delay: int
    inband: bool = False
    owned: bool = False

    @property
    def frames(self) -> int:
        """How many."""
        return len(self.order)


class VideoFile:
    """A file that takes in clips like the first; an exact frame grid."""

    def __init__(self, target: Path, first: Clip, fps: Fraction) -> None:
        self.path = target
        self.signature = first.signature
        self.size_bytes = self.frames = 0
        self._fps, self._ticks, self._delay, self._inband = fps, _ticks(fps), first.delay, first.inband
        target.parent.mkdir(parents=True, exist_ok=True)
        self._out = av.open(str(target), "w", format="mp4", options=BITEXACT)
        with open_container(first.path) as template:
            # opaque: the encoder of AV1 is not the decoder's name, and none is needed to copy
            self._track: Any = self._out.add_stream_from_template(video_track(template, first.path), opaque=True)
        self._track.time_base = 1 / (fps * self._ticks)
        if self._inband:
            self._track.codec_context.codec_tag = TAGS[first.signature[0]]

    def takes(self, clip: Clip, max_bytes: int) -> bool:
        """True if the clip may follow those that are in the file already."""
        return (
            clip.signature == self.signature
            and clip.delay <= self._delay
            and (self._inband or not clip.inband)
            and self.size_bytes + clip.size_bytes <= max_bytes
            and self.frames + clip.frames <= MAX_SECONDS * self._fps
        )

    def append(self, clip: Clip) -> int:
        """Copy a clip; returns the number of its first frame in the file."""
        first = self.frames
        for place, packet in enumerate(clip_packets(clip, inband=self._inband)):
            packet.stream = self._track
            packet.time_base = self._track.time_base
            packet.pts = (first + int(clip.order[place])) * self._ticks
            packet.dts = (first + place - self._delay) * self._ticks
            packet.duration = self._ticks
            self._out.mux(packet)
        self.frames += clip.frames
        self.size_bytes += clip.size_bytes
        if clip.owned:
            clip.path.unlink()
        return first

    def close(self) -> None:
        """Finish the file. Raises OutputError if it does not read back on its grid."""
        self._out.close()
        ledger = packet_times(self.path)
        step = 1 / (self._fps * ledger.time_base)
        exact = step.denominator == 1 and np.array_equal(ledger.pts, np.arange(len(ledger)) * int(step))
        if len(ledger) != self.frames or not exact:
            raise OutputError(
                f"{self.path.name}: video does not read back on the frame grid",
                actual=len(ledger),
                allowed=self.frames,
            )


def clip_packets(clip: Clip, *, inband: bool) -> Iterator[Any]:
    """A clip's packets in decoding order; ``inband``: keyframes with their parameter sets in front."""
    codec, extradata = clip.signature[0], clip.signature[4]
    for packet in packets(clip.path, clip.place, clip.frames):
        if inband and packet.is_keyframe:
            packet = _rewritten(packet, with_parameter_sets(codec, bytes(packet), extradata))
        yield packet


def _rewritten(packet: Any, data: bytes) -> Any:
    fresh = av.Packet(data)
    fresh.is_keyframe = packet.is_keyframe
    return fresh


def _ticks(fps: Fraction) -> int:
    """Ticks a frame, for a time base of 1/(fps * ticks) whose denominator MP4 keeps as it is (10,000 or more)."""
    ticks = fps.denominator
    while fps * ticks < 10_000:
        ticks *= 2
    return ticks
