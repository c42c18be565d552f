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
DECLARED = {".sol": r"function {}\(", ".py": r"def {}\("}


def test_the_page_has_the_whole_list() -> None:
    assert len(ROWS) == len({attack for attack, _ in ROWS}) == 40


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_named_test_exists(path: str, name: str) -> None:
    file = ROOT / path
    assert re.search(DECLARED[file.suffix].format(name), file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("attack", "tests"), ROWS)
def test_every_attack_has_a_test_or_says_who_owes_it(attack: str, tests: str) -> None:
    assert "::" in tests or re.search(r"TODO \w+ \(`test", tests), attack


def test_two_keys_try_every_function_that_changes_anything() -> None:
    """A new function of these contracts is a new thing for two role keys to try."""
    tried = (ROOT / "contracts/test/attacks/Roles.t.sol").read_text(encoding="utf-8")
    for name in ("Campaigns", "Settlement", "Stakes", "Datasets", "Licences", "Doubts", "Faults", "Advances"):
        abi = json.loads((ROOT / f"src/headwater/chain/artifacts/{name}.json").read_text(encoding="utf-8"))["abi"]
        changing = {one["name"] for one in abi if one.get("stateMutability") == "nonpayable" and "name" in one}
        missing = {one for one in changing if f"{name.lower()}.{one}" not in tried}
        # The rest of ERC-721 and ERC-1155 that is overloaded or moves nothing.
        assert missing <= {"safeTransferFrom", "setApprovalForAll"}, f"{name}: {sorted(missing)}"
