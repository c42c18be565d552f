"""What an export answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Reencoded:
    """One camera of one exported episode whose video could not be copied packet by packet."""

    episode_index: int
    camera: str
    reason: str


@dataclass(frozen=True)
class ExportReport:
    """What an export wrote.

    Attributes:
        root: the dataset's folder.
        episodes, frames: totals.
        files: every file, relative to ``root``, sorted.
        copied: camera clips whose compressed frames were copied unchanged.
        reencoded: the others, with the reason.
        retimed_s: largest distance of a copied frame from the regular grid it was put on, seconds.
        notes: one sentence each.
    """

    root: Path
    episodes: int
    frames: int
    files: tuple[str, ...]
    copied: int
    reencoded: tuple[Reencoded, ...]
    retimed_s: float
    notes: tuple[str, ...] = ()
