"""What of an episode may say who somebody is, gathered in the one decoding pass: sampled pictures, sound, metadata."""

from __future__ import annotations

from collections.abc import Mapping
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


@dataclass(frozen=True)
class Exposed:
    """All a ``privacy/`` rule may look at.

    Attributes:
        detectors: ``seen`` and ``heard`` were looked for; without, they are empty and say nothing.
        seen: camera key -> what its sampled frames showed.
        heard: file name -> its audio tracks.
        traces: file name -> what its metadata says, DICOM apart.
        identifiers: file name -> what of a DICOM file says who the patient is; looked for with detectors only.
    """

    detectors: bool = False
    seen: Mapping[str, tuple[Seen, ...]] = field(default_factory=dict)
    heard: Mapping[str, tuple[Heard, ...]] = field(default_factory=dict)
    traces: Mapping[str, tuple[Trace, ...]] = field(default_factory=dict)
    identifiers: Mapping[str, tuple[Trace, ...]] = field(default_factory=dict)


def exposed(episode: Episode, seen: Mapping[str, tuple[Seen, ...]], detectors: Detectors | None) -> Exposed:
    """Listens to the episode's files and reads their metadata. A file that does not open says nothing here."""
    traces: dict[str, tuple[Trace, ...]] = {}
    heard: dict[str, tuple[Heard, ...]] = {}
    named: dict[str, tuple[Trace, ...]] = {}
    for path in episode.source.files:
        try:
            if is_dicom(path):
                if detectors is not None:
                    named[path.name] = identifiers(path)
                continue
            traces[path.name] = traces_of(path)
            if detectors is not None and path in _films(episode):
                heard[path.name] = detectors.hear(path)
        except (RecordingError, PrivacyError, OSError):
            continue
    return Exposed(detectors is not None, seen, heard, traces, named)


def sample_step(rate_hz: float) -> int:
    """Every how many frames a picture is looked at; at least ``SAMPLES_HZ`` a second."""
    return max(1, int(rate_hz / SAMPLES_HZ))


def _films(episode: Episode) -> set[Path]:
    return {video.path for video in episode.videos.values() if video.stills is None}
