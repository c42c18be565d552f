"""What a real sensor's samples are like: never twice the same stretch, red with motion, and never without noise.

All on (n, 3) samples; float sums are einsum and cumulative, no BLAS.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from headwater.checks.signals import Floats, correlation, runs

_ODD = 0x9E3779B97F4A7C15
BINOMIAL = (1.0, -4.0, 6.0, -4.0, 1.0)  # fourth difference; its squares sum to 70


def repeated(values: Floats, length: int) -> list[tuple[int, int]]:
    """[start, stop) of samples that repeat earlier ones exactly, on all axes, while they change.

    ``length`` is the shortest stretch, a power of two; at least half of its steps must change something.
    """
    if len(values) < 2 * length:
        return []
    _, kinds = np.unique(values, axis=0, return_inverse=True)
    code, size, power = kinds.astype(np.uint64).ravel() + np.uint64(1), 1, _ODD
    while size < length:
        code, size = code[:-size] * np.uint64(power) + code[size:], 2 * size
        power = power * power % (1 << 64)
    _, first, where = np.unique(code, return_index=True, return_inverse=True)
    earlier = first[where.ravel()]
    places = np.arange(len(code))
    changes = np.concatenate([[0], np.cumsum(np.diff(kinds.ravel()) != 0)])
    lively = 2 * (changes[size - 1 :] - changes[: len(changes) - size + 1]) >= size
    again = (earlier + size <= places) & lively[: len(code)]
    return [(start, stop + size - 1) for start, stop in runs(again)]


def whiteness(values: Floats) -> float:
    """Largest correlation, over the axes, of a sample with the next: 0 for white noise, near 1 for motion."""
    return max(abs(correlation(axis[:-1], axis[1:])) for axis in values.T)


def noise_floor(values: Floats) -> float:
    """Smallest noise of an axis that moves, in its unit: the median fourth difference as if it were white noise's."""
    steps = sum(weight * values[i : len(values) - 4 + i] for i, weight in enumerate(BINOMIAL))
    spread = np.median(np.abs(steps), axis=0) / (0.6745 * np.sqrt(70.0))
    moving = values.std(axis=0) > 0
    return float(spread[moving].min()) if moving.any() else 0.0


def straight_share(values: Floats) -> float:
    """Share of samples that lie exactly on the line through their neighbours while the line is not level."""
    bend = values[2:] - 2 * values[1:-1] + values[:-2]
    rise = np.abs(values[2:] - values[:-2])
    straight: NDArray[np.bool_] = (np.abs(bend) <= 1e-9 * np.maximum(rise, 1.0)) & (rise > 0)
    return float(straight.all(axis=1).mean())
