"""Declared statistics against the recomputed ones: stale numbers mean the table was edited after recording.

Threshold: 5 % of the feature's range (rdq 0.3.4); exact comparison fails LeRobot's own output (trajlens).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, rule
from headwater.checks.signals import fixed
from headwater.formats import Stream

SHARE = 0.05


@rule("ledger/stats", version=1)
def check(seen: Observed) -> Iterator[Draft]:
    stats = seen.episode.ledger.get("stats") or {}
    if not stats or seen.episode.ledger.get("stats_scope") == "dataset":
        raise CannotJudge("the recording declares no statistics of this episode")
    for stream in (seen.state, seen.action):
        if stream is not None and isinstance(stats.get(stream.name), dict):
            yield from _compare(stream, stats[stream.name])


def _compare(stream: Stream, declared: dict[str, object]) -> Iterator[Draft]:
    values = stream.values
    scale = np.maximum(np.ptp(values, axis=0), 1e-6)
    for name in ("min", "max", "mean"):
        try:
            claim = np.asarray(declared.get(name), np.float64).reshape(-1)
        except (TypeError, ValueError):
            continue
        if claim.shape != scale.shape:
            continue
        off = np.abs(claim - getattr(values, name)(axis=0)) / scale
        if np.isfinite(off).all() and off.max() > SHARE:
            axis = int(off.argmax())
            yield Draft(
                Severity.RISK,
                f"The declared {name} of {stream.axes[axis]} is not the table's.",
                f"off by {fixed(100 * off[axis], 1)} % of its range",
                f"at most {fixed(100 * SHARE, 0)} %",
                stream=stream.name,
                impact="Normalisation uses the declared statistics.",
                fix="Compute the statistics again from the table.",
            )
            return
