"""Statistics as LeRobot computes them (``lerobot/datasets/compute_stats.py``, 0.4.4 to 0.6.1), number for number.

Numbers: min, max, mean, population std, count and five quantiles, in the type the column is stored in, because
LeRobot's own rounding is part of what it computes (std is the root of E[x^2] - E[x]^2 in float32). Integers and
booleans are widened first, as 0.6.1 does. Quantiles are read off a histogram of 5,000 bins.
Pictures: the same of the sampled pixels, exactly, in float64. LeRobot's own std of pictures is not repeated: 0.4.4
squares them in uint8, which overflows, and 0.6.1 adds millions of them up in float32.
Over a dataset: LeRobot's aggregation, where quantiles are averages weighted by count.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.formats import Video, frames

Stats = dict[str, NDArray[np.float64]]
QUANTILES = {"q01": 0.01, "q10": 0.1, "q50": 0.5, "q90": 0.9, "q99": 0.99}
STAT_NAMES = ("min", "max", "mean", "std", "count", *QUANTILES)
BINS = 5000
_MARGIN = 1e-10


def column_stats(values: NDArray[Any]) -> Stats:
    """Statistics over the rows of (n, d), in the array's own type; results have shape (d,), ``count`` shape (1,)."""
    wide = values.astype(np.result_type(values.dtype, np.float32), copy=False)
    low, high, mean = wide.min(axis=0), wide.max(axis=0), np.mean(wide, axis=0)
    if len(wide) < 2:
        spread, quantiles = np.std(wide, axis=0), dict.fromkeys(QUANTILES, mean)
    else:
        spread = np.sqrt(np.maximum(0, np.mean(wide**2, axis=0) - mean**2))
        columns = [_quantiles(wide[:, d], low[d], high[d], None) for d in range(wide.shape[1])]
        quantiles = {name: np.array([column[name] for column in columns]) for name in QUANTILES}
    stats = {"min": low, "max": high, "mean": mean, "std": spread, "count": np.array([len(wide)]), **quantiles}
    return {name: np.asarray(value, dtype=np.float64) for name, value in stats.items()}


def sampled_frames(length: int) -> list[int]:
    """Frame numbers LeRobot samples for image statistics: n^0.75 of them, at least 100, at most 10,000."""
    wanted = max(min(100, length), min(int(length**0.75), 10_000))
    return [int(i) for i in np.round(np.linspace(0, length - 1, wanted))]


def image_stats(video: Video, length: int) -> Stats:
    """Statistics over sampled RGB frames in 0..1, shape (3, 1, 1); LeRobot's pixel stride for large frames."""
    indices = sampled_frames(length)
    return picture_stats((frame.image for frame in frames(video, gray=False, only=frozenset(indices))), 256)


def picture_stats(pictures: Iterable[NDArray[Any]], levels: int) -> Stats:
    """Statistics of pictures (h, w, c) or (h, w), shape (3, 1, 1): LeRobot takes grey for three equal channels.

    Args:
        levels: 256 for 8-bit pictures, given in 0..1, or 65,536 for 16-bit ones, given as they are: LeRobot's loader
            divides the first by 255 and leaves the second.
    """
    counts = np.zeros((0, levels), dtype=np.int64)
    seen = 0
    for picture in pictures:
        small = _shrink(picture)
        pixels = small.reshape(-1, small.shape[2] if small.ndim == 3 else 1)
        counts = counts if len(counts) else np.zeros((pixels.shape[1], levels), dtype=np.int64)
        for channel in range(pixels.shape[1]):
            counts[channel] += np.bincount(pixels[:, channel], minlength=levels)
        seen += 1
    # A count of every value holds all samples exactly, whatever their number.
    per_channel = [_histogram_stats(row, 255.0 if levels == 256 else 1.0) for row in counts]
    three = per_channel * 3 if len(per_channel) == 1 else per_channel
    stats = {name: np.array([s[name] for s in three]).reshape(3, 1, 1) for name in per_channel[0]}
    return {**stats, "count": np.array([seen], dtype=np.float64)}


class Aggregate:
    """Statistics of the union of episodes, taken in one after the other; holds one episode's worth of numbers."""

    def __init__(self) -> None:
        self._sum: Stats | None = None

    def add(self, part: Stats) -> None:
        """Take in one episode."""
        self._sum = part if self._sum is None else _joined(self._sum, part)

    def stats(self) -> Stats:
        """Of all episodes so far. At least one must have been added."""
        assert self._sum is not None
        return self._sum


def _joined(one: Stats, other: Stats) -> Stats:
    n, m = float(one["count"][0]), float(other["count"][0])
    mean = (one["mean"] * n + other["mean"] * m) / (n + m)
    spread = [part["std"] ** 2 + (part["mean"] - mean) ** 2 for part in (one, other)]
    return {
        "min": np.minimum(one["min"], other["min"]),
        "max": np.maximum(one["max"], other["max"]),
        "mean": mean,
        "std": np.sqrt((spread[0] * n + spread[1] * m) / (n + m)),
        "count": one["count"] + other["count"],
        **{name: (one[name] * n + other[name] * m) / (n + m) for name in QUANTILES},
    }


def _quantiles(
    values: NDArray[Any], low: Any, high: Any, weights: NDArray[np.int64] | None
) -> dict[str, float | np.floating[Any]]:
    """Quantiles of one dimension from LeRobot's histogram; NaN where a value is not finite."""
    if not np.isfinite(low) or not np.isfinite(high):
        return dict.fromkeys(QUANTILES, float("nan"))
    edges = np.linspace(low - _MARGIN, high + _MARGIN, BINS + 1)
    held, _ = np.histogram(values, bins=edges, weights=weights)
    running = np.cumsum(held.astype(np.float64))
    total = len(values) if weights is None else int(weights.sum())
    return {name: _at(running, edges, share * total) for name, share in QUANTILES.items()}


def _at(running: NDArray[np.float64], edges: NDArray[Any], target: float) -> Any:
    """The value below which ``target`` samples lie; within a bin by straight line."""
    place = int(np.searchsorted(running, target))
    if place == 0:
        return edges[0]
    if place >= len(running):
        return edges[-1]
    inside = running[place] - running[place - 1]
    return edges[place] + (target - running[place - 1]) / inside * (edges[place + 1] - edges[place])


def _shrink(image: NDArray[Any]) -> NDArray[Any]:
    height, width = image.shape[:2]
    if max(width, height) < 300:
        return image
    step = int(width / 150) if width > height else int(height / 150)
    return image[::step, ::step]


def _histogram_stats(counts: NDArray[np.int64], scale: float) -> dict[str, float]:
    levels = np.flatnonzero(counts)
    held = counts[levels]
    values, total = levels.astype(np.float64), int(held.sum())
    mean = float((values * held).sum() / total)
    spread = float(((values - mean) ** 2 * held).sum() / total)
    quantiles = _quantiles(values, values[0], values[-1], held)
    raw = {"min": values[0], "max": values[-1], "mean": mean, "std": spread**0.5, **quantiles}
    return {name: float(value) / scale for name, value in raw.items()}


def to_lists(stats: Stats, names: Iterable[str] = STAT_NAMES) -> dict[str, list[object]]:
    """Nested lists for JSON and parquet; ``count`` as integers."""
    return {n: [int(c) for c in stats[n]] if n == "count" else stats[n].tolist() for n in names}
