"""Reports of episodes that were checked before, so that an unchanged one is not decoded again.

A report is found by everything it depends on: the bytes of the episode's files, its place in them, the spec, the
index, the suite with the version of each rule, the detectors that are installed, and the code that reads and judges
(its files' sizes and times, so that whoever changes a rule is not shown yesterday's answer). Anything else than the
kept bytes is as if not there.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from headwater.checks import CopyIndex, all_rules, read_report
from headwater.checks.errors import ReportFormatError
from headwater.checks.llr import weights
from headwater.client.offline import Offline
from headwater.client.pack import sent_with
from headwater.formats import Episode
from headwater.primitives import canonical
from headwater.primitives.hashing import sha256_file
from headwater.privacy import versions_if_there
from headwater.records.campaign_spec import CampaignSpec
from headwater.records.codec import digest

SCHEMA = "headwater/checked/1"
_CODE = ("headwater.checks", "headwater.formats", "headwater.privacy")


class Checked:
    """Kept reports below one folder, a file each; nothing is created until a report is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, name: str) -> Offline | None:
        """The report kept under ``name``; ``None`` if there is none or it cannot be read."""
        try:
            record = canonical.decode((self.folder / name).read_bytes())
            if record["schema"] != SCHEMA:
                return None
            return Offline(read_report(record["report"]), record["unsendable"])
        except (OSError, canonical.CanonicalError, ReportFormatError, KeyError, TypeError):
            return None

    def put(self, name: str, made: Offline) -> None:
        """Keep a report; another process never sees half of it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        record = {"schema": SCHEMA, "unsendable": made.unsendable, "report": made.report.to_bytes()}
        half = self.folder / f"{name}.{os.getpid()}.part"
        half.write_bytes(canonical.encode(record))
        half.replace(self.folder / name)


def name_of(episode: Episode, spec: CampaignSpec | None, index: CopyIndex | None) -> str:
    """What the report of this episode is kept under: SHA-256 over all it depends on, hex.

    Raises:
        OSError: a file of the episode cannot be read.
    """
    source = episode.source
    root = source.root if source.root.is_dir() else source.root.parent
    known = sorted((os.path.relpath(file, root), _hashed(file)) for file in sent_with(episode))
    record: dict[str, Any] = {
        "files": [list(pair) for pair in known],
        "place": [source.format, source.index, episode.name, source.root.name],
        "spec": digest(spec) if spec else b"",
        "index": hashlib.sha256(index.to_bytes()).digest() if index is not None else b"",
        "suite": [weights().suite, *(f"{rule.id}@{rule.version}" for rule in all_rules())],
        "detectors": versions_if_there(),
        "code": _code(),
    }
    return hashlib.sha256(canonical.encode(record)).hexdigest()


def _hashed(file: Path) -> bytes:
    state = file.stat()
    return _hash(file, state.st_size, state.st_mtime_ns, state.st_ino)


@lru_cache(maxsize=4096)
def _hash(file: Path, size: int, time_ns: int, inode: int) -> bytes:
    """Once a process: episodes that share a file do not read it again."""
    return sha256_file(file)


@cache
def _code() -> bytes:
    rows = []
    for package in _CODE:
        folder = Path(str(files(package)))
        for file in sorted(folder.rglob("*")):
            if file.suffix in (".py", ".json"):
                state = file.stat()
                rows.append([f"{package}/{file.relative_to(folder)}", state.st_size, state.st_mtime_ns])
    return hashlib.sha256(canonical.encode(rows)).digest()
