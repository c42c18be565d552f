"""The suite every BlobStore passes. Subclass it in a test module and give a ``store`` and a way to do damage:

    class TestMine(BlobStoreSuite):
        @pytest.fixture
        def store(self) -> BlobStore: ...
        def damage(self, store, cid) -> None: ...   # change one byte of the stored block
        def lose(self, store, cid) -> None: ...     # delete the stored block

Needs pytest.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from hashlib import sha256
from io import BytesIO
from random import Random

import pytest

from headwater.primitives.cid import DAG_CBOR, DAG_PB, Cid, CidError, cid_decode, cid_encode, dag_cbor_cid, raw_cid
from headwater.storage import (
    LEAF_BYTES,
    BlobNotFoundError,
    BlobStat,
    BlobStore,
    CorruptBlockError,
    MalformedNodeError,
    RangeError,
    import_file,
)
from headwater.storage.unixfs import Link, encode_node

SIZES = [0, 1, LEAF_BYTES - 1, LEAF_BYTES, LEAF_BYTES + 1, 3 * LEAF_BYTES, 3 * LEAF_BYTES + 17]


def sample(size_bytes: int, seed: int = 7) -> bytes:
    """Reproducible noise."""
    return Random(seed).randbytes(size_bytes)  # noqa: S311 - test bytes, not a secret


class BlobStoreSuite(ABC):
    """What a BlobStore promises, one promise a test."""

    @abstractmethod
    def damage(self, store: BlobStore, cid: Cid) -> None:
        """Change one byte of the block held under ``cid``."""

    @abstractmethod
    def lose(self, store: BlobStore, cid: Cid) -> None:
        """Drop the block held under ``cid``."""

    @pytest.mark.parametrize("size", SIZES)
    def test_what_was_put_comes_back(self, store: BlobStore, size: int) -> None:
        data = sample(size)
        cid = store.put(data)
        assert store.get(cid) == data
        assert store.has(cid)
        assert store.stat(cid) == BlobStat(cid, size, max(1, -(-size // LEAF_BYTES)))

    @pytest.mark.parametrize("size", SIZES)
    def test_the_name_does_not_depend_on_how_it_was_put(self, store: BlobStore, size: int) -> None:
        data = sample(size)
        pieces = [data[at : at + 700_001] for at in range(0, size, 700_001)]
        assert store.put(data) == store.put(BytesIO(data)) == store.put(pieces) == store.put(memoryview(data))
        assert store.put(data) == import_file([data], lambda cid, block: None)

    def test_a_reused_buffer_is_copied(self, store: BlobStore) -> None:
        buffer = bytearray(sample(LEAF_BYTES))
        first = bytes(buffer)

        def chunks() -> list[memoryview]:
            return [memoryview(buffer)]

        cid = store.put(chunks())
        buffer[:] = bytes(LEAF_BYTES)
        assert store.get(cid) == first

    @pytest.mark.parametrize(
        ("start", "length"),
        [(0, 0), (0, 1), (LEAF_BYTES - 1, 2), (5, 2 * LEAF_BYTES), (2 * LEAF_BYTES + 9, 8), (2 * LEAF_BYTES + 17, 0)],
    )
    def test_ranges(self, store: BlobStore, start: int, length: int) -> None:
        data = sample(2 * LEAF_BYTES + 17)
        assert store.get_range(store.put(data), start, length) == data[start : start + length]

    @pytest.mark.parametrize(("start", "length"), [(-1, 2), (0, -1), (0, LEAF_BYTES + 18), (LEAF_BYTES + 18, 0)])
    def test_a_range_outside_is_refused(self, store: BlobStore, start: int, length: int) -> None:
        cid = store.put(sample(LEAF_BYTES + 17))
        with pytest.raises(RangeError):
            store.get_range(cid, start, length)

    def test_leaves_by_number(self, store: BlobStore) -> None:
        data = sample(2 * LEAF_BYTES + 17)
        cid = store.put(data)
        leaves = [store.get_leaf(cid, index) for index in range(3)]
        assert leaves == list(store.open_stream(cid))
        assert b"".join(leaves) == data
        for outside in (-1, 3):
            with pytest.raises(RangeError):
                store.get_leaf(cid, outside)

    def test_records_are_single_blocks(self, store: BlobStore) -> None:
        cid = store.put_block(b"\xa0", DAG_CBOR)
        assert cid == dag_cbor_cid(sha256(b"\xa0").digest())
        assert store.get(cid) == b"\xa0"
        with pytest.raises(RangeError):
            store.put_block(bytes(LEAF_BYTES + 1))

    def test_nothing_there(self, store: BlobStore) -> None:
        cid = raw_cid(sha256(b"never stored").digest())
        assert not store.has(cid)
        for read in (store.get, store.stat, lambda name: store.get_leaf(name, 0)):
            with pytest.raises(BlobNotFoundError) as caught:
                read(cid)
            assert caught.value.cid == cid

    def test_a_changed_leaf_is_named(self, store: BlobStore) -> None:
        data = sample(3 * LEAF_BYTES)
        cid = store.put(data)
        leaf = raw_cid(sha256(data[LEAF_BYTES : 2 * LEAF_BYTES]).digest())
        self.damage(store, leaf)
        with pytest.raises(CorruptBlockError, match=leaf) as caught:
            store.get(cid)
        assert caught.value.cid == leaf
        assert store.get_leaf(cid, 0) == data[:LEAF_BYTES]
        with pytest.raises(CorruptBlockError):
            store.get_range(cid, LEAF_BYTES, 1)

    def test_a_changed_root_is_named(self, store: BlobStore) -> None:
        cid = store.put(sample(2 * LEAF_BYTES))
        self.damage(store, cid)
        with pytest.raises(CorruptBlockError, match=cid):
            store.stat(cid)

    def test_a_lost_leaf_is_named(self, store: BlobStore) -> None:
        data = sample(2 * LEAF_BYTES)
        cid = store.put(data)
        leaf = raw_cid(sha256(data[LEAF_BYTES:]).digest())
        self.lose(store, leaf)
        with pytest.raises(BlobNotFoundError, match=leaf):
            store.get(cid)

    def test_putting_again_repairs(self, store: BlobStore) -> None:
        data = sample(2 * LEAF_BYTES)
        cid = store.put(data)
        self.damage(store, raw_cid(sha256(data[LEAF_BYTES:]).digest()))
        assert store.put(data) == cid
        assert store.get(cid) == data

    def test_every_block_is_listed(self, store: BlobStore) -> None:
        data = sample(LEAF_BYTES + 1)
        root = store.put(data)
        leaves = {raw_cid(sha256(part).digest()) for part in (data[:LEAF_BYTES], data[LEAF_BYTES:])}
        assert set(store.iter()) == leaves | {root}

    def test_a_source_that_fails_leaves_no_root(self, store: BlobStore) -> None:
        data = sample(2 * LEAF_BYTES)

        def broken() -> object:
            yield data[:LEAF_BYTES]
            raise OSError("the camera was unplugged")

        with pytest.raises(OSError, match="unplugged"):
            store.put(broken())  # type: ignore[arg-type]
        assert all(cid_decode(cid)[0] != DAG_PB for cid in store.iter())

    @pytest.mark.parametrize(
        "name", ["", "../../etc/passwd", "b" * 59, "bafkrei", "QmWmRj3dFDZdb6ABvbmKhEL6TmPbAfBZ1t5BxsEyJrcZhE"]
    )
    def test_names_that_are_not_cids(self, store: BlobStore, name: str) -> None:
        with pytest.raises(CidError):
            store.get(Cid(name))
        with pytest.raises(CidError):
            store.has(Cid(name))

    def test_a_node_that_lies_about_its_leaves(self, store: BlobStore) -> None:
        """A hostile tree: right hashes, wrong sizes. Reading must fail rather than shift the bytes."""
        small = store.put_block(b"x" * 10)
        for links in (
            [Link(small, 11, 10)],
            [Link(small, 10, 10), Link(small, 10, 10)],
            [Link(store.put_block(b"\xa0", DAG_CBOR), 1, 1)],
            [],
        ):
            root = store.put_block(encode_node(links), DAG_PB)
            with pytest.raises(MalformedNodeError):
                store.get(root)

    def test_a_node_that_lies_about_its_nodes(self, store: BlobStore) -> None:
        leaf = Link(store.put_block(b"x" * 10), 10, 10)
        inner = store.put_block(encode_node([leaf]), DAG_PB)
        root = store.put_block(encode_node([Link(inner, 20, 60)]), DAG_PB)
        with pytest.raises(MalformedNodeError, match=inner):
            store.get(root)

    def test_bytes_that_are_no_node(self, store: BlobStore) -> None:
        good = encode_node([Link(store.put_block(b"x"), 1, 1)])
        for block in (b"", b"\x12", good[:-1], good + b"\x00", b"\x0a\x00" + good, b"\xff" * 40):
            root = store.put_block(block, DAG_PB)
            with pytest.raises(MalformedNodeError):
                store.get(root)

    def test_a_tower_of_nodes(self, store: BlobStore) -> None:
        """One link a node, a thousand high: refused, not a crashed interpreter."""
        cid, size = store.put_block(b"x"), 1
        for _ in range(1000):
            cid = store.put_block(encode_node([Link(cid, 1, size)]), DAG_PB)
        with pytest.raises(MalformedNodeError, match="tall"):
            store.get(cid)

    def test_an_alias_of_a_name_is_refused(self, store: BlobStore) -> None:
        cid = store.put(b"alias")
        for alias in (cid.upper(), cid[:-1] + chr(ord(cid[-1]) + 1), cid + "=", cid_encode(DAG_CBOR, bytes(32))[:-1]):
            with pytest.raises(CidError):
                store.get(Cid(alias))
