"""Signals as envelopes: the lowest and highest value of each stretch of samples, so that no spike is lost."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.checks import Observed
from headwater.checks.observed import CameraFeatures
from headwater.formats import Kind, Stream

STRETCHES = 480
AXES = 64
CROWD = 6  # more lines than this are each drawn about their own middle, or offsets would hide every movement
LEVELS = 65_534  # one more stands for a stretch without any finite value
PLOTTED = (  # in this order; a GPS track says where somebody lives and is never drawn
    Kind.STATE, Kind.ACTION, Kind.GYRO, Kind.ACCEL, Kind.VELOCITY, Kind.EFFORT, Kind.FORCE, Kind.POSE,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Plot:
    """One panel.

    Attributes:
        title, unit: of the stream.
        axes: names of the d lines; hidden: how many more the stream has.
        times_ms: int64 (n,), the middle of each stretch.
        low, high: float64 (n, d); NaN where a stretch has no finite value.
        each: every line has a scale of its own.
    """

    title: str
    unit: str
    axes: tuple[str, ...]
    times_ms: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    hidden: int = 0
    each: bool = False

    def ranges(self) -> list[tuple[float, float]]:
        """Lowest and highest finite value of each line; (0, 0) if it has none."""
        lows = np.where(np.isfinite(self.low), self.low, np.inf).min(axis=0, initial=np.inf)
        highs = np.where(np.isfinite(self.high), self.high, -np.inf).max(axis=0, initial=-np.inf)
        pairs = zip(lows.tolist(), highs.tolist(), strict=True)
        return [(low, high) if low <= high else (0.0, 0.0) for low, high in pairs]

    @property
    def centred(self) -> bool:
        """Lines share one scale, but not one zero."""
        return not self.each and len(self.axes) > CROWD

    def scales(self) -> list[tuple[float, float]]:
        """What the bottom and the top of the panel stand for, of each line."""
        ranges = self.ranges()
        if self.each or not ranges:
            return ranges
        if self.centred:
            reach = max(high / 2 - low / 2 for low, high in ranges)
            return [_around(low / 2 + high / 2, reach) for low, high in ranges]
        shared = min(low for low, _ in ranges), max(high for _, high in ranges)
        return [shared] * len(ranges)

    def to_data(self) -> dict[str, Any]:
        """For the page's script: levels as little-endian uint16, line by line, lows then highs."""
        scales = self.scales()
        pairs = [
            _levels(side[:, axis], *scales[axis]) for axis in range(len(self.axes)) for side in (self.low, self.high)
        ]
        levels = np.concatenate(pairs) if pairs else np.zeros(0, "<u2")
        return {
            "axes": list(self.axes),
            "unit": self.unit,
            "centred": self.centred,
            "times": self.times_ms.tolist(),
            "scales": [list(scale) for scale in scales],
            "levels": base64.b64encode(levels.tobytes()).decode(),
        }


def plots(seen: Observed) -> Iterator[Plot]:
    """A panel for each camera's brightness and change, then one for each stream worth drawing."""
    for key, camera in seen.cameras.items():
        if len(camera):
            yield _of_camera(key, camera)
    for kind in PLOTTED:
        for stream in seen.episode.of_kind(kind):
            if stream.values.ndim == 2 and stream.values.size and len(stream.times_ns) == len(stream.values):
                yield _of_stream(stream)


def _of_camera(key: str, camera: CameraFeatures) -> Plot:
    values = np.stack([camera.mean_milli, camera.diff_milli], axis=1) / 1000
    low, high = _envelope(values)
    times = _middles(camera.pts_us // 1000)
    return Plot(f"{key}: brightness and change", "", ("brightness", "change"), times, low, high, each=True)


def _of_stream(stream: Stream) -> Plot:
    values = stream.values[:, :AXES].astype(np.float64)
    low, high = _envelope(values)
    names = [*stream.axes, *(str(i) for i in range(len(stream.axes), values.shape[1]))][: values.shape[1]]
    hidden = stream.values.shape[1] - values.shape[1]
    return Plot(stream.name, stream.unit, tuple(names), _middles(stream.times_ns // 1_000_000), low, high, hidden)


def _edges(count: int) -> NDArray[np.int64]:
    stretches = min(STRETCHES, count)
    return np.arange(stretches, dtype=np.int64) * count // stretches


def _middles(times: NDArray[np.int64]) -> NDArray[np.int64]:
    edges = _edges(len(times))
    ends = np.append(edges[1:], len(times))
    return np.asarray(times[(edges + ends) // 2], np.int64)


def _envelope(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    edges, finite = _edges(len(values)), np.isfinite(values)
    low = np.minimum.reduceat(np.where(finite, values, np.inf), edges, axis=0)
    high = np.maximum.reduceat(np.where(finite, values, -np.inf), edges, axis=0)
    none = low > high
    return np.where(none, np.nan, low), np.where(none, np.nan, high)


def _around(middle: float, reach: float) -> tuple[float, float]:
    most = float(np.finfo(np.float64).max)
    return max(-most, middle - reach), min(most, middle + reach)


def _levels(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.uint16]:
    """0 for ``low``, LEVELS for ``high``, LEVELS + 1 for none; halves first, since high - low may overflow."""
    reach = high / 2 - low / 2
    share = (values / 2 - low / 2) / reach if reach > 0 else np.where(np.isnan(values), np.nan, 0.5)
    gaps = np.isnan(share)
    return np.where(gaps, LEVELS + 1, np.rint(np.where(gaps, 0, share) * LEVELS)).astype("<u2")
