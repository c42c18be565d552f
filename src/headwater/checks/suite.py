"""Episode in, report out: one decoding pass, then every rule that has what it needs."""

from __future__ import annotations

import numpy as np

from headwater.checks.llr import llr_milli, quality, score, weights
from headwater.checks.models import CheckReport, Finding, NotRun
from headwater.checks.observed import Observed, observe
from headwater.checks.ports import IndexLike, SpecLike
from headwater.checks.registry import CannotJudge, Need, all_rules
from headwater.checks.release import release
from headwater.formats import Episode, Kind
from headwater.privacy import Detectors


def check_episode(
    episode: Episode,
    *,
    spec: SpecLike | None = None,
    index: IndexLike | None = None,
    content_root: bytes = b"",
    threads: int = 1,
    detectors: Detectors | None = None,
) -> CheckReport:
    """Run the suite.

    Args:
        spec: the campaign's; without it the ``spec/`` rules are listed as not run.
        index: everything anchored before this item; without it the ``copy/`` rules are listed as not run.
        content_root: 32 bytes; empty when checking before submission.
        threads: decoder threads; the report does not depend on it.
        detectors: of faces, text and voices; without, their rules are listed as not run. Networks use floating point:
            what they find is for the owner and never part of the network's report, which is made without.

    The same episode, spec, index and root give the same ``to_bytes`` on every run. Raises nothing for a bad
    recording; RecordingError only if its files vanish meanwhile.
    """
    return judge(
        observe(episode, spec=spec, index=index, content_root=content_root, threads=threads, detectors=detectors)
    )


def judge(seen: Observed) -> CheckReport:
    """Run every rule on what was observed; no file is opened.

    Absurd values (1e300, infinities) overflow quietly here: ``signal/finite`` and the ranges of the spec name them.
    """
    with np.errstate(all="ignore"):
        return _judge(seen)


def _judge(seen: Observed) -> CheckReport:
    findings: list[Finding] = []
    ran: list[str] = []
    not_run: list[NotRun] = []
    have = _available(seen)
    for rule in all_rules():
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
        fingerprints=seen.fingerprints,
        release=release(findings, not_run),
    )


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
