"""Speech on an audio track.

Silero VAD at .5, a quarter of a second in a row (``privacy/voices.py``). It hears that somebody speaks, not who; speech
under loud noise can be missed, so ``headwater redact`` always takes sound out.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.models import Severity, Span
from headwater.checks.observed import Observed
from headwater.checks.places import demand_read
from headwater.checks.registry import Draft, Need, rule


@rule("privacy/voices", version=1, needs=(Need.DETECTORS,))
def check(seen: Observed) -> Iterator[Draft]:
    found = False
    for name, tracks in seen.exposed.heard.items():
        spans = [span for track in tracks for span in track.spans_ms]
        if spans:
            found = True
            total = sum(end - start for start, end in spans) / 1000
            rate = seen.episode.fps / 1000
            yield Draft(
                Severity.NOTE,
                "Somebody speaks.",
                f"{total:.1f} s of speech",
                "expected none, or consent to hear it",
                tuple(Span(int(a * rate), int(b * rate), a, b) for a, b in spans),
                name,
                "A voice says who somebody is.",
                "Run 'headwater redact', or give consent with --shows voices.",
            )
    if not found:
        demand_read(seen, "privacy/voices")
