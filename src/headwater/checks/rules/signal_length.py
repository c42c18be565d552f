"""An episode much longer or shorter than the others of its set.

Median and median absolute deviation of the set's declared lengths, from ten episodes; a deviation below a tenth of the
median counts as that, so that sets of nearly equal lengths condemn nobody. More than 3.5 (Iglewicz and Hoaglin 1993;
peers use 3 standard deviations, which the outlier itself widens) is a NOTE; from 20 episodes and above 10 a RISK. The
campaign's own bounds are spec/recording.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, rule
from headwater.checks.signals import fixed

MIN_EPISODES, SURE_EPISODES = 10, 20
NOTE, RISK = 3.5, 10.0
TO_SIGMA = 0.6745
FLOOR = 0.1


@rule("signal/length", version=1)
def check(seen: Observed) -> Iterator[Draft]:
    lengths = np.asarray(seen.episode.ledger.get("set_lengths") or (), np.float64)
    if len(lengths) < MIN_EPISODES:
        raise CannotJudge(f"needs a set of {MIN_EPISODES} episodes")
    middle = float(np.median(lengths))
    spread = max(float(np.median(np.abs(lengths - middle))) / TO_SIGMA, FLOOR * middle)
    far = abs(seen.episode.length - middle) / spread if spread else 0.0
    if far > NOTE:
        yield Draft(
            Severity.RISK if far > RISK and len(lengths) >= SURE_EPISODES else Severity.NOTE,
            "The episode is much longer or shorter than the others of its set.",
            f"{seen.episode.length} rows, {fixed(far, 1)} deviations off",
            f"expected about {round(middle)}, at most {fixed(NOTE, 1)} deviations off",
            (seen.span(0, seen.episode.length),),
            impact="The task was interrupted, or the recorder forgotten.",
            fix="Look at the episode and leave it out if it shows something else.",
        )
