"""An opened recording: its episodes, each read when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from headwater.formats.errors import MissingFileError
from headwater.formats.models import Episode


@contextmanager
def system_errors() -> Iterator[None]:
    """The operating system's refusals (permission, name too long, disk) as MissingFileError."""
    try:
        yield
    except OSError as error:
        raise MissingFileError(
            "cannot be read",
            file=Path(str(error.filename or "")),
            actual=error.strerror or type(error).__name__,
            fix="Make the file readable for this user.",
        ) from None


class LazyEpisodes(Sequence[Episode]):
    """A sequence that calls ``read(i)`` on every access and keeps nothing, so memory stays one episode's."""

    def __init__(self, count: int, read: Callable[[int], Episode]) -> None:
        self._count = count
        self._read = read

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Episode: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Episode]: ...
    def __getitem__(self, index: int | slice) -> Episode | Sequence[Episode]:
        if isinstance(index, slice):
            picked = range(self._count)[index]
            return LazyEpisodes(len(picked), lambda i: self._read(picked[i]))
        return self._one(range(self._count)[index])

    def __iter__(self) -> Iterator[Episode]:
        return (self._one(i) for i in range(self._count))

    def _one(self, index: int) -> Episode:
        with system_errors():
            return self._read(index)


@dataclass(frozen=True)
class Recording:
    """A folder or file of one format.

    Attributes:
        format: a name of spec/registry.md (``lerobot-v3.0``, ``gopro-mp4``, ``mcap`` ...).
        root: what was opened, absolute.
        episodes: lazily read; indexing raises ``RecordingError`` if that episode cannot be read.
    """

    format: str
    root: Path
    episodes: Sequence[Episode]

    def __len__(self) -> int:
        return len(self.episodes)

    def __iter__(self) -> Iterator[Episode]:
        return iter(self.episodes)

    def __getitem__(self, index: int) -> Episode:
        return self.episodes[index]
