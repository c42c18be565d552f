"""Rates: which row of the recording is which row of the dataset.

Row i of the dataset stands at exactly i/rate. Where the recording's rate is a whole multiple, that is a row of its own.
Else nothing happens unless somebody states that it may: ``hold`` takes the latest row not later, whole, with its
pictures; ``linear`` does so too, but puts measured values on the line between their two neighbours. Actions, labels,
whole numbers, poses with a quaternion and pictures are never interpolated.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from headwater.export.conform.facts import Facts
from headwater.export.errors import Problem
from headwater.formats import NS, Kind, Stream
from headwater.formats.conventions import FILE
from headwater.records.conform import RateMap

SMOOTH = {
    Kind.STATE,
    Kind.VELOCITY,
    Kind.EFFORT,
    Kind.FORCE,
    Kind.GYRO,
    Kind.ACCEL,
    Kind.MAGNETIC,
    Kind.PRESSURE,
    Kind.TEMPERATURE,
}
_HALF_TURN = {"rad": float(np.pi), "deg": 180.0}


def rate_of(fps_milli: int) -> Fraction:
    """Rows a second of a spec's thousandths; 29,970 and its like are NTSC's 30000/1001."""
    plain = Fraction(fps_milli, 1000)
    near = plain.limit_denominator(1001)
    return near if near.denominator == 1001 and round(near * 1000) == fps_milli else plain


def rate_map(target: Fraction, seen: Facts, own_clocks: Sequence[str]) -> RateMap | Problem:
    """How an episode comes to ``target`` rows a second; ``own_clocks`` are features that are no columns of a table."""
    resample = seen.conventions.resample or "exact"
    source, ratio = seen.fps, seen.fps / target
    method = resample
    if own_clocks:
        if resample == "exact":
            problem, actual = "has a clock of its own and no rows", ", ".join(own_clocks)
            return seen.problem(own_clocks[0], problem, actual, "columns of a table", _allow("it to be sampled"))
    elif round(source * 1000) == round(target * 1000):  # as finely as a spec can say
        method = "same"
    elif ratio.denominator == 1:
        method = "decimate"
    elif resample == "exact":
        problem, allowed = "its rate is no multiple of the dataset's", f"{float(target):g} or a multiple of it"
        actual = f"{float(source):g} rows a second"
        return seen.problem("fps", problem, actual, allowed, _allow("rows to be chosen"))
    return RateMap(str(source), str(target), method)


def row_picks(rate: RateMap, length: int) -> NDArray[np.int64]:
    """For each row of the dataset the latest row of the recording not later: int64 (n,), exact arithmetic."""
    if rate.method == "same":
        return np.arange(length, dtype=np.int64)
    source, target = Fraction(rate.source), Fraction(rate.target)
    count = int((length - 1) * target / source) + 1
    step = source / target
    return np.array([i * step.numerator // step.denominator for i in range(count)], dtype=np.int64)


def grid_ns(rate: RateMap, count: int) -> NDArray[np.int64]:
    """Times of the dataset's rows: int64 (n,), nanoseconds."""
    return even_times_ns(Fraction(rate.target), count)


def picks_at(times_ns: NDArray[np.int64], grid: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each time of ``grid`` the number of the latest sample not later; the first one before it began."""
    return np.maximum(np.searchsorted(times_ns, grid, side="right") - 1, 0)


def sampled(stream: Stream, units: Sequence[str], rate: RateMap, grid: NDArray[np.int64]) -> NDArray[np.float64] | None:
    """Values on the lines between samples, (n, d) in float64, or ``None`` where the stream must not be interpolated.

    An angle that passes its end (from 179 to -179 degrees) is held, not drawn through zero.
    """
    whole = stream.values.dtype.kind not in "f"
    if rate.method != "linear" or stream.kind not in SMOOTH or whole or len(stream.times_ns) < 2:
        return None
    times = _own_times(stream, rate)
    before = np.clip(np.searchsorted(times, grid, side="right") - 1, 0, len(times) - 2)
    span = (times[before + 1] - times[before]).astype(np.float64)
    share = np.clip((grid - times[before]) / np.where(span > 0, span, 1.0), 0.0, 1.0)[:, np.newaxis]
    low, high = stream.values[before].astype(np.float64), stream.values[before + 1].astype(np.float64)
    half = np.array([_HALF_TURN.get(unit, np.inf) for unit in units])
    share = np.where(np.abs(high - low) > half, np.where(share < 1.0, 0.0, 1.0), share)
    return np.asarray(low + (high - low) * share, dtype=np.float64)


def _own_times(stream: Stream, rate: RateMap) -> NDArray[np.int64]:
    """A table's rows stand on its rate, whatever its rounded stamps say."""
    if stream.clock != "row":
        return stream.times_ns
    return even_times_ns(Fraction(rate.source), len(stream.times_ns))


def even_times_ns(rate: Fraction, count: int) -> NDArray[np.int64]:
    """i/rate to the nearest nanosecond; Python's integers, for the products pass 64 bits."""
    whole, part = 2 * NS * rate.denominator, 2 * rate.numerator
    return np.array([(i * whole + rate.numerator) // part for i in range(count)], dtype=np.int64)


def _allow(what: str) -> str:
    return f'Allow {what}: "resample": "hold" or "linear" in {FILE}.'
