"""``make prove`` is about the code that is deployed, and does not call proven what is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CONTRACTS = Path(__file__).parents[3] / "contracts"
PROOFS = (CONTRACTS / "test" / "Proofs.t.sol").read_text(encoding="utf-8")
MIRRORS = re.findall(r"MIRROR (\w+)\.(\w+)\n", PROOFS)


def _body(source: str, function: str) -> str:
    """From the first brace of a function to the one that closes it, as forge fmt lays it out."""
    start = re.search(rf"\n    function {function}\([^{{;]*\{{", source)
    assert start, function
    return source[start.end() :].partition("\n    }\n")[0]


def test_mirrors_are_what_they_mirror() -> None:
    assert {name for _, name in MIRRORS} >= {"_mark", "_markAll", "_split"}
    for contract, name in MIRRORS:
        source = (CONTRACTS / "src" / f"{contract}.sol").read_text(encoding="utf-8")
        assert _body(PROOFS, name) == _body(source, name), f"copy {contract}.{name} into Proofs.t.sol and prove again"


def test_the_money_properties_are_there() -> None:
    wanted = {
        "check_claim_marks_its_leaf_alone",
        "check_claim_twice_is_refused",
        "check_order_of_claims_is_nothing",
        "check_push_is_claims_in_a_row",
        "check_every_unit_is_somebodys",
        "check_pool_never_shrinks",
        "check_share_is_at_most_the_pool",
        "check_reserve_is_unit_review_and_fee",
        "check_pool_part_is_this_floor",
        "check_pool_part_is_at_most_the_pool",
    }
    assert wanted <= set(re.findall(r"function (check_\w+)\(", PROOFS))


def test_what_is_fuzzed_beside_is_there() -> None:
    for contract, name in re.findall(r"// .*?(\w+Test)\.(testFuzz_\w+)", PROOFS):
        assert f"function {name}(" in (CONTRACTS / "test" / f"{contract[:-4]}.t.sol").read_text(encoding="utf-8")


def _report(**fields: int) -> dict[str, Any]:
    one = {"name": "check_a(uint256)", "exitcode": 0, "num_bounded_loops": 0} | fields
    return {"test_results": {"test/Proofs.t.sol:A": [one]}}


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (_report(), "proven"),
        (_report(exitcode=1), "counterexample"),
        (_report(exitcode=2), "no answer in time"),
        (_report(exitcode=4), "every path reverts"),
        (_report(exitcode=9), "exit code 9"),
        (_report(num_bounded_loops=1), "1 loops cut short"),
        ({"test_results": {}}, "not run"),
    ],
)
def test_only_what_halmos_finished_is_proven(script: Callable[[str], Any], report: dict[str, Any], said: str) -> None:
    assert script("contracts/tools/prove.py").judge(["check_a"], report) == {"check_a": said}


def test_every_property_is_asked_for(script: Callable[[str], Any]) -> None:
    assert script("contracts/tools/prove.py").properties() == re.findall(r"function (check_\w+)\(", PROOFS)
