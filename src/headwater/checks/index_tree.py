"""A copy index too large for one block: rows in a tree of blocks, the same tree for the same rows.

A *row* names an item and the report that holds its fingerprints, so no fingerprint is stored twice. A node ends where
the hash of an item's anchor order says so (one in ``FAN`` on every level), never because of when a row was written:
whoever has the rows makes the same root, and two snapshots share every block but the path to what differs. Nobody
chooses an anchor order; a run without an end is cut after ``LONGEST`` all the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from headwater.checks.errors import IndexFormatError
from headwater.primitives import canonical
from headwater.primitives.cid import DAG_CBOR, Cid, cid_bytes, cid_from_bytes
from headwater.primitives.hashing import sha256

ROOT_SCHEMA = "headwater/copy-index/2"
NODE_SCHEMA = "headwater/copy-index-node/1"
FAN, LONGEST = 64, 512
DEEPEST = 12


@dataclass(frozen=True)
class IndexRow:
    """One anchored item.

    Attributes:
        report: CID of its check report, which has the fingerprints; "" if only its content is known.
    """

    contribution_id: str
    order: int
    content_root: bytes
    report: str = ""


class Blocks(Protocol):
    """Where nodes are kept; every ``BlobStore`` is one."""

    def put_block(self, block: bytes, codec: int = ...) -> Cid:
        """Keep a block of at most 1 MiB and name it."""
        ...


Child = tuple[int, int, bytes]  # last order, items, CID


@dataclass
class _Run:
    """Rows up to one that ends a leaf; the leaves are made when first asked for."""

    rows: list[IndexRow]
    leaves: list[Child] | None = None

    def stored(self, blocks: Blocks) -> list[Child]:
        if self.leaves is None:
            groups = (self.rows[at : at + LONGEST] for at in range(0, len(self.rows), LONGEST))
            self.leaves = [_leaf(group, blocks) for group in groups]
        return self.leaves


class RowTree:
    """Rows put in any order; ``root`` stores what is new of the rows before a limit and names the whole."""

    def __init__(self, blocks: Blocks, rows: Iterable[IndexRow] = ()) -> None:
        self._blocks = blocks
        self._runs: list[_Run] = []
        for row in rows:
            self.put(row)

    def put(self, row: IndexRow) -> None:
        """Add a row, or replace the one of its order."""
        at = bisect_left(self._runs, row.order, key=lambda run: run.rows[-1].order)
        if at == len(self._runs) and at and not _ends(self._runs[-1].rows[-1].order, 0):
            at -= 1
        if at == len(self._runs):
            self._runs.append(_Run([row]))
            return
        rows = self._runs[at].rows
        place = bisect_left(rows, row.order, key=lambda other: other.order)
        rows[place : place + (place < len(rows) and rows[place].order == row.order)] = [row]
        cut = place + 1 if _ends(row.order, 0) else len(rows)
        self._runs[at : at + 1] = [_Run(part) for part in (rows[:cut], rows[cut:]) if part]

    def below(self, limit: int) -> Iterator[IndexRow]:
        """Rows of an order below ``limit``, rising."""
        for run in self._runs:
            yield from (row for row in run.rows if row.order < limit)

    def root(self, limit: int) -> Cid:
        """Name of the tree of all rows of an order below ``limit``."""
        at = bisect_left(self._runs, limit, key=lambda run: run.rows[-1].order)
        level = [leaf for run in self._runs[:at] for leaf in run.stored(self._blocks)]
        if at < len(self._runs) and (rest := [row for row in self._runs[at].rows if row.order < limit]):
            level += _Run(rest).stored(self._blocks)
        entries, depth = sum(child[1] for child in level), 1
        while len(level) > LONGEST:
            level = [_node(group, depth, self._blocks) for group in _groups(level, depth)]
            depth += 1
        children = [list(child) for child in level]
        root = {"schema": ROOT_SCHEMA, "depth": depth, "entries": entries, "children": children}
        return self._blocks.put_block(canonical.encode(root), DAG_CBOR)


def read_rows(data: bytes, get: Callable[[Cid], bytes]) -> Iterator[IndexRow]:
    """The rows below a root block, in order.

    Raises:
        IndexFormatError: a block is not of such a tree, or counts or orders contradict each other.
    """
    try:
        root = canonical.decode(data)
        if root["schema"] != ROOT_SCHEMA or not 0 < root["depth"] <= DEEPEST:
            raise KeyError("schema")
        last, count = -1, 0
        for row in _rows(root["children"], root["depth"] - 1, get):
            if row.order <= last:
                raise ValueError("orders do not rise")
            last, count = row.order, count + 1
            yield row
        if count != root["entries"]:
            raise ValueError(f"{count} entries, the root says {root['entries']}")
    except (canonical.CanonicalError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise IndexFormatError(
            "copy index tree", actual=str(error)[:80], allowed=ROOT_SCHEMA, fix="Rebuild it from the reports."
        ) from error


def is_tree(data: bytes) -> bool:
    """Whether the bytes are a root block rather than a whole snapshot."""
    try:
        plain = canonical.decode(data)
    except canonical.CanonicalError:
        return False
    return isinstance(plain, dict) and plain.get("schema") == ROOT_SCHEMA


def _rows(children: list[Any], level: int, get: Callable[[Cid], bytes]) -> Iterator[IndexRow]:
    for last, items, name in children:
        node = canonical.decode(get(cid_from_bytes(name)))
        below = node["children"]
        if node["schema"] != NODE_SCHEMA or node["level"] != level or below[-1][0 if level else 1] != last:
            raise ValueError("a node of another place")
        if level:
            if sum(child[1] for child in below) != items:
                raise ValueError("a node counts other items")
            yield from _rows(below, level - 1, get)
        else:
            if len(below) != items:
                raise ValueError("a leaf counts other items")
            for identity, order, root, report in below:
                yield IndexRow(identity, order, root, cid_from_bytes(report) if report else "")


def _leaf(rows: list[IndexRow], blocks: Blocks) -> Child:
    plain = [[r.contribution_id, r.order, r.content_root, cid_bytes(r.report) if r.report else b""] for r in rows]
    return rows[-1].order, len(rows), _store(plain, 0, blocks)


def _node(group: list[Child], level: int, blocks: Blocks) -> Child:
    return group[-1][0], sum(child[1] for child in group), _store([list(child) for child in group], level, blocks)


def _store(children: list[list[Any]], level: int, blocks: Blocks) -> bytes:
    block = canonical.encode({"schema": NODE_SCHEMA, "level": level, "children": children})
    return cid_bytes(blocks.put_block(block, DAG_CBOR))


def _groups(level: list[Child], depth: int) -> Iterator[list[Child]]:
    group: list[Child] = []
    for child in level:
        group.append(child)
        if _ends(child[0], depth) or len(group) == LONGEST:
            yield group
            group = []
    if group:
        yield group


def _ends(order: int, depth: int) -> bool:
    """Whether a node of this level ends after the item of this order."""
    mark = int.from_bytes(sha256(b"headwater copy index %d %d" % (depth, order))[:8], "little")
    return mark % FAN == 0
