"""A BlobStore in a dictionary: for tests, and for working on something that need not be kept."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.primitives.cid import Cid, cid_bytes
from headwater.storage.blocks import BlockBlobStore
from headwater.storage.models import Chunk


class MemoryBlobStore(BlockBlobStore):
    """Blocks by CID; gone with the process."""

    def __init__(self) -> None:
        self.blocks: dict[Cid, bytes] = {}

    def has(self, cid: Cid) -> bool:
        cid_bytes(cid)
        return cid in self.blocks

    def iter(self) -> Iterator[Cid]:
        return iter(tuple(self.blocks))

    def _load(self, cid: Cid) -> bytes | None:
        return self.blocks.get(cid)

    def _save(self, cid: Cid, block: Chunk) -> None:
        self.blocks[cid] = bytes(block)
