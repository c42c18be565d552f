"""The rules of the suite: each registers itself with an id, a version and what it needs.

A rule is a function ``Observed -> iterable of Draft``. It yields nothing when all is well and raises
``CannotJudge`` when the recording does not hold enough to decide; it never guesses.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from headwater.checks.models import Box, Finding, Severity, Span

if TYPE_CHECKING:
    from headwater.checks.observed import Observed


class Need(StrEnum):
    """What a rule cannot do without; the text completes "needs ..."."""

    VIDEO = "a video"
    STATE = "robot states"
    ACTION = "robot actions"
    GYRO = "gyro data"
    SPEC = "a campaign spec"
    INDEX = "an index of earlier items"
    CONTENT_ROOT = "a content root"
    DETECTORS = "the privacy extra"


class CannotJudge(Exception):  # noqa: N818 - not an error: the answer is "not enough to say"
    """Raised by a rule that has too little to decide on."""


@dataclass(frozen=True)
class Draft:
    """A finding before the registry puts the rule's name on it; fields as in ``Finding``."""

    severity: Severity
    message: str
    observed: str
    expected: str
    spans: tuple[Span, ...] = ()
    stream: str = ""
    impact: str = ""
    fix: str = ""
    boxes: tuple[Box, ...] = ()


Check = Callable[["Observed"], Iterable[Draft]]


@dataclass(frozen=True)
class Rule:
    """One registered check."""

    id: str
    version: int
    needs: tuple[Need, ...]
    check: Check

    def run(self, seen: Observed) -> list[Finding]:
        """The rule's findings. Raises CannotJudge."""
        return [self._named(draft) for draft in self.check(seen)]

    def _named(self, draft: Draft) -> Finding:
        return Finding(
            self.id,
            self.version,
            draft.severity,
            draft.message,
            draft.observed,
            draft.expected,
            draft.spans[:8],
            draft.stream,
            draft.impact,
            draft.fix,
            draft.boxes,
        )


_RULES: dict[str, Rule] = {}


def rule(rule_id: str, *, version: int, needs: tuple[Need, ...] = ()) -> Callable[[Check], Check]:
    """Register a check under ``group/name``."""

    def register(check: Check) -> Check:
        if rule_id in _RULES:
            raise ValueError(f"two rules are called {rule_id}")
        _RULES[rule_id] = Rule(rule_id, version, needs, check)
        return check

    return register


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by id; importing ``checks.rules`` registers them."""
    package = importlib.import_module("headwater.checks.rules")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return tuple(_RULES[name] for name in sorted(_RULES))
