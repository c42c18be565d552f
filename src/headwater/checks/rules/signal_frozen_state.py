"""States that stop while the picture goes on. Threshold: more than 15 identical rows (lerobot-lint) and the picture
changing meanwhile at more than half of its usual rate; RISK, since somebody else may be moving in view."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import Draft, Need, rule
from headwater.checks.signals import runs

ROWS = 15


@rule("signal/frozen-state", version=1, needs=(Need.STATE, Need.VIDEO))
def check(seen: Observed) -> Iterator[Draft]:
    stream = seen.state
    assert stream is not None
    same = (np.diff(stream.values, axis=0) == 0).all(axis=1)
    for start, stop in runs(same):
        if stop - start <= ROWS:
            continue
        for key, camera in seen.cameras.items():
            inside, usual = camera.diff_milli[start + 1 : stop + 1], camera.diff_milli[1:]
            if len(inside) and inside.sum() * len(usual) * 2 > usual.sum() * len(inside):
                yield Draft(
                    Severity.RISK,
                    "The robot's state stops while the picture goes on.",
                    f"{stop - start + 1} identical rows",
                    f"at most {ROWS} while {key} changes",
                    (seen.span(start, stop + 1),),
                    stream.name,
                    "States and pictures disagree.",
                    "Check the connection to the robot.",
                )
                break
