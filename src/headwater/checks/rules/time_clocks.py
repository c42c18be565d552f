"""Streams with a clock of their own (IMU, ROS topics, device clocks): rising, without gaps, and one with the pictures.

Looked at are kinds that are sampled all the time, from 20 samples. Times that go back are a DEFECT. A gap is a step
above ten usual ones and above .1 s: RISK; from .5 s in an IMU, which never pauses, a DEFECT. Jitter is a RISK where one
step in ten is off by more than half a step (robovet: half a frame). Skew: a stream that starts or ends .5 s away from
the pictures (cameras start late by some tenths) is a RISK; two gyros that turn more than 15 ms apart (deepen-grade) and
by more than two samples are a RISK, and if that changes between the halves of the recording it is called drift.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from headwater.checks.models import Severity, Span
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, rule
from headwater.checks.signals import Floats, correlation, filled, fixed, runs
from headwater.formats import NS, Kind, Stream

SAMPLED = (Kind.GYRO, Kind.ACCEL, Kind.STATE, Kind.ACTION, Kind.VELOCITY, Kind.EFFORT, Kind.FORCE, Kind.POSE)
TIRELESS = (Kind.GYRO, Kind.ACCEL)
MIN_SAMPLES = 20
GAP_STEPS, GAP_S, LONG_S = 10, 0.1, 0.5
OFF_STEP, OFF_SHARE = 0.5, 0.1
APART_S, SKEW_S = 0.5, 0.015
GRID_HZ, WINDOW_S, MIN_S, ALIKE = 200, 0.5, 4.0, 0.7
IMPACT = "Sensors and pictures are joined by time."
FIX = "Record all streams on one clock, and check the sensor's connection."


@rule("time/clocks", version=1)
def check(seen: Observed) -> Iterator[Draft]:
    own = [
        stream
        for stream in seen.episode.streams.values()
        if stream.clock != "row" and stream.kind in SAMPLED and len(stream.times_ns) >= MIN_SAMPLES
    ]
    if not own:
        raise CannotJudge("no stream has a clock of its own")
    for stream in own:
        yield from _steps(seen, stream)
        yield from _ends(seen, stream)
    for one, other in combinations([stream for stream in own if stream.kind is Kind.GYRO], 2):
        yield from _apart(seen, one, other)


def _steps(seen: Observed, stream: Stream) -> Iterator[Draft]:
    step = np.diff(stream.times_ns)
    if (step < 0).any():
        yield _draft(
            seen, Severity.DEFECT, "Sample times go back.", f"{int((step < 0).sum())} steps", "none", stream, step < 0
        )
        return
    usual = int(np.median(step))
    gaps = (step > GAP_STEPS * usual) & (step > GAP_S * NS)
    if gaps.any():
        longest = int(step.max())
        lost = longest >= LONG_S * NS and stream.kind in TIRELESS
        severity = Severity.DEFECT if lost else Severity.RISK
        yield _draft(
            seen, severity, "Samples are missing.", f"{_ms(longest)} ms step", f"{_ms(usual)} ms", stream, gaps
        )
        return
    off = np.abs(step - usual) > OFF_STEP * usual
    if int(off.sum()) > OFF_SHARE * len(off):
        found = f"{100 * int(off.sum()) // len(off)} % of the steps off by half and more"
        yield _draft(seen, Severity.RISK, "Sample times jitter.", found, f"at most {round(100 * OFF_SHARE)} %", stream)


def _ends(seen: Observed, stream: Stream) -> Iterator[Draft]:
    """The stream against the longest camera's times."""
    shown = max(seen.cameras.values(), key=len, default=None)
    if shown is None or len(shown) < MIN_SAMPLES:
        return
    first, last = int(stream.times_ns[0]) // 1000, int(stream.times_ns[-1]) // 1000
    apart = {"start": first - int(shown.pts_us.min()), "end": last - int(shown.pts_us.max())}
    worst = max(apart, key=lambda end: abs(apart[end]))
    if abs(apart[worst]) > APART_S * 1_000_000:
        message = f"Sensor and pictures do not {worst} together."
        found, allowed = f"{fixed(apart[worst] / 1e6)} s apart", f"{fixed(APART_S, 1)} s"
        yield _draft(seen, Severity.RISK, message, found, allowed, stream)


def _apart(seen: Observed, one: Stream, other: Stream) -> Iterator[Draft]:
    start = max(int(one.times_ns[0]), int(other.times_ns[0]))
    stop = min(int(one.times_ns[-1]), int(other.times_ns[-1]))
    if stop - start < MIN_S * NS:
        return
    grid = np.arange(start, stop, NS // GRID_HZ)
    turn = [_speed(stream, grid) for stream in (one, other)]
    lag, fit = _lag(*turn)
    step = max(NS / GRID_HZ, 2 * float(np.median(np.diff(one.times_ns))), 2 * float(np.median(np.diff(other.times_ns))))
    limit = max(SKEW_S, step / NS)
    if not fit >= ALIKE:  # NaN is no likeness
        return
    half = len(grid) // 2
    early, late = (_lag(*(part[cut] for part in turn))[0] for cut in (slice(None, half), slice(half, None)))
    message = ""
    if abs(late - early) > limit:
        message, found = "Two gyros drift apart.", f"{_ms((late - early) * NS)} ms between the halves"
    elif abs(lag) > limit:
        message, found = "Two gyros turn at different times.", f"{_ms(lag * NS)} ms apart"
    if message:
        yield _draft(seen, Severity.RISK, message, found, f"at most {_ms(limit * NS)} ms", other)


def _speed(stream: Stream, grid: NDArray[np.int64]) -> Floats:
    values = filled(stream.values.astype(np.float64))
    size = np.sqrt(np.square(values).sum(axis=1))
    return np.asarray(np.interp(grid, stream.times_ns, size))


def _lag(one: Floats, other: Floats) -> tuple[float, float]:
    """(seconds by which ``other`` is late, correlation there)."""
    window, size = round(WINDOW_S * GRID_HZ), len(one)
    fits = [
        correlation(one[max(0, -lag) : size - max(0, lag)], other[max(0, lag) : size + min(0, lag)])
        for lag in range(-window, window + 1)
    ]
    best = int(np.argmax(fits))
    return (best - window) / GRID_HZ, fits[best]


def _draft(
    seen: Observed,
    severity: Severity,
    message: str,
    observed: str,
    expected: str,
    stream: Stream,
    where: NDArray[np.bool_] | None = None,
) -> Draft:
    spans = () if where is None else tuple(_span(seen, stream, a, b) for a, b in runs(where)[:3])
    return Draft(severity, message, observed, f"expected {expected}", spans, stream.name, IMPACT, FIX)


def _span(seen: Observed, stream: Stream, start: int, stop: int) -> Span:
    times = stream.times_ns[[start, min(stop, len(stream.times_ns) - 1)]]
    low, high = (int(time * seen.episode.fps / NS) for time in (int(times.min()), int(times.max())))
    return seen.span(max(0, low), max(0, high) + 1)


def _ms(nanoseconds: float) -> str:
    return fixed(nanoseconds / 1e6, 1)
