"""How the whole picture moved between two frames: shift and roll, by least squares on image gradients.

Integer sums over a 40-wide level give a first guess, an 80-wide level refines it after an integer shift; at 160
pixels wide this follows about eight pixels a frame. All sums are exact, so only the last 3x3 solve is floating point:
products are added up as floats where whole numbers that size have no rounding, which is ten times as fast.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Pyramid = tuple[Ints, Ints]
_CLEAR = 1e-9  # of the trace; a rank is lost below 1e-15
_EXACT = 2.0**52  # every partial sum of squares below it is a whole number that a float64 holds


def pyramid(image: NDArray[np.uint8]) -> Pyramid:
    """(half, quarter) size levels of a grey image, each smoothed with a 3x3 binomial."""
    half = _halved(image.astype(np.int32))
    return _smoothed(half), _smoothed(_halved(half) // 4)


def shift_between(before: Pyramid, after: Pyramid) -> tuple[float, float, float]:
    """(right, down, roll) from ``before`` to ``after``: pixels of the half level, radians."""
    coarse = _solve(before[1], after[1])
    height, width = before[0].shape
    dx = int(np.clip(np.rint(2 * coarse[0]), -width // 4, width // 4))
    dy = int(np.clip(np.rint(2 * coarse[1]), -height // 4, height // 4))
    fine = _solve(_moved(before[0], -dx, -dy), _moved(after[0], dx, dy))
    return fine[0] + dx, fine[1] + dy, fine[2]


def _halved(image: Ints) -> Ints:
    height, width = image.shape[0] // 2 * 2, image.shape[1] // 2 * 2
    cut = image[:height, :width]
    sums: Ints = cut[::2, ::2] + cut[1::2, ::2] + cut[::2, 1::2] + cut[1::2, 1::2]
    return sums


def _smoothed(image: Ints) -> Ints:
    rows = image[:-2] + 2 * image[1:-1] + image[2:]
    smooth: Ints = rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]
    return smooth


def _moved(image: Ints, dx: int, dy: int) -> Ints:
    height, width = image.shape
    return image[max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)]


def _solve(before: Ints, after: Ints) -> tuple[float, float, float]:
    """The shift and roll that explain ``after - before``; zeros where the picture has no texture."""
    both = before + after
    gx = both[1:-1, 2:] - both[1:-1, :-2]
    gy = both[2:, 1:-1] - both[:-2, 1:-1]
    x, y = _places(*gx.shape)
    rows = np.empty((4, *gx.shape), np.float64)
    rows[0], rows[1] = gx, gy
    rows[2] = x * gy - y * gx
    rows[3] = (after - before)[1:-1, 1:-1] * 4
    sums = _products(rows.reshape(4, -1))
    normal = sums[:3, :3]
    if not _sound(normal) and np.linalg.matrix_rank(normal / max(normal.max(), 1.0)) < 3:
        return 0.0, 0.0, 0.0
    right, down, roll = np.linalg.solve(normal, -sums[:3, 3])
    return float(right), float(down), float(2 * roll)


@lru_cache(maxsize=64)
def _places(height: int, width: int) -> tuple[Ints, Ints]:
    """Columns and rows from the middle, in half pixels."""
    x = 2 * np.arange(width, dtype=np.int32) - (width - 1)
    y = (2 * np.arange(height, dtype=np.int32) - (height - 1))[:, None]
    return x, y


def _sound(normal: NDArray[np.float64]) -> bool:
    """True if a symmetric 3x3 matrix is far from losing rank: its determinant says so without a decomposition.

    The least singular value is at least the determinant over the square of the trace.
    """
    (a, b, c), (_, d, e), (_, _, f) = normal.tolist()
    trace = a + d + f
    return bool(a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d) > _CLEAR * trace**3)


def _products(wide: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, n) sums of products of each two rows of whole numbers, exact before they become floats."""
    sums = wide @ wide.T
    if np.trace(sums) < _EXACT:
        return np.asarray(sums)
    whole = wide.astype(np.int64)
    return np.array([[int((a * b).sum()) for b in whole] for a in whole], np.float64)
