"""``docs/security/keys.md``: every row names tests, and each of them exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "security" / "keys.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (?!who \||---)(.+?) \| (.+) \|$", PAGE, re.MULTILINE)
NAMED = [(path, name) for _, rest in ROWS for path, name in re.findall(r"`([\w/.]+)::(\w+)`", rest)]


def test_every_row_names_a_test() -> None:
    assert len(ROWS) == 21
    assert all("::" in rest for _, rest in ROWS)


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_a_named_test_exists(path: str, name: str) -> None:
    assert re.search(rf"(def|function) {name}\(", (ROOT / path).read_text(encoding="utf-8"))
