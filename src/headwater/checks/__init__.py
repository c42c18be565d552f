"""Pure checks: an Episode in, Findings, a score and a log-likelihood ratio out. No network, keys or chain.

``check_episode`` decodes each frame once and runs every rule; ``CopyIndex`` is what came before;
``CheckReport.to_bytes`` is the evidence record.
"""

from headwater.checks.errors import CheckError, IndexFormatError, IndexOrderError, ReportFormatError, WeightsError
from headwater.checks.fingerprints import CameraPrint, Fingerprints, Match
from headwater.checks.index import CopyIndex, Entry
from headwater.checks.labelling import Labelling
from headwater.checks.models import (
    REPORT_SCHEMA,
    Box,
    CheckReport,
    Finding,
    NotRun,
    Quality,
    Release,
    Severity,
    Span,
)
from headwater.checks.observed import Observed, observe
from headwater.checks.ports import IndexLike, SpecLike
from headwater.checks.reading import read_own_report, read_report, unreadable
from headwater.checks.registry import CannotJudge, Draft, Need, Rule, all_rules, rule
from headwater.checks.release import half_read, is_private, reasons, release, remedy, uncovered
from headwater.checks.suite import as_the_network, check_episode, judge, look_for_private

__all__ = [
    "REPORT_SCHEMA",
    "Box",
    "CameraPrint",
    "CannotJudge",
    "CheckError",
    "CheckReport",
    "CopyIndex",
    "Draft",
    "Entry",
    "Finding",
    "Fingerprints",
    "IndexFormatError",
    "IndexLike",
    "IndexOrderError",
    "Labelling",
    "Match",
    "Need",
    "NotRun",
    "Observed",
    "Quality",
    "Release",
    "ReportFormatError",
    "Rule",
    "Severity",
    "Span",
    "SpecLike",
    "WeightsError",
    "all_rules",
    "as_the_network",
    "check_episode",
    "half_read",
    "is_private",
    "judge",
    "look_for_private",
    "observe",
    "read_own_report",
    "read_report",
    "reasons",
    "release",
    "remedy",
    "rule",
    "uncovered",
    "unreadable",
]
