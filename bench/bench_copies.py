"""How many copies are found, how many distinct episodes are taken for one, and what a query costs at scale.

    python bench/bench_copies.py [--data DIR] [--drawn 208] [--forged 208] [--small]

Every recording that opens under DIR (without it: examples/recordings) and as many drawn episodes as asked for are
anchored; then every forged copy of each is held against all of them, and every original against all the others.
Copies are made by decoding, changing and encoding, and are read like any recording. The large indexes are filled up
with synthetic items whose keys are spread like hashes; the real ones stand among them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from headwater.checks import CameraPrint, CopyIndex, Entry, Fingerprints, Match
from headwater.checks.index import Holdings
from headwater.checks.observed import observe
from headwater.checks.rules.copy_near import PATH_MILLI, RISK_MILLI, limit_of
from headwater.checks.shelf import Part
from headwater.formats import Episode, RecordingError, open_recording
from headwater.testing.forgeries import COPIES, forge_many
from headwater.testing.procedural import write_procedural
from report import ROOT, Goal, Row, publish, versions

SHORT_S = 3.0  # too little motion to look a video up by
DERIVED = {"gopro_karma_ros2.mcap", "gopro_karma_ros2"}  # made from another recording, so a copy of it
KEYS, PATH_KEYS = 32, 24
SIZES = {100_000: Goal("<=", 50.0), 10_000_000: Goal("<=", 1000.0)}
PART = 1_000_000
QUERIES = 60  # at each size
FIRST = 1 << 40  # orders of synthetic items: after the real ones


@dataclass(frozen=True)
class Job:
    """One episode to anchor and to copy: a recording, or a drawn one by number."""

    source: Path | int
    episode: int
    forged: bool = True

    @property
    def name(self) -> str:
        return f"drawn/{self.source}" if isinstance(self.source, int) else f"{self.source.name}/{self.episode}"


@dataclass(frozen=True)
class Family:
    """One episode's fingerprints and its copies'."""

    name: str
    seconds: float
    original: Fingerprints
    copies: dict[str, Fingerprints]


def jobs(folders: list[Path], drawn: int, forged: int) -> Iterator[Job]:
    for path in (path for folder in folders for path in sorted(folder.iterdir())):
        for candidate in [path, *(sorted([*path.glob("*.mp4"), *path.glob("*.hdf5")]) if path.is_dir() else [])]:
            if candidate.stem in DERIVED:
                continue
            try:
                episodes = list(open_recording(candidate))
            except RecordingError:
                continue
            yield from (Job(candidate, i) for i, episode in enumerate(episodes) if writable(episode))
    yield from (Job(seed, 0, seed < forged) for seed in range(drawn))


def writable(episode: Episode) -> bool:
    """Whether a LeRobot folder can hold it."""
    return bool(episode.videos) and not any("/" in name for name in episode.streams)


def family(job: Job) -> Family:
    """Forge and fingerprint."""
    with tempfile.TemporaryDirectory() as folder:
        source = write_procedural(Path(folder) / "drawn", job.source) if isinstance(job.source, int) else job.source
        episode = open_recording(source)[job.episode]
        made = forge_many(COPIES if job.forged else (), source, Path(folder), episode=job.episode)
        copies = {name: observe(open_recording(path)[0]).fingerprints for name, path in made}
        return Family(job.name, episode.length / float(episode.fps), observe(episode).fingerprints, copies)


def is_copy(match: Match) -> bool:
    """Whether ``copy/near-video`` finds a DEFECT."""
    return match.video_milli >= limit_of(match)


def recall_rows(title: str, families: list[Family], index: CopyIndex) -> Iterator[Row]:
    """Share of copies found, and of their states when they come without a video."""
    found: dict[str, list[bool]] = defaultdict(list)
    for own in families:
        for name, prints in own.copies.items():
            match = index.nearest(prints)
            found[name].append(is_copy(match))
            if not found[name][-1]:
                print("missed", name, own.name, match, flush=True)
            if prints.axes:
                near = index.nearest(replace(prints, cameras={})).trajectory_milli < PATH_MILLI
                found[f"{name}, states alone"].append(near)
    for name in sorted(found):
        share = round(100 * sum(found[name]) / len(found[name]), 1)
        goal = None if name.endswith("alone") else Goal(">=", 95.0)
        yield Row(f"{title}: {name.replace('_', ' ')} found, of {len(found[name])}", share, "%", goal)


def false_rows(title: str, families: list[Family], everyone: list[Family], index: CopyIndex) -> Iterator[Row]:
    """Originals taken for a copy of one anchored before, as the network would: each pair meets once."""
    order = {own.name: number for number, own in enumerate(everyone, 1)}
    found = [index.before(order[own.name]).nearest(own.original) for own in families]
    for own, match in zip(families, found, strict=True):
        if is_copy(match) or match.trajectory_milli < PATH_MILLI:
            print("false", own.name, match, flush=True)
    each = 100 / max(1, len(families))
    sure = sum(map(is_copy, found))
    shown = sum(match.video_milli >= RISK_MILLI for match in found) - sure
    states = sum(match.trajectory_milli < PATH_MILLI for match in found)
    none = Goal("<=", 1.0)
    yield Row(f"{title}: distinct episodes taken for a copy, of {len(families)}", round(sure * each, 2), "%", none)
    yield Row(f"{title}: distinct episodes shown as possible copies", round(shown * each, 2), "%")
    yield Row(f"{title}: distinct states taken for a copy's", round(states * each, 2), "%", none)


def different(families: Iterable[Family]) -> list[Family]:
    """Without recordings that lie there twice."""
    return list({repr(own.original): own for own in reversed(list(families))}.values())[::-1]


def indexed(families: list[Family]) -> CopyIndex:
    index = CopyIndex()
    for order, own in enumerate(families, 1):
        index.add(own.name, order, order.to_bytes(32, "big"), own.original)
    return index


def grown(families: list[Family], size: int) -> CopyIndex:
    """The families first, then synthetic items up to ``size``, each compared as if it were 12 s of noise."""
    rng = np.random.default_rng(5)
    noise = Fingerprints(
        {"camera": CameraPrint(b"", b"", rng.integers(0, 255, 60 * 300, dtype=np.uint8).tobytes(), 20, 15)}
    )
    known = {order: Entry(own.name, order, b"", own.original) for order, own in enumerate(families, 1)}
    holdings = Holdings(lambda order: known.get(order) or Entry("synthetic", order, b"", noise))
    for entry in known.values():
        holdings.put(entry)
    for start in range(0, size - len(known), PART):
        count = min(PART, size - len(known) - start)
        motion = np.sort(rng.integers(0, 1 << 25, count * KEYS, dtype=np.uint32))
        path = np.sort(rng.integers(1 << 31, 1 << 32, count * PATH_KEYS, dtype=np.uint32))
        keys = np.concatenate([motion, path])  # both sorted, each owned by whoever: items have 56 on average
        owners = rng.integers(0, count, len(keys), dtype=np.uint32)
        holdings.shelf.parts.append(Part(FIRST + start + np.arange(count), keys, owners))
    return CopyIndex(holdings=holdings)


def scale_rows(families: list[Family], size: int, goal: Goal) -> Iterator[Row]:
    """Whole queries among ``size`` items: keys, nomination, comparison of all that is nominated."""
    index = grown(families, size)
    every = [(own, prints) for own in families for prints in own.copies.values()]
    queries = every[:: max(1, len(every) // QUERIES)]
    milli, right = [], 0
    for own, prints in queries:
        start = time.process_time()
        match = index.nearest(prints)
        milli.append(1000 * (time.process_time() - start))
        right += is_copy(match) and match.video_id == own.name
    milli.sort()
    yield Row(f"{size:,} items: a query, median of {len(milli)}", round(milli[len(milli) // 2], 1), "ms of CPU", goal)
    yield Row(
        f"{size:,} items: one query in twenty takes longer than",
        round(milli[len(milli) * 19 // 20], 1),
        "ms of CPU",
        goal,
    )
    yield Row(f"{size:,} items: all copies found", round(100 * right / len(queries), 1), "%", Goal(">=", 95.0))
    yield Row(f"{size:,} items: memory of keys and order", round(index.shelf_bytes / size), "bytes an item")


def found_rows(families: list[Family]) -> Iterator[Row]:
    """What is found of copies, and wrongly of originals, real and drawn apart."""
    index = indexed(families)
    for title in ("real", "drawn"):
        part = [
            own for own in families if own.seconds >= SHORT_S and own.name.startswith("drawn/") == (title == "drawn")
        ]
        yield from recall_rows(title, part, index)
        yield from false_rows(title, part, families, index)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    parser.add_argument("--drawn", type=int, default=208)
    parser.add_argument("--forged", type=int, default=208, help="how many of the drawn are also copied")
    parser.add_argument("--small", action="store_true", help="leave out the largest index")
    asked = parser.parse_args()
    folders = [folder for folder in (asked.data, ROOT / "examples" / "recordings") if folder]
    with ProcessPoolExecutor(2) as pool:
        families = different(pool.map(family, jobs(folders, asked.drawn, asked.forged)))
    rows = [*found_rows(families)]
    for size, goal in list(SIZES.items())[: 1 if asked.small else None]:
        rows += scale_rows([own for own in families if own.seconds >= SHORT_S], size, goal)
    publish("copies", rows, versions(("av", "numpy", "opencv-python-headless", "pdqhash")))


if __name__ == "__main__":
    main()
