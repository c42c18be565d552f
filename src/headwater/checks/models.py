"""What the suite says about an episode: plain frozen values, integers wherever a number decides something.

``CheckReport.to_record`` holds only integers, text, bytes, lists and maps with text keys, so its canonical bytes,
and with them its name on chain, are the same on every run.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from headwater.checks.fingerprints import Fingerprints
from headwater.primitives import canonical

REPORT_SCHEMA = "headwater/check-report/2"
LABELS_SCHEMA = "headwater/check-report/3"  # of a sheet of labels, whose fingerprints say so
REPORT_SCHEMAS = ("headwater/check-report/1", REPORT_SCHEMA, LABELS_SCHEMA)  # all that can be read


class Severity(StrEnum):
    """How much a finding may cost.

    DEFECT may cost the contributor money and therefore needs a fact or a test against a null; RISK is shown to
    reviewers and weighed lightly; NOTE is only shown.
    """

    DEFECT = "defect"
    RISK = "risk"
    NOTE = "note"


class Quality(StrEnum):
    """What the log-likelihood ratio alone says, before the contributor's record is added."""

    ACCEPT = "accept"
    REVIEW = "review"
    REJECT = "reject"


class Release(StrEnum):
    """Whether the original may leave its owner: apart from quality, which it never changes."""

    CLEAR = "clear"
    NEEDS_CONSENT = "needs consent"
    NEEDS_REDACTION = "needs redaction"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Box:
    """A place in one frame of a camera: whole pixels of the picture as people see it."""

    frame: int
    x: int
    y: int
    width: int
    height: int

    def to_record(self) -> list[int]:
        """[frame, x, y, width, height]."""
        return [self.frame, self.x, self.y, self.width, self.height]


@dataclass(frozen=True)
class Span:
    """Frames [start_frame, end_frame) of an episode, and the same in milliseconds from its start."""

    start_frame: int
    end_frame: int
    start_ms: int
    end_ms: int

    @property
    def start_s(self) -> float:
        """Start in seconds."""
        return self.start_ms / 1000

    @property
    def end_s(self) -> float:
        """End in seconds."""
        return self.end_ms / 1000

    def text(self) -> str:
        """``3.000-5.000 s (frames 90-150)``."""
        start, end = self.start_ms, self.end_ms
        return (
            f"{start // 1000}.{start % 1000:03d}-{end // 1000}.{end % 1000:03d} s "
            f"(frames {self.start_frame}-{self.end_frame})"
        )

    def to_record(self) -> list[int]:
        """[start_frame, end_frame, start_ms, end_ms]."""
        return [self.start_frame, self.end_frame, self.start_ms, self.end_ms]


@dataclass(frozen=True)
class Finding:
    """One thing one rule saw.

    Attributes:
        rule: ``group/name``; ``version`` rises whenever the rule can answer differently.
        message: one sentence, no numbers.
        observed, expected: the measured value and the bound it was held against, with units.
        spans: where, at most eight; empty if it is about the whole episode.
        stream: the stream or camera concerned; empty if none in particular.
        impact: what the problem does to somebody who trains on it.
        fix: one imperative sentence for the contributor.
        boxes: where in the picture, of at most eight frames; none in reports of schema 1.
    """

    rule: str
    version: int
    severity: Severity
    message: str
    observed: str
    expected: str
    spans: tuple[Span, ...] = ()
    stream: str = ""
    impact: str = ""
    fix: str = ""
    boxes: tuple[Box, ...] = ()

    def headline(self) -> str:
        """The finding in one line: severity, rule, where, what was found and what is allowed."""
        where = f" {self.stream}" if self.stream else ""
        when = f" at {self.spans[0].text()}" if self.spans else ""
        return (
            f"{self.severity.upper()} {self.rule}{where}{when}: {self.message} Found {self.observed}; {self.expected}."
        )

    def to_record(self) -> dict[str, Any]:
        """Plain values for the canonical encoding."""
        return {
            "rule": self.rule,
            "version": self.version,
            "severity": str(self.severity),
            "message": self.message,
            "observed": self.observed,
            "expected": self.expected,
            "spans": [span.to_record() for span in self.spans],
            "stream": self.stream,
            "impact": self.impact,
            "fix": self.fix,
            "boxes": [box.to_record() for box in self.boxes],
        }


@dataclass(frozen=True)
class NotRun:
    """A rule that gave no answer, and why: ``needs an index``, ``not enough frames``."""

    rule: str
    why: str


@dataclass(frozen=True)
class CheckReport:
    """Everything the suite says about one episode.

    Attributes:
        suite: suite version; two reports with the same suite, input, spec and index have the same bytes.
        content_root: 32 bytes naming the content, or empty when checked before sealing.
        index_entries: how many earlier items it was compared with; -1 without an index.
        ran: ``rule@version`` of every rule that answered, sorted.
        score: grade of the recording, 0..1000.
        llr_milli: log-likelihood ratio of good against bad, thousandths of a nat.
        quality: accept, review or reject on that ratio with prior 0.
        release: whether the original may leave, as if nobody had consented to anything; ``unknown`` where nothing
            looked, and in reports of schema 1.
        schema: of the bytes; 1 in reports read from before there was a release, 3 of a sheet of labels.
    """

    suite: str
    content_root: bytes
    episode: str
    index_entries: int
    findings: tuple[Finding, ...]
    ran: tuple[str, ...]
    not_run: tuple[NotRun, ...]
    score: int
    llr_milli: int
    quality: Quality
    fingerprints: Fingerprints
    release: Release = Release.UNKNOWN
    schema: str = REPORT_SCHEMA

    @property
    def defects(self) -> tuple[Finding, ...]:
        """The findings that may cost money."""
        return tuple(f for f in self.findings if f.severity is Severity.DEFECT)

    @property
    def is_copy(self) -> bool:
        """True if a ``copy/`` rule found a DEFECT: the novelty of a proven copy is 0."""
        return any(f.rule.startswith("copy/") for f in self.defects)

    @classmethod
    def from_bytes(cls, data: bytes) -> CheckReport:
        """The inverse of ``to_bytes``. Raises ReportFormatError."""
        from headwater.checks.reading import read_report

        return read_report(data)

    def to_record(self) -> dict[str, Any]:
        """Plain values for the canonical encoding; no floats."""
        plain = {
            "schema": self.schema,
            "suite": self.suite,
            "content_root": self.content_root,
            "episode": self.episode,
            "index_entries": self.index_entries,
            "findings": [finding.to_record() for finding in self.findings],
            "ran": list(self.ran),
            "not_run": [[item.rule, item.why] for item in self.not_run],
            "score": self.score,
            "llr_milli": self.llr_milli,
            "quality": str(self.quality),
            "release": str(self.release),
            "fingerprints": self.fingerprints.to_record(),
        }
        return _as_schema_1(plain) if self.schema == REPORT_SCHEMAS[0] else plain

    def to_bytes(self) -> bytes:
        """Canonical dag-cbor of ``to_record``."""
        return canonical.encode(self.to_record())


def _as_schema_1(plain: dict[str, Any]) -> dict[str, Any]:
    """The same without what schema 2 brought."""
    findings = [{key: value for key, value in row.items() if key != "boxes"} for row in plain["findings"]]
    return {key: value for key, value in plain.items() if key != "release"} | {"findings": findings}
