"""Episodes that are too short, or padded with standing still at the ends.

Thresholds: a robot episode below 1 s or 5 rows shows nothing that could be learned (lerobot-doctor): DEFECT; below 15
rows (lerobot-lint; three seconds at Bridge's 5 Hz), or below 1 s of another recording, whose campaign sets the length:
RISK. Idle is speed below
5 % of the median, more than 40 % of the rows at the two ends (rdq): RISK.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, rule
from headwater.checks.signals import filled, smooth, speed

SHORT_S, SHORT_ROWS, FEW_ROWS = 1.0, 15, 5
IDLE, ENDS = 0.05, 0.40


@rule("motion/idle", version=3)
def check(seen: Observed) -> Iterator[Draft]:
    rows = seen.episode.length
    if rows == 1 and not seen.episode.streams:
        raise CannotJudge("a picture has no motion")
    if rows < SHORT_ROWS or rows < SHORT_S * seen.fps:
        robot = seen.state is not None or seen.action is not None
        useless = robot and (rows < FEW_ROWS or rows < SHORT_S * seen.fps)
        yield Draft(
            Severity.DEFECT if useless else Severity.RISK,
            "The episode is too short.",
            f"{rows} rows",
            f"expected at least {max(SHORT_ROWS, round(SHORT_S * seen.fps))}",
            (seen.span(0, rows),),
            impact="Shorter than one action chunk.",
            fix="Record the whole task.",
        )
        return
    if seen.state is None:
        return
    pace = smooth(speed(filled(seen.state.values))[:, None], 7)[:, 0]
    busy = np.flatnonzero(pace > IDLE * np.median(pace[pace > 0])) if (pace > 0).any() else np.array([], np.int64)
    head, tail = (int(busy[0]), rows - 1 - int(busy[-1])) if len(busy) else (rows, 0)
    if head + tail > ENDS * rows:
        spans = tuple(seen.span(a, b) for a, b in ((0, head), (rows - tail, rows)) if b > a)
        yield Draft(
            Severity.RISK,
            "The robot stands still at the ends.",
            f"{100 * (head + tail) // rows} % of the rows",
            f"at most {round(100 * ENDS)} %",
            spans,
            seen.state.name,
            "Policies learn to wait.",
            "Start and stop the recording with the task.",
        )
