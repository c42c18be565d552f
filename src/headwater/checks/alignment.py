"""How much of a query is found in an earlier item, wherever and however often it stands there.

Both are rows at one rate. Every stretch of ``length`` rows of the query is held against every place of the other;
a query row is as good as the best stretch it belongs to. So a trimmed, looped or rearranged copy scores as the whole.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Number = TypeVar("Number", np.float32, np.float64)
ALONE = (1 << 19) - 1  # multiplications that OpenBLAS does in one thread (interface/gemm.c, and measured)


def best_stretches(values: Floats, weights: Floats, length: int) -> Floats:
    """(m,) for each query row the highest weighted mean of ``values`` (m, n) along a diagonal through it.

    Stretches weighing less than half their length do not count; a row in none of them gets ``-inf``. ``weights`` are
    0 or 1; ``values`` must be exact under addition (whole numbers) for the result to be the same on every machine.
    """
    m, n = values.shape
    length = min(length, m, n)
    if weights.all():
        starts = _along(values, length).max(axis=1) / length
    else:
        totals, counts = (_along(side, length) for side in (values * weights, weights))
        starts = np.where(2 * counts >= length, totals / np.maximum(counts, 1.0), -np.inf).max(axis=1)
    best = np.full(m + length - 1, -np.inf)
    best[length - 1 : m] = starts
    return _highest(best, length)


def _highest(values: Floats, length: int) -> Floats:
    """(n - length + 1,) the highest of each ``length`` values in a row, by doubling."""
    size = 1
    while 2 * size <= length:
        values = np.maximum(values[:-size], values[size:])
        size *= 2
    rest = length - size
    return np.maximum(values[: len(values) - rest], values[rest:])


def product(left: NDArray[Number], right: NDArray[Number]) -> NDArray[Number]:
    """``left @ right.T`` in blocks too small for BLAS to share them out: a thread costs more to wake than they do.

    Exact where the sums are (whole numbers), so blocks change nothing.
    """
    step = max(1, ALONE // (len(right) * left.shape[1] or 1))
    out = np.empty((len(left), len(right)), left.dtype)
    for at in range(0, len(left), step):
        np.matmul(left[at : at + step], right.T, out=out[at : at + step])
    return out


def _along(values: Floats, length: int) -> Floats:
    """(m - length + 1, n - length + 1) sums of ``length`` values down the diagonals, by doubling."""
    rows, columns = (side - length + 1 for side in values.shape)
    total, offset, size = np.zeros((rows, columns)), 0, 1
    while True:
        if length & size:
            total += values[offset : offset + rows, offset : offset + columns]
            offset += size
        if 2 * size > length:
            return total
        values = values[:-size, :-size] + values[size:, size:]
        size *= 2


def played(count: int, percent: int) -> NDArray[np.int64]:
    """Rows of ``count``, in hundredths, at another playing speed; 125 goes five rows in four steps."""
    return np.arange(max(1, count * 100 // percent)) * percent
