"""Fingerprints of everything anchored before, in anchor order: an item is compared with earlier entries only.

A snapshot is one canonical dag-cbor block, so a report that names its snapshot can be recomputed by a stranger.
PDQ nominates videos and MinHash trajectories; motion and distance decide. The scan is linear; the approximate index
for millions is a later backend behind the same port.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from headwater.checks.errors import IndexFormatError, IndexOrderError
from headwater.checks.fingerprints import Fingerprints, Match, likeness, scene_share, trajectory_distance
from headwater.primitives import canonical

SCHEMA = "headwater/copy-index/1"
SCAN_ALL = 512  # up to here every trajectory is compared; above, MinHash must nominate it
NOMINATE_MILLI = 300


@dataclass(frozen=True)
class Entry:
    """One anchored item.

    Attributes:
        contribution_id: as on chain, hex or any text.
        order: global anchor order; strictly rising.
        content_root: 32 bytes.
    """

    contribution_id: str
    order: int
    content_root: bytes
    prints: Fingerprints


class CopyIndex:
    """Append-only. ``before(order)`` is the view an item anchored at ``order`` is judged against."""

    def __init__(self, entries: tuple[Entry, ...] = ()) -> None:
        self._entries = list(entries)
        self._roots: dict[bytes, str] = {}
        for entry in entries:
            self._roots.setdefault(entry.content_root, entry.contribution_id)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries in order."""
        return tuple(self._entries)

    def add(self, contribution_id: str, order: int, content_root: bytes, prints: Fingerprints) -> None:
        """Append an item. Raises IndexOrderError unless ``order`` is above every order so far."""
        if self._entries and order <= self._entries[-1].order:
            raise IndexOrderError(
                "copy index order",
                actual=order,
                allowed=f"above {self._entries[-1].order}",
                fix="Add items in the order of their anchors.",
            )
        self._entries.append(Entry(contribution_id, order, content_root, prints))
        self._roots.setdefault(content_root, contribution_id)

    def before(self, order: int) -> CopyIndex:
        """The entries anchored before ``order``."""
        return CopyIndex(tuple(entry for entry in self._entries if entry.order < order))

    def same_content(self, content_root: bytes) -> str | None:
        """Contribution id of the earliest entry with this content root, or ``None``."""
        return self._roots.get(content_root) if content_root else None

    def nearest(self, prints: Fingerprints) -> Match:
        """The closest entries by video and by trajectory; on a tie the earlier one."""
        found = Match(compared=len(self._entries))
        scan_all = len(self._entries) <= SCAN_ALL
        for entry in self._entries:
            found = _closer_video(found, prints, entry)
            if scan_all or _same_tokens(prints, entry.prints):
                distance = trajectory_distance(prints, entry.prints)
                if distance < found.trajectory_milli:
                    found = replace(found, trajectory_id=entry.contribution_id, trajectory_milli=distance)
        return found

    def to_bytes(self) -> bytes:
        """Canonical snapshot."""
        rows: list[Any] = [
            [entry.contribution_id, entry.order, entry.content_root, entry.prints.to_record()]
            for entry in self._entries
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
        except (canonical.CanonicalError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise IndexFormatError(
                "copy index", actual=str(error)[:80], allowed=SCHEMA, fix="Fetch the snapshot again or rebuild it."
            ) from error
        orders = [entry.order for entry in entries]
        if orders != sorted(set(orders)):
            raise IndexOrderError("copy index order", actual="not rising", fix="Rebuild the index from the anchors.")
        return cls(entries)


def _closer_video(found: Match, prints: Fingerprints, entry: Entry) -> Match:
    """``found``, or ``entry`` if PDQ nominates one of its cameras and its motion is more alike."""
    for own in prints.cameras.values():
        for theirs in entry.prints.cameras.values():
            if scene_share(own, theirs) < NOMINATE_MILLI:
                continue
            video, mirrored = likeness(own, theirs)
            if video > found.video_milli:
                distance = trajectory_distance(prints, entry.prints)
                found = replace(
                    found,
                    video_id=entry.contribution_id,
                    video_milli=video,
                    mirrored=mirrored,
                    entry_trajectory_milli=distance,
                )
    return found


def _same_tokens(prints: Fingerprints, other: Fingerprints) -> bool:
    """True if MinHash puts the trajectories' Jaccard likeness at ``NOMINATE_MILLI`` or more."""
    if not prints.minhash or len(prints.minhash) != len(other.minhash):
        return False
    equal = np.frombuffer(prints.minhash, "<u4") == np.frombuffer(other.minhash, "<u4")
    return 1000 * int(equal.sum()) >= NOMINATE_MILLI * len(equal)
