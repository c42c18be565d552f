"""A microphone's part of an episode, copied packet by packet into Matroska, which holds every codec."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av

from headwater.export.errors import OutputError
from headwater.export.media.encode import BITEXACT
from headwater.formats import Audio, Episode
from headwater.formats.video import open_container

SUFFIX, MEDIA_TYPE = "mka", "audio/x-matroska"


def write_sound(audio: Audio, episode: Episode, target: Path) -> None:
    """Write the packets that begin within the episode. Times start at the first packet's distance from the start.

    Raises:
        OutputError: the track cannot be written. RecordingError: it cannot be read.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open_container(audio.path) as source:
            track: Any = source.streams.audio[audio.track]
            with av.open(str(target), "w", format="matroska", options=BITEXACT) as out:
                _copy(source, track, out, audio.start_s, audio.start_s + episode.duration_s)
    except (av.FFmpegError, IndexError) as error:
        raise OutputError(f"{audio.path.name}: sound {audio.key} cannot be copied", actual=str(error)[:120]) from None


def _copy(source: Any, track: Any, out: Any, start_s: float, stop_s: float) -> None:
    copy = out.add_stream_from_template(track, opaque=True)
    offset = round(start_s / track.time_base)
    for packet in source.demux(track):
        if packet.pts is None or not packet.size or not start_s <= packet.pts * track.time_base < stop_s:
            continue
        packet.stream = copy
        packet.pts -= offset
        packet.dts = packet.pts
        out.mux(packet)
