"""The draw of many items from the same sealed weights: what ``draw`` does, without walking the pool for each place."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, count, islice

from headwater.primitives.hashing import keccak256
from headwater.review.draw import Candidate, Lot, head_of


class Urn:
    """All leaves of an anchor's weights in their order; drawing changes nothing in it."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._names = [candidate.address for candidate in candidates]
        self._stakes = [candidate.stake for candidate in candidates]
        self._ends = list(accumulate(self._stakes))
        self._starts = [end - stake for end, stake in zip(self._ends, self._stakes, strict=True)]
        self._at: dict[str, list[int]] = {}
        for place, name in enumerate(self._names):
            self._at.setdefault(name.lower(), []).append(place)

    def draw(self, lot: Lot, places: int, excluded: Iterable[str]) -> tuple[str, ...]:
        """``draw(lot, places, eligible(candidates, excluded))``."""
        return tuple(islice(self.places(lot, excluded), places))

    def places(self, lot: Lot, excluded: Iterable[str]) -> Iterator[str]:
        """The reviewers of an item in the order of their places, each drawn when it is asked for."""
        out = sorted({place for name in excluded for place in self._at.get(name.lower(), ())})
        left = (self._ends[-1] if self._ends else 0) - sum(self._stakes[place] for place in out)
        head = head_of(lot)
        for number in count():
            if not left:
                return
            roll = keccak256(head + number.to_bytes(32, "big"))
            place = self._place(int.from_bytes(roll, "big") % left, out)
            yield self._names[place]
            left -= self._stakes[place]
            insort(out, place)

    def _place(self, point: int, out: Sequence[int]) -> int:
        """Whose stake a point falls into when those of ``out``, ascending, are not there."""
        for place in out:
            if point < self._starts[place]:
                break
            point += self._stakes[place]
        return bisect_right(self._ends, point)
