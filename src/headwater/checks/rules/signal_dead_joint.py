"""Robots that do not move, and joints that never do.

A humanoid that works with one arm has many still joints (19 of 44 in GR1, 14 of 26 in G1), so a still joint is a
NOTE; only a robot without any moving joint is a DEFECT. Thresholds: standard deviation below 1 % of the largest
(lerobot-lint).
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


@rule("signal/dead-joint", version=2, needs=(Need.STATE,))
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
