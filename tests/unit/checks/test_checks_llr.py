"""The arithmetic of the verdict, and the promise that one DEFECT settles it while no pile of RISKs does alone."""

from __future__ import annotations

import pytest

from headwater.checks import Finding, Observed, Quality, Severity, all_rules, is_private, judge
from headwater.checks.llr import ACCEPT_MILLI, llr_milli, quality, score, weights
from headwater.testing.episodes import camera, episode

RULES = [rule.id for rule in all_rules() if not is_private(rule.id)]


def finding(rule: str, severity: Severity) -> Finding:
    return Finding(rule, 1, severity, "x", "x", "x")


@pytest.mark.parametrize("rule", RULES)
def test_any_defect_alone_rejects_whatever_else_is_clean(rule: str) -> None:
    llr = llr_milli([finding(rule, Severity.DEFECT)], RULES)
    assert quality(llr) is Quality.REJECT


@pytest.mark.parametrize("rule", RULES)
def test_a_single_risk_neither_rejects_nor_accepts(rule: str) -> None:
    assert quality(llr_milli([finding(rule, Severity.RISK)], RULES)) is Quality.REVIEW


def test_a_clean_full_run_still_goes_to_review_for_a_newcomer() -> None:
    llr = llr_milli([], RULES)
    assert 1500 <= llr < ACCEPT_MILLI
    assert llr + 2200 > ACCEPT_MILLI, "a contributor with the best record skips review"


def test_rules_that_did_not_run_give_no_credit() -> None:
    assert llr_milli([], []) == 0
    assert llr_milli([], RULES[:3]) < llr_milli([], RULES)


def test_a_rule_counts_once_by_its_worst_finding() -> None:
    rule = "motion/frozen-video"
    many = [finding(rule, Severity.DEFECT)] * 5 + [finding(rule, Severity.RISK)]
    assert llr_milli(many, RULES) == weights().rules[rule][2]


@pytest.mark.parametrize(
    ("llr", "verdict"), [(3476, "accept"), (3475, "review"), (0, "review"), (-3475, "review"), (-3476, "reject")]
)
def test_thresholds(llr: int, verdict: str) -> None:
    assert quality(llr) == verdict


def test_score_is_a_grade_from_0_to_1000() -> None:
    assert score([]) == 1000
    assert score([finding("a", Severity.RISK)]) == 880
    assert score([finding("a", Severity.NOTE)]) == 1000
    assert score([finding("a", Severity.DEFECT)] * 2) == 0


def test_copy_rules_are_listed_as_not_run_without_an_index() -> None:
    report = judge(Observed(episode(), {"front": camera()}))
    reasons = {item.rule: item.why for item in report.not_run if item.rule.startswith("copy/")}
    assert set(reasons) == {"copy/exact-content", "copy/labels", "copy/near-trajectory", "copy/near-video"}
    assert set(reasons.values()) == {"needs an index of earlier items"}
