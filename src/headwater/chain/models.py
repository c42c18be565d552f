"""Values the chain hands out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from headwater.chain.errors import ChainError

if TYPE_CHECKING:
    from headwater.chain.events import Event

E = TypeVar("E", bound="Event")


@dataclass(frozen=True)
class Block:
    """A block's number, 32-byte hash and time (unix seconds, the protocol's clock)."""

    number: int
    hash: bytes
    time: int


@dataclass(frozen=True)
class Log:
    """One log entry as the node gave it."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block: int
    block_hash: bytes
    index: int
    tx: str


@dataclass(frozen=True)
class Mined:
    """A transaction that is in a block and did not revert."""

    tx: str
    block: int
    block_hash: bytes
    gas_used: int
    logs: tuple[Log, ...]


@dataclass(frozen=True)
class Receipt:
    """What a write did: its hash, block, gas, and the events our contracts emitted, in order."""

    tx: str
    block: int
    gas_used: int
    events: Sequence[Event]

    def only(self, kind: type[E]) -> E:
        """The one event of this kind.

        Raises:
            ChainError: if there is none or more than one: the contract is not the one we were built for.
        """
        found = [event for event in self.events if isinstance(event, kind)]
        if len(found) != 1:
            raise ChainError(f"{kind.__name__} events of {self.tx}", actual=len(found), allowed=1)
        return found[0]


@dataclass(frozen=True)
class Permit:
    """An EIP-2612 signature: ``spender`` may take ``amount`` until ``deadline`` (unix seconds)."""

    owner: str
    spender: str
    amount: int
    deadline: int
    v: int
    r: bytes
    s: bytes
