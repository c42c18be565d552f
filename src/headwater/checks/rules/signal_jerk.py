"""A kick: a value that springs out and back within a few rows, as no joint can.

Against the median of the five rows around it. Clean recordings stay below 14 % of the joint's range (G1's hands, which
close in one step; others below 9 %); a kick is 25 % and more, eight times what the joint does at most otherwise, and at
most three rows long: RISK, with the rows. Peers compare jerk with its median (kalanos, score_lerobot: 15 times), which
quick hands pass too.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.checks.signals import Floats, active, filled, fixed, runs

MIN_ROWS, AROUND, LONGEST = 60, 2, 3
RANGE_SHARE, TIMES, KICKS = 0.25, 8.0, 6


@rule("signal/jerk", version=1, needs=(Need.STATE,))
def check(seen: Observed) -> Iterator[Draft]:
    stream = seen.state
    assert stream is not None
    if len(stream.values) < MIN_ROWS:
        raise CannotJudge(f"needs {MIN_ROWS} rows")
    values = filled(stream.values)
    off = _off(values)
    for axis in active(values):
        own, reach = off[:, axis], float(np.ptp(values[:, axis]))
        kicks = runs(own > RANGE_SHARE * reach)
        usual = float(np.sort(own)[max(0, len(own) - 1 - LONGEST * KICKS)])
        short = all(b - a <= LONGEST for a, b in kicks)
        if 0 < len(kicks) <= KICKS and short and float(own.max()) > TIMES * usual:
            yield Draft(
                Severity.RISK,
                "A joint springs out and back.",
                f"{stream.axes[axis]} by {fixed(float(own.max()), 3)} {stream.unit}".rstrip(),
                f"expected at most {fixed(RANGE_SHARE * reach, 3)}",
                tuple(seen.span(a, b) for a, b in kicks),
                stream.name,
                "The policy learns a kick the robot did not make.",
                "Check for damaged packets; do not smooth them away.",
            )


def _off(values: Floats) -> NDArray[np.float64]:
    """How far each value is from the median of its neighbours, (n, d)."""
    padded = np.pad(values, ((AROUND, AROUND), (0, 0)), mode="edge")
    around = np.stack([padded[i : i + len(values)] for i in range(2 * AROUND + 1)])
    return np.asarray(np.abs(values - np.median(around, axis=0)))
