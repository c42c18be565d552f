"""Watching the folder a recorder writes to: each episode is handed out once, seconds after it is whole."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from headwater.client.errors import ClientError
from headwater.formats import Episode, RecordingError, open_recording, sniff

QUIET_S = 3.0
_DEPTH = 2


@dataclass(frozen=True)
class Seen:
    """A new episode, or the reason why the newest thing in the folder is none; exactly one of the two."""

    root: Path
    episode: Episode | None = None
    problem: RecordingError | None = None


@dataclass
class FolderWatch:
    """One folder: a recording, or a folder with recordings up to two levels down.

    What cannot be read is left alone while its files still change, and reported once when they were quiet for
    ``quiet_s``: a recorder in the middle of a file is no mistake.
    """

    folder: Path
    quiet_s: float = QUIET_S
    _done: set[tuple[Path, int]] = field(default_factory=set)
    _told: dict[Path, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.folder.is_dir():
            fix = "give the folder your recorder writes to"
            raise ClientError(f"{self.folder}", actual="no such folder", fix=fix)

    def skip_existing(self) -> int:
        """Marks every episode there is as seen; how many."""
        return sum(1 for seen in self.poll() if seen.episode)

    def poll(self) -> Iterator[Seen]:
        """What is new since the last poll, in order of folder and episode."""
        for root in self._roots():
            yield from self._recording(root)

    def _recording(self, root: Path) -> Iterator[Seen]:
        try:
            recording = open_recording(root)
            for index in range(len(recording)):
                if (root, index) not in self._done:
                    episode = recording[index]
                    self._done.add((root, index))
                    yield Seen(root, episode)
            self._told.pop(root, None)
        except RecordingError as error:
            if self._told.get(root) != error.line() and self._quiet(root):
                self._told[root] = error.line()
                yield Seen(root, problem=error)

    def _roots(self) -> list[Path]:
        if sniff(self.folder) is not None:
            return [self.folder]
        found: list[Path] = []
        level = [self.folder]
        for _ in range(_DEPTH):
            below = sorted(child for folder in level for child in _children(folder))
            found += [child for child in below if sniff(child) is not None]
            level = [child for child in below if child.is_dir() and child not in found]
        return found

    def _quiet(self, root: Path) -> bool:
        files = [root] if root.is_file() else [path for path in root.rglob("*") if path.is_file()]
        newest = max((path.stat().st_mtime for path in files if path.exists()), default=0.0)
        return time.time() - newest >= self.quiet_s


def _children(folder: Path) -> list[Path]:
    return [child for child in folder.iterdir() if not child.name.startswith(".")]
