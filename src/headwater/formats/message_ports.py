"""What a container of timed messages offers to be read as an episode (``message_log``)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from headwater.formats.message_types import Decode
from headwater.formats.own_channels import OwnChannel


class Place(NamedTuple):
    """Where a message's bytes lie: file number, then two numbers that mean something to the log."""

    file: int
    at: int
    within: int


@dataclass(frozen=True)
class Topic:
    """A topic (or channel) and how its messages decode; ``decode`` is ``None`` with a ``problem`` if they do not.

    ``own``: what the channel says of itself where Headwater wrote it.
    """

    name: str
    type: str
    decode: Decode | None
    problem: str = ""
    own: OwnChannel | None = None


class Log(Protocol):
    """A file of timed messages."""

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file of the log."""

    def messages(self) -> Iterator[tuple[Topic, int, Place, bytes]]:
        """Topic, log time in ns, place and bytes of every message, in file order. Raises RecordingError."""

    def read(self, place: Place) -> bytes:
        """The message at a place. Raises RecordingError."""
