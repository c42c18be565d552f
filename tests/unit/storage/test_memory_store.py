from __future__ import annotations

import pytest

from headwater.primitives.cid import Cid
from headwater.storage import BlobStore, MemoryBlobStore
from headwater.testing.blobstore import BlobStoreSuite


class TestMemory(BlobStoreSuite):
    @pytest.fixture
    def store(self) -> MemoryBlobStore:
        return MemoryBlobStore()

    def damage(self, store: BlobStore, cid: Cid) -> None:
        assert isinstance(store, MemoryBlobStore)
        block = store.blocks[cid]
        store.blocks[cid] = bytes((block[0] ^ 1,)) + block[1:]

    def lose(self, store: BlobStore, cid: Cid) -> None:
        assert isinstance(store, MemoryBlobStore)
        del store.blocks[cid]
