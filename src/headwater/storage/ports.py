"""What Headwater asks of a place that keeps bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from headwater.primitives.cid import RAW, Cid
from headwater.storage.models import BlobStat, Chunk, Source


class BlobStore(Protocol):
    """Content-addressed blobs. Names are UnixFS CIDv1 of profile unixfs-v1-2025: 1 MiB raw leaves, 1024 links.

    Safety: every block read is hashed and compared with its CID, so a store can lose bytes but not change them.
    Atomicity: a name becomes readable only when everything below it has been written.
    Memory: ``put``, ``open_stream`` and ``get_range`` hold a few leaves at a time, whatever the size of the blob.
    Every method that reads raises BlobNotFoundError or CorruptBlockError (naming the leaf), and
    MalformedNodeError if the tree is not of our profile; all raise StoreUnavailableError if the medium fails.
    """

    def put(self, source: Source) -> Cid:
        """Store bytes, a file or chunks and return the name. Putting again is harmless and repairs a bad block."""
        ...

    def put_block(self, block: Chunk, codec: int = RAW) -> Cid:
        """Store one block as it is, at most 1 MiB: a record (``codec=DAG_CBOR``) or a single leaf."""
        ...

    def get(self, cid: Cid) -> bytes:
        """The whole blob or record in memory."""
        ...

    def open_stream(self, cid: Cid) -> Iterator[bytes]:
        """The blob leaf by leaf, in order; each leaf is verified before it is handed out."""
        ...

    def get_range(self, cid: Cid, start: int, length: int) -> bytes:
        """Bytes [start, start + length); RangeError if they are not all there. Reads only the leaves it needs."""
        ...

    def get_leaf(self, cid: Cid, index: int) -> bytes:
        """Leaf ``index`` (from 0) of the blob: for ciphertext, encryption frame ``index``. RangeError if outside."""
        ...

    def has(self, cid: Cid) -> bool:
        """Whether the root block is held; as roots are written last, the blob is then complete."""
        ...

    def stat(self, cid: Cid) -> BlobStat:
        """Size and number of leaves."""
        ...

    def iter(self) -> Iterator[Cid]:
        """Every block held (leaves, nodes and records), in no particular order."""
        ...
