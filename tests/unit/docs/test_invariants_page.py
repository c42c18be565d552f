"""``contracts/INVARIANTS.md``: each invariant names what checks it, and the names are real."""

from __future__ import annotations

import re
from pathlib import Path

CONTRACTS = Path(__file__).parents[3] / "contracts"
PAGE = (CONTRACTS / "INVARIANTS.md").read_text(encoding="utf-8")
HELD = PAGE.partition("\nRelied on")[0]
NAMED = re.findall(r"`(\w+)\.((?:invariant|test|testFuzz|check)_\w+)`", HELD)


def _functions() -> dict[str, set[str]]:
    """Names of tests, invariants and proofs by the contract that declares them."""
    found: dict[str, set[str]] = {}
    for path in sorted((CONTRACTS / "test").rglob("*.sol")):
        contract = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if declared := re.match(r"(?:abstract )?contract (\w+)", line):
                contract = declared[1]
            elif named := re.match(r"    function ((?:invariant|test|testFuzz|check)_\w+)\(", line):
                found.setdefault(contract, set()).add(named[1])
    return found


def _lines() -> list[str]:
    return [" ".join(item.split()) for item in re.findall(r"^- (.*?)(?=^- |^\S|\Z)", HELD + "\n", re.M | re.S)]


def test_each_line_names_its_test() -> None:
    assert len(_lines()) > 20
    assert [line for line in _lines() if not re.search(r"`\w+\.(invariant|test|testFuzz|check)_\w+`", line)] == []


def test_each_name_is_a_test() -> None:
    known = _functions()
    assert [f"{contract}.{name}" for contract, name in NAMED if name not in known.get(contract, set())] == []


def test_each_invariant_is_on_the_page() -> None:
    declared = {
        f"{contract}.{name}"
        for contract, names in _functions().items()
        for name in names
        if name.startswith("invariant_")
    }
    assert declared - {f"{contract}.{name}" for contract, name in NAMED} == set()


def test_numbers_are_used_once() -> None:
    numbers = re.findall(r"^- \*\*(\w\d+)\*\*", HELD, re.M)
    assert len(numbers) == len(set(numbers))
