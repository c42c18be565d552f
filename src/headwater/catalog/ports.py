"""What the catalog asks of others."""

from __future__ import annotations

from typing import Protocol, TypeVar

R = TypeVar("R")


class Records(Protocol):
    """Records by CID, verified; ``client.Network`` is one."""

    def record(self, kind: type[R], cid: str) -> R:
        """The record; a HeadwaterError if it is missing or damaged."""
        ...
