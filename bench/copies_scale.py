"""What a query costs among 100,000 and 10,000,000 items, and what an item takes in memory.

Synthetic items have keys spread like hashes and are compared as 12 s of noise; the real ones stand among them. Every
second family is left out of the index, so that half of the queries are of what was never seen.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from copies_found import is_copy
from copies_sets import Family
from headwater.checks import CameraPrint, CheckReport, CopyIndex, Entry, Fingerprints, Quality
from headwater.checks.index import Holdings
from headwater.checks.index_tree import IndexRow
from headwater.checks.shelf import FAN, TAIL, Part
from headwater.node.operator.copies import Copies
from headwater.primitives import canonical
from headwater.primitives.cid import DAG_CBOR
from headwater.storage import MemoryBlobStore
from report import Goal, Row

CODES, TOKENS = 32, 24
QUERIES = 120
FIRST = 1 << 40  # orders of synthetic items: after the real ones
WEIGHED = 2000  # items whose memory is measured


@dataclass(frozen=True)
class Answer:
    """One query."""

    right: bool
    cpu_ms: float
    wall_ms: float


def scale_rows(families: list[Family], size: int, limit_ms: float) -> Iterator[Row]:
    """Whole queries among ``size`` items: keys, nomination, reading and comparing what is nominated."""
    index = grown(families[::2], size)
    copies = [(own.name, prints) for own in families[::2] for prints in own.copies.values()]
    strangers = [("", own.original) for own in families[1::2]]
    queries = [*_some(copies), *_some(strangers)]
    index.nearest(queries[0][1])
    answers = [_asked(index, name, prints) for name, prints in queries]
    goal = Goal("<=", limit_ms)
    for unit, times in (("ms of CPU", [a.cpu_ms for a in answers]), ("ms on the clock", [a.wall_ms for a in answers])):
        held, on = (goal, "CPU") if unit == "ms of CPU" else (None, "on the clock")
        yield Row(f"{size:,} items: a query, median of {len(times)}, {on}", _at(times, 50), unit, held)
        yield Row(f"{size:,} items: one query in twenty takes longer than, {on}", _at(times, 95), unit, held)
    found, none = (
        [a.right for a in part] for part in (answers[: -len(_some(strangers))], answers[-len(_some(strangers)) :])
    )
    yield Row(f"{size:,} items: copies found, of {len(found)}", _share(found), "%", Goal(">=", 95.0))
    yield Row(
        f"{size:,} items: distinct episodes taken for a copy, of {len(none)}", 100 - _share(none), "%", Goal("<=", 1.0)
    )
    yield Row(f"{size:,} items: memory of keys and orders", round(index.shelf_bytes / size), "bytes an item")


def grown(families: list[Family], size: int) -> CopyIndex:
    """The families first, then synthetic items up to ``size``."""
    rng = np.random.default_rng(5)
    noise = CameraPrint(b"", b"", rng.integers(0, 255, 60 * 300, dtype=np.uint8).tobytes(), 20, 15)
    known = {order: (own.name, _stored(own.original)) for order, own in enumerate(families, 1)}
    other = ("synthetic", _stored(Fingerprints({"camera": noise})))

    def fetch(order: int) -> Entry:
        name, data = known.get(order, other)
        return Entry(name, order, b"", Fingerprints.from_record(canonical.decode(data)))

    holdings = Holdings(fetch)
    for order in known:
        holdings.put(fetch(order))
    for part in _parts(size - len(known), rng):
        holdings.shelf.hold(part)
    return CopyIndex(holdings=holdings)


def _parts(count: int, rng: np.random.Generator) -> Iterator[Part]:
    """Parts as merging leaves them, largest first; an item has its number of keys on average."""
    done = 0
    while done < count:
        items = min(TAIL, count - done)
        while items * FAN <= count - done and items >= TAIL:
            items *= FAN
        keys = np.empty(items * (CODES + TOKENS), np.uint32)
        motion, path = keys[: items * CODES], keys[items * CODES :]
        motion[:] = rng.integers(0, 1 << 25, len(motion), dtype=np.uint32)
        path[:] = rng.integers(1 << 31, 1 << 32, len(path), dtype=np.uint32)
        motion.sort()
        path.sort()
        yield Part(FIRST + done + np.arange(items), keys, rng.integers(0, items, len(keys), dtype=np.uint32))
        done += items


def memory_rows(families: list[Family]) -> Iterator[Row]:
    """What an operator keeps of an item beside the keys, and what its fingerprints take in its report."""
    sizes = [len(_stored(own.original)) for own in families]
    yield Row("fingerprints in a report, median", float(np.median(sizes)), "bytes an item")
    small = Fingerprints({}, b"", 0, b"")
    blobs = MemoryBlobStore()
    rows = [_row(blobs, order, small) for order in range(WEIGHED)]
    copies = Copies(blobs)
    tracemalloc.start()
    copies.sync(rows)
    copies.store(WEIGHED)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    yield Row(
        "rows, orders, contents and tree of the operator, beside the keys", round(held / WEIGHED), "bytes an item"
    )


def _row(blobs: MemoryBlobStore, order: int, prints: Fingerprints) -> IndexRow:
    root = order.to_bytes(32, "big")
    report = CheckReport("1", root, "e", 0, (), (), (), 1000, 0, Quality.REVIEW, prints)
    return IndexRow(root.hex(), order, b"", blobs.put_block(report.to_bytes(), DAG_CBOR))


def _asked(index: CopyIndex, name: str, prints: Fingerprints) -> Answer:
    cpu, wall = time.process_time(), time.perf_counter()
    match = index.nearest(prints)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    right = is_copy(match) and match.video_id == name if name else not is_copy(match)
    return Answer(right, 1000 * cpu, 1000 * wall)


def _some(queries: list[tuple[str, Fingerprints]]) -> list[tuple[str, Fingerprints]]:
    return queries[:: max(1, 2 * len(queries) // QUERIES)]


def _stored(prints: Fingerprints) -> bytes:
    return canonical.encode(prints.to_record())


def _at(values: list[float], percent: int) -> float:
    return round(float(np.percentile(values, percent)), 1)


def _share(found: list[bool]) -> float:
    return round(100 * sum(found) / max(1, len(found)), 1)
