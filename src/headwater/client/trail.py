"""Kept reports of a recording found without opening it: nothing is parsed, its episodes' bytes are hashed.

A trail says which files the reports of a recording were made from, with their hashes, and under which names the
reports are kept. It holds only while the folder stands as it stood: the same names, sizes, times and inodes of every
file, also of those no episode uses, so that a file that is added, as a changed table of contents is, opens the
recording anew. Times alone are never believed of what a report depends on: those bytes are hashed again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater.checks import CopyIndex
from headwater.client.checked import Checked, circumstances, hashed
from headwater.client.offline import Offline
from headwater.client.pack import sent_with
from headwater.formats import Episode
from headwater.primitives import canonical
from headwater.records.campaign_spec import CampaignSpec

SCHEMA = "headwater/trail/1"
MOST_FILES = 10_000  # of a larger folder no trail is kept; opening it finds the reports as well


@dataclass(frozen=True)
class Trail:
    """Where the reports of one recording are kept, given a spec and an index."""

    kept: Checked
    path: Path
    spec: CampaignSpec | None
    index: CopyIndex | None

    def known(self, wanted: list[int] | None) -> dict[int, Offline]:
        """Reports of the episodes asked for, of all for ``None``; empty unless every one is kept and unchanged."""
        try:
            record = self._read()
            numbers = list(dict.fromkeys(range(record["episodes"]) if wanted is None else wanted))
            rows = [record["known"][str(number)] for number in numbers]
            if any(hashed(self._base / name) != digest for files, _ in rows for name, digest in files):
                return {}
            found = {number: self.kept.get(name) for number, (_, name) in zip(numbers, rows, strict=True)}
        except (OSError, canonical.CanonicalError, KeyError, TypeError, ValueError):
            return {}
        return {number: made for number, made in found.items() if made} if all(found.values()) else {}

    def put(self, count: int, made: Mapping[int, tuple[Episode, str]]) -> None:
        """Keep that the recording has ``count`` episodes, and under which name the report of each of some is kept."""
        stands = self._stands()
        if not stands:
            return
        try:
            earlier = self._read()["known"]
        except (OSError, canonical.CanonicalError, KeyError, TypeError):
            earlier = {}
        rows = {
            str(number): [[[os.path.relpath(file, self._base), hashed(file)] for file in sent_with(episode)], name]
            for number, (episode, name) in made.items()
        }
        record = {"schema": SCHEMA, "stands": stands, "episodes": count, "known": {**earlier, **rows}}
        self.kept.write(self._name, canonical.encode(record))

    def _read(self) -> dict[str, Any]:
        """Raises KeyError if the recording does not stand as it stood."""
        record: dict[str, Any] = canonical.decode_own((self.kept.folder / self._name).read_bytes())
        if record["schema"] != SCHEMA or record["stands"] != self._stands():
            raise KeyError("stands")
        return record

    @property
    def _base(self) -> Path:
        return self.path if self.path.is_dir() else self.path.parent

    @property
    def _name(self) -> str:
        about = (str(self.path.absolute()), self.spec, *circumstances(self.index).items())
        return f"trail-{hashlib.sha256(repr(about).encode()).hexdigest()}"

    def _stands(self) -> bytes:
        """SHA-256 over what the folder says of every file, for a single file of those beside it; empty if too many."""
        folders, rows = [os.fspath(self._base)], list[str]()
        for folder in folders:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if len(rows) >= MOST_FILES or (entry.is_symlink() and entry.is_dir()):
                        return b""
                    if entry.is_dir():
                        rows.append(f"{entry.path}{os.sep}")
                        if self.path.is_dir():
                            folders.append(entry.path)
                        continue
                    state = entry.stat()
                    rows.append(f"{entry.path}\0{state.st_size} {state.st_mtime_ns} {state.st_ino} {state.st_mode}")
        return hashlib.sha256("\n".join(sorted(rows)).encode("utf-8", "surrogateescape")).digest()
