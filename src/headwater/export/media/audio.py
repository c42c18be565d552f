"""Microphones: an episode's part of a track, copied packet by packet into a file of its own.

LeRobot's videos have no sound, and joined ones could not keep it in step, so it lies beside the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from headwater.export.media.encode import BITEXACT
from headwater.formats import Audio, EmptyRecordingError
from headwater.formats.video import open_container


def copy_audio(audio: Audio, duration_s: float, target: Path) -> float | None:
    """Copy the packets that sound during the episode into an MP4.

    Returns:
        Where the episode begins in the new file, seconds; ``None`` if MP4 cannot hold the codec.

    Raises:
        EmptyRecordingError: no sound in that time. RecordingError: the file cannot be read.
    """
    with open_container(audio.path) as source:
        track = source.streams.audio[audio.track]
        start, stop = Fraction(audio.start_s), Fraction(audio.start_s) + Fraction(duration_s)
        own = _between(source, track, start, stop)
        first = next(own, None)
        if first is None:
            raise EmptyRecordingError("has no sound", file=audio.path, field=audio.key, fix="Leave the track out.")
        target.parent.mkdir(parents=True, exist_ok=True)
        origin: int = first.pts
        try:
            with av.open(str(target), "w", format="mp4", options=BITEXACT) as out:
                made: Any = out.add_stream_from_template(track, opaque=True)
                made.time_base = track.time_base
                for packet in (first, *own):
                    packet.stream = made
                    packet.pts, packet.dts = packet.pts - origin, packet.pts - origin
                    out.mux(packet)
        except (av.FFmpegError, ValueError):
            target.unlink(missing_ok=True)
            return None
    return float(start - origin * Fraction(track.time_base))


def _between(source: Any, track: Any, start: Fraction, stop: Fraction) -> Iterator[Any]:
    for packet in source.demux(track):
        if packet.pts is None or not packet.size:
            continue
        begin = packet.pts * Fraction(track.time_base)
        if begin >= stop:
            return
        if begin + (packet.duration or 0) * Fraction(track.time_base) > start:
            yield packet
