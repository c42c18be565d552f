"""What an export did so far, and the report made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from headwater.export.errors import ExportError
from headwater.export.media.clips import Prepared
from headwater.export.models import ExportReport, Reencoded
from headwater.export.target import files_of


@dataclass
class Tally:
    """Counts as they grow; ``episode`` is the number of the one being written."""

    episode: int = 0
    episodes: int = 0
    frames: int = 0
    copied: int = 0
    reencoded: list[Reencoded] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)

    def begin(self, rows: int) -> int:
        """One more episode of ``rows`` rows; its number."""
        self.episode, self.episodes = self.episodes, self.episodes + 1
        self.frames += rows
        return self.episode

    def still(self) -> None:
        """A camera's pictures were copied byte for byte."""
        self.copied += 1

    def video(self, camera: str, prepared: Prepared) -> None:
        """A camera's packets were copied, or frames of it encoded again for a reason."""
        if prepared.reason:
            self.reencoded.append(Reencoded(self.episode, camera, prepared.reason, prepared.spans))
        else:
            self.copied += 1

    def note(self, sentence: str) -> None:
        """Say something once."""
        self.notes[sentence] = None

    def report(self, root: Path, target: Path) -> ExportReport:
        """Of what lies in ``root`` and will be ``target``. Raises ExportError if no episode came."""
        if not self.episodes:
            raise ExportError("nothing to export", actual="no episode", fix="Select at least one episode.")
        return ExportReport(
            root=target,
            episodes=self.episodes,
            frames=self.frames,
            files=files_of(root),
            copied=self.copied,
            reencoded=tuple(self.reencoded),
            retimed_s=0.0,
            notes=tuple(self.notes),
        )
