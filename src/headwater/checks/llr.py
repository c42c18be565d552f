"""From findings to one integer: the log-likelihood ratio of good against bad, in thousandths of a nat.

The table ``weights.json`` is committed and part of the suite version. Facts (a NaN, an equal content root, a black
picture) and tests against a null share one idea: a DEFECT alone must settle the matter (P <= .03 at prior 0), a RISK
alone must not. What the recordings at hand can support by counting is far less, see ``docs/checks.md``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from headwater.checks.errors import WeightsError
from headwater.checks.models import Finding, Quality, Severity
from headwater.checks.registry import all_rules
from headwater.checks.release import is_private

ACCEPT_MILLI = 3476  # ln(.97 / .03) * 1000, DESIGN section 5
FLOOR_MILLI = -12_000
DEFECT_POINTS, RISK_POINTS = 700, 120


@dataclass(frozen=True)
class Weights:
    """The table.

    Attributes:
        suite: version of suite and table together.
        clean_milli: what a complete run without findings is worth.
        rules: rule -> (ran clean, RISK, DEFECT), thousandths of a nat; the first sum to ``clean_milli``.
    """

    suite: str
    clean_milli: int
    rules: dict[str, tuple[int, int, int]]


@cache
def weights() -> Weights:
    """Read the committed table. Raises WeightsError unless it has exactly the registered rules."""
    raw = json.loads(files("headwater.checks").joinpath("weights.json").read_text())
    rules = {name: (row["clean"], row["risk"], row["defect"]) for name, row in raw["rules"].items()}
    known = {rule.id for rule in all_rules()}
    if set(rules) != known:
        odd = ", ".join(sorted(set(rules) ^ known))
        raise WeightsError(
            "weights.json", actual=odd, allowed="the registered rules", fix="Run bench/calibrate_checks.py."
        )
    return Weights(raw["suite"], sum(row[0] for row in rules.values()), rules)


def llr_milli(findings: Iterable[Finding], ran: Iterable[str]) -> int:
    """Sum over rules: each counts once, by its worst finding; a rule that did not run counts nothing.

    With a DEFECT nothing speaks in favour any more: that the states have no NaN does not make a foreign video less
    foreign, so clean rules count only when there is no DEFECT. What ``privacy/`` rules find never counts.
    """
    table = weights().rules
    worst: dict[str, Severity] = {}
    order = (Severity.NOTE, Severity.RISK, Severity.DEFECT)
    for finding in findings:
        if is_private(finding.rule):
            continue
        if order.index(finding.severity) >= order.index(worst.get(finding.rule, Severity.NOTE)):
            worst[finding.rule] = finding.severity
    against = sum(table[name][order.index(severity)] for name, severity in worst.items() if severity in order[1:])
    if Severity.DEFECT in worst.values():
        return max(against, FLOOR_MILLI)
    marked = {name for name, severity in worst.items() if severity is not Severity.NOTE}
    total = against + sum(table[name][0] for name in ran if name not in marked)
    return max(total, FLOOR_MILLI)


def quality(llr: int) -> Quality:
    """The verdict at prior 0: accept at P >= .97, reject at P <= .03, else review."""
    if llr >= ACCEPT_MILLI:
        return Quality.ACCEPT
    return Quality.REJECT if llr <= -ACCEPT_MILLI else Quality.REVIEW


def score(findings: Iterable[Finding]) -> int:
    """Grade 0..1000: every DEFECT costs 700, every RISK 120; what is private costs nothing."""
    cost = {Severity.DEFECT: DEFECT_POINTS, Severity.RISK: RISK_POINTS, Severity.NOTE: 0}
    return max(0, 1000 - sum(cost[f.severity] for f in findings if not is_private(f.rule)))
