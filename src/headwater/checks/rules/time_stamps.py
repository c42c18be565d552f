"""Row times: rising, no gap, on the grid of the declared rate.

Thresholds: dt <= 0 and gaps above 1.5 / fps as in lerobot-doctor; jitter because LeRobot looks frames up by time
with 1e-4 s tolerance: above 1 ms is a RISK, above 8 ms or a quarter of a frame a DEFECT. Times that leave the grid
evenly are called drift. A rate that is another one altogether is left to ledger/rate.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, rule
from headwater.checks.signals import fixed, other_rate, runs

GAP = 1.5
PERCENT = 5
RISK_S, DEFECT_S, DEFECT_SHARE = 0.001, 0.008, 0.25
IMPACT = "Frames are looked up by time: rows get the wrong picture or none."
FIX = "Stamp rows with frame number over fps and record again where rows were dropped."


@rule("time/stamps", version=3)
def check(seen: Observed) -> Iterator[Draft]:
    stamps = seen.episode.ledger.get("timestamp")
    if stamps is None or len(stamps) < 2 or not seen.fps:
        raise CannotJudge("the recording has no row times")
    times = np.asarray(stamps, np.float64).reshape(-1)
    if not np.isfinite(times).all():
        found = "NaN" if np.isnan(times).any() else "infinity"
        yield _draft(seen, "A row time is not a number.", found, "finite", ~np.isfinite(times))
        return
    step, frame = np.diff(times), 1 / seen.fps
    if (step <= 0).any():
        yield _draft(seen, "Row times do not rise.", f"{int((step <= 0).sum())} steps back or still", "0", step <= 0)
        return
    if other_rate(times, seen.fps, PERCENT):
        raise CannotJudge("the declared rate is not that of the rows")
    gaps = step > GAP * frame
    if gaps.any():
        yield _draft(seen, "Rows are missing.", f"{_ms(step.max())} ms step", f"at most {_ms(GAP * frame)} ms", gaps)
        return
    yield from _jitter(seen, times, frame)


def _jitter(seen: Observed, times: NDArray[np.float64], frame: float) -> Iterator[Draft]:
    ideal = times[0] + np.arange(len(times)) * frame
    off = np.abs(times - ideal - np.median(times - ideal))
    worst, limit = float(off.max()), min(DEFECT_S, DEFECT_SHARE * frame)
    if worst <= RISK_S:
        return
    severity, bound = (Severity.DEFECT, limit) if worst > limit else (Severity.RISK, RISK_S)
    found, allowed = f"{_ms(worst)} ms off the grid", f"at most {_ms(bound)} ms"
    message = "Row times drift from the declared rate." if _even(times) else "Row times jitter."
    yield _draft(seen, message, found, allowed, off > RISK_S, severity)


def _even(times: NDArray[np.float64]) -> bool:
    """Whether the times lie on some even grid of their own."""
    rows = np.arange(len(times)) - (len(times) - 1) / 2
    slope = float(np.sum(rows * times) / np.sum(rows * rows))
    return bool(np.abs(times - times.mean() - slope * rows).max() <= RISK_S)


def _draft(
    seen: Observed,
    message: str,
    observed: str,
    expected: str,
    where: NDArray[np.bool_],
    severity: Severity = Severity.DEFECT,
) -> Draft:
    spans = tuple(seen.span(a, b + 1) for a, b in runs(where)[:3])
    return Draft(severity, message, observed, expected, spans, "timestamp", IMPACT, FIX)


def _ms(seconds: float) -> str:
    return fixed(1000 * seconds, 1)
