"""From what was seen frame by frame to what is covered in every frame: gaps filled, ends held, all of it grown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from headwater.privacy.models import Area, Seen, Sight, Sighting

GROWN_PERCENT = 130  # re-checked by others with a second detector: 3 of 99 small faces were still found
GAP_S, HELD_S = 1.0, 0.5
_SAME_MILLI = 100
LINE_LETTERS, LINE_DIGITS, PAGE_LETTERS = 4, 1, 20  # more careful than the check's


@dataclass(frozen=True)
class Cover:
    """One filled rectangle."""

    frame: int
    sight: Sight
    area: Area


@dataclass
class _Track:
    sight: Sight
    areas: dict[int, Area] = field(default_factory=dict)

    @property
    def last(self) -> int:
        return next(reversed(self.areas))


def private(one: Seen) -> tuple[Sighting, ...]:
    """What of a frame is covered: every face, and text that may name somebody."""
    texts = one.of(Sight.TEXT)
    if sum(text.letters for text in texts) < PAGE_LETTERS:
        texts = tuple(text for text in texts if text.letters >= LINE_LETTERS and text.digits >= LINE_DIGITS)
    return one.of(Sight.FACE) + texts


def outside(sightings: Iterable[Sighting], areas: Iterable[Area]) -> int:
    """How many are not inside a filled area: from what stands around it the detector still guesses a face there."""
    filled = [area.grown(110) for area in areas]
    return sum(not any(area.holds(s.area) for area in filled) for s in sightings)


def covers(looked: Iterable[Seen], frames: int, fps: float) -> Mapping[int, tuple[Cover, ...]]:
    """Frame -> what to fill. ``looked`` in frame order; ``frames`` how many there are."""
    gap, held = max(1, round(GAP_S * fps)), max(1, round(HELD_S * fps))
    tracks: list[_Track] = []
    for one in looked:
        for sighting in private(one):
            _place(tracks, one.frame, sighting, gap)
    made: dict[int, list[Cover]] = defaultdict(list)
    for track in tracks:
        for frame, area in _filled(track, held, frames):
            made[frame].append(Cover(frame, track.sight, area.grown(GROWN_PERCENT)))
    return {frame: tuple(made[frame]) for frame in sorted(made)}


def _place(tracks: list[_Track], frame: int, sighting: Sighting, gap: int) -> None:
    near = [
        (track.areas[track.last].overlap_milli(sighting.area), -place)
        for place, track in enumerate(tracks)
        if track.sight is sighting.sight and 0 < frame - track.last <= gap
    ]
    best = max(near, default=(0, 0))
    if best[0] >= _SAME_MILLI:
        tracks[-best[1]].areas[frame] = sighting.area
    else:
        tracks.append(_Track(sighting.sight, {frame: sighting.area}))


def _filled(track: _Track, held: int, frames: int) -> Iterable[tuple[int, Area]]:
    """The track's areas, those between them, and its ends held and growing."""
    known = list(track.areas.items())
    (first, at_first), (last, at_last) = known[0], known[-1]
    for frame in range(max(0, first - held), first):
        yield frame, at_first.grown(100 + 4 * (first - frame))
    for (a, one), (b, other) in pairwise(known):
        yield a, one
        for frame in range(a + 1, b):
            yield frame, _between(one, other, frame - a, b - a)
    yield last, at_last
    for frame in range(last + 1, min(frames, last + held + 1)):
        yield frame, at_last.grown(100 + 4 * (frame - last))


def _between(a: Area, b: Area, step: int, of: int) -> Area:
    """The smallest rectangle around where it was and where it should be by now."""
    x, y, right, bottom = (
        one + (two - one) * step // of
        for one, two in (
            (a.x, b.x),
            (a.y, b.y),
            (a.x + a.width, b.x + b.width),
            (a.y + a.height, b.y + b.height),
        )
    )
    return Area(x, y, right - x, bottom - y)
