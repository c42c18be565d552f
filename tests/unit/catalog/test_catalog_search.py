"""The index: facets, ranking, words that are not operators, and rebuilding that gives the same bytes."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from headwater.catalog.entries import Found, fine
from headwater.catalog.search import Query, build, search

G1 = Found(
    kind="dataset",
    id=1,
    version=1,
    campaign=1,
    name="Humanoid bottle pick",
    task="Pick up the yellow bottle.",
    description="",
    embodiment=("Unitree_G1",),
    modality="robot_episode",
    sensors=("action", "state"),
    token="0x00",
    price=25 * 10**18,
    price_text="25",
    episodes=12,
    length_ms=90_000,
    ends=0,
)
ROWS = [
    G1,
    replace(G1, version=2, price=9 * 10**18, price_text="9"),
    replace(
        G1, id=2, name="Kitchen walk", task="", embodiment=("GoPro",), modality="egocentric_video", sensors=("gyro",)
    ),
    replace(G1, kind="campaign", id=7, version=0, name="Block pick", embodiment=("so100", "so101"), price=1, ends=9),
]


@pytest.fixture
def index(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.db"
    build(path, ROWS, "mark")
    return path


def ids(found: list[Found]) -> list[tuple[str, int, int]]:
    return [(f.kind, f.id, f.version) for f in found]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(), [("dataset", 1, 1), ("dataset", 1, 2), ("dataset", 2, 1), ("campaign", 7, 0)]),
        (Query("bottle"), [("dataset", 1, 1), ("dataset", 1, 2), ("campaign", 7, 0)]),
        (Query("BOTT pick humanoid"), [("dataset", 1, 1), ("dataset", 1, 2)]),
        (Query("picking"), [("dataset", 1, 1), ("dataset", 1, 2), ("campaign", 7, 0)]),
        (Query("gyro"), [("dataset", 2, 1)]),
        (Query("submarine"), []),
        (Query(embodiment="so101"), [("campaign", 7, 0)]),
        (Query(embodiment="so10"), []),
        (Query(embodiment="%"), []),
        (Query(modality="egocentric_video"), [("dataset", 2, 1)]),
        (Query(max_price=9 * 10**18), [("dataset", 1, 2)]),
        (Query("pick", max_price=9 * 10**18 - 1), []),
        (Query(most=1), [("dataset", 1, 1)]),
    ],
)
def test_search_finds(index: Path, query: Query, expected: list[tuple[str, int, int]]) -> None:
    found = ids(search(index, query))
    assert sorted(found) == sorted(expected)


def test_better_match_comes_first(index: Path) -> None:
    assert ids(search(index, Query("block pick")))[0] == ("campaign", 7, 0)


def test_what_went_in_comes_out(index: Path) -> None:
    assert search(index, Query("humanoid", max_price=25 * 10**18))[0] in ROWS[:2]
    assert set(search(index, Query())) == set(ROWS)


@pytest.mark.parametrize("text", ['"', "a OR b", "NOT", "name:x", "x*) --", "'; drop table entry; --", "(", "^"])
def test_operators_are_only_words(index: Path, text: str) -> None:
    search(index, Query(text))
    assert len(search(index, Query())) == len(ROWS)


def test_same_rows_same_bytes(index: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    build(other, ROWS, "mark")
    assert other.read_bytes() == index.read_bytes()


def test_killed_rebuild_leaves_the_old_index(index: Path) -> None:
    before = index.read_bytes()
    with pytest.raises(sqlite3.IntegrityError):
        build(index, [G1, G1], "other")
    assert index.read_bytes() == before
    assert [path.name for path in index.parent.iterdir()] == ["catalog.db"]


@pytest.mark.parametrize(
    ("units", "decimals", "expected"), [(25, 6, 25 * 10**12), (25, 18, 25), (25, 19, 3), (0, 6, 0)]
)
def test_prices_of_all_tokens_compare(units: int, decimals: int, expected: int) -> None:
    assert fine(units, decimals) == expected
