"""Reports as bytes back into values, and the report of what could not even be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headwater.checks.errors import ReportFormatError
from headwater.checks.fingerprints import Fingerprints
from headwater.checks.llr import weights
from headwater.checks.models import (
    LABELS_SCHEMA,
    REPORT_SCHEMA,
    REPORT_SCHEMAS,
    Box,
    CheckReport,
    Finding,
    NotRun,
    Quality,
    Release,
    Severity,
    Span,
)
from headwater.primitives import canonical
from headwater.primitives.errors import HeadwaterError

UNREADABLE_LLR = -8_000


def read_report(data: bytes) -> CheckReport:
    """The report that ``to_bytes`` wrote, of this schema or an earlier one.

    Raises:
        ReportFormatError: the bytes are not one.
    """
    report = _report(data, canonical.decode)
    if report.to_bytes() != data or (report.fingerprints.labels is None) == (report.schema == LABELS_SCHEMA):
        raise ReportFormatError("check report", actual="fields that are not the report's", allowed=REPORT_SCHEMA)
    return report


def read_own_report(data: bytes) -> CheckReport:
    """The same of bytes nobody else had in hand: what is no field of a report is passed over.

    Raises:
        ReportFormatError: the bytes are not one.
    """
    return _report(data, canonical.decode_own)


def _report(data: bytes, decode: Callable[[bytes], Any]) -> CheckReport:
    try:
        plain = decode(data)
        schema = plain["schema"]
        if schema not in REPORT_SCHEMAS:
            raise KeyError("schema")
        return CheckReport(
            suite=plain["suite"],
            content_root=plain["content_root"],
            episode=plain["episode"],
            index_entries=plain["index_entries"],
            findings=tuple(_finding(row) for row in plain["findings"]),
            ran=tuple(plain["ran"]),
            not_run=tuple(NotRun(rule, why) for rule, why in plain["not_run"]),
            score=plain["score"],
            llr_milli=plain["llr_milli"],
            quality=Quality(plain["quality"]),
            fingerprints=Fingerprints.from_record(plain["fingerprints"]),
            release=Release(plain["release"]) if schema != REPORT_SCHEMAS[0] else Release.UNKNOWN,
            schema=schema,
        )
    except (canonical.CanonicalError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReportFormatError("check report", actual=str(error)[:80], allowed=REPORT_SCHEMA) from None


def unreadable(episode: str, content_root: bytes, rule: str, error: HeadwaterError) -> CheckReport:
    """The report of a recording that cannot be opened: one DEFECT that says what is wrong with which file."""
    finding = Finding(
        rule=rule,
        version=1,
        severity=Severity.DEFECT,
        message="The recording cannot be opened.",
        observed=str(error.actual if error.actual is not None else error.what),
        expected=str(error.allowed) if error.allowed is not None else "files that open",
        stream=error.what,
        impact="Nobody can train on it.",
        fix=error.fix or "Check it with 'headwater check' before sending it again.",
    )
    return CheckReport(
        suite=weights().suite,
        content_root=content_root,
        episode=episode,
        index_entries=-1,
        findings=(finding,),
        ran=(f"{rule}@1",),
        not_run=(),
        score=0,
        llr_milli=UNREADABLE_LLR,
        quality=Quality.REJECT,
        fingerprints=Fingerprints({}),
    )


def _finding(row: dict[str, Any]) -> Finding:
    plain = dict(row)
    spans = tuple(Span(*numbers) for numbers in plain.pop("spans"))
    boxes = tuple(Box(*numbers) for numbers in plain.pop("boxes", ()))
    severity = Severity(plain.pop("severity"))
    return Finding(severity=severity, spans=spans, boxes=boxes, **plain)
