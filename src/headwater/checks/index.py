"""Fingerprints of everything anchored before, in anchor order: an item is compared with earlier entries only.

Keys nominate (``copy_keys``, ``shelf``), motion and distance decide. Who is nominated depends on the set of earlier
entries alone, so a stranger who rebuilds the index from the reports gets the same answer, byte for byte. A small
snapshot is one canonical dag-cbor block; a large one is a tree of blocks (``index_tree``).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from headwater.checks.copy_keys import motion_keys, path_keys, stored_keys
from headwater.checks.errors import IndexFormatError, IndexOrderError
from headwater.checks.fingerprints import CameraPrint, Fingerprints, Match, likeness, scene_share, trajectory_distance
from headwater.checks.label_print import LabelPrint
from headwater.checks.shelf import Shelf
from headwater.primitives import canonical

SCHEMA = "headwater/copy-index/1"
NOMINATED = 4  # by motion, and as many by trajectory
CERTAIN_MILLI = 900  # motion so alike that no other entry is looked at
HELD = 64  # entries kept after they were fetched


@dataclass(frozen=True)
class Entry:
    """One anchored item.

    Attributes:
        contribution_id: as on chain, hex or any text.
        order: global anchor order; no two are equal.
        content_root: 32 bytes.
    """

    contribution_id: str
    order: int
    content_root: bytes
    prints: Fingerprints


class Holdings:
    """What indexes of one place share: keys and content roots in memory, entries wherever they are kept."""

    def __init__(self, fetch: Callable[[int], Entry] | None = None) -> None:
        """
        Args:
            fetch: entry by order; in memory without it.
        """
        self._kept: dict[int, Entry] = {}
        self._roots: dict[bytes, list[int]] = {}
        self._orders: list[int] = []
        self._labels: dict[bytes, list[int]] = {}  # by origin, and by place marked
        self._outside = fetch is not None
        self.entry = lru_cache(HELD)(fetch) if fetch is not None else self._kept.__getitem__
        self.shelf = Shelf()

    def put(self, entry: Entry) -> None:
        """File an entry. Raises IndexOrderError if its order is taken."""
        at = bisect_left(self._orders, entry.order)
        if at < len(self._orders) and self._orders[at] == entry.order:
            raise IndexOrderError("copy index order", actual=entry.order, allowed="an order not taken")
        self._orders.insert(at, entry.order)
        if not self._outside:
            self._kept[entry.order] = entry
        if entry.content_root:
            same = self._roots.setdefault(entry.content_root, [])
            same.insert(bisect_left(same, entry.order), entry.order)
        labels = entry.prints.labels
        for key in (labels.origin, *labels.place_set()) if labels else ():
            insort(self._labels.setdefault(key, []), entry.order)
        self.shelf.add(entry.order, stored_keys(entry.prints))

    def count(self, below: int) -> int:
        """Entries of an order below ``below``."""
        return bisect_left(self._orders, below)

    def orders(self, below: int) -> list[int]:
        """Their orders, rising."""
        return self._orders[: self.count(below)]

    def labelled(self, keys: Iterable[bytes], below: int) -> list[int]:
        """Orders of sheets filed under any of these origins or places, rising."""
        return sorted({order for key in keys for order in self._labels.get(key, ()) if order < below})

    def first_with(self, content_root: bytes, below: int) -> int | None:
        """The lowest order with this content."""
        order = self._roots.get(content_root, [below])[0]
        return order if order < below else None


class CopyIndex:
    """The entries below ``limit`` of some holdings; what an item anchored at ``limit`` is judged against."""

    def __init__(
        self, entries: tuple[Entry, ...] = (), *, holdings: Holdings | None = None, limit: int = 1 << 62
    ) -> None:
        self._holdings = holdings or Holdings()
        self._limit = limit
        for entry in entries:
            self._holdings.put(entry)

    def __len__(self) -> int:
        return self._holdings.count(self._limit)

    @property
    def shelf_bytes(self) -> int:
        """Memory of the keys of all holdings."""
        return self._holdings.shelf.size_bytes

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries in order."""
        return tuple(map(self._holdings.entry, self._holdings.orders(self._limit)))

    def add(self, contribution_id: str, order: int, content_root: bytes, prints: Fingerprints) -> None:
        """Append an item. Raises IndexOrderError unless ``order`` is above every order so far."""
        orders = self._holdings.orders(self._limit)
        if orders and order <= orders[-1]:
            raise IndexOrderError(
                "copy index order",
                actual=order,
                allowed=f"above {orders[-1]}",
                fix="Add items in the order of their anchors.",
            )
        self._holdings.put(Entry(contribution_id, order, content_root, prints))

    def before(self, order: int) -> CopyIndex:
        """The entries anchored before ``order``; nothing is copied."""
        return CopyIndex(holdings=self._holdings, limit=min(order, self._limit))

    def same_content(self, content_root: bytes) -> str | None:
        """Contribution id of the earliest entry with this content root, or ``None``."""
        order = self._holdings.first_with(content_root, self._limit) if content_root else None
        return None if order is None else self._holdings.entry(order).contribution_id

    def labels_of(self, origin: bytes) -> list[tuple[str, LabelPrint]]:
        """Contribution id and print of every earlier sheet for this origin, in order."""
        return self._labelled((origin,))

    def labels_at(self, places: Iterable[bytes]) -> list[tuple[str, LabelPrint]]:
        """The same of every earlier sheet that marks one of these places."""
        return self._labelled(places)

    def _labelled(self, keys: Iterable[bytes]) -> list[tuple[str, LabelPrint]]:
        found = map(self._holdings.entry, self._holdings.labelled(keys, self._limit))
        return [(entry.contribution_id, entry.prints.labels) for entry in found if entry.prints.labels]

    def nearest(self, prints: Fingerprints) -> Match:
        """The closest of the nominated entries by video and by trajectory; of equals the first nominated."""
        found = Match(compared=len(self))
        shelf = self._holdings.shelf
        by_path = shelf.nominate(path_keys(prints), self._limit, NOMINATED)
        by_motion = shelf.nominate(motion_keys(prints), self._limit, NOMINATED)
        for order in dict.fromkeys([*by_path, *by_motion]):
            found = _closer(found, prints, self._holdings.entry(order))
            if found.video_milli >= CERTAIN_MILLI:
                break
        return found

    def to_bytes(self) -> bytes:
        """Canonical snapshot."""
        rows: list[Any] = [
            [entry.contribution_id, entry.order, entry.content_root, entry.prints.to_record()] for entry in self.entries
        ]
        return canonical.encode({"schema": SCHEMA, "entries": rows})

    @classmethod
    def from_bytes(cls, data: bytes) -> CopyIndex:
        """Read a snapshot. Raises IndexFormatError."""
        try:
            record = canonical.decode(data)
            if record["schema"] != SCHEMA:
                raise KeyError("schema")
            entries = tuple(Entry(i, o, bytes(r), Fingerprints.from_record(p)) for i, o, r, p in record["entries"])
            orders = [entry.order for entry in entries]
            if orders == sorted(set(orders)):
                return cls(entries)
        except (canonical.CanonicalError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise IndexFormatError(
                "copy index", actual=str(error)[:80], allowed=SCHEMA, fix="Fetch the snapshot again or rebuild it."
            ) from error
        raise IndexOrderError("copy index order", actual="not rising", fix="Rebuild the index from the anchors.")


def _closer(found: Match, prints: Fingerprints, entry: Entry) -> Match:
    """``found``, or with ``entry`` where its video or its trajectory is nearer."""
    distance = trajectory_distance(prints, entry.prints)
    if distance < found.trajectory_milli:
        found = replace(found, trajectory_id=entry.contribution_id, trajectory_milli=distance)
    for own in prints.cameras.values():
        for theirs in entry.prints.cameras.values():
            found = _closer_camera(found, own, theirs, entry.contribution_id, distance)
    return found


def _closer_camera(found: Match, own: CameraPrint, theirs: CameraPrint, name: str, distance: int) -> Match:
    video, mirrored, cropped = likeness(own, theirs)
    if video <= found.video_milli:
        return found
    return replace(
        found,
        video_id=name,
        video_milli=video,
        mirrored=mirrored,
        cropped=cropped,
        scene_milli=scene_share(own, theirs),
        entry_trajectory_milli=distance,
    )
