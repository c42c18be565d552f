"""A BlobStore in a directory: one file a block, named by its CID.

    ROOT/blocks/ab/bafkrei...xaby     fan-out by the two characters before the last, which are spread evenly
    ROOT/incoming/                    blocks being written; never read, safe to delete when nobody writes

A block is written to ``incoming``, flushed to disk and renamed into place, so a crash leaves either the whole block
or none. Several processes may share one directory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from headwater.primitives.cid import Cid, CidError, cid_bytes
from headwater.storage.blocks import BlockBlobStore
from headwater.storage.errors import StoreUnavailableError
from headwater.storage.models import Chunk


class LocalBlobStore(BlockBlobStore):
    """Blocks under ``root``, which is created. ``fsync=False`` trades safety against power loss for speed."""

    def __init__(self, root: Path, *, fsync: bool = True) -> None:
        self.root = root
        self._fsync = fsync
        self._made: set[Path] = set()
        with _medium(root):
            for folder in (root / "blocks", root / "incoming"):
                folder.mkdir(parents=True, exist_ok=True)

    def path_of(self, cid: Cid) -> Path:
        """Where the block lies; CidError for anything but a canonical CID, so no name can leave the directory."""
        cid_bytes(cid)
        return self.root / "blocks" / cid[-3:-1] / cid

    def has(self, cid: Cid) -> bool:
        return self.path_of(cid).is_file()

    def iter(self) -> Iterator[Cid]:
        for path in (self.root / "blocks").glob("*/*"):
            with suppress(CidError):
                cid_bytes(path.name)
                yield Cid(path.name)

    def _load(self, cid: Cid) -> bytes | None:
        path = self.path_of(cid)
        with _medium(path):
            try:
                return path.read_bytes()
            except FileNotFoundError:
                return None

    def _save(self, cid: Cid, block: Chunk) -> None:
        path = self.path_of(cid)
        if self._load(cid) == block:
            return
        with _medium(path):
            self._make(path.parent)
            with NamedTemporaryFile(dir=self.root / "incoming", delete=False) as file:
                try:
                    file.write(block)
                    file.flush()
                    if self._fsync:
                        os.fsync(file.fileno())
                    Path(file.name).replace(path)
                except BaseException:
                    Path(file.name).unlink(missing_ok=True)
                    raise
            if self._fsync:
                _fsync_folder(path.parent)

    def _make(self, folder: Path) -> None:
        if folder in self._made:
            return
        folder.mkdir(exist_ok=True)
        if self._fsync:
            _fsync_folder(folder.parent)
        self._made.add(folder)


def _fsync_folder(folder: Path) -> None:
    """A rename survives power loss only once the directory that holds the name is on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _medium(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        fix = "check free space and permissions"
        raise StoreUnavailableError(f"cannot use {path}", actual=error.strerror or str(error), fix=fix) from error
