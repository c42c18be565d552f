"""Attributes of DICOM files that say who the patient is: table E.1-1 of PS3.15 (2026c), private ones included."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.places import demand_read
from headwater.checks.registry import Draft, Need, rule


@rule("privacy/identifiers", version=1, needs=(Need.DETECTORS,))
def check(seen: Observed) -> Iterator[Draft]:
    found = False
    for name, traces in seen.exposed.identifiers.items():
        if traces:
            found = True
            first = ", ".join(trace.place.removeprefix("DICOM ") for trace in traces[:4])
            yield Draft(
                Severity.NOTE,
                "The file says who the patient is.",
                f"{len(traces)} attributes: {first}{' ...' if len(traces) > 4 else ''}",
                "expected none of PS3.15 table E.1-1",
                stream=name,
                impact="Medical data with a name is a breach of confidence.",
                fix="Run 'headwater redact'; no consent receipt covers this.",
            )
    if not found:
        demand_read(seen, "privacy/identifiers")
