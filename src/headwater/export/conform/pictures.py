"""Some frames of a camera as a camera of its own, decoded in one pass when they are asked for in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.export.conform.rates import even_times_ns
from headwater.export.errors import ShortVideoError
from headwater.export.media.encode import encode, shown_pictures, whole_clip_encoder
from headwater.formats import Frame, Video, frames


def encoded(video: Video, picks: NDArray[np.int64], fps: Fraction, target: Path) -> Video:
    """Frames ``picks`` in a file of their own, frame i at i/fps: H.264, crf 18, a keyframe every second frame.

    Raises:
        ShortVideoError, RecordingError: a frame is not there or does not decode.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    made = chosen(video, picks, fps)
    encoder = whole_clip_encoder(video.pix_fmt, made.width, made.height)
    encode(shown_pictures(made, len(picks)), target, fps, encoder)
    return replace(made, path=target, codec="h264", pix_fmt=encoder.pix_fmt, stills=None)


def chosen(video: Video, picks: Sequence[int] | NDArray[np.int64], fps: Fraction) -> Video:
    """Frames ``picks`` (ascending, repeats allowed) of ``video`` as stills, frame i at i/fps, upright."""
    stills = _Chosen(video, tuple(int(pick) for pick in picks), fps)
    width, height = video.shown_size
    return replace(
        video,
        start_s=0.0,
        frames=len(stills.picks),
        fps=fps,
        shared=False,
        stills=stills,
        rotation=0,
        width=width,
        height=height,
    )


class _Chosen:
    def __init__(self, video: Video, picks: tuple[int, ...], fps: Fraction) -> None:
        self.picks = picks
        self._video = video
        self._times = even_times_ns(fps, len(picks))
        self._decoding: Iterator[Frame] = iter(())
        self._held: Frame | None = None

    @property
    def times_ns(self) -> NDArray[np.int64]:
        return self._times

    def size_bytes(self, index: int) -> int:
        """Not known before it is encoded."""
        return 0

    def encoded(self, index: int) -> None:
        return None

    def image(self, index: int) -> NDArray[Any]:
        """uint8 (h, w, 3) RGB. Raises ShortVideoError where the file has fewer frames."""
        wanted = self.picks[index]
        if self._held is None or self._held.index > wanted:
            only = frozenset(self.picks[index:])
            self._decoding, self._held = frames(self._video, gray=False, only=only), None
        while self._held is None or self._held.index < wanted:
            self._held = next(self._decoding, None)
            if self._held is None or self._held.index > wanted:
                raise ShortVideoError(
                    f"camera {self._video.key} has no frame {wanted}",
                    actual="the video ended or does not decode there",
                    allowed=f"{self.picks[-1] + 1} frames",
                    fix="Leave the episode out or record it again.",
                )
        return self._held.image
