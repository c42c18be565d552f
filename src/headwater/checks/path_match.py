"""Is a trajectory a noised, trimmed, looped, faster or slower copy of an earlier one?

*Tokens* nominate: where the path through joint space crosses a level of one joint, with the coarse place of the next
joints. They know nothing of time, so trimming, looping and another speed leave those of the part that is left; noise
far below a step moves few. The *distance* decides.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from headwater.checks.alignment import Floats, best_stretches, played

SPEEDS_PERCENT = (80, 85, 90, 95, 100, 105, 111, 118, 125)
STRETCH, SHORTEST = 20, 10  # rows; 4 s, or half of the shorter trajectory down to 2 s
FAR = 1_000_000
HOPELESS = 400  # thousandths from the nearest row, in whatever order, beyond which nothing is looked at in order
LEVEL_MILLI = 64  # 30 times the noise of the forger we expect; thousandths of the state's unit
NEIGHBOURS = 6
WIDE = 64  # an axis that spans more levels than this is read in steps as much larger (degrees, percent)

Rows = NDArray[np.int32]


def path_distance(query: Rows, other: Rows) -> int:
    """Thousandths of a standard deviation between two trajectories at their best common speed; ``FAR`` if none fits.

    Args:
        query, other: (n, axes) thousandths of the state's unit at one rate.
    """
    if query.shape[1] != other.shape[1] or not len(query) or not len(other):
        return FAR
    left, right = query.astype(np.float64), other.astype(np.float64)
    spread = (left.std(axis=0) + right.std(axis=0)) / 2
    keep = np.flatnonzero((spread > 0.05 * spread.max()) & (spread > 0))
    if not len(keep):
        return FAR
    a, b = (np.clip(np.rint(1000 * side[:, keep] / spread[keep]), -1e6, 1e6) for side in (left, right))
    if _off_path(a, b) > HOPELESS:
        return FAR
    return min(_distance(_at_speed(a, speed), b) for speed in SPEEDS_PERCENT)


def path_tokens(rows: Rows) -> NDArray[np.uint32]:
    """Hashes of a trajectory's tokens, rising, each once; empty for a path that crosses no level."""
    if len(rows) < 2 or not rows.shape[1]:
        return np.zeros(0, np.uint32)
    whole = rows.astype(np.int64)
    span = np.ptp(whole, axis=0)
    step = np.full(rows.shape[1], LEVEL_MILLI)
    while (wide := span > WIDE * step).any():
        step = np.where(wide, step * WIDE, step)
    found: set[bytes] = set()
    for axis in range(rows.shape[1]):
        found |= _crossings(whole, axis, step)
    hashes = {int.from_bytes(hashlib.blake2b(token, digest_size=4).digest(), "little") for token in found}
    return np.array(sorted(hashes), np.uint32)


def _crossings(rows: NDArray[np.int64], axis: int, step: NDArray[np.int64]) -> set[bytes]:
    """Tokens of the moments at which ``axis`` passes from one level to the next."""
    level = rows[:, axis] // step[axis]
    others = (axis + 1 + np.arange(min(NEIGHBOURS, rows.shape[1] - 1))) % rows.shape[1]
    passed = np.abs(np.diff(level))
    at = np.repeat(np.arange(len(passed)), passed)
    edge = np.minimum(level[1:], level[:-1])[at] + 1 + np.arange(len(at)) - np.repeat(passed.cumsum() - passed, passed)
    way, gone = rows[at + 1, axis] - rows[at, axis], edge * step[axis] - rows[at, axis]
    here = rows[at][:, others]
    place = here + (rows[at + 1][:, others] - here) * gone[:, None] // way[:, None]
    coarse = (place // (2 * step[others])).astype("<i8")
    return {b"%d,%d,%s" % (axis, edge, near.tobytes()) for edge, near in zip(edge.tolist(), coarse, strict=True)}


def _at_speed(rows: Floats, percent: int) -> Floats:
    """Rows at another playing speed, in whole numbers."""
    at = played(len(rows), percent)
    low, part = at // 100, (at % 100)[:, None]
    high = np.minimum(low + 1, len(rows) - 1)
    return np.asarray((rows[low] * (100 - part) + rows[high] * part + 50) // 100)


def _off_path(query: Floats, other: Floats) -> int:
    """Root mean square of each moving row's distance to the nearest row, in whatever order."""
    moves = _moves(query)
    return round(float(np.sqrt(_squares(query, other).min(axis=1)[moves].mean()))) if moves.any() else FAR


def _squares(query: Floats, other: Floats) -> Floats:
    """(n, m) mean squares of the differences, whole numbers."""
    a2, b2 = ((side * side).sum(axis=1) for side in (query, other))
    return np.asarray(np.rint((a2[:, None] + b2[None, :] - 2 * (query @ other.T)) / query.shape[1]))


def _moves(rows: Floats) -> NDArray[np.bool_]:
    """(n,) whether the path goes on by more than a fiftieth of a standard deviation in .2 s."""
    return np.asarray(np.abs(np.diff(rows, axis=0, append=rows[-1:])).max(axis=1) > 20)


def _distance(query: Floats, other: Floats) -> int:
    """Root mean square, over the rows in which the query moves, of the best stretches."""
    squares = _squares(query, other)
    length = max(SHORTEST, min(STRETCH, min(squares.shape) // 2))
    best = -best_stretches(-squares, np.ones(squares.shape), length)
    moves = _moves(query) & np.isfinite(best)
    if 4 * moves.sum() < len(query):
        return FAR
    return min(round(float(np.sqrt(best[moves].mean()))), FAR)
