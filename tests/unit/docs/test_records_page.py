"""``spec/records.md`` says what the record classes say; every record is on it, every field has a meaning."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "spec" / "records.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "docs" / "make_records_table.py"))


def test_page_is_up_to_date(script: dict[str, Any]) -> None:
    assert script["page"](PAGE) == PAGE, "run: python docs/make_records_table.py"


def test_every_record_in_the_sources_is_on_the_page() -> None:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "src/headwater/records").glob("*.py"))
    marked = {
        f"{name}/{version}" for text in sources for name, version in re.findall(r'@record\("(.+)", (\d+)\)', text)
    }
    assert marked == set(re.findall(r"^### `(.+)`$", PAGE, re.MULTILINE))


def test_every_field_has_a_meaning() -> None:
    rows = re.findall(r"^\| `\w+` \| .+? \| (.*) \|$", PAGE, re.MULTILINE)
    assert len(rows) > 100
    assert all(rows)


def test_a_page_without_its_marks_is_refused(script: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"records\.md has no"):
        script["page"]("# Records\n")
