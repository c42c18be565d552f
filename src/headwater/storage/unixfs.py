"""UnixFS files as Kubo writes them under IPIP-499's profile ``unixfs-v1-2025``.

Leaves are raw blocks of 1 MiB. Above them stand balanced levels of dag-pb nodes with at most 1024 links; a file of
one leaf *is* that leaf. A node is its links, then a UnixFS message ``{type: file, filesize, blocksizes}``:

    PBNode   = ( 0x12 len PBLink )*  0x0a len Data
    PBLink   = 0x0a len cid  0x12 0x00 (no name)  0x18 tsize
    Data     = 0x08 0x02  0x18 filesize  ( 0x20 blocksize )*

``tsize`` counts the bytes of every block below a link, the linked one included. Vectors: ``vectors/unixfs.json``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from headwater.primitives.cid import DAG_PB, RAW, Cid, cid_bytes, cid_decode, cid_encode, cid_from_bytes, raw_cid
from headwater.storage.models import Chunk

PROFILE = "unixfs-v1-2025"
LEAF_BYTES = 1 << 20
MAX_LINKS = 1024

_FILE_NODE = b"\x08\x02\x18"


@dataclass(frozen=True)
class Link:
    """A child: its name, the file bytes below it, and the block bytes below it (tsize)."""

    cid: Cid
    size_bytes: int
    tree_bytes: int


def leaf_count(size_bytes: int) -> int:
    """Leaves of a file of this size; an empty file has one."""
    return max(1, -(-size_bytes // LEAF_BYTES))


def split_leaves(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """Recut chunks of any length into leaves. A chunk that already is a leaf passes through uncopied."""
    rest = bytearray()
    leaves = 0
    for chunk in chunks:
        view = memoryview(chunk)
        while len(view):
            if not rest and len(view) >= LEAF_BYTES:
                part, view = view[:LEAF_BYTES], view[LEAF_BYTES:]
                yield part
                leaves += 1
                continue
            take = LEAF_BYTES - len(rest)
            rest += view[:take]
            view = view[take:]
            if len(rest) == LEAF_BYTES:
                yield bytes(rest)
                leaves += 1
                rest.clear()
    if rest or not leaves:
        yield bytes(rest)


def import_file(chunks: Iterable[Chunk], write: Callable[[Cid, Chunk], None]) -> Cid:
    """Cut chunks into leaves, hand every block to ``write`` (children before parents) and return the root's name.

    Holds one leaf and at most 1024 links per level.
    """
    levels: list[list[Link]] = [[]]
    for leaf in split_leaves(chunks):
        cid = raw_cid(sha256(leaf).digest())
        write(cid, leaf)
        _push(levels, 0, Link(cid, len(leaf), len(leaf)), write)
    return _close(levels, write)


def _push(levels: list[list[Link]], height: int, link: Link, write: Callable[[Cid, Chunk], None]) -> None:
    if height == len(levels):
        levels.append([])
    levels[height].append(link)
    if len(levels[height]) == MAX_LINKS:
        _raise_level(levels, height, write)


def _raise_level(levels: list[list[Link]], height: int, write: Callable[[Cid, Chunk], None]) -> None:
    links, levels[height] = levels[height], []
    block = encode_node(links)
    cid = cid_encode(DAG_PB, sha256(block).digest())
    write(cid, block)
    tree_bytes = len(block) + sum(link.tree_bytes for link in links)
    _push(levels, height + 1, Link(cid, sum(link.size_bytes for link in links), tree_bytes), write)


def _close(levels: list[list[Link]], write: Callable[[Cid, Chunk], None]) -> Cid:
    """Balance the tree: every open level is wrapped, even one link, until a single node stands on top."""
    height = 0
    while True:
        top = height == len(levels) - 1
        if top and len(levels[height]) == 1:
            return levels[height][0].cid
        if levels[height]:
            _raise_level(levels, height, write)
        height += 1


def encode_node(links: Iterable[Link]) -> bytes:
    """The dag-pb block above ``links``."""
    children = tuple(links)
    body = b"".join(
        _field(0x12, _field(0x0A, cid_bytes(c.cid)) + b"\x12\x00\x18" + _varint(c.tree_bytes)) for c in children
    )
    sizes = b"".join(b"\x20" + _varint(child.size_bytes) for child in children)
    return body + _field(0x0A, _FILE_NODE + _varint(sum(child.size_bytes for child in children)) + sizes)


@lru_cache(maxsize=64)
def decode_node(block: bytes) -> tuple[Link, ...]:
    """The links of a dag-pb block; ValueError unless encode_node would write exactly these bytes."""
    try:
        links = _parse(block)
    except IndexError as error:
        raise ValueError("a truncated node") from error
    if not links or any(cid_decode(link.cid)[0] not in (RAW, DAG_PB) for link in links) or encode_node(links) != block:
        raise ValueError("a node in a form the profile never writes")
    return links


def _parse(block: bytes) -> tuple[Link, ...]:
    named: list[tuple[Cid, int]] = []
    at = 0
    while block[at] == 0x12:
        length, start = _read_varint(block, at + 1)
        at = start + length
        tree_bytes, _ = _read_varint(block, start + 41)  # 0x0a 36 cid(36) 0x12 0x00 0x18 precede it
        named.append((cid_from_bytes(block[start + 2 : start + 38]), tree_bytes))
    _, at = _read_varint(block, at + 1)
    _, at = _read_varint(block, at + len(_FILE_NODE))
    sizes = []
    for _ in named:
        size_bytes, at = _read_varint(block, at + 1)
        sizes.append(size_bytes)
    return tuple(Link(cid, size, tree) for (cid, tree), size in zip(named, sizes, strict=True))


def _field(tag: int, payload: bytes) -> bytes:
    return bytes((tag,)) + _varint(len(payload)) + payload


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _read_varint(block: bytes, at: int) -> tuple[int, int]:
    """(value, next position); IndexError past the end, ValueError beyond 64 bits."""
    value = 0
    for shift in range(0, 64, 7):
        byte = block[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a varint beyond 64 bits")
