"""An opened recording: its episodes, each read when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from headwater.formats.models import Episode


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
        return self._read(range(self._count)[index])

    def __iter__(self) -> Iterator[Episode]:
        return (self._read(i) for i in range(self._count))


@dataclass(frozen=True)
class Recording:
    """A folder or file of one format.

    Attributes:
        format: ``lerobot-v3.0``, ``lerobot-v2.1``, ``lerobot-v2.0``, ``gopro-mp4`` or ``video-csv``.
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
