"""What a contributor has sent or is sending: enough to go on after a crash, file by file. No secret is in it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Entry:
    """One episode on its way to one campaign.

    Attributes:
        salt: of the content key; opening: salt of the anchor leaf (hex both).
        files: path to CID of each ciphertext that is stored.
        digest: of the contribution once an operator has taken it, else empty.
    """

    campaign: int
    contributor: str
    content_root: str
    recording: str
    episode: int
    salt: str
    opening: str
    nonce: int
    files: dict[str, str] = field(default_factory=dict)
    envelope: str = ""
    consent: str = ""
    manifest: str = ""
    digest: str = ""


class Journal:
    """Entries of one home, one JSON file each, replaced whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, campaign: int, contributor: str, content_root: bytes) -> Entry | None:
        """The entry for this content, if it was begun."""
        path = self._path(campaign, contributor, content_root.hex())
        return Entry(**json.loads(path.read_text())) if path.exists() else None

    def save(self, entry: Entry) -> None:
        """Writes an entry, whole or not at all."""
        path = self._path(entry.campaign, entry.contributor, entry.content_root)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps(asdict(entry), indent=1))
        part.replace(path)

    def all(self) -> list[Entry]:
        """Every entry, by recording and episode."""
        entries = [Entry(**json.loads(p.read_text())) for p in sorted(self._folder.glob("*/*.json"))]
        return sorted(entries, key=lambda e: (e.campaign, e.recording, e.episode))

    def _path(self, campaign: int, contributor: str, content_root: str) -> Path:
        return self._folder / contributor.lower() / f"{campaign}-{content_root[:32]}.json"
