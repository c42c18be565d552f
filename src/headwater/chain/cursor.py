"""Following the chain without losing or repeating an event, through reorganisations.

A cursor remembers blocks it has read up to, each with its hash. If the newest is no longer on the chain, its reader
goes back to the newest remembered one that is, and tells the caller to forget everything after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headwater.chain.deployment import Deployment
from headwater.chain.errors import ChainError
from headwater.chain.events import Event, read_events
from headwater.chain.models import Block
from headwater.chain.rpc import BlockTag, Chain

_REMEMBERED = 64
_TRIES = 5


@dataclass(frozen=True)
class Cursor:
    """Where a reader stands.

    Attributes:
        start: first block with anything to read.
        trail: (number, hash) of blocks read up to, oldest first; empty before the first reading.
    """

    start: int
    trail: tuple[tuple[int, bytes], ...] = ()

    @property
    def block(self) -> int:
        """The last block read; ``start - 1`` before any."""
        return self.trail[-1][0] if self.trail else self.start - 1

    @property
    def hash(self) -> bytes | None:
        """Hash of the last block read."""
        return self.trail[-1][1] if self.trail else None

    def after(self, block: Block) -> Cursor:
        """The cursor once everything up to ``block`` was read."""
        if block.number <= self.block:
            return self
        return Cursor(self.start, (*self.trail, (block.number, block.hash))[-_REMEMBERED:])

    def plain(self) -> dict[str, Any]:
        """For JSON or a database row."""
        return {"start": self.start, "trail": [[number, word.hex()] for number, word in self.trail]}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Cursor:
        """The cursor ``plain`` wrote."""
        return cls(int(plain["start"]), tuple((int(number), bytes.fromhex(word)) for number, word in plain["trail"]))


@dataclass(frozen=True)
class Step:
    """One advance.

    Attributes:
        events: new ones in chain order.
        rolled_back_to: if set, forget every event of a later block first, then apply ``events``.
    """

    cursor: Cursor
    events: Sequence[Event]
    rolled_back_to: int | None


class Follower:
    """Reads on from a cursor, up to ``tag``: the head, or ``rpc.FINAL`` where nothing may ever be taken back."""

    def __init__(self, chain: Chain, deployment: Deployment, tag: BlockTag = "latest") -> None:
        self._chain = chain
        self._deployment = deployment
        self._tag = tag

    def start(self) -> Cursor:
        """A cursor that has read nothing of this deployment."""
        return Cursor(self._deployment.block)

    def advance(self, cursor: Cursor) -> Step:
        """Everything since the cursor.

        Raises:
            ChainError: the chain was reorganised under us again and again.
        """
        for _ in range(_TRIES):
            kept = self._rewind(cursor)
            head = self._chain.block(self._tag)
            if head is None or head.number <= kept.block:
                events: list[Event] = []
                reached = kept
            else:
                events = read_events(self._chain, self._deployment, kept.block + 1, head.number)
                reached = kept.after(head)
            if self._stands(reached):  # else the chain changed between our questions: ask all of them again
                return Step(reached, events, None if kept == cursor else kept.block)
        raise ChainError("chain head", actual="reorganised while being read", fix="try again, or follow final blocks")

    def _stands(self, cursor: Cursor) -> bool:
        return cursor.hash is None or self._chain.block_hash(cursor.block) == cursor.hash

    def _rewind(self, cursor: Cursor) -> Cursor:
        while not self._stands(cursor):
            cursor = Cursor(cursor.start, cursor.trail[:-1])
        return cursor
