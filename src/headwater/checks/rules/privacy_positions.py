"""Positions and names in streams and in files' metadata: GPS, EXIF, GPMF, MP4 tags.

A GPS stream counts if any of its values is not zero (receivers without a fix write zeros).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import Draft, rule
from headwater.formats import Kind


@rule("privacy/positions", version=1)
def check(seen: Observed) -> Iterator[Draft]:
    for stream in seen.episode.of_kind(Kind.GPS):
        if np.nan_to_num(stream.values.astype(np.float64)).any():
            yield _draft(f"{len(stream.values)} positions", stream.name)
    for name, traces in seen.exposed.traces.items():
        places = sorted({trace.place for trace in traces if trace.kind in ("position", "person")})
        if places:
            yield _draft(", ".join(places[:6]) + (f" and {len(places) - 6} more" if len(places) > 6 else ""), name)


def _draft(observed: str, stream: str) -> Draft:
    return Draft(
        Severity.NOTE,
        "The file says where or by whom it was recorded.",
        observed,
        "expected no positions and no names, or consent to keep them",
        stream=stream,
        impact="Positions lead to a home or a workplace.",
        fix="Run 'headwater redact', or give consent with --shows positions.",
    )
