"""Faces in the sampled frames.

Looked at: at least two frames a second. CenterFace at .35 (``privacy/faces.py``), where two smaller networks say that
a face may be (``privacy/hints.py``; version 1 looked at everything); found in every one of the two real
recordings with faces, in none of the robot and driving frames (``bench/bench_privacy.py``). One frame is enough.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.exposed import sample_step
from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.places import boxes_of, demand_seen, spans_of
from headwater.checks.registry import Draft, Need, rule
from headwater.privacy import Sight


@rule("privacy/faces", version=2, needs=(Need.DETECTORS, Need.VIDEO))
def check(seen: Observed) -> Iterator[Draft]:
    found = False
    for key, looked in seen.exposed.seen.items():
        showing = [(one.frame, one.of(Sight.FACE)) for one in looked if one.of(Sight.FACE)]
        if showing:
            found = True
            at_once = max(len(faces) for _, faces in showing)
            yield Draft(
                Severity.NOTE,
                "Faces can be seen.",
                f"{at_once} at once, in {len(showing)} of {len(looked)} sampled frames",
                "expected none, or consent to show them",
                spans_of(seen, [frame for frame, _ in showing], sample_step(seen.fps)),
                key,
                "Whoever buys it can recognise people.",
                "Run 'headwater redact', or give consent with --people and --shows faces.",
                boxes_of(showing),
            )
    if not found:
        demand_seen(seen)
