"""Values of the storage room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from headwater.primitives.cid import Cid

Chunk = bytes | bytearray | memoryview
"""Bytes of any length. A memoryview may be reused by its producer once the next chunk is asked for."""

Source = Chunk | BinaryIO | Iterable[Chunk]
"""Whatever can be put: bytes, an open binary file, or chunks in order."""


@dataclass(frozen=True)
class BlobStat:
    """Facts about a blob, read from its root alone.

    Attributes:
        size_bytes: length of the file (not of the tree that carries it).
        leaves: number of 1 MiB leaves; an empty file has one, empty leaf.
    """

    cid: Cid
    size_bytes: int
    leaves: int
