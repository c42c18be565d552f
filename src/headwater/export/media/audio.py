"""Microphones beside a LeRobot table: an episode's part of a track as an MP4 of its own.

LeRobot's videos have no sound, and joined ones could not keep it in step, so it lies beside the table.
"""

from __future__ import annotations

from pathlib import Path

import av

from headwater.export.media.sound import copy_packets
from headwater.formats import Audio, EmptyRecordingError


def copy_audio(audio: Audio, duration_s: float, target: Path) -> float | None:
    """Copy the packets that sound during the episode into an MP4, one that began before it included.

    Returns:
        Where the episode begins in the new file, seconds; ``None`` if MP4 cannot hold the codec.

    Raises:
        EmptyRecordingError: no sound in that time. RecordingError: the file cannot be read.
    """
    try:
        start_s = copy_packets(audio, duration_s, target, "mp4", before=True)
    except (av.FFmpegError, ValueError):
        target.unlink(missing_ok=True)
        return None
    if start_s is None:
        target.unlink(missing_ok=True)
        raise EmptyRecordingError("has no sound", file=audio.path, field=audio.key, fix="Leave the track out.")
    return start_s
