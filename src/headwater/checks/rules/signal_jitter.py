"""High-frequency noise: joints whose every step takes back the one before.

The correlation of a joint's velocity with itself one row later is near 1 for anything that has mass, 0 for values held
over several rows, and -.5 for pure noise; no unit and no threshold on size is needed (lerobot-lint's 8 rad/s is). Clean
recordings: 0 and more (G1, hands at 10 Hz in a 30 Hz table), .74 and more (GR1), .97 (SO-100), .1 and more on 200
generated ones. Below -.25, from 30 rows: RISK in a third of the moving joints, else NOTE.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.checks.signals import Floats, active, filled, fixed

MIN_ROWS = 30
NOISE = -0.25
SHARE = 1 / 3


@rule("signal/jitter", version=1, needs=(Need.STATE,))
def check(seen: Observed) -> Iterator[Draft]:
    stream = seen.state
    assert stream is not None
    if len(stream.values) < MIN_ROWS:
        raise CannotJudge(f"needs {MIN_ROWS} rows")
    values = filled(stream.values)
    columns = active(values)
    echo = np.array([_echo(np.diff(values[:, axis])) for axis in columns])
    bad = np.flatnonzero(echo < NOISE)
    if len(bad):
        names = ", ".join(stream.axes[int(columns[i])] for i in bad[:4])
        yield Draft(
            Severity.RISK if len(bad) >= SHARE * len(columns) else Severity.NOTE,
            "Joints jitter: steps take each other back.",
            f"{len(bad)} of {len(columns)} moving joints ({names}), {fixed(float(echo[bad].min()))} at worst",
            f"expected above {fixed(NOISE)}",
            (seen.span(0, len(values)),),
            stream.name,
            "Velocities are noise.",
            "Check the encoder, its cable and its filter.",
        )


def _echo(velocity: Floats) -> float:
    """Correlation with itself one row later; 0.0 for a joint that stands."""
    power = float(np.sum(velocity * velocity))
    return float(np.sum(velocity[1:] * velocity[:-1])) / power if power > 0 else 0.0
