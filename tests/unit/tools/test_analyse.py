"""The gate before Slither's findings: none passes without a reason, no reason stays without a finding."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).parents[3] / "contracts" / "tools" / "analyse.py"
REASON = "Because the value is only ever ours."


def _module() -> Any:
    import sys

    spec = importlib.util.spec_from_file_location("analyse", FILE)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["analyse"] = made
    spec.loader.exec_module(made)
    return made


analyse = _module()


def _element(kind: str, name: str, parent: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": kind, "name": name, "type_specific_fields": {"parent": parent} if parent else {}}


STAKES = _element("contract", "Stakes")
LOCK = _element("function", "lock", STAKES)
LINE = _element("node", "a < b", LOCK)
REPORT = {
    "results": {
        "detectors": [
            {
                "check": "timestamp",
                "impact": "Low",
                "description": "x\n",
                "elements": [_element("node", "a < b", LOCK)],
            },
            {"check": "reentrancy", "impact": "High", "description": "y", "elements": [LOCK]},
            {"check": "zero", "impact": "Low", "description": "z", "elements": [_element("variable", "to", LOCK)]},
        ]
    }
}
FOUND = analyse.findings(REPORT)


def test_findings_are_placed() -> None:
    assert [(one.check, one.where) for one in FOUND] == [
        ("reentrancy", "Stakes.lock"),
        ("timestamp", "Stakes.lock"),
        ("zero", "Stakes.lock.to"),
    ]
    assert analyse.findings({"results": {}}) == []


def _judged(everywhere: dict[str, str], here: dict[str, dict[str, str]]) -> tuple[list[str], list[str]]:
    open_, stale = analyse.judge(FOUND, {"everywhere": everywhere, "here": here})
    return [one.check for one in open_], stale


def test_each_finding_needs_a_reason() -> None:
    assert _judged({}, {}) == (["reentrancy", "timestamp", "zero"], [])
    assert _judged({"timestamp": REASON}, {"zero": {"Stakes.lock.to": REASON}}) == (["reentrancy"], [])


@pytest.mark.parametrize("where", ["Stakes.unlock", "Stakes", "", "stakes.lock"])
def test_a_reason_is_for_one_place(where: str) -> None:
    open_, stale = _judged({"timestamp": REASON, "zero": REASON}, {"reentrancy": {where: REASON}})
    assert open_ == ["reentrancy"]
    assert len(stale) == 1


def test_a_reason_that_answers_nothing_is_named() -> None:
    _, stale = _judged({"tx-origin": REASON}, {"timestamp": {"Stakes.lock": REASON, "Stakes.gone": REASON}})
    assert stale == ["timestamp Stakes.gone: nothing found", "tx-origin everywhere: nothing found"]


def test_a_reason_says_something() -> None:
    _, stale = _judged({"timestamp": "", "zero": REASON}, {"reentrancy": {"Stakes.lock": "fine"}})
    assert stale == ["timestamp everywhere: no reason", "reentrancy Stakes.lock: no reason"]


def test_the_list_is_well_formed() -> None:
    accepted = json.loads((FILE.parent / "accepted.json").read_text())
    assert set(accepted) == {"everywhere", "here"}
    assert not set(accepted["everywhere"]) & set(accepted["here"])


def test_a_reason_can_be_for_a_whole_contract() -> None:
    open_, stale = _judged({"timestamp": REASON, "zero": REASON}, {"reentrancy": {"Stakes.*": REASON}})
    assert (open_, stale) == ([], [])
    open_, stale = _judged({"timestamp": REASON, "zero": REASON}, {"reentrancy": {"Stake.*": REASON}})
    assert (open_, len(stale)) == (["reentrancy"], 1)


def test_no_contract_reads_its_own_balance() -> None:
    """What ``incorrect-equality`` is accepted for: nobody can push a balance past a value we compare."""
    own = re.compile(r"address\(this\)\.balance|balanceOf\(address\(this\)\)|selfbalance")
    # What nobody is owed goes to the treasury: a difference, and coin somebody pushes there goes with it.
    returned = {
        "Disputes.sol": "uint256 amount = address(this).balance - _totalOwed;",
        "KeyFaults.sol": "_owe(account, address(this).balance - _totalOwed);",
    }
    sources = {path.name: path.read_text(encoding="utf-8") for path in (FILE.parents[1] / "src").rglob("*.sol")}
    for name, line in returned.items():
        assert sources[name].count(line) == 1
        sources[name] = sources[name].replace(line, "")
    assert [name for name, source in sources.items() if own.search(source)] == []


def test_what_was_read_decides_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"sources": {"src/A.sol": {"content": "contract A {}"}}}
    runs: list[int] = []

    def run(_: object) -> dict[str, Any]:
        runs.append(1)
        return json.loads(json.dumps(REPORT))  # type: ignore[no-any-return]

    monkeypatch.setattr(analyse, "KEPT", tmp_path / "cache" / "slither.json")
    monkeypatch.setattr(analyse, "compiler_input", lambda: asked)
    monkeypatch.setattr(analyse, "run_slither", run)
    assert analyse.findings(analyse.report()) == FOUND
    assert analyse.findings(analyse.report()) == FOUND
    assert len(runs) == 1
    analyse.report(fresh=True)
    asked["sources"]["src/A.sol"]["content"] += "//"
    analyse.report()
    assert len(runs) == 3
