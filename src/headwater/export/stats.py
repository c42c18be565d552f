"""Statistics as LeRobot computes them (``lerobot/datasets/compute_stats.py``), in float64.

Per episode: min, max, mean, population std, count and five quantiles. Over a dataset: LeRobot's aggregation,
where quantiles are averages weighted by count. One difference: quantiles of an episode are exact here and come
from a histogram there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from headwater.formats import Video, frames

Stats = dict[str, NDArray[np.float64]]
QUANTILES = {"q01": 0.01, "q10": 0.1, "q50": 0.5, "q90": 0.9, "q99": 0.99}
STAT_NAMES = ("min", "max", "mean", "std", "count", *QUANTILES)


def column_stats(values: NDArray[np.float64] | NDArray[np.int64]) -> Stats:
    """Statistics over the rows of (n, d); each result has shape (d,), ``count`` shape (1,)."""
    wide = values.astype(np.float64)
    stats = {
        "min": wide.min(axis=0),
        "max": wide.max(axis=0),
        "mean": wide.mean(axis=0),
        "std": wide.std(axis=0),
        "count": np.array([len(wide)], dtype=np.float64),
    }
    quantiles = np.quantile(wide, list(QUANTILES.values()), axis=0)
    return {**stats, **dict(zip(QUANTILES, quantiles, strict=True))}


def sampled_frames(length: int) -> list[int]:
    """Frame numbers LeRobot samples for image statistics: n^0.75 of them, at least 100, at most 10,000."""
    wanted = max(min(100, length), min(int(length**0.75), 10_000))
    return [int(i) for i in np.round(np.linspace(0, length - 1, wanted))]


def image_stats(video: Video, length: int) -> Stats:
    """Statistics over sampled RGB frames in 0..1, shape (3, 1, 1); LeRobot's pixel stride for large frames."""
    indices = sampled_frames(length)
    pixels = [_shrink(frame.image).reshape(-1, 3) for frame in frames(video, gray=False, only=frozenset(indices))]
    # Eight-bit values: a histogram holds every sample exactly, whatever the number of frames.
    counts = np.zeros((3, 256), dtype=np.int64)
    for part in pixels:
        for channel in range(3):
            counts[channel] += np.bincount(part[:, channel], minlength=256)
    per_channel = [_histogram_stats(row) for row in counts]
    stats = {name: np.array([s[name] for s in per_channel]).reshape(3, 1, 1) for name in per_channel[0]}
    return {**stats, "count": np.array([len(pixels)], dtype=np.float64)}


def aggregate(parts: Sequence[Stats]) -> Stats:
    """Statistics of the union of ``parts``."""
    counts = np.stack([part["count"] for part in parts])
    weights = counts.reshape(len(parts), *([1] * parts[0]["mean"].ndim))
    total = counts.sum(axis=0)
    means = np.stack([part["mean"] for part in parts])
    mean = _weighted(means, weights)
    spread = np.stack([part["std"] for part in parts]) ** 2 + (means - mean) ** 2
    stats = {
        "min": np.min([part["min"] for part in parts], axis=0),
        "max": np.max([part["max"] for part in parts], axis=0),
        "mean": mean,
        "std": np.sqrt(_weighted(spread, weights)),
        "count": total,
    }
    return {**stats, **{q: _weighted(np.stack([part[q] for part in parts]), weights) for q in QUANTILES}}


def _weighted(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((values * weights).sum(axis=0) / weights.sum(axis=0), dtype=np.float64)


def _shrink(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    if max(width, height) < 300:
        return image
    step = int(width / 150) if width > height else int(height / 150)
    return image[::step, ::step]


def _histogram_stats(counts: NDArray[np.int64]) -> dict[str, float]:
    levels = np.arange(256, dtype=np.float64) / 255
    total = int(counts.sum())
    present = np.flatnonzero(counts)
    mean = float((levels * counts).sum() / total)
    spread = float(((levels - mean) ** 2 * counts).sum() / total)
    running = np.cumsum(counts)
    quantiles = {
        name: float(levels[np.searchsorted(running, share * (total - 1), side="right")])
        for name, share in QUANTILES.items()
    }
    return {"min": levels[present[0]], "max": levels[present[-1]], "mean": mean, "std": spread**0.5, **quantiles}


def to_lists(stats: Stats, names: Iterable[str] = STAT_NAMES) -> dict[str, list[object]]:
    """Nested lists for JSON and parquet; ``count`` as integers."""
    return {n: [int(c) for c in stats[n]] if n == "count" else stats[n].tolist() for n in names}
