"""Whether the original may leave its owner: from what ``privacy/`` rules found and what people agreed to.

Consent names kinds: ``faces``, ``voices``, ``texts``, ``positions``. Attributes that say who a patient is are covered
by no receipt: they are taken out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from headwater.checks.models import Finding, NotRun, Release
from headwater.privacy import FIX

PREFIX = "privacy/"
COVERABLE = ("faces", "voices", "texts", "positions")
_NOT_THERE = ("needs a video",)  # nothing to look at is no reason for doubt
_DETECTORS = "needs the privacy extra"


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
    return Release.UNKNOWN if _unasked(not_run) else Release.CLEAR


def reasons(
    findings: Iterable[Finding], not_run: Iterable[NotRun], *, people: int = 0, shows: Collection[str] = ()
) -> tuple[str, ...]:
    """What keeps the original from being called clear, a line each: kind, stream or file, times and frames."""
    open_ones = uncovered(findings, people=people, shows=shows)
    if open_ones:
        return tuple(_line(finding) for finding in open_ones)
    return tuple(f"{row.rule.removeprefix(PREFIX)} not looked for: {row.why}" for row in _unasked(not_run))


def remedy(
    findings: Sequence[Finding], not_run: Iterable[NotRun], *, people: int = 0, shows: Collection[str] = ()
) -> str:
    """What the owner can do about it; empty where nothing is to be done."""
    open_ones = uncovered(findings, people=people, shows=shows)
    kinds = {_kind(finding) for finding in open_ones}
    if kinds - set(COVERABLE):
        return "send a copy made by 'headwater redact SOURCE COPY'; no consent covers identifiers"
    if kinds:
        asked = "".join(f" --shows {kind}" for kind in COVERABLE if kind in kinds or kind in shows)
        count = max(people, faces_at_once(findings)) if "faces" in asked else people
        who = f" --people {count}" if count else ""
        return f"send a copy made by 'headwater redact SOURCE COPY', or, if all who are in it agreed, say{who}{asked}"
    why = {row.why for row in _unasked(not_run)}
    if _DETECTORS in why:
        return f"install the privacy extra ({FIX}), then check again"
    return "copy the files again from where they were recorded, then check again" if why else ""


def uncovered(findings: Iterable[Finding], *, people: int = 0, shows: Collection[str] = ()) -> tuple[Finding, ...]:
    """The findings that consent does not cover."""
    return tuple(f for f in findings if is_private(f.rule) and not _covered(f, people, shows))


def faces_at_once(findings: Sequence[Finding]) -> int:
    """The most faces in one frame."""
    seen = Counter((f.stream, box.frame) for f in findings if _kind(f) == "faces" for box in f.boxes)
    return max(seen.values(), default=0)


def half_read(not_run: Iterable[NotRun]) -> bool:
    """Whether something should have been looked through and could not be, the missing extra apart."""
    return any(row.why != _DETECTORS for row in _unasked(not_run))


def _unasked(not_run: Iterable[NotRun]) -> tuple[NotRun, ...]:
    return tuple(row for row in not_run if is_private(row.rule) and row.why not in _NOT_THERE)


def _line(finding: Finding) -> str:
    when = f" at {', '.join(span.text() for span in finding.spans)}" if finding.spans else ""
    return f"{_kind(finding)} in {finding.stream or 'the recording'}{when}: {finding.observed}"


def _kind(finding: Finding) -> str:
    return finding.rule.removeprefix(PREFIX)


def _covered(finding: Finding, people: int, shows: Collection[str]) -> bool:
    kind = _kind(finding)
    if kind not in COVERABLE or kind not in shows:
        return False
    return kind != "faces" or faces_at_once([finding]) <= people
