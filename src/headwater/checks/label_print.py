"""What an index keeps of a sheet of labels: whose, of which origin, and a short name of every place it marks.

Places are compared, not names: who copies boxes may call them something else. Classes and words mark no place; that two
labellers say the same of one picture is what a requester pays for.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from headwater.formats import Label, LabelSheet

PLACE_BYTES = 8
MOST_PLACES = 256


@dataclass(frozen=True)
class LabelPrint:
    """One sheet's part of the fingerprints.

    Attributes:
        campaign, labeller, origin: as the sheet says; origin is a contribution's digest, 32 bytes.
        width, height: of the picture as the labeller says.
        places: 8 bytes a different box, outline or span, ascending, at most 256.
        sound: no rule found a DEFECT: only then it takes one of the places a campaign has for labellers of an origin.
    """

    campaign: int
    labeller: str
    origin: bytes
    width: int
    height: int
    places: bytes = b""
    sound: bool = True

    def place_set(self) -> frozenset[bytes]:
        """The places one by one."""
        return frozenset(self.places[at : at + PLACE_BYTES] for at in range(0, len(self.places), PLACE_BYTES))

    def to_record(self) -> dict[str, Any]:
        """Plain values."""
        return dict(vars(self))

    @staticmethod
    def from_record(record: dict[str, Any]) -> LabelPrint:
        """The inverse of ``to_record``; KeyError, TypeError or ValueError for another shape."""
        made = LabelPrint(**record)
        kinds = (int, str, bytes, int, int, bytes, bool)
        if any(type(value) is not kind for value, kind in zip(vars(made).values(), kinds, strict=True)):
            raise TypeError("labels: a field of another type")
        if len(made.origin) != 32 or len(made.places) % PLACE_BYTES or len(made.places) > PLACE_BYTES * MOST_PLACES:
            raise ValueError(f"labels: {len(made.places)} bytes of places")
        return made


def label_print(sheet: LabelSheet) -> LabelPrint:
    """The print of a sheet."""
    names = sorted({_place(label, sheet.kind) for label in sheet.labels} - {b""})[:MOST_PLACES]
    origin = sheet.origin
    size = (min(origin.width, 1 << 40), min(origin.height, 1 << 40))
    return LabelPrint(sheet.campaign, sheet.labeller, origin.contribution, *size, b"".join(names))


def _place(label: Label, kind: str) -> bytes:
    """Name of where a label is, to the hundredth of a pixel; empty if it says no place."""
    if kind == "spans":
        text = f"span {label.start_ms} {label.end_ms}"
    elif label.box is not None or label.outline:
        text = "box " + " ".join(str(round(100 * number)) for number in (*(label.box or ()), *label.outline))
    else:
        return b""
    return hashlib.sha256(text.encode()).digest()[:PLACE_BYTES]
