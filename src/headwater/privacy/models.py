"""What may say who somebody is, and where it was seen. No value here holds what a text says or whose face it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sight(StrEnum):
    """What a detector names."""

    FACE = "face"
    TEXT = "text"


@dataclass(frozen=True)
class Area:
    """A rectangle of a picture, whole pixels of the picture as people see it; may reach past its edges."""

    x: int
    y: int
    width: int
    height: int

    def grown(self, percent: int) -> Area:
        """The same middle, ``percent`` of the size, at least two pixels more on each side."""
        dx = max(2, self.width * (percent - 100) // 200)
        dy = max(2, self.height * (percent - 100) // 200)
        return Area(self.x - dx, self.y - dy, self.width + 2 * dx, self.height + 2 * dy)

    def holds(self, other: Area) -> bool:
        """Whether four fifths of ``other`` lie inside."""
        wide = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        high = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return wide > 0 and high > 0 and 10 * wide * high >= 8 * other.width * other.height

    def overlap_milli(self, other: Area) -> int:
        """Thousandths of the two together that both cover."""
        wide = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        high = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        both = max(0, wide) * max(0, high)
        return 1000 * both // max(1, self.width * self.height + other.width * other.height - both)


@dataclass(frozen=True)
class Sighting:
    """One face or one line of text.

    Attributes:
        confidence_milli: the detector's own figure, 0..1000; of a text, how surely it was read.
        letters: letters and digits that could be read of a text; digits: how many of them are digits.
    """

    sight: Sight
    area: Area
    confidence_milli: int
    letters: int = 0
    digits: int = 0


@dataclass(frozen=True)
class Seen:
    """What one sampled picture showed; ``texts``: text was looked for as well."""

    frame: int
    sightings: tuple[Sighting, ...]
    texts: bool = True

    def of(self, sight: Sight) -> tuple[Sighting, ...]:
        """The sightings of one kind."""
        return tuple(s for s in self.sightings if s.sight is sight)


@dataclass(frozen=True)
class Heard:
    """What one audio track holds.

    Attributes:
        spans_ms: [start, end) of what sounds like speech, milliseconds.
        silent: no sample is louder than -70 dB of full scale.
    """

    track: int
    seconds: float
    spans_ms: tuple[tuple[int, int], ...]
    silent: bool


@dataclass(frozen=True)
class Trace:
    """Something in a file's metadata that says where, when or who.

    Attributes:
        kind: ``position``, ``person``, ``device`` or ``time``.
        place: where it stands (``EXIF GPSInfo``, ``GPMF GPS5``, ``DICOM PatientName``), never its value.
    """

    kind: str
    place: str
