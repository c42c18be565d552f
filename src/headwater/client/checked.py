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

from headwater.checks import CopyIndex, all_rules, read_own_report
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

SCHEMA = "headwater/checked/2"
_CODE = ("headwater.checks", "headwater.formats", "headwater.privacy")


class Checked:
    """Kept reports below one folder, a file each; nothing is created until a report is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, name: str) -> Offline | None:
        """The report kept under ``name``; ``None`` if there is none or it cannot be read."""
        try:
            record = canonical.decode_own((self.folder / name).read_bytes())
            if record["schema"] != SCHEMA:
                return None
            if hashlib.sha256(record["report"]).digest() != record["sha256"]:
                return None
            return Offline(read_own_report(record["report"]), record["unsendable"])
        except (OSError, canonical.CanonicalError, ReportFormatError, KeyError, TypeError):
            return None

    def put(self, name: str, made: Offline) -> None:
        """Keep a report."""
        data = made.report.to_bytes()
        whole = hashlib.sha256(data).digest()
        record = {"schema": SCHEMA, "unsendable": made.unsendable, "report": data, "sha256": whole}
        self.write(name, canonical.encode(record))

    def write(self, name: str, data: bytes) -> None:
        """Keep bytes; another process never sees half of them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        half = self.folder / f"{name}.{os.getpid()}.part"
        half.write_bytes(data)
        half.replace(self.folder / name)


def name_of(episode: Episode, spec: CampaignSpec | None, index: CopyIndex | None) -> str:
    """What the report of this episode is kept under: SHA-256 over all it depends on, hex.

    Raises:
        OSError: a file of the episode cannot be read.
    """
    source = episode.source
    root = source.root if source.root.is_dir() else source.root.parent
    known = sorted((os.path.relpath(file, root), hashed(file)) for file in sent_with(episode))
    record: dict[str, Any] = {
        "files": [list(pair) for pair in known],
        "place": [source.format, source.index, episode.name, source.root.name],
        "spec": digest(spec) if spec else b"",
        **circumstances(index),
    }
    return hashlib.sha256(canonical.encode(record)).hexdigest()


def circumstances(index: CopyIndex | None) -> dict[str, Any]:
    """All else but the spec that it depends on, the same for every recording."""
    return {
        "index": hashlib.sha256(index.to_bytes()).digest() if index is not None else b"",
        "suite": [weights().suite, *(f"{rule.id}@{rule.version}" for rule in all_rules())],
        "detectors": versions_if_there(),
        "code": _code(),
    }


def hashed(file: Path) -> bytes:
    """SHA-256 of its bytes."""
    state = file.stat()
    return _hash(file, state.st_size, state.st_mtime_ns, state.st_ino)


@lru_cache(maxsize=4096)
def _hash(file: Path, size: int, time_ns: int, inode: int) -> bytes:
    """Once a process: episodes that share a file do not read it again."""
    return sha256_file(file)


@cache
def _code() -> bytes:
    folders = [os.fspath(files(package)) for package in _CODE]  # type: ignore[call-overload]
    rows = []
    for folder in folders:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith((".py", ".json")):
                    state = entry.stat()
                    rows.append(f"{entry.path}\0{state.st_size} {state.st_mtime_ns}")
                elif entry.is_dir() and entry.name != "__pycache__":
                    folders.append(entry.path)
    return hashlib.sha256("\n".join(sorted(rows)).encode("utf-8", "surrogateescape")).digest()
