"""Which earlier items share keys with a query: sorted arrays, searched by halving. Exact, so the same everywhere.

A *key* is 32 bits that a copy keeps with known probability (``copy_keys``). Everything that shares a key with the
query is found; nothing is trained, sampled or raced for, so the answer depends on the set of items alone, not on the
order or the number of parts they were filed in, nor on threads. 8 bytes a key; files may be mapped instead of held.

Rare keys weigh more: a key that stands with n items is worth ``WHOLE // n`` to each. Of a key only the ``COMMON``
earliest items count, which bounds the work and lets nobody push an earlier item out by flooding its keys; of equals
the earlier item comes first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint32]
WHOLE = 1 << 20
COMMON = 256
TAIL = 1 << 9  # items kept unsorted before they become a part
MARKED = 1 << 20  # keys whose bits are set at a time; a mapped part may be large
LOW_BITS = 25  # of a motion code: 24 and the table
FAN = 4  # parts of one size before they are merged


@dataclass(frozen=True, eq=False)
class Part:
    """Some items' keys.

    Attributes:
        orders: (items,) int64, rising.
        keys: (n,) uint32, rising; may be a memory map.
        items: (n,) uint32, positions in ``orders``, rising where keys are equal.
    """

    orders: NDArray[np.int64]
    keys: Keys
    items: NDArray[np.uint32]

    @property
    def size_bytes(self) -> int:
        """Of the three arrays."""
        return int(self.orders.nbytes + self.keys.nbytes + self.items.nbytes)

    @staticmethod
    def of(orders: NDArray[np.int64], keys: Keys, owners: NDArray[np.uint32]) -> Part:
        """Sort pairs of key and position into a part; ``orders`` must rise."""
        pairs = np.sort(keys.astype(np.uint64) << np.uint64(32) | owners)
        return Part(orders, (pairs >> np.uint64(32)).astype(np.uint32), pairs.astype(np.uint32))

    @staticmethod
    def merged(parts: list[Part]) -> Part:
        """One part of several."""
        orders = np.sort(np.concatenate([part.orders for part in parts]))
        owners = [np.searchsorted(orders, part.orders)[part.items].astype(np.uint32) for part in parts]
        return Part.of(orders, np.concatenate([part.keys for part in parts]), np.concatenate(owners))

    def find(self, wanted: Keys, below: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(position in ``wanted``, order) of the ``COMMON`` earliest items of each key; ``wanted`` must rise."""
        if not len(self.keys):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        first = np.searchsorted(self.keys, wanted, "left")
        here = np.flatnonzero(self.keys[np.minimum(first, len(self.keys) - 1)] == wanted)
        first = first[here]
        last = np.minimum(np.searchsorted(self.keys, wanted[here], "right"), first + COMMON)
        counts = last - first
        asked = np.repeat(here, counts)
        offset = np.arange(len(asked)) - np.repeat(np.cumsum(counts) - counts, counts)
        orders = self.orders[self.items[np.repeat(first, counts) + offset]]
        early = orders < below
        return asked[early], orders[early]


@dataclass
class Shelf:
    """Append items in any order; ask for those before a limit. Items are named by their global anchor order.

    Of keys below 2**``LOW_BITS`` a bit says whether any part has them: one look instead of a halving in every part. Of
    100,000 items nine keys in ten are nobody's; at 10,000,000 nearly all are somebody's and the look is in vain.
    """

    parts: list[Part] = field(default_factory=list)
    tail: dict[int, Keys] = field(default_factory=dict)
    _sorted_tail: Part | None = None
    _there: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(1 << LOW_BITS >> 3, np.uint8))

    def __post_init__(self) -> None:
        for part in self.parts:
            self._mark(part)

    def hold(self, part: Part) -> None:
        """Take over a part, mapped from a file or built elsewhere; its orders must be new here."""
        self._mark(part)
        self.parts.append(part)

    def add(self, order: int, keys: Keys) -> None:
        """File an item under its keys. Adding an order again is an error of the caller's."""
        self.tail[order] = distinct(keys)
        self._sorted_tail = None
        if len(self.tail) >= TAIL:
            self.hold(_part_of(self.tail))
            self.tail = {}
            self._merge()

    def nominate(self, keys: Keys, below: int, most: int) -> list[int]:
        """Orders below ``below`` of at most ``most`` items, heaviest first, of equals the earlier first."""
        wanted = distinct(keys)
        here = self._held(wanted)
        some = wanted[here]
        found = [(here[asked], orders) for asked, orders in (part.find(some, below) for part in self.parts)]
        if self.tail:
            self._sorted_tail = self._sorted_tail or _part_of(self.tail)
            found.append(self._sorted_tail.find(wanted, below))
        if not found:
            return []
        asked, orders = _earliest(*(np.concatenate(side) for side in zip(*found, strict=True)))
        worth = WHOLE // np.maximum(np.bincount(asked, minlength=len(wanted)), 1)
        names, where = np.unique(orders, return_inverse=True)
        weight = np.zeros(len(names), np.int64)
        np.add.at(weight, where, worth[asked])
        best = np.lexsort((names, -weight))[:most]
        return [int(order) for order in names[best]]

    @property
    def size_bytes(self) -> int:
        """What the sorted parts and the bits take."""
        return sum(part.size_bytes for part in self.parts) + self._there.nbytes

    def _mark(self, part: Part) -> None:
        low = part.keys[: np.searchsorted(part.keys, np.uint32(1 << LOW_BITS))]
        for at in range(0, len(low), MARKED):
            some = low[at : at + MARKED]
            octets = some >> np.uint32(3)
            first = np.flatnonzero(np.diff(octets, prepend=octets[:1] ^ 1))
            bits = np.left_shift(np.uint8(1), (some & np.uint32(7)).astype(np.uint8))
            self._there[octets[first]] |= np.bitwise_or.reduceat(bits, first)

    def _held(self, wanted: Keys) -> NDArray[np.int64]:
        """Positions of the keys that a part may have; ``wanted`` must rise."""
        low = wanted[: np.searchsorted(wanted, np.uint32(1 << LOW_BITS))]
        bits = self._there[low >> np.uint32(3)] >> (low & np.uint32(7)).astype(np.uint8) & np.uint8(1)
        return np.concatenate([np.flatnonzero(bits), np.arange(len(low), len(wanted))])

    def _merge(self) -> None:
        while len(self.parts) >= FAN and len(self.parts[-FAN].orders) <= 2 * len(self.parts[-1].orders):
            self.parts[-FAN:] = [Part.merged(self.parts[-FAN:])]


def distinct(keys: Keys) -> Keys:
    """Rising, each once; ``np.unique`` takes ten times as long for the keys of a query."""
    rising = np.sort(keys)
    return np.asarray(rising[np.diff(rising, prepend=rising[:1] ^ 1) != 0], np.uint32)


def _earliest(asked: NDArray[np.int64], orders: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The ``COMMON`` lowest orders of every key."""
    sort = np.lexsort((orders, asked))
    asked, orders = asked[sort], orders[sort]
    rank = np.arange(len(asked)) - np.searchsorted(asked, asked, "left")
    return asked[rank < COMMON], orders[rank < COMMON]


def _part_of(tail: dict[int, Keys]) -> Part:
    orders = np.array(sorted(tail), np.int64)
    lengths = [len(tail[int(order)]) for order in orders]
    owners = np.repeat(np.arange(len(orders), dtype=np.uint32), lengths)
    keys = np.concatenate([tail[int(order)] for order in orders]) if len(orders) else np.zeros(0, np.uint32)
    return Part.of(orders, keys.astype(np.uint32), owners)
