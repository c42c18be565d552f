"""Positions and names in streams and in files' metadata: GPS, EXIF, GPMF, MP4 tags.

A GPS stream counts if any of its values is not zero (receivers without a fix write zeros).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from headwater.checks.models import Severity, Span
from headwater.checks.observed import Observed
from headwater.checks.places import demand_read
from headwater.checks.registry import Draft, rule
from headwater.formats import Kind, Stream


@rule("privacy/positions", version=1)
def check(seen: Observed) -> Iterator[Draft]:
    found = False
    for stream in seen.episode.of_kind(Kind.GPS):
        known = np.flatnonzero(np.nan_to_num(stream.values.astype(np.float64)).reshape(len(stream.values), -1).any(1))
        if len(known):
            found = True
            yield _draft(f"{len(known)} positions", stream.name, (_between(seen, stream, known),))
    for name, traces in seen.exposed.traces.items():
        places = sorted({trace.place for trace in traces if trace.kind in ("position", "person")})
        if places:
            found = True
            yield _draft(", ".join(places[:6]) + (f" and {len(places) - 6} more" if len(places) > 6 else ""), name)
    if not found:
        demand_read(seen, "privacy/positions")


def _between(seen: Observed, stream: Stream, rows: NDArray[np.int64]) -> Span:
    """From the first position to the last, in frames and milliseconds of the episode."""
    first, last = (max(0, int(stream.times_ns[row]) // 1_000_000) for row in (rows[0], rows[-1]))
    rate = seen.episode.fps / 1000
    return Span(int(first * rate), int(last * rate) + 1, first, last)


def _draft(observed: str, stream: str, spans: tuple[Span, ...] = ()) -> Draft:
    return Draft(
        Severity.NOTE,
        "The file says where or by whom it was recorded.",
        observed,
        "expected no positions and no names, or consent to keep them",
        spans,
        stream,
        impact="Positions lead to a home or a workplace.",
        fix="Run 'headwater redact', or give consent with --shows positions.",
    )
