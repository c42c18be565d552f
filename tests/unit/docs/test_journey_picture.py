"""The README's picture is what its script draws, and it is well-formed XML without outside references."""

from __future__ import annotations

import runpy
from pathlib import Path
from xml.etree import ElementTree

DOCS = Path(__file__).parents[3] / "docs"


def test_committed_picture_is_the_scripts_output() -> None:
    drawn = runpy.run_path(str(DOCS / "make_journey.py"))["picture"]()
    assert (DOCS / "journey.svg").read_text(encoding="utf-8") == drawn, "run: python docs/make_journey.py"


def test_picture_is_self_contained() -> None:
    text = (DOCS / "journey.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "href" not in text
    assert "<script" not in text
