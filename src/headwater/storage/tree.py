"""Reading a UnixFS tree: which leaves carry these bytes, and are they the ones the nodes promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from headwater.primitives.cid import DAG_PB, Cid, CidError, cid_decode
from headwater.storage.errors import MalformedNodeError, RangeError
from headwater.storage.models import BlobStat
from headwater.storage.unixfs import LEAF_BYTES, Link, decode_node, leaf_count

_MAX_HEIGHT = 6  # 1024^6 leaves; a taller tree is an attack on the reader's stack

ReadBlock = Callable[[Cid], bytes]
"""Returns the verified bytes of one block."""


def stat_tree(root: Cid, read: ReadBlock) -> BlobStat:
    """Size and leaves of the blob, from its root block."""
    size = sum(link.size_bytes for link in _links(root, read)) if _is_node(root) else len(read(root))
    return BlobStat(root, size, leaf_count(size))


def read_range(root: Cid, start: int, length: int, read: ReadBlock) -> Iterator[bytes]:
    """The bytes [start, start + length), one piece per leaf they touch."""
    size = stat_tree(root, read).size_bytes
    if start < 0 or length < 0 or start + length > size:
        raise RangeError(f"range of {root}", actual=f"[{start}, {start + length})", allowed=f"[0, {size})")
    end = start + length
    return (leaf[max(0, start - at) : end - at] for at, leaf in _leaves(Link(root, size, 0), 0, start, end, read, 0))


def read_leaf(root: Cid, index: int, read: ReadBlock) -> bytes:
    """Leaf ``index`` alone."""
    stat = stat_tree(root, read)
    if not 0 <= index < stat.leaves:
        raise RangeError(f"leaf of {root}", actual=index, allowed=f"0 to {stat.leaves - 1}")
    start = index * LEAF_BYTES
    end = min(start + LEAF_BYTES, stat.size_bytes)
    leaves = [leaf for _, leaf in _leaves(Link(root, stat.size_bytes, 0), 0, start, end, read, 0)]
    if len(leaves) != 1 or len(leaves[0]) != end - start:
        raise MalformedNodeError(root, f"leaves other than {LEAF_BYTES} bytes")
    return leaves[0]


def read_leaves(root: Cid, read: ReadBlock) -> Iterator[bytes]:
    """Every leaf in order."""
    size = stat_tree(root, read).size_bytes
    return (leaf for _, leaf in _leaves(Link(root, size, 0), 0, 0, size, read, 0))


def _leaves(link: Link, at: int, start: int, end: int, read: ReadBlock, depth: int) -> Iterator[tuple[int, bytes]]:
    """(offset, bytes) of the leaves below ``link``, itself at offset ``at``, that overlap [start, end)."""
    if not _is_node(link.cid):
        yield at, _checked_leaf(link, at, read)
        return
    if depth == _MAX_HEIGHT:
        raise MalformedNodeError(link.cid, f"a tree more than {_MAX_HEIGHT} nodes tall")
    children = _links(link.cid, read)
    if sum(child.size_bytes for child in children) != link.size_bytes:
        raise MalformedNodeError(link.cid, "a node whose size differs from what its parent says")
    for child in children:
        if at < end and start < at + child.size_bytes:
            yield from _leaves(child, at, start, end, read, depth + 1)
        at += child.size_bytes


def _checked_leaf(link: Link, at: int, read: ReadBlock) -> bytes:
    leaf = read(link.cid)
    if len(leaf) != link.size_bytes:
        raise MalformedNodeError(link.cid, f"a leaf of {len(leaf)} bytes where its parent says {link.size_bytes}")
    if at % LEAF_BYTES or len(leaf) > LEAF_BYTES:
        raise MalformedNodeError(link.cid, f"a leaf of {len(leaf)} bytes at offset {at}")
    return leaf


def _links(cid: Cid, read: ReadBlock) -> tuple[Link, ...]:
    try:
        return decode_node(read(cid))
    except (ValueError, CidError) as error:
        raise MalformedNodeError(cid, str(error)) from error


def _is_node(cid: Cid) -> bool:
    return cid_decode(cid)[0] == DAG_PB
