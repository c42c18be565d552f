"""What the long tests gave is written from the tools' own reports, part by part, and a failure stays one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "long-result.md"
AT = datetime(2026, 11, 21, 18, 5, tzinfo=UTC)
FORGE: dict[str, Any] = {
    "test/A.t.sol:ATest": {
        "test_results": {
            "test_a()": {"status": "Success", "kind": {"Unit": {"gas": 1}}},
            "testFuzz_b(uint256)": {"status": "Success", "kind": {"Fuzz": {"runs": 5000}}},
            "invariant_c()": {
                "status": "Success",
                "kind": {"Invariant": {"runs": 256, "calls": 51200, "reverts": 3}},
            },
        }
    }
}
JUNIT = """<testsuites><testsuite tests="3">
<testcase classname="tests.unit.a.test_a" name="test_one" time="12.3"/>
<testcase classname="tests.unit.a.test_a" name="test_two" time="1"><skipped message="x"/></testcase>
<testcase classname="tests.unit.a.test_a" name="test_three" time="1">{}</testcase>
</testsuite></testsuites>"""


@pytest.fixture
def long(script: Callable[[str], Any]) -> Any:
    return script("tests/long_result.py")


def test_forge(long: Any) -> None:
    result = long.contracts_result(FORGE, "forge 1", 0)
    assert (result.passed, result.failed, result.good) == (3, (), True)
    text = long.section("contracts", result, "commit abc", 600, AT)
    assert "PASSED: 3 passed, 0 failed, 0 skipped, in 10 min." in text
    assert "2026-11-21 18:05 UTC, commit abc, forge 1." in text
    assert "| ATest.testFuzz_b | 5,000 |" in text
    assert "| ATest.invariant_c | 256 | 51,200 | 3 |" in text


def test_forge_failure_is_named(long: Any) -> None:
    failing = {
        "test/B.t.sol:BTest": {"test_results": {"test_d()": {"status": "Failure", "kind": {"Unit": {"gas": 1}}}}}
    }
    result = long.contracts_result(FORGE | failing, "forge 1", 1)
    assert not result.good
    text = long.section("contracts", result, "commit abc", 1, AT)
    assert "FAILED: 3 passed, 1 failed, 0 skipped, exit code 1" in text
    assert "- FAILED BTest.test_d" in text


@pytest.mark.parametrize(("inside", "good"), [("", True), ("<failure/>", False), ("<error/>", False)])
def test_pytest(long: Any, inside: str, good: bool) -> None:
    result = long.python_result(JUNIT.format(inside), "Python", 0)
    assert result.good is good
    assert (result.passed, result.skipped) == (2 if good else 1, ("unit/a/test_a::test_two",))
    assert "- skipped unit/a/test_a::test_two" in long.section("python", result, "commit abc", 1, AT)
    assert "| unit/a/test_a::test_one | 12 s |" in result.tables[0]


def test_proofs(long: Any) -> None:
    result = long.proofs_result({"properties": {"check_a": "proven", "check_b": "no answer in time"}}, "halmos", 1)
    assert (result.passed, result.failed) == (1, ("check_b: no answer in time",))


@pytest.mark.parametrize("code", [0, 1])
def test_nothing_run_or_a_tool_that_failed_is_not_good(long: Any, code: int) -> None:
    assert not long.contracts_result({}, "forge", code).good
    assert long.contracts_result(FORGE, "forge", code).good is (code == 0)


def test_a_part_replaces_its_own_section_only(long: Any) -> None:
    page = long.placed("", "proofs", "## proofs\n\nold\n")
    page = long.placed(page, "contracts", "## contracts\n\nfirst\n")
    page = long.placed(page, "proofs", "## proofs\n\nnew\n")
    assert re.findall(r"^## (\w+)\n\n(\w+)$", page, re.M) == [("contracts", "first"), ("proofs", "new")]
    assert page.count(long.TITLE) == 1
    assert long.placed(page, "proofs", "## proofs\n\nnew\n") == page


def test_what_is_committed_passed(long: Any) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.startswith(long.TITLE)
    verdicts = re.findall(r"^## (\w+)\n\n(\w+): ([\d,]+) passed, (\d+) failed", page, re.M)
    assert [part for part, *_ in verdicts] == [part for part in long.PARTS if f"## {part}\n" in page]
    assert verdicts
    assert all(said == "PASSED" and failed == "0" for _, said, _, failed in verdicts)
