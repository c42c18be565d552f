"""A video file as one camera and its microphones: what every reader of MP4 and MOV starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from headwater.formats.models import Audio, Video
from headwater.formats.mp4 import looks_like_mp4
from headwater.formats.pixels import grey_bits
from headwater.formats.video import packet_times, probe

SUFFIXES = frozenset({".mp4", ".mov", ".m4v"})
CAMERA = "camera"


@dataclass(frozen=True)
class Footage:
    """One file.

    Attributes:
        frames: video frames counted in the file; declared: as its index says, 0 if it does not.
        tags: container metadata.
        notes: what was guessed.
    """

    video: Video
    audio: Mapping[str, Audio]
    frames: int
    declared: int
    tags: Mapping[str, str]
    notes: tuple[str, ...]

    @property
    def fps(self) -> Fraction:
        """Mean rate of the frames."""
        return self.video.fps


def footage(path: Path) -> Footage:
    """Read the container. Raises RecordingError (see ``video.probe``)."""
    found = probe(path)
    video = Video(
        CAMERA,
        path,
        0.0,
        None,
        found.fps,
        found.width,
        found.height,
        found.codec,
        found.pix_fmt,
        rotation=found.rotation,
    )
    names = ["audio" if not n else f"audio_{n}" for n in range(len(found.audio))]
    audio = {
        name: Audio(name, path, track, rate, channels, codec)
        for track, (name, (rate, channels, codec)) in enumerate(zip(names, found.audio, strict=True))
    }
    notes = []
    if found.rotation:
        notes.append(f"The camera was held turned: its picture is shown {found.rotation} degrees clockwise.")
    if bits := grey_bits(found.pix_fmt):
        notes.append(f"Grey of {bits} bits: the file does not say the unit of a step.")
    return Footage(video, audio, len(packet_times(path)), found.frames, dict(found.tags), tuple(notes))


def is_video(path: Path) -> bool:
    """True for a file named and beginning like an MP4 or MOV."""
    return path.suffix.lower() in SUFFIXES and path.is_file() and looks_like_mp4(path)
