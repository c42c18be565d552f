"""Sheets of labels for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from headwater.formats import Episode, Label, LabelSheet, Origin, open_recording
from headwater.formats.labels import FILE, write_sheet

ANN, BEN, CYD = (
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
)
PICTURE = Origin(b"\x01" * 32, "plant.jpg", b"\x02" * 32, 320, 240)
CLIP = Origin(b"\x01" * 32, "clip.mp4", b"\x02" * 32, length_ms=10_000)


def box(x: float, y: float, width: float, height: float, category: str = "aphid") -> Label:
    """A box of one category."""
    return Label(category, (x, y, width, height))


def sheet(*labels: Label, kind: str = "boxes", labeller: str = ANN, **change: Any) -> LabelSheet:
    """A sheet for campaign 2; ``change`` has ``campaign`` or ``origin``."""
    origin = CLIP if kind == "spans" else PICTURE
    plain: dict[str, Any] = {"campaign": 2, "labeller": labeller, "origin": origin, "kind": kind, "labels": labels}
    return LabelSheet(**plain | change)


def write_labels(folder: Path, made: LabelSheet | None = None) -> Path:
    """The folder with ``labels.json`` in it."""
    folder.mkdir(parents=True, exist_ok=True)
    write_sheet(made or sheet(box(10, 10, 60, 40), box(100, 50.5, 30, 30)), folder / FILE)
    return folder


def labelled(folder: Path, made: LabelSheet) -> Episode:
    """The sheet as an episode."""
    return open_recording(write_labels(folder, made))[0]
