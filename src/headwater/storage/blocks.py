"""The BlobStore every backend shares: a backend only loads and saves single blocks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import BinaryIO, cast

from headwater.primitives.cid import RAW, Cid, cid_encode, cid_matches
from headwater.storage import tree
from headwater.storage.errors import BlobNotFoundError, CorruptBlockError, RangeError
from headwater.storage.models import BlobStat, Chunk, Source
from headwater.storage.unixfs import LEAF_BYTES, import_file


class BlockBlobStore(ABC):
    """BlobStore over three primitives. ``_save`` must be atomic and must overwrite a block that differs."""

    @abstractmethod
    def _load(self, cid: Cid) -> bytes | None:
        """The stored bytes, unverified, or None."""

    @abstractmethod
    def _save(self, cid: Cid, block: Chunk) -> None:
        """Keep a copy of ``block`` under ``cid``."""

    @abstractmethod
    def has(self, cid: Cid) -> bool:
        """Whether a block is held under ``cid``."""

    @abstractmethod
    def iter(self) -> Iterator[Cid]:
        """Every block held."""

    def put(self, source: Source) -> Cid:
        return import_file(_chunks(source), self._save)

    def put_block(self, block: Chunk, codec: int = RAW) -> Cid:
        if len(block) > LEAF_BYTES:
            raise RangeError(
                "a single block", actual=f"{len(block)} bytes", allowed=f"{LEAF_BYTES} bytes", fix="use put"
            )
        cid = cid_encode(codec, sha256(block).digest())
        self._save(cid, block)
        return cid

    def get(self, cid: Cid) -> bytes:
        return b"".join(self.open_stream(cid))

    def open_stream(self, cid: Cid) -> Iterator[bytes]:
        return tree.read_leaves(cid, self._read)

    def get_range(self, cid: Cid, start: int, length: int) -> bytes:
        return b"".join(tree.read_range(cid, start, length, self._read))

    def get_leaf(self, cid: Cid, index: int) -> bytes:
        return tree.read_leaf(cid, index, self._read)

    def stat(self, cid: Cid) -> BlobStat:
        return tree.stat_tree(cid, self._read)

    def _read(self, cid: Cid) -> bytes:
        block = self._load(cid)
        if block is None:
            raise BlobNotFoundError(cid)
        if not cid_matches(cid, block):
            raise CorruptBlockError(cid, block)
        return block


def _chunks(source: Source) -> Iterable[Chunk]:
    if isinstance(source, bytes | bytearray | memoryview):
        return (source,)
    if hasattr(source, "read"):
        file = cast(BinaryIO, source)
        return iter(lambda: file.read(LEAF_BYTES), b"")
    return source
