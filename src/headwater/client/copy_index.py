"""The copy index a verdict names, small or large: its rows, and with the reports they name, the index itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from headwater.checks import CopyIndex, Entry, Fingerprints, read_report
from headwater.checks.index_tree import RowTree, is_tree, read_rows
from headwater.primitives.cid import DAG_CBOR, Cid
from headwater.storage import MemoryBlobStore

Get = Callable[[Cid], bytes]


@dataclass(frozen=True)
class ListedItem:
    """One row of a snapshot.

    Attributes:
        report: CID of the report with the fingerprints; "" if they stand in the snapshot, or there are none.
        known: fingerprints in the snapshot itself.
    """

    contribution_id: str
    order: int
    content_root: bytes
    report: str
    known: Fingerprints

    @property
    def content_only(self) -> bool:
        """Whether nothing but its content was known."""
        return not self.report and self.known == Fingerprints({})

    def prints(self, get: Get) -> Fingerprints:
        """Its fingerprints. Raises what ``get`` raises, and ReportFormatError."""
        return read_report(get(Cid(self.report))).fingerprints if self.report else self.known


def listed_items(data: bytes, get: Get) -> list[ListedItem]:
    """The rows of a snapshot in order; reports are not read.

    Raises:
        IndexFormatError: it is none. And what ``get`` raises.
    """
    if is_tree(data):
        rows = read_rows(data, get)
        return [ListedItem(r.contribution_id, r.order, r.content_root, r.report, Fingerprints({})) for r in rows]
    return [
        ListedItem(e.contribution_id, e.order, e.content_root, "", e.prints) for e in CopyIndex.from_bytes(data).entries
    ]


def whole_index(data: bytes, get: Get) -> CopyIndex:
    """The index a snapshot stands for, rebuilt from the reports it names.

    Raises:
        ReportFormatError: a report is none. And as ``listed_items``.
    """
    if not is_tree(data):
        return CopyIndex.from_bytes(data)
    items = listed_items(data, get)
    return CopyIndex(tuple(Entry(i.contribution_id, i.order, i.content_root, i.prints(get)) for i in items))


def rebuilt(data: bytes, get: Get) -> Cid:
    """The name of the snapshot that the rows of this one make when they are put together anew.

    Raises:
        as ``listed_items``.
    """
    blobs = MemoryBlobStore()
    if is_tree(data):
        return RowTree(blobs, read_rows(data, get)).root(1 << 62)
    return blobs.put_block(CopyIndex.from_bytes(data).to_bytes(), DAG_CBOR)
