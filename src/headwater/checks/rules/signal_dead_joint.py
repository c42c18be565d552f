"""Robots that do not move, joints that never do, joints at their stop.

A humanoid that works with one arm has many still joints (19 of 44 in GR1, 14 of 26 in G1), so a still joint is a
NOTE; only a robot without any moving joint is a DEFECT. Thresholds: standard deviation below 1 % of the largest
(lerobot-lint), more than 30 % of rows at the own minimum or maximum (lerobot-lint), here for moving joints only.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import Draft, Need, rule
from headwater.checks.signals import filled

STILL = 1e-4
DEAD_SHARE = 0.01
STOP_SHARE = 0.30


@rule("signal/dead-joint", version=1, needs=(Need.STATE,))
def check(seen: Observed) -> Iterator[Draft]:
    stream = seen.state
    assert stream is not None
    values = filled(stream.values)
    spread = values.std(axis=0)
    if spread.max() < STILL:
        yield Draft(
            Severity.DEFECT,
            "No joint moves.",
            "0 moving joints",
            "expected at least 1",
            (seen.span(0, seen.episode.length),),
            stream.name,
            "There is nothing to imitate.",
            "Check that the state is read from the robot and not from a constant.",
        )
        return
    dead = [stream.axes[i] for i in np.flatnonzero(spread < DEAD_SHARE * spread.max())]
    if dead:
        names = ", ".join(dead[:4]) + (" ..." if len(dead) > 4 else "")
        yield Draft(
            Severity.NOTE,
            "Some joints never move.",
            f"{len(dead)} of {len(spread)} ({names})",
            "fine for a robot that uses part of its body",
            stream=stream.name,
        )
    edge = np.maximum(np.ptp(values, axis=0) * 0.001, 1e-9)
    at_stop = np.maximum(
        (values <= values.min(axis=0) + edge).mean(axis=0), (values >= values.max(axis=0) - edge).mean(axis=0)
    )
    stuck = [stream.axes[i] for i in np.flatnonzero((at_stop > STOP_SHARE) & (spread >= 0.05 * spread.max()))]
    if stuck:
        yield Draft(
            Severity.NOTE,
            "Joints rest at one end of their range.",
            f"{len(stuck)} joints ({', '.join(stuck[:4])})",
            "usual for grippers",
            stream=stream.name,
        )
