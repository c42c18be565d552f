from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.primitives.cid import Cid
from headwater.storage import LEAF_BYTES, BlobStore, LocalBlobStore, StoreUnavailableError
from headwater.testing.blobstore import BlobStoreSuite, sample


class TestLocal(BlobStoreSuite):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalBlobStore:
        return LocalBlobStore(tmp_path / "blobs", fsync=False)

    def damage(self, store: BlobStore, cid: Cid) -> None:
        assert isinstance(store, LocalBlobStore)
        path = store.path_of(cid)
        block = path.read_bytes()
        path.write_bytes(bytes((block[0] ^ 1,)) + block[1:])

    def lose(self, store: BlobStore, cid: Cid) -> None:
        assert isinstance(store, LocalBlobStore)
        store.path_of(cid).unlink()


def test_two_stores_share_a_directory(tmp_path: Path) -> None:
    cid = LocalBlobStore(tmp_path).put(sample(LEAF_BYTES + 3))
    assert LocalBlobStore(tmp_path).get(cid) == sample(LEAF_BYTES + 3)


def test_nothing_is_left_in_incoming(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path)
    store.put(sample(2 * LEAF_BYTES))
    assert not list((tmp_path / "incoming").iterdir())


def test_a_crash_before_the_rename_shows_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalBlobStore(tmp_path)

    def power_cut(self: Path, target: Path) -> Path:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "replace", power_cut)
    with pytest.raises(StoreUnavailableError, match="Input/output"):
        store.put(b"half")
    assert not list(store.iter())
    assert not list((tmp_path / "incoming").iterdir())


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailableError):
        LocalBlobStore(tmp_path / "file")


def test_foreign_files_are_not_listed(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path)
    cid = store.put(b"mine")
    (store.path_of(cid).parent / "notes.txt").write_text("theirs")
    assert list(store.iter()) == [cid]


@pytest.mark.skipif(os.name != "posix", reason="peak memory is read with getrusage")
def test_a_large_blob_in_constant_memory(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path, fsync=False)
    leaf = sample(LEAF_BYTES)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def chunks() -> Iterator[bytes]:
        for _ in range(256):
            yield leaf

    cid = store.put(chunks())
    assert sum(len(part) for part in store.open_stream(cid)) == 256 * LEAF_BYTES
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 32 * 1024
