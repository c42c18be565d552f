"""Recordings and drawn episodes with all their copies, as fingerprints; what was forged is kept for the next part."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from headwater.checks import Fingerprints
from headwater.checks.observed import observe
from headwater.formats import Episode, RecordingError, open_recording
from headwater.primitives import canonical
from headwater.primitives.hashing import sha256
from headwater.testing.forgeries import COPIES, forge_many
from headwater.testing.procedural import write_procedural
from report import ROOT

SHORT_S = 3.0  # too little motion to look a video up by
DERIVED = {"gopro_karma_ros2.mcap", "gopro_karma_ros2"}  # made from another recording, so a copy of it
DRAWN = "drawn/"
EXAMPLES = ROOT / "examples" / "recordings"


@dataclass(frozen=True)
class Job:
    """One episode to anchor and to copy: a recording, or a drawn one by number."""

    source: Path | int
    episode: int = 0

    @property
    def name(self) -> str:
        if isinstance(self.source, int):
            return f"{DRAWN}{self.source}"
        return f"{self.source.parent.name}/{self.source.name}/{self.episode}"


@dataclass(frozen=True)
class Family:
    """One episode's fingerprints and its copies'."""

    name: str
    original: Fingerprints
    copies: dict[str, Fingerprints]

    @property
    def is_drawn(self) -> bool:
        return self.name.startswith(DRAWN)

    def to_bytes(self) -> bytes:
        copies = {name: prints.to_record() for name, prints in self.copies.items()}
        return canonical.encode([self.name, self.original.to_record(), copies])

    @staticmethod
    def from_bytes(data: bytes) -> Family:
        name, original, copies = canonical.decode(data)
        made = {kind: Fingerprints.from_record(prints) for kind, prints in copies.items()}
        return Family(name, Fingerprints.from_record(original), made)


def families(data: Path, drawn: int, work: Path) -> list[Family]:
    """Of every recording under ``data`` and in the examples, and of ``drawn`` episodes."""
    with ProcessPoolExecutor(2) as pool:
        return list(pool.map(partial(family, work), jobs([data, EXAMPLES], drawn)))


def jobs(folders: Iterable[Path], drawn: int) -> Iterator[Job]:
    """Recordings that lie there twice come once, as do those made from another."""
    seen: set[bytes] = set()
    for path in (path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())):
        inside = sorted([*path.glob("*.mp4"), *path.glob("*.hdf5")]) if not _episodes(path) else []
        for candidate in [path, *inside]:
            for number, episode in enumerate(_episodes(candidate)):
                if usable(episode) and (mark := _mark(episode)) not in seen:
                    seen.add(mark)
                    yield Job(candidate, number)
    yield from map(Job, range(drawn))


def usable(episode: Episode) -> bool:
    """Whether a LeRobot folder can hold it, and it is long enough for its motion to be looked up."""
    long_enough = episode.length > 1 and episode.length / float(episode.fps) >= SHORT_S
    return bool(episode.videos) and long_enough and not any("/" in name for name in episode.streams)


def _episodes(path: Path) -> list[Episode]:
    try:
        return [] if path.stem in DERIVED else list(open_recording(path))
    except RecordingError:
        return []


def _mark(episode: Episode) -> bytes:
    """The same for the same part of the same video."""
    video = next(iter(episode.videos.values()))
    return sha256(video.path.read_bytes() + f"{video.start_s} {episode.length}".encode())


def family(work: Path, job: Job) -> Family:
    """Forge and fingerprint, or read what an earlier run kept in ``work``."""
    kept = work / f"{job.name.replace('/', '-')}.cbor"
    if not kept.exists():
        part = kept.with_suffix(".part")
        part.write_bytes(_forged(job).to_bytes())
        part.rename(kept)
    return Family.from_bytes(kept.read_bytes())


def _forged(job: Job) -> Family:
    with tempfile.TemporaryDirectory() as folder:
        source = write_procedural(Path(folder) / "drawn", job.source) if isinstance(job.source, int) else job.source
        episode = open_recording(source)[job.episode]
        made = forge_many(COPIES, source, Path(folder), episode=job.episode)
        copies = {name: observe(open_recording(path)[0]).fingerprints for name, path in made}
        return Family(job.name, observe(episode).fingerprints, copies)
