"""Joints at the end of their range: resting there, or cut off by it.

More than 30 % of the rows at the own minimum or maximum (lerobot-lint) is a NOTE: grippers and folded arms rest. A
value that runs into its end at more than half of its fast pace (the 90th percentile of its steps) and then stays on
exactly one number for five rows and more, at least twice and never more gently, was cut off by a limit, of the sensor
or of the controller: RISK. Columns that only know their two ends (80 % of the rows there: grippers, hands) are left
out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import Draft, Need, rule
from headwater.checks.signals import Floats, active, filled, fixed, runs
from headwater.formats import Stream

STOP_SHARE, TWO_ENDED = 0.30, 0.80
EDGE, SAME = 1e-3, 1e-6
PLATEAU_ROWS, PLATEAUS, PACE, FAST = 5, 2, 0.5, 0.90


@rule("signal/saturated", version=1, needs=(Need.STATE,))
def check(seen: Observed) -> Iterator[Draft]:
    for stream in (seen.state, seen.action):
        if stream is not None and len(stream.values) > PLATEAU_ROWS:
            yield from _stream(seen, stream)


def _stream(seen: Observed, stream: Stream) -> Iterator[Draft]:
    values = filled(stream.values)
    columns = [int(axis) for axis in active(values)]
    resting = [stream.axes[i] for i in columns if max(_shares(values[:, i])) > STOP_SHARE]
    cut = [(i, found) for i in columns if (found := cut_off(values[:, i]))]
    for axis, spans in cut[:3]:
        yield Draft(
            Severity.RISK,
            "A joint is cut off at the end of its range.",
            f"{stream.axes[axis]} in {len(spans)} places",
            "expected to slow down before it",
            tuple(seen.span(a, b) for a, b in spans[:3]),
            stream.name,
            "The true position is not in the recording.",
            "Widen the limits of the sensor or the controller, or calibrate again.",
        )
    if resting and not cut and stream is seen.state:
        observed = f"{len(resting)} joints ({', '.join(resting[:4])})"
        message = "Joints rest at one end of their range."
        yield Draft(Severity.NOTE, message, observed, f"above {fixed(100 * STOP_SHARE, 0)} %", stream=stream.name)


def _shares(column: Floats) -> tuple[float, float]:
    edge = max(float(np.ptp(column)) * EDGE, 1e-9)
    return float((column <= column.min() + edge).mean()), float((column >= column.max() - edge).mean())


def cut_off(column: NDArray[np.float64]) -> list[tuple[int, int]]:
    """[start, stop) of the plateaus at an end that the value ran into; empty if it ever came to rest there."""
    reach = float(np.ptp(column))
    if reach <= 0 or sum(_shares(column)) > TWO_ENDED:
        return []
    step = np.abs(np.diff(column))
    moving = np.sort(step[step > EDGE * reach])
    if not len(moving):
        return []
    fast = PACE * float(moving[int(FAST * (len(moving) - 1))])
    for end in (column.min(), column.max()):
        flat = [(a, b) for a, b in runs(np.abs(column - end) <= SAME * reach) if b - a >= PLATEAU_ROWS and a > 0]
        if len(flat) >= PLATEAUS and all(step[a - 1] >= fast for a, _ in flat):
            return flat
    return []
