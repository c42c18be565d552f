"""Is a video a re-encoded, cropped, mirrored, trimmed, looped, faster or slower copy of an earlier one?

What is compared is *motion*: what changed where within .6 s, five times a second (``fingerprints``). A crop shows a
*window* of the original, so the earlier video is looked at through 28 windows, whole to seven tenths, each way round.
*Codes* nominate: signs of random sums over three pictures .8 s apart (SimHash: two vectors at an angle a differ in a
sign with probability a/pi). A query is looked up by the codes it would have in every window, each way round, at five
speeds. Only whole numbers are added, so the answers are the same on every machine.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from headwater.checks.alignment import Floats, best_stretches, played, product
from headwater.checks.shelf import distinct

SPEEDS_PERCENT = (80, 85, 90, 95, 100, 105, 111, 118, 125)
CODE_SPEEDS = SPEEDS_PERCENT[::2]
STRETCH, SHORTEST = 20, 10  # rows; 4 s, or half of the shorter video down to 2 s
COMPARED, SIFTED, CODED = (20, 15), (10, 8), (8, 6)  # cells across and down
SIFT_ROWS, CLOSELY = 60, 2  # rows of the query the windows are sifted by, windows then looked at closely
UNIT, HOPELESS = 2000, 3_000_000  # length of a sifted row; .75 of its square, below any limit of ``copy_near``
OFFSETS = (-4, 0, 4)  # rows of one code
BITS, TABLES = 24, 2
KEPT = 32  # codes kept of a camera: those with the lowest hash, so that a part of a video keeps its share
_PARTS = 16  # a pixel is shared between cells in whole parts; sums stay below 2**24, so float32 is exact
_MILLION = 1e6

Grid = tuple[int, int]
Exact = NDArray[np.float32]  # whole numbers below 2**24
Window = tuple[float, float, float]  # left, top and side as shares of the picture
WHOLE: Window = (0.0, 0.0, 1.0)
WINDOWS: tuple[Window, ...] = (
    WHOLE,
    *((x * gap / 2, y * gap / 2, 1 - gap) for gap in (0.1, 0.2, 0.3) for x in range(3) for y in range(3)),
)
PLACED: tuple[Window, ...] = tuple((-x / side, -y / side, 1 / side) for x, y, side in WINDOWS)  # a crop put back


class Sought:
    """A query's motion, each way round; what every comparison with it needs is made once."""

    def __init__(self, frames: Floats) -> None:
        """
        Args:
            frames: (n, height, width) whole numbers.
        """
        rows = frames[frames.any(axis=(1, 2))]
        rows = rows[:: max(1, -(-len(rows) // SIFT_ROWS))]
        sides = [_unit(through(side, (WHOLE,), SIFTED)[0]) for side in (rows, rows[:, :, ::-1])]
        self.sifted: Exact = np.concatenate(sides)  # as it is, then mirrored
        self.compared = [through(side, (WHOLE,), COMPARED)[0] for side in (frames, frames[:, :, ::-1])]


def motion_likeness(query: Sought, other: Floats) -> tuple[int, bool, bool]:
    """(thousandths, mirrored, cropped): mean cosine of the query's rows with the best stretches of ``other``.

    0 for what a coarse look shows to be far below any limit.

    Args:
        other: (n, height, width) motion, whole numbers; its size may be another.
    """
    if not len(query.sifted) or not other.any():
        return 0, False, False
    best = (0, False, False)
    for mirrored, window in _sift(query.sifted, other):
        found = _best_speed(query.compared[mirrored], through(other, (window,), COMPARED)[0])
        if found > best[0]:
            best = (found, mirrored, window != WHOLE)
    return best


def stored_codes(frames: Floats) -> NDArray[np.uint32]:
    """The codes an earlier video is filed under, at most ``KEPT``; none below 1.8 s."""
    codes = distinct(_codes([through(frames, (WHOLE,), CODED)], (100,)))
    return codes[np.argsort(codes * np.uint32(2654435761), kind="stable")][:KEPT]


def query_codes(frames: Floats) -> NDArray[np.uint32]:
    """Every code of a video: whole or as a crop, mirrored or not, at every speed."""
    both = [through(side, PLACED, CODED) for side in (frames, frames[:, :, ::-1])]
    return distinct(_codes(both, CODE_SPEEDS))


def through(frames: Floats, windows: tuple[Window, ...], grid: Grid) -> Exact:
    """(windows, n, cells) whole numbers: the part of each frame in each window, on a grid; zero outside the frame."""
    count, height, width = frames.shape
    across, at_x = _axis(width, grid[0], tuple((left, side) for left, _, side in windows))
    down, at_y = _axis(height, grid[1], tuple((top, side) for _, top, side in windows))
    plain = np.ascontiguousarray(frames, np.float32)
    both = down @ (plain @ across.T)  # a product a frame, each too small for BLAS to wake a thread for it
    split = both.reshape(count, len(down) // grid[1], grid[1], len(across) // grid[0], grid[0])
    return split[:, at_y, :, at_x, :].reshape(len(windows), count, grid[0] * grid[1])


@lru_cache(maxsize=64)
def _axis(size: int, cells: int, spans: tuple[tuple[float, float], ...]) -> tuple[Exact, NDArray[np.int64]]:
    """(spans that differ * cells, size) parts of each pixel in each cell of one axis; which rows each span has."""
    unlike = list(dict.fromkeys(spans))
    shares = [_shares(size, cells, start, side) for start, side in unlike]
    return np.concatenate(shares).astype(np.float32), np.array([unlike.index(span) for span in spans])


def _shares(size: int, cells: int, start: float, side: float) -> Floats:
    """(cells, size) parts of each pixel in each cell of one axis."""
    edges = (start + side * np.arange(cells + 1) / cells) * size
    pixels = np.arange(size)
    low = np.maximum(edges[:-1, None], pixels)
    high = np.minimum(edges[1:, None], pixels + 1)
    return np.asarray(np.rint(np.maximum(high - low, 0.0) * _PARTS))


def _cosines(left: Exact, right: Exact) -> Floats:
    """Millionths, whole numbers."""
    wide = [side.astype(np.float64) for side in (left, right)]
    lengths = [(side * side).sum(axis=-1) for side in wide]
    norms = np.sqrt(lengths[0][:, None] * lengths[1])
    return np.asarray(np.rint(_MILLION * product(*wide) / np.maximum(norms, 1.0)))


def _sift(query: Exact, other: Floats) -> list[tuple[bool, Window]]:
    """The ``CLOSELY`` best pairs of side and window by each row's best cosine anywhere, in whatever order.

    None where that is below ``HOPELESS``: rows in order on a finer grid are hardly more alike than this.
    """
    theirs = _unit(through(other, WINDOWS, SIFTED))
    cosines = product(theirs.reshape(-1, theirs.shape[2]), query)
    rows = len(query) // 2
    nearest = cosines.reshape(*theirs.shape[:2], 2, rows).max(axis=1)
    best = nearest.sum(axis=2, dtype=np.float64).T
    found = sorted((-score, *place) for place, score in np.ndenumerate(best) if score >= HOPELESS * rows)
    return [(bool(side), WINDOWS[number]) for _, side, number in found[:CLOSELY]]


def _unit(rows: Exact) -> Exact:
    """(..., cells) of a length of about ``UNIT``, whole numbers: products of two sum up exactly in float32."""
    wide = rows.astype(np.float64)
    lengths = np.sqrt(np.einsum("...c,...c->...", wide, wide))
    wide *= UNIT
    wide /= np.maximum(lengths, 1.0)[..., None]
    return np.rint(wide, out=wide).astype(np.float32)


def _best_speed(own: Exact, theirs: Exact) -> int:
    """The score at the best of ``SPEEDS_PERCENT``: every second first, then the neighbours of the best."""
    cosines = _cosines(own, theirs)
    moves = np.logical_or.outer(own.any(axis=1), theirs.any(axis=1)).astype(np.float64)

    def score(speed: int) -> int:
        rows = played(len(own), speed) // 100
        length = max(SHORTEST, min(STRETCH, min(len(rows), len(theirs)) // 2))
        best = best_stretches(cosines[rows], moves[rows], length)
        counted = np.isfinite(best)
        return round(best[counted].mean() / 1000) if counted.sum() >= SHORTEST else 0

    first = {speed: score(speed) for speed in CODE_SPEEDS}
    at = SPEEDS_PERCENT.index(max(first, key=lambda speed: (first[speed], -abs(speed - 100))))
    beside = SPEEDS_PERCENT[max(0, at - 1) : at + 2]
    return max(first[speed] if speed in first else score(speed) for speed in beside)


def _codes(seen: list[Exact], speeds: tuple[int, ...]) -> NDArray[np.uint32]:
    """Codes of several (variants, n, cells), of every row with rows before and after it, unsorted."""
    by_row = np.concatenate([side.swapaxes(0, 1) for side in seen], axis=1)
    before, here, after = (by_row @ signs for signs in _signs())
    np.negative(after, out=after)
    live = np.asarray(by_row.any(axis=2), np.uint8)
    found = [np.zeros(0, np.uint32)]
    for speed in speeds:
        rows = played(len(by_row), speed) // 100
        middle = np.arange(-OFFSETS[0], len(rows) - OFFSETS[-1])
        if not len(middle):
            continue
        at = [rows[middle + offset] for offset in OFFSETS]
        total = before[at[0]]
        total += here[at[1]]
        positive = total > after[at[2]]
        lively = live[at[0]] + live[at[1]] + live[at[2]] >= 2
        found.append(_packed(positive[lively]))
    return np.concatenate(found)


def _packed(bits: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """(n * TABLES,) codes of (n, TABLES * BITS) signs, the table in the bits above."""
    octets = np.packbits(bits, axis=1, bitorder="little").reshape(-1, TABLES, BITS // 8)
    wide = np.empty((len(octets), TABLES, 4), np.uint8)
    wide[:, :, : BITS // 8] = octets
    wide[:, :, BITS // 8] = np.arange(TABLES)
    return wide.view("<u4").astype(np.uint32).ravel()


@lru_cache(maxsize=1)
def _signs() -> list[Exact]:
    """For each offset (cells, bits) of 1 and -1, as many of one as of the other in every column."""
    cells, columns = CODED[0] * CODED[1], TABLES * BITS
    drawn = hashlib.shake_256(b"headwater motion codes 1").digest(len(OFFSETS) * cells * columns * 8)
    order = np.argsort(np.frombuffer(drawn, "<u8").reshape(len(OFFSETS), cells, columns), axis=1, kind="stable")
    return [np.where(part < cells // 2, 1, -1).astype(np.float32) for part in order.argsort(axis=1, kind="stable")]
