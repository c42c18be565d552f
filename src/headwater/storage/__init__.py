"""Content-addressed blobs behind one port: names are IPFS CIDs, bytes are checked on every read.

Backends: ``LocalBlobStore`` (a directory), ``MemoryBlobStore``. The suite that every backend passes is
``headwater.testing.blobstore``.
"""

from headwater.storage.errors import (
    BlobNotFoundError,
    CorruptBlockError,
    MalformedNodeError,
    RangeError,
    StorageError,
    StoreUnavailableError,
)
from headwater.storage.local import LocalBlobStore
from headwater.storage.memory import MemoryBlobStore
from headwater.storage.models import BlobStat, Chunk, Source
from headwater.storage.ports import BlobStore
from headwater.storage.unixfs import LEAF_BYTES, PROFILE, import_file, leaf_count

__all__ = [
    "LEAF_BYTES",
    "PROFILE",
    "BlobNotFoundError",
    "BlobStat",
    "BlobStore",
    "Chunk",
    "CorruptBlockError",
    "LocalBlobStore",
    "MalformedNodeError",
    "MemoryBlobStore",
    "RangeError",
    "Source",
    "StorageError",
    "StoreUnavailableError",
    "import_file",
    "leaf_count",
]
