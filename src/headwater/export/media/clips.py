"""One camera of one episode, made ready to be copied into a video file of the dataset.

Frames are copied packet by packet where they need nothing from outside. At a cut between keyframes only the frames
up to the next keyframe are encoded again, in the file's own codec and profile, and the seam is read back frame by
frame; where that is impossible the whole clip is encoded and the report says why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from headwater.export.errors import ExportError, OutputError, ShortVideoError
from headwater.export.lerobot.layout import Camera
from headwater.export.media.encode import (
    Encoder,
    coded_pictures,
    encode,
    piece_encoder,
    shown_pictures,
    whole_clip_encoder,
)
from headwater.export.media.files import Clip, VideoFile
from headwater.export.media.packets import Run, Signature, index_of, longest_run
from headwater.export.media.parameter_sets import same_framing
from headwater.export.media.stills import shown
from headwater.formats import Episode, Video, episode_span, frames, packet_times

_SEAM = "the episode's ends lie between keyframes"


@dataclass(frozen=True)
class Prepared:
    """A clip, with what had to be done for it.

    Attributes:
        reason: why frames were encoded again; empty if none was. spans: which, [first, stop).
        note: what else the report should say.
    """

    clip: Clip
    reason: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    note: str | None = None


class Clips:
    """Prepares clips; what must be encoded lies in ``scratch`` until the clip is copied (``Clip.owned``)."""

    def __init__(self, scratch: Path, fps: Fraction) -> None:
        self._scratch = scratch
        self._fps = fps
        self._numbers = count()

    def prepare(self, episode: Episode, camera: Camera) -> Prepared:
        """The clip of the episode's rows. Raises ShortVideoError, ExportError, RecordingError."""
        video, length = episode.videos[camera.key], episode.length
        if video.stills is not None:
            pictures = shown(episode, camera)
            reason = f"its pictures are stored one by one ({video.codec})"
            clip = self._encoded(pictures.rgb(), whole_clip_encoder("", camera.width, camera.height), length)
            return Prepared(clip, reason, ((0, length),), pictures.note())
        first, stop = episode_span(video)
        _demand_frames(video, stop - first, length)
        extra = stop - first - length
        note = f"camera {video.key} has {extra} frames after the last row, which were left out" if extra else None
        if video.rotation:
            reason = f"its pictures are shown turned by {video.rotation} degrees, which not every decoder does"
            clip = self._encoded(
                shown_pictures(video, length), whole_clip_encoder("", camera.width, camera.height), length
            )
            return Prepared(clip, reason, ((0, length),), note)
        return replace(self.copied(video, first, length), note=note)

    def copied(self, video: Video, first: int, length: int) -> Prepared:
        """``length`` frames of a file from number ``first`` on, the episode's first; turned or not, as they are coded.

        Raises ExportError, RecordingError.
        """
        pts = packet_times(video.path).pts[first : first + length]
        if len(np.unique(pts)) != length:
            return self.whole(video, length, "two frames share one time")
        run = longest_run(video.path, first, first + length)
        if run is None:
            return self.whole(video, length, "no keyframe in it starts afresh")
        clip = _clip(video.path, run, video.fps)
        if run.count == length:
            return Prepared(clip)
        spans = tuple(
            span for span in ((0, run.first - first), (run.first + run.count - first, length)) if span[0] < span[1]
        )
        try:
            return Prepared(self._mended(video, clip, spans, length), _SEAM, spans)
        except _ImpossibleSeamError as error:
            return self.whole(video, length, f"{_SEAM}, and {error}")

    def whole(self, video: Video, length: int, reason: str) -> Prepared:
        """All of it encoded again, in H.264 without B-frames. Raises ExportError, RecordingError."""
        encoder = whole_clip_encoder(video.pix_fmt, video.width, video.height)
        clip = self._encoded(coded_pictures(video, 0, length), encoder, length)
        return Prepared(clip, reason, ((0, length),))

    def _encoded(self, source: Any, encoder: Encoder, length: int) -> Clip:
        target = self._scratch / f"{next(self._numbers)}.mp4"
        encode(source, target, self._fps, encoder)
        found = longest_run(target, 0, len(packet_times(target)))
        if found is None or found.count != length:
            raise OutputError(
                f"{encoder.name}: the clip was not encoded whole", actual=found.count if found else 0, allowed=length
            )
        return replace(_clip(target, found, self._fps), owned=True)

    def _mended(self, video: Video, clip: Clip, spans: tuple[tuple[int, int], ...], length: int) -> Clip:
        encoder = piece_encoder(video.path)
        if isinstance(encoder, str):
            raise _ImpossibleSeamError(encoder)
        try:
            pieces = {
                start: self._encoded(coded_pictures(video, start, stop), encoder, stop - start) for start, stop in spans
            }
        except (ExportError, OutputError) as error:
            raise _ImpossibleSeamError(str(error)) from None
        parts = [pieces[0], clip] if 0 in pieces else [clip]
        parts += [piece for start, piece in pieces.items() if start]
        if any(not _joinable(part.signature, clip.signature) for part in parts):
            raise _ImpossibleSeamError("a piece came out in another pixel format or framing")
        target = self._scratch / f"{next(self._numbers)}.mp4"
        file = VideoFile(target, replace(clip, inband=True, delay=clip.delay), self._fps)
        for part in parts:
            file.append(replace(part, inband=True))
        file.close()
        self._demand_same_pictures(video, target, spans, length)
        run = longest_run(target, 0, length)
        if run is None or run.count != length:
            raise _ImpossibleSeamError("the seam does not read back as one clip")
        return replace(_clip(target, run, self._fps), owned=True, inband=True, drift_s=clip.drift_s)

    def _demand_same_pictures(
        self, video: Video, target: Path, spans: tuple[tuple[int, int], ...], length: int
    ) -> None:
        """Every copied frame must decode to what it was, whatever stands around it."""
        made = replace(video, path=target, start_s=0.0, frames=length, fps=self._fps, shared=False)
        encoded = {number for first, stop in spans for number in range(first, stop)}
        seen = 0
        for old, new in zip(frames(video, width=None, stop=length), frames(made, width=None), strict=False):
            if old.index != new.index or (old.index not in encoded and not np.array_equal(old.image, new.image)):
                break
            seen += 1
        if seen != length:
            raise _ImpossibleSeamError(f"frame {seen} does not survive it")


class _ImpossibleSeamError(Exception):
    """Pieces and packets cannot be in one file."""


def _clip(path: Path, run: Run, fps: Fraction) -> Clip:
    index = index_of(path)
    place = slice(run.place, run.place + run.count)
    ledger = packet_times(path)
    pts = ledger.pts[run.first : run.first + run.count]
    times = (pts - pts[0]).astype(np.float64) * float(ledger.time_base)
    order = index.rank[place] - run.first
    return Clip(
        path=path,
        place=run.place,
        order=order,
        size_bytes=int(index.size_bytes[place].sum()),
        signature=index.signature,
        drift_s=float(np.abs(times - np.arange(run.count) / float(fps)).max()),
        delay=max(0, int((np.arange(run.count) - order).max())),
    )


def _joinable(piece: Signature, run: Signature) -> bool:
    return piece[:4] == run[:4] and same_framing(run[0], piece[4], run[4])


def _demand_frames(video: Video, found: int, length: int) -> None:
    if found < length:
        raise ShortVideoError(
            f"{video.path}: camera {video.key} has fewer frames than the episode has rows",
            actual=found,
            allowed=length,
            fix="Leave the episode out or cut its table to the frames there are.",
        )
