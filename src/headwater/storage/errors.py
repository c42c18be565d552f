"""What can go wrong with stored bytes.

StorageError
├── BlobNotFoundError       nothing held under this CID
├── CorruptBlockError       a block's bytes are not what its CID names
├── MalformedNodeError      a dag-pb node is not a UnixFS file node of our profile
├── RangeError              bytes or a leaf outside the blob were asked for
└── StoreUnavailableError   the disk or the service underneath refused
"""

from __future__ import annotations

from hashlib import sha256

from headwater.primitives.cid import Cid, cid_digest
from headwater.primitives.errors import HeadwaterError


class StorageError(HeadwaterError):
    """Base of this room's errors."""


class BlobNotFoundError(StorageError):
    """Nothing is held under ``cid``."""

    def __init__(self, cid: Cid) -> None:
        self.cid = cid
        super().__init__(f"block {cid} is not in the store", fix="fetch it from another holder, or submit it again")


class CorruptBlockError(StorageError):
    """The bytes held for ``cid`` hash to something else. ``cid`` is the very leaf, not the file above it."""

    def __init__(self, cid: Cid, block: bytes) -> None:
        self.cid = cid
        super().__init__(
            f"block {cid} is corrupt",
            actual=f"sha256 {sha256(block).hexdigest()}, {len(block)} bytes",
            allowed=f"sha256 {cid_digest(cid).hex()}",
            fix="put the original bytes again; the store then replaces the block",
        )


class MalformedNodeError(StorageError):
    """The node under ``cid`` is whole, but not one this profile writes."""

    def __init__(self, cid: Cid, actual: str) -> None:
        self.cid = cid
        allowed = "a file of profile unixfs-v1-2025"
        super().__init__(f"node {cid} is not readable", actual=actual, allowed=allowed, fix="import the file again")


class RangeError(StorageError):
    """The range or leaf does not lie inside the blob."""


class StoreUnavailableError(StorageError):
    """The medium below (disk, bucket, node) failed; nothing half-written is visible."""
