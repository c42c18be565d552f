"""A microphone's part of an episode, copied packet by packet."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from headwater.export.errors import OutputError
from headwater.export.media.encode import BITEXACT
from headwater.formats import Audio, Episode
from headwater.formats.video import open_container

SUFFIX, MEDIA_TYPE = "mka", "audio/x-matroska"


def write_sound(audio: Audio, episode: Episode, target: Path) -> None:
    """Write the packets that begin within the episode into Matroska, which holds every codec.

    Times are from the episode's start.

    Raises:
        OutputError: the track cannot be written. RecordingError: it cannot be read.
    """
    try:
        copy_packets(audio, episode.duration_s, target, "matroska", before=False)
    except (av.FFmpegError, IndexError) as error:
        raise OutputError(f"{audio.path.name}: sound {audio.key} cannot be copied", actual=str(error)[:120]) from None


def copy_packets(audio: Audio, duration_s: float, target: Path, form: str, *, before: bool) -> float | None:
    """Copy the packets of an episode's time into a container of FFmpeg's name ``form``.

    Args:
        before: take the packet along that began before the episode and still sounds; times are then from the first
            packet. Else only those that begin within it, and times are from its start.

    Returns:
        Where the episode begins in the new file, seconds; ``None`` if no packet was there to tell.

    Raises:
        RecordingError: the file cannot be read. av.FFmpegError, ValueError: the container cannot hold the codec.
        IndexError: there is no such track.
    """
    start = Fraction(audio.start_s)
    target.parent.mkdir(parents=True, exist_ok=True)
    with open_container(audio.path) as source:
        track = source.streams.audio[audio.track]
        base = Fraction(track.time_base)
        origin = None if before else round(start / base)
        with av.open(str(target), "w", format=form, options=BITEXACT) as out:
            made: Any = out.add_stream_from_template(track, opaque=True)
            made.time_base = track.time_base
            for packet in _between(source, track, start, start + Fraction(duration_s), before=before):
                origin = packet.pts if origin is None else origin
                packet.stream = made
                packet.pts -= origin
                packet.dts = packet.pts
                out.mux(packet)
    return None if origin is None else float(start - origin * base)


def _between(source: Any, track: Any, start: Fraction, stop: Fraction, *, before: bool) -> Iterator[Any]:
    base = Fraction(track.time_base)
    for packet in source.demux(track):
        if packet.pts is None or not packet.size:
            continue
        begin = packet.pts * base
        if begin >= stop:
            return
        if begin >= start or (before and begin + (packet.duration or 0) * base > start):
            yield packet
