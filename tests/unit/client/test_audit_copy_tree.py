"""A copy index that is a tree of blocks is audited like a small one; each lie in it is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from headwater.checks import CheckReport, CopyIndex, Fingerprints, Quality
from headwater.checks.index_tree import NODE_SCHEMA, ROOT_SCHEMA, IndexRow, RowTree
from headwater.client.audit import AuditReport, audit
from headwater.client.copy_index import whole_index
from headwater.primitives import canonical
from headwater.primitives.cid import DAG_CBOR, cid_bytes
from headwater.storage import MemoryBlobStore
from headwater.testing.small_history import SmallHistory

Rows = list[IndexRow]
PRINTS = Fingerprints({}, b"\1\0\0\0", 1)


class Tree:
    """Stands in for the snapshot of an item; ``change`` lies about its rows."""

    def __init__(self, change: Callable[[Rows], Rows]) -> None:
        self.blobs = MemoryBlobStore()
        self._change = change
        self._rows: Rows = []

    def of(self, index: CopyIndex) -> Tree:
        rows = [IndexRow(e.contribution_id, e.order, e.content_root) for e in index.entries]
        self._rows = self._change(rows)
        return self

    def to_bytes(self) -> bytes:
        return self.blobs.get(RowTree(self.blobs, self._rows).root(1 << 62))


def audited(tree: Tree) -> AuditReport:
    history = SmallHistory({"index/2": tree.of})
    for cid in tree.blobs.iter():
        history.blobs.put_block(tree.blobs.get(cid), DAG_CBOR)
    return audit(history.facts)


def test_an_honest_tree_passes() -> None:
    tree = Tree(lambda rows: rows)
    report = audited(tree)
    assert report.passed
    assert len(whole_index(tree.to_bytes(), tree.blobs.get)) == 2


@pytest.mark.parametrize(
    "lie",
    [
        lambda rows: rows[1:],
        lambda rows: [replace(rows[0], content_root=b"\1" * 32), *rows[1:]],
        lambda rows: [replace(rows[0], contribution_id="another"), *rows[1:]],
        lambda rows: [*rows, replace(rows[0], order=1 << 40)],
    ],
    ids=["left out", "other content", "other name", "later"],
)
def test_attack_a_lie_in_the_tree_fails_its_claim(lie: Callable[[Rows], Rows]) -> None:
    assert {claim.id for claim in audited(Tree(lie)).failures} == {"campaign/1/item/2/index"}


class CutElsewhere(Tree):
    """The same rows, but each in a leaf of its own."""

    def to_bytes(self) -> bytes:
        rows = [[row.contribution_id, row.order, row.content_root, b""] for row in self._rows]
        leaves = [canonical.encode({"schema": NODE_SCHEMA, "level": 0, "children": [row]}) for row in rows]
        names = [cid_bytes(self.blobs.put_block(leaf, DAG_CBOR)) for leaf in leaves]
        children = [[row[1], 1, name] for row, name in zip(rows, names, strict=True)]
        return canonical.encode({"schema": ROOT_SCHEMA, "depth": 1, "entries": len(rows), "children": children})


def test_attack_a_tree_cut_elsewhere_is_not_the_one_its_rows_make() -> None:
    """Two roots for the same rows would let two operators disagree about one index."""
    made = CutElsewhere(lambda rows: rows)
    failed = audited(made).failures
    assert [claim.id for claim in failed] == ["campaign/1/item/2/index"]
    assert "when the index is rebuilt" in str(failed)
    assert len(whole_index(made.to_bytes(), made.blobs.get)) == 2


def test_attack_a_report_of_ones_own_making_is_not_the_fingerprints_of_an_item() -> None:
    """An operator that wants an item to look like something else names another report for it."""
    made = CheckReport("1", b"\1" * 32, "e", 0, (), (), (), 1000, 0, Quality.REVIEW, PRINTS)
    tree = Tree(lambda rows: rows)
    name = tree.blobs.put_block(made.to_bytes(), DAG_CBOR)
    lying = Tree(lambda rows: [replace(rows[0], report=name), *rows[1:]])
    lying.blobs.put_block(made.to_bytes(), DAG_CBOR)
    assert {claim.id for claim in audited(lying).failures} == {"campaign/1/item/2/index"}
