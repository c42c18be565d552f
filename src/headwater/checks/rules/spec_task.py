"""The task text against the campaign's. Threshold: the same words, whatever their case and punctuation.

Another wording is a RISK and left to reviewers, who see the success criterion; a missing text is content/task-text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule


@rule("spec/task", version=1, needs=(Need.SPEC,))
def check(seen: Observed) -> Iterator[Draft]:
    assert seen.spec is not None
    if not seen.spec.task or not seen.episode.tasks:
        raise CannotJudge("no task text to compare")
    if _words(seen.spec.task) not in {_words(text) for text in seen.episode.tasks}:
        yield Draft(
            Severity.RISK,
            "The task text is not the campaign's.",
            repr(seen.episode.tasks[0][:60]),
            f"asked for {seen.spec.task[:60]!r}",
            impact="The episode may show another task.",
            fix="Use the campaign's wording if it is the same task.",
        )


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.lower()))
