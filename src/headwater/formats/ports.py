"""What a format must offer to be opened by ``open_recording``."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from headwater.formats.recording import Recording


class Reader(Protocol):
    """Opens one family of recordings.

    ``accepts`` looks only at names and a few leading bytes and never raises; ``open`` reads metadata, raises
    ``RecordingError`` for what cannot be read, and leaves samples and video to the first use of an episode.
    """

    @property
    def family(self) -> str:
        """Name for messages: ``LeRobot``, ``GoPro MP4``, ``video + CSV``."""

    def accepts(self, path: Path) -> bool:
        """True if this reader should open ``path``."""

    def open(self, path: Path) -> Recording:
        """Read the metadata of ``path``."""
