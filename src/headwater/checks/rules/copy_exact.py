"""The same content was anchored before. Threshold: equal content root, which is equal bytes of every file."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import Draft, Need, rule


@rule("copy/exact-content", version=1, needs=(Need.INDEX, Need.CONTENT_ROOT))
def check(seen: Observed) -> Iterator[Draft]:
    assert seen.index is not None
    earlier = seen.index.same_content(seen.content_root)
    if earlier is not None:
        yield Draft(
            Severity.DEFECT,
            "This recording was already submitted.",
            f"the content of {earlier}",
            "expected content not anchored before",
            impact="The same episode would be paid twice.",
            fix="Submit each recording once.",
        )
