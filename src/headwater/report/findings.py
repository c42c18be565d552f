"""The part of the page that is text: verdict, findings, and what gave no answer."""

from __future__ import annotations

from itertools import groupby
from xml.etree.ElementTree import Element

from headwater.checks import CheckReport, Finding, Quality, Severity
from headwater.checks.llr import ACCEPT_MILLI
from headwater.formats import Episode
from headwater.report.markup import add

_ORDER = {Severity.DEFECT: 0, Severity.RISK: 1, Severity.NOTE: 2}
_SAYS = {
    Quality.ACCEPT: "good without a review",
    Quality.REVIEW: "reviewers decide",
    Quality.REJECT: "turned down",
}
_SYMBOL = {Quality.ACCEPT: "✓", Quality.REVIEW: "?", Quality.REJECT: "✕"}
_LONGEST_TASK = 400


def verdict(section: Element, number: int, episode: Episode, report: CheckReport) -> None:
    """What it is and what the suite makes of it."""
    head = add(section, "header", class_=f"verdict {report.quality}")
    badge = add(head, "div", class_="badge")
    add(badge, "span", _SYMBOL[report.quality], class_="symbol", aria_hidden="true")
    words = add(badge, "div")
    add(words, "strong", str(report.quality))
    add(words, "span", _SAYS[report.quality])
    title = add(head, "div", class_="title")
    add(title, "h1", report.episode, id=f"name-{number}")
    for task in episode.tasks[:3]:
        add(title, "p", task if len(task) <= _LONGEST_TASK else task[:_LONGEST_TASK] + " …", class_="task")
    add(title, "p", _about(episode), class_="about")
    facts = add(head, "dl", class_="facts")
    _fact(facts, "score", f"{report.score}", "of 1000")
    _llr(facts, report.llr_milli)
    _fact(facts, "release", str(report.release), "whether the original may leave")
    _fact(facts, "suite", report.suite, f"{len(report.ran)} rules ran, {len(report.not_run)} did not")
    if report.index_entries >= 0:
        _fact(facts, "compared with", f"{report.index_entries}", "earlier items")


def _about(episode: Episode) -> str:
    cameras = len(episode.videos)
    parts = [
        episode.embodiment,
        f"{episode.duration_s:.1f} s",
        f"{episode.length} rows at {float(episode.fps):g} a second",
        f"{cameras} camera{'s' if cameras != 1 else ''}",
    ]
    return " · ".join(part for part in parts if part)


def _fact(facts: Element, name: str, value: str, note: str) -> Element:
    group = add(facts, "div")
    add(group, "dt", name)
    said = add(group, "dd")
    add(said, "b", value)
    add(said, "small", note)
    return said


def _llr(facts: Element, milli: int) -> None:
    """Log-likelihood ratio, and a meter with what accepts and what rejects."""
    said = _fact(facts, "log-likelihood ratio", f"{milli / 1000:+.2f}", f"accept from +{ACCEPT_MILLI / 1000:.2f}")
    reach = 2 * ACCEPT_MILLI
    place = max(-reach, min(reach, milli))
    bounds = {"min": -reach, "max": reach, "low": -ACCEPT_MILLI, "high": ACCEPT_MILLI, "optimum": reach}
    add(said, "meter", aria_hidden="true", value=str(place), **{name: str(value) for name, value in bounds.items()})


def findings(side: Element, report: CheckReport) -> None:
    """Every finding, the gravest first; each with what was seen, what is allowed, what it does, what to do."""
    count = len(report.findings)
    add(side, "h2", f"{count} finding{'s' if count != 1 else ''}" if count else "No findings")
    ordered = sorted(report.findings, key=lambda finding: _ORDER[finding.severity])
    for severity, group in groupby(ordered, key=lambda finding: finding.severity):
        rows = add(side, "ol", class_="cards", aria_label=f"{severity}s")
        for finding in group:
            _card(add(rows, "li"), finding)


def _card(item: Element, finding: Finding) -> None:
    card = add(item, "article", class_=f"card {finding.severity}")
    head = add(card, "header")
    add(head, "span", str(finding.severity), class_="severity")
    add(head, "code", f"{finding.rule}@{finding.version}")
    if finding.stream:
        add(head, "span", finding.stream, class_="stream")
    add(card, "h3", finding.message)
    facts = add(card, "dl")
    told = (
        ("observed", finding.observed),
        ("expected", finding.expected),
        ("impact", finding.impact),
        ("fix", finding.fix),
    )
    for name, value in told:
        if value:
            add(facts, "dt", name)
            add(facts, "dd", value)
    if finding.spans:
        spans = add(card, "p", class_="spans")
        for span in finding.spans:
            place = {"data-start": str(span.start_ms), "data-end": str(span.end_ms)}
            jump = add(spans, "button", span.text(), type="button", class_="span")
            jump.attrib.update(place)


def not_run(side: Element, report: CheckReport) -> None:
    """Rules without an answer, by reason; then those that ran."""
    if report.not_run:
        details = add(side, "details", class_="rules")
        add(details, "summary", f"{len(report.not_run)} rules did not run")
        rows = add(details, "dl")
        by_reason: dict[str, list[str]] = {}
        for row in report.not_run:
            by_reason.setdefault(row.why, []).append(row.rule)
        for why, names in by_reason.items():
            add(rows, "dt", why)
            add(rows, "dd", ", ".join(names))
    details = add(side, "details", class_="rules")
    add(details, "summary", f"{len(report.ran)} rules ran")
    add(details, "p", ", ".join(report.ran))
