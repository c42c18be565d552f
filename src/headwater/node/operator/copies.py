"""The operator's copy index: filled once from its database and reports, then item by item; nothing is read twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from headwater.checks import CheckReport, CopyIndex, Entry, Fingerprints, read_report
from headwater.checks.index import Holdings
from headwater.checks.index_tree import IndexRow, RowTree
from headwater.primitives.cid import DAG_CBOR, Cid
from headwater.storage import BlobStore

SMALL, SMALL_BYTES = 16, 1 << 18  # entries and size up to which a snapshot is one block


class Copies:
    """Rows by anchor order, the keys of their reports, and the tree that names them."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._clear()

    def sync(self, rows: Iterable[IndexRow]) -> None:
        """Take in every row that is new or has another report; other fingerprints under a known order refill the index.

        Args:
            rows: the content root of one with a report is read from it.
        """
        changed = [self._complete(row) for row in rows if not self._has(row)]
        if any(row.order in self._rows and not self._same_prints(row) for row in changed):
            changed = list({**self._rows, **{row.order: row for row in changed}}.values())
            self._clear()
        for row in changed:
            if row.order not in self._rows:
                self._holdings.put(self._entry(row))
            self._rows[row.order] = row
            self._tree.put(row)

    def before(self, order: int) -> CopyIndex:
        """What an item anchored at ``order`` is judged against."""
        return CopyIndex(holdings=self._holdings, limit=order)

    def store(self, order: int) -> Cid:
        """Keeps the snapshot of everything before ``order`` and names it."""
        index = self.before(order)
        if len(index) <= SMALL and len(data := index.to_bytes()) <= SMALL_BYTES:
            return self._blobs.put_block(data, DAG_CBOR)
        return self._tree.root(order)

    def _clear(self) -> None:
        self._rows: dict[int, IndexRow] = {}
        self._holdings = Holdings(lambda order: self._entry(self._rows[order]))
        self._tree = RowTree(self._blobs)

    def _has(self, row: IndexRow) -> bool:
        known = self._rows.get(row.order)
        return known is not None and (known.contribution_id, known.report) == (row.contribution_id, row.report)

    def _complete(self, row: IndexRow) -> IndexRow:
        return replace(row, content_root=self._report(row.report).content_root) if row.report else row

    def _report(self, name: str) -> CheckReport:
        return read_report(self._blobs.get(Cid(name)))

    def _entry(self, row: IndexRow) -> Entry:
        prints = self._report(row.report).fingerprints if row.report else Fingerprints({})
        return Entry(row.contribution_id, row.order, row.content_root, prints)

    def _same_prints(self, row: IndexRow) -> bool:
        old = self._rows[row.order]
        return old.content_root == row.content_root and self._entry(old).prints == self._entry(row).prints
