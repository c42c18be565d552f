"""Every robot episode says in words what is done.

Placeholder list as in lerobot-lint; the 25-50 characters LeRobot's blog recommends are a NOTE below 10.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, rule

PLACEHOLDERS = frozenset(
    ("", "task", "test", "todo", "tbd", "none", "null", "n/a", "na", "default", "untitled", "unknown", "dummy", "xxx")
)
MIN_LETTERS = 10


@rule("content/task-text", version=1)
def check(seen: Observed) -> Iterator[Draft]:
    if seen.state is None and seen.action is None:
        raise CannotJudge("only robot episodes carry a task text")
    texts = [text.strip() for text in seen.episode.tasks]
    real = [text for text in texts if text.lower().strip(" ._-<>") not in PLACEHOLDERS]
    fix = "Name the object and what happens to it, in 25 to 50 characters."
    if not real:
        yield Draft(
            Severity.RISK,
            "The task text is missing or a placeholder.",
            repr(texts[0][:40]) if texts else "none",
            "expected a sentence",
            impact="Language-conditioned policies cannot use the episode.",
            fix=fix,
        )
    elif max(map(len, real)) < MIN_LETTERS:
        yield Draft(Severity.NOTE, "The task text is very short.", repr(real[0]), f"{MIN_LETTERS} characters", fix=fix)
