"""``docs/security/attacks.md`` names tests that exist, and none of the attacks it lists goes without one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "security" / "attacks.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (?!attack \||---)(.+?) \| (.+) \|$", PAGE, re.MULTILINE)
NAMED = [(path, name) for _, tests in ROWS for path, name in re.findall(r"`([\w/.]+)::(\w+)`", tests)]
CHANGING = ("nonpayable", "payable")
DECLARED = {".sol": r"function {}\(", ".py": r"def {}\("}


def test_the_page_has_the_whole_list() -> None:
    assert len(ROWS) == len({attack for attack, _ in ROWS}) == 40


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_named_test_exists(path: str, name: str) -> None:
    file = ROOT / path
    assert re.search(DECLARED[file.suffix].format(name), file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("attack", "tests"), ROWS)
def test_every_attack_has_a_test(attack: str, tests: str) -> None:
    assert "::" in tests, attack


def test_nothing_is_owed() -> None:
    assert "TODO" not in PAGE


TRIED = (
    *("Campaigns", "Settlement", "Stakes", "Datasets", "Licences", "Doubts", "Faults", "Advances"),
    *("Disputes", "Pools", "Calls", "ShareFaults", "Reviewers", "VoteFaults", "ContentFaults", "Approvals"),
)


def test_two_keys_try_every_function_that_changes_anything() -> None:
    """A new function of these contracts is a new thing for two role keys to try."""
    files = sorted((ROOT / "contracts/test/attacks").glob("Role*.sol"))
    tried = "".join(path.read_text(encoding="utf-8") for path in files)
    tried += "disputes.open, (" if "_openCall(" in tried else ""  # Arbitrated.sol spells it out
    for name in TRIED:
        abi = json.loads((ROOT / f"src/headwater/chain/artifacts/{name}.json").read_text(encoding="utf-8"))["abi"]
        changing = {one["name"] for one in abi if one.get("stateMutability") in CHANGING and "name" in one}
        missing = {one for one in changing if not re.search(rf"{name[0].lower()}{name[1:]}\.{one},\s*\(", tried)}
        # ERC-721's is overloaded, and what it does transferFrom does.
        assert missing <= {"safeTransferFrom"}, f"{name}: {sorted(missing)}"
        assert f"`{name}`" in PAGE
