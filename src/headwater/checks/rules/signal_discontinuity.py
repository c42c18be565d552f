"""A joint that jumps within one frame: a dropped packet, a wrapped angle or a splice.

Threshold: one step above 50 % of the joint's range (lerobot-lint) and above eight times its own 99th percentile, so
that hands read at 10 Hz into a 30 Hz table, whose every third step is large, are not condemned. RISK: a splice also
shows elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import Draft, Need, rule
from headwater.checks.signals import active, filled, fixed

RANGE_SHARE = 0.5
TIMES_TYPICAL = 8.0


@rule("signal/discontinuity", version=1, needs=(Need.STATE,))
def check(seen: Observed) -> Iterator[Draft]:
    stream = seen.state
    assert stream is not None
    values = filled(stream.values)
    step = np.abs(np.diff(values, axis=0))
    for axis in active(values):
        own = step[:, axis]
        row = int(own.argmax())
        jump, typical = float(own[row]), float(np.sort(own)[int(0.99 * (len(own) - 1))])
        if jump > RANGE_SHARE * float(np.ptp(values[:, axis])) and jump > TIMES_TYPICAL * typical:
            yield Draft(
                Severity.RISK,
                "A joint jumps within one frame.",
                f"{stream.axes[axis]} by {fixed(jump, 3)} {stream.unit}".rstrip(),
                f"at most {fixed(RANGE_SHARE * float(np.ptp(values[:, axis])), 3)}",
                (seen.span(row, row + 2),),
                stream.name,
                "The policy learns a jump the robot cannot make.",
                "Check for dropped packets and angle wrap-around.",
            )
