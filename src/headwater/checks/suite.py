"""Episode in, report out: one decoding pass, then every rule that has what it needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from headwater.checks.exposed import exposed
from headwater.checks.fingerprints import Fingerprints
from headwater.checks.labelling import Labelling
from headwater.checks.llr import llr_milli, quality, score, weights
from headwater.checks.models import LABELS_SCHEMA, REPORT_SCHEMA, CheckReport, Finding, NotRun, Severity
from headwater.checks.observed import Observed, observe
from headwater.checks.ports import IndexLike, SpecLike
from headwater.checks.registry import CannotJudge, Need, Rule, all_rules
from headwater.checks.release import is_private, release
from headwater.formats import Episode, Kind
from headwater.privacy import Detectors

_WITHOUT = f"needs {Need.DETECTORS}"


def check_episode(
    episode: Episode,
    *,
    spec: SpecLike | None = None,
    index: IndexLike | None = None,
    content_root: bytes = b"",
    threads: int = 1,
    detectors: Detectors | None = None,
    labelling: Labelling | None = None,
) -> CheckReport:
    """Run the suite.

    Args:
        spec: the campaign's; without it the ``spec/`` rules are listed as not run.
        index: everything anchored before this item; without it the ``copy/`` rules are listed as not run.
        content_root: 32 bytes; empty when checking before submission.
        threads: decoder threads; the report does not depend on it.
        detectors: of faces, text and voices; without, their rules are listed as not run. Networks use floating point:
            what they find is for the owner and never part of the network's report, which is made without.
        labelling: of a label contribution; without, its sheet is compared with the spec and the index alone.

    The same episode, spec, index and root give the same ``to_bytes`` on every run. Raises nothing for a bad
    recording; RecordingError only if its files vanish meanwhile.
    """
    seen = observe(episode, spec=spec, index=index, content_root=content_root, threads=threads, detectors=detectors)
    return judge(replace(seen, labelling=labelling))


def judge(seen: Observed) -> CheckReport:
    """Run every rule on what was observed; no file is opened.

    Absurd values (1e300, infinities) overflow quietly here: ``signal/finite`` and the ranges of the spec name them.
    """
    with np.errstate(all="ignore"):
        return _judge(seen)


def look_for_private(
    episode: Episode, *, detectors: Detectors | None = None
) -> tuple[tuple[Finding, ...], tuple[NotRun, ...]]:
    """Findings of the ``privacy/`` rules alone, and which did not run; without detectors no picture is decoded."""
    seen = (
        Observed(episode, {}, exposed=exposed(episode, {}, None))
        if detectors is None
        else observe(episode, detectors=detectors)
    )
    findings, _, not_run = _asked(seen, [rule for rule in all_rules() if is_private(rule.id)])
    return tuple(findings), tuple(not_run)


def as_the_network(report: CheckReport) -> CheckReport:
    """The report without what only detectors see: byte for byte what a checker anchors, who has none."""
    apart = {rule.id for rule in all_rules() if Need.DETECTORS in rule.needs}
    findings = tuple(f for f in report.findings if f.rule not in apart)
    kept = (*(row for row in report.not_run if row.rule not in apart), *(NotRun(name, _WITHOUT) for name in apart))
    not_run = tuple(sorted(kept, key=lambda row: row.rule))
    ran = tuple(name for name in report.ran if name.partition("@")[0] not in apart)
    return replace(report, findings=findings, ran=ran, not_run=not_run, release=release(findings, not_run))


def _asked(seen: Observed, rules: Iterable[Rule]) -> tuple[list[Finding], list[str], list[NotRun]]:
    """Findings, ids of the rules that answered, and those that did not."""
    findings: list[Finding] = []
    ran: list[str] = []
    not_run: list[NotRun] = []
    have = _available(seen)
    for rule in rules:
        missing = [need for need in rule.needs if need not in have]
        if missing:
            not_run.append(NotRun(rule.id, f"needs {missing[0]}"))
            continue
        try:
            findings += rule.run(seen)
        except CannotJudge as reason:
            not_run.append(NotRun(rule.id, str(reason)))
        else:
            ran.append(rule.id)
    return findings, ran, not_run


def _judge(seen: Observed) -> CheckReport:
    findings, ran, not_run = _asked(seen, all_rules())
    llr = llr_milli(findings, ran)
    versions = {rule.id: rule.version for rule in all_rules()}
    return CheckReport(
        suite=weights().suite,
        content_root=seen.content_root,
        episode=seen.episode.name,
        index_entries=len(seen.index) if seen.index is not None else -1,
        findings=tuple(findings),
        ran=tuple(f"{name}@{versions[name]}" for name in ran),
        not_run=tuple(not_run),
        score=score(findings),
        llr_milli=llr,
        quality=quality(llr),
        fingerprints=_fingerprints(seen, findings),
        release=release(findings, not_run),
        schema=LABELS_SCHEMA if seen.fingerprints.labels else REPORT_SCHEMA,
    )


def _fingerprints(seen: Observed, findings: Iterable[Finding]) -> Fingerprints:
    """Those of the episode; of a sheet of labels also whether it counts as one."""
    labels = seen.fingerprints.labels
    sound = all(finding.severity is not Severity.DEFECT for finding in findings)
    return replace(seen.fingerprints, labels=replace(labels, sound=sound)) if labels else seen.fingerprints


def _available(seen: Observed) -> set[Need]:
    gyro = seen.episode.of_kind(Kind.GYRO)
    present = {
        Need.VIDEO: bool(seen.cameras),
        Need.STATE: seen.state is not None,
        Need.ACTION: seen.action is not None,
        Need.GYRO: bool(gyro) and len(gyro[0].values) > 1,
        Need.SPEC: seen.spec is not None,
        Need.INDEX: seen.index is not None,
        Need.CONTENT_ROOT: bool(seen.content_root),
        Need.DETECTORS: seen.exposed.detectors,
    }
    return {need for need, there in present.items() if there}
