"""The tree of a large copy index: one root for one set of rows, and nothing that is not such a tree passes for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.checks import IndexFormatError
from headwater.checks import index_tree as tree
from headwater.checks.index_tree import IndexRow, RowTree, is_tree, read_rows
from headwater.primitives import canonical
from headwater.primitives.cid import DAG_CBOR, Cid, cid_bytes
from headwater.storage import MemoryBlobStore

ALL = 1 << 62


@pytest.fixture(autouse=True)
def _small_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "FAN", 4)
    monkeypatch.setattr(tree, "LONGEST", 6)


def row(order: int, name: str = "item", report: str = "") -> IndexRow:
    return IndexRow(f"{name} {order}", order, bytes([order % 256]) * 32, report)


def rows_of(root: Cid, blobs: MemoryBlobStore) -> list[IndexRow]:
    return list(read_rows(blobs.get(root), blobs.get))


@given(orders=st.lists(st.integers(0, 5000), max_size=120, unique=True), limit=st.integers(0, 5000))
def test_same_rows_make_the_same_tree_in_whatever_order_they_came(orders: list[int], limit: int) -> None:
    blobs = MemoryBlobStore()
    grown = RowTree(blobs, [row(order) for order in orders])
    wanted = [row(order) for order in sorted(orders) if order < limit]
    assert grown.root(limit) == RowTree(blobs, wanted).root(ALL)
    assert rows_of(grown.root(limit), blobs) == wanted
    assert list(grown.below(limit)) == wanted


def test_a_row_put_again_replaces_its_predecessor() -> None:
    blobs = MemoryBlobStore()
    grown = RowTree(blobs, map(row, range(50)))
    before = grown.root(ALL)
    grown.put(row(20, "other"))
    assert rows_of(grown.root(ALL), blobs)[20].contribution_id == "other 20"
    grown.put(row(20))
    assert grown.root(ALL) == before


def test_two_snapshots_share_all_but_a_path() -> None:
    blobs = MemoryBlobStore()
    grown = RowTree(blobs, map(row, range(0, 4000, 2)))
    grown.root(ALL)
    known = len(list(blobs.iter()))
    grown.put(row(1001))
    grown.root(ALL)
    assert len(list(blobs.iter())) - known < 20


@pytest.mark.parametrize("change", ["drop", "swap", "count", "order", "depth"])
def test_a_tampered_tree_is_refused(change: str) -> None:
    blobs = MemoryBlobStore()
    root = canonical.decode(blobs.get(RowTree(blobs, map(row, range(200))).root(ALL)))
    children = root["children"]
    assert len(children) > 2
    if change == "drop":
        del children[1]
    elif change == "swap":
        children[0], children[1] = children[1], children[0]
    elif change == "count":
        children[0][1], children[1][1] = children[0][1] + 1, children[1][1] - 1
    elif change == "order":
        children[0][0] += 1
    else:
        root["depth"] += 1
    data = canonical.encode(root)
    assert is_tree(data)
    with pytest.raises(IndexFormatError):
        list(read_rows(data, blobs.get))


@pytest.mark.parametrize("data", [b"", b"\xa0", canonical.encode([1]), canonical.encode({"schema": "else"})])
def test_what_is_no_tree_is_refused(data: bytes) -> None:
    assert not is_tree(data)
    with pytest.raises(IndexFormatError):
        list(read_rows(data, MemoryBlobStore().get))


def test_a_leaf_with_a_row_of_another_shape_is_refused() -> None:
    blobs = MemoryBlobStore()
    block = canonical.encode({"schema": tree.NODE_SCHEMA, "level": 0, "children": [["a", 1]]})
    leaf = cid_bytes(blobs.put_block(block, DAG_CBOR))
    data = canonical.encode({"schema": tree.ROOT_SCHEMA, "depth": 1, "entries": 1, "children": [[1, 1, leaf]]})
    with pytest.raises(IndexFormatError):
        list(read_rows(data, blobs.get))
