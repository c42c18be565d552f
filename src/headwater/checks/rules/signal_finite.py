"""No NaN or infinity in any measurement. Threshold: one is too many; every peer agrees."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import Draft, rule
from headwater.checks.signals import runs


@rule("signal/finite", version=1)
def check(seen: Observed) -> Iterator[Draft]:
    for stream in seen.episode.streams.values():
        if not stream.values.size or not np.issubdtype(stream.values.dtype, np.floating):
            continue
        bad = ~np.isfinite(stream.values.reshape(len(stream.values), -1))
        if bad.any():
            rows = bad.any(axis=1)
            on_rows = len(rows) == seen.episode.length
            yield Draft(
                Severity.DEFECT,
                "Values are NaN or infinite.",
                f"{int(bad.sum())} in {int(rows.sum())} rows",
                "expected none",
                tuple(seen.span(a, b) for a, b in runs(rows)[:8]) if on_rows else (),
                stream.name,
                "One NaN makes the loss of a whole training batch NaN.",
                "Drop the episode or record it again; do not fill values in.",
            )
