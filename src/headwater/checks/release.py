"""Whether the original may leave its owner: from what ``privacy/`` rules found and what people agreed to.

Consent names kinds: ``faces``, ``voices``, ``texts``, ``positions``. Attributes that say who a patient is are covered
by no receipt: they are taken out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from headwater.checks.models import Finding, NotRun, Release

PREFIX = "privacy/"
COVERABLE = ("faces", "voices", "texts", "positions")
EXTRA = "the privacy extra"


def is_private(rule: str) -> bool:
    """True of rules whose findings decide about release and never about quality."""
    return rule.startswith(PREFIX)


def release(
    findings: Iterable[Finding], not_run: Iterable[NotRun], *, people: int = 0, shows: Collection[str] = ()
) -> Release:
    """Whether what was found may leave.

    Args:
        people: how many people in the clip agreed to be seen.
        shows: kinds of ``COVERABLE`` that people agreed to leave in it.

    Returns:
        ``NEEDS_REDACTION`` where no consent was given, or none can help; ``NEEDS_CONSENT`` where what was given does
        not reach; ``UNKNOWN`` where nothing was found and something could not be looked for.
    """
    private = [finding for finding in findings if is_private(finding.rule)]
    open_kinds = {_kind(f) for f in private if not _covered(f, people, shows)}
    if open_kinds:
        hopeless = open_kinds - set(COVERABLE)
        return Release.NEEDS_REDACTION if hopeless or not (people or shows) else Release.NEEDS_CONSENT
    unasked = any(is_private(row.rule) and EXTRA in row.why for row in not_run)
    return Release.UNKNOWN if unasked else Release.CLEAR


def uncovered(findings: Iterable[Finding], *, people: int = 0, shows: Collection[str] = ()) -> tuple[Finding, ...]:
    """The findings that consent does not cover."""
    return tuple(f for f in findings if is_private(f.rule) and not _covered(f, people, shows))


def faces_at_once(findings: Sequence[Finding]) -> int:
    """The most faces in one frame."""
    seen = Counter((f.stream, box.frame) for f in findings if _kind(f) == "faces" for box in f.boxes)
    return max(seen.values(), default=0)


def _kind(finding: Finding) -> str:
    return finding.rule.removeprefix(PREFIX)


def _covered(finding: Finding, people: int, shows: Collection[str]) -> bool:
    kind = _kind(finding)
    if kind not in COVERABLE or kind not in shows:
        return False
    return kind != "faces" or faces_at_once([finding]) <= people
