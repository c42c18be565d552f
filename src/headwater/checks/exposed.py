"""What of an episode may say who somebody is, gathered in the one decoding pass: sampled pictures, sound, metadata."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from headwater.formats import Episode, RecordingError
from headwater.privacy import (
    Detectors,
    Heard,
    PrivacyError,
    Seen,
    Trace,
    identifiers,
    is_dicom,
    traces_of,
)

SAMPLES_HZ = 2
TEXTS_HZ = 1  # costs twice what faces do, and what can be read stays in view longer


@dataclass(frozen=True)
class Exposed:
    """All a ``privacy/`` rule may look at.

    Attributes:
        detectors: ``seen`` and ``heard`` were looked for; without, they are empty and say nothing.
        seen: camera key -> what its sampled frames showed.
        heard: file name -> its audio tracks.
        traces: file name -> what its metadata says, DICOM apart.
        identifiers: file name -> what of a DICOM file says who the patient is; looked for with detectors only.
        unread: rule -> files it should have looked through and could not; nobody may call these clear.
    """

    detectors: bool = False
    seen: Mapping[str, tuple[Seen, ...]] = field(default_factory=dict)
    heard: Mapping[str, tuple[Heard, ...]] = field(default_factory=dict)
    traces: Mapping[str, tuple[Trace, ...]] = field(default_factory=dict)
    identifiers: Mapping[str, tuple[Trace, ...]] = field(default_factory=dict)
    unread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def exposed(episode: Episode, seen: Mapping[str, tuple[Seen, ...]], detectors: Detectors | None) -> Exposed:
    """Listens to the episode's files and reads their metadata."""
    search = _Search(detectors)
    films = _films(episode)
    for path in episode.source.files:
        if is_dicom(path):
            search.identifiers(path)
            continue
        search.traces(path)
        if path in films:
            search.voices(path)
    unread = {rule: tuple(names) for rule, names in search.unread.items()}
    return Exposed(detectors is not None, seen, search.heard, search.traced, search.named, unread)


@dataclass
class _Search:
    detectors: Detectors | None
    traced: dict[str, tuple[Trace, ...]] = field(default_factory=dict)
    heard: dict[str, tuple[Heard, ...]] = field(default_factory=dict)
    named: dict[str, tuple[Trace, ...]] = field(default_factory=dict)
    unread: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def traces(self, path: Path) -> None:
        with self._noted("privacy/positions", path):
            self.traced[path.name] = traces_of(path)

    def identifiers(self, path: Path) -> None:
        if self.detectors is not None:
            with self._noted("privacy/identifiers", path):
                self.named[path.name] = identifiers(path)

    def voices(self, path: Path) -> None:
        if self.detectors is not None:
            with self._noted("privacy/voices", path):
                self.heard[path.name] = self.detectors.hear(path)

    @contextmanager
    def _noted(self, rule: str, path: Path) -> Iterator[None]:
        try:
            yield
        except (RecordingError, PrivacyError, OSError):
            self.unread[rule].append(path.name)


def sample_step(rate_hz: float) -> int:
    """Every how many frames a picture is looked at; at least ``SAMPLES_HZ`` a second."""
    return max(1, int(rate_hz / SAMPLES_HZ))


def texts_step(rate_hz: float) -> int:
    """Every how many frames a picture is looked at for text; a multiple of ``sample_step``."""
    step = sample_step(rate_hz)
    return step * max(1, int(rate_hz / TEXTS_HZ / step))


def _films(episode: Episode) -> set[Path]:
    return {video.path for video in episode.videos.values() if video.stills is None}
