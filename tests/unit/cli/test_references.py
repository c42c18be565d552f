"""How things are named on the command line."""

from __future__ import annotations

from typing import cast

import pytest

from headwater.cli.references import item_of, version_of
from headwater.client.network import Network
from headwater.primitives.ids import IdError

NOBODY = cast(Network, None)  # these forms need no network


@pytest.mark.parametrize(("text", "expected"), [("3", (3, 0)), ("3@2", (3, 2)), ("0@0", (0, 0))])
def test_versions(text: str, expected: tuple[int, int]) -> None:
    assert version_of(text) == expected


@pytest.mark.parametrize("text", ["", "x", "3@", "@2", "3@2@1", "-3", "3 ", "9" * 19, "3@x", "٣"])
def test_no_versions(text: str) -> None:
    with pytest.raises(IdError):
        version_of(text)


@pytest.mark.parametrize(
    ("text", "campaign", "expected"), [("1/4", None, (1, 4)), ("4", 2, (2, 4)), ("1/4", 2, (1, 4))]
)
def test_items(text: str, campaign: int | None, expected: tuple[int, int]) -> None:
    assert item_of(NOBODY, text, campaign) == expected


@pytest.mark.parametrize("text", ["", "4", "1/", "/4", "1/4/2", "0x12", "1/-4", "a/b"])
def test_no_items(text: str) -> None:
    with pytest.raises(IdError):
        item_of(NOBODY, text)
