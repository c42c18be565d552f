"""Small numeric tools the rules share. Everything that enters a report is rounded to an integer first.

No BLAS call here depends on its thread count: sums are ``einsum`` and FFT, both single-threaded.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def milli(value: float) -> int:
    """Round half to even to thousandths; NaN and infinities become 0."""
    return round(float(value) * 1000) if np.isfinite(value) else 0


def fixed(value: float, places: int = 2) -> str:
    """A number as text with fixed decimals, never ``-0.00``."""
    text = f"{float(value):.{places}f}"
    return text.removeprefix("-") if not text.strip("-0.") else text


def runs(flags: NDArray[Any]) -> list[tuple[int, int]]:
    """[start, stop) of every run of true values, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(flags, dtype=np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def smooth(values: Floats, width: int) -> Floats:
    """Hann-weighted moving mean down the first axis of (n, d), ends mirrored; an even width counts one more."""
    width = min(width | 1, (len(values) - 1) // 2 * 2 + 1)
    if width < 3:
        return values
    weights = np.hanning(width + 2)[1:-1]
    weights /= weights.sum()
    padded = np.pad(values, ((width // 2, width // 2), (0, 0)), mode="reflect")
    return np.stack([np.convolve(column, weights, "valid") for column in padded.T], axis=1)


def correlation(a: Floats, b: Floats) -> float:
    """Pearson correlation of two equally long vectors; 0.0 if either is constant or empty."""
    if not len(a):
        return 0.0
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt(np.einsum("i,i", a, a) * np.einsum("i,i", b, b)))
    return float(np.einsum("i,i", a, b)) / scale if scale > 0 else 0.0


def correlations(a: Floats, b: Floats) -> Floats:
    """``correlation`` of the columns of two (n, d) arrays, (d,)."""
    if not len(a):
        return np.zeros(a.shape[1])
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    scale = np.sqrt(np.einsum("ij,ij->j", a, a) * np.einsum("ij,ij->j", b, b))
    return np.asarray(np.where(scale > 0, np.einsum("ij,ij->j", a, b) / np.where(scale > 0, scale, 1.0), 0.0))


def active(values: Floats, share: float = 0.05) -> NDArray[np.intp]:
    """Columns that move: standard deviation above ``share`` of the largest."""
    spread = values.std(axis=0)
    return np.flatnonzero((spread > share * spread.max()) & (spread > 0)) if values.size else np.array([], np.intp)


def speed(values: Floats) -> Floats:
    """Summed absolute change of the active columns per row, (n,); the first row repeats the second."""
    moving = values[:, active(values)]
    step = np.abs(np.diff(moving, axis=0)).sum(axis=1)
    return np.concatenate([step[:1], step]) if len(step) else np.zeros(len(values))


def filled(values: Floats) -> Floats:
    """Copy of (n, d) with every non-finite value replaced by the last finite one of its column, else 0."""
    good = np.isfinite(values)
    if good.all():
        return values
    rows = np.where(good, np.arange(len(values))[:, None], 0)
    last = np.maximum.accumulate(rows, axis=0)
    held = np.take_along_axis(values, last, axis=0)
    return np.where(np.isfinite(held), held, 0.0)


def other_rate(times_s: Floats, fps: float, percent: int) -> float:
    """Samples a second, if more than ``percent`` away from ``fps``; else, or if unclear, 0.0.

    Median and mean step must both say so: a gap moves only the mean, alternating jitter only the median.
    """
    if len(times_s) < 3 or not fps:
        return 0.0
    steps = (float(np.median(np.diff(times_s))), float(times_s[-1] - times_s[0]) / (len(times_s) - 1))
    off = [100 * (1 / step - fps) / fps if np.isfinite(step) and step > 0 else 0.0 for step in steps]
    return 1 / steps[0] if min(off) > percent or max(off) < -percent else 0.0
