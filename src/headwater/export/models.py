"""What an export answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Reencoded:
    """One camera of one exported episode some of whose frames could not be copied packet by packet.

    Attributes:
        reason: why.
        spans: [first, stop) frame numbers that were encoded again; the others were copied.
    """

    episode_index: int
    camera: str
    reason: str
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def frames(self) -> int:
        """How many frames were encoded again."""
        return sum(stop - first for first, stop in self.spans)


@dataclass(frozen=True)
class ExportReport:
    """What an export wrote.

    Attributes:
        root: the dataset's folder.
        episodes, frames: totals.
        files: every file, relative to ``root``, sorted.
        copied: camera clips whose compressed frames were copied unchanged.
        reencoded: the others, with the reason and the frames.
        retimed_s: largest distance of a copied frame from the regular grid it was put on, seconds.
        notes: one sentence each, for what is not plain to see in the dataset.
    """

    root: Path
    episodes: int
    frames: int
    files: tuple[str, ...]
    copied: int
    reencoded: tuple[Reencoded, ...]
    retimed_s: float
    notes: tuple[str, ...] = ()
