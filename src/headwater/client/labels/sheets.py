"""Sheets out of what labelling tools write: COCO, YOLO, or a JSON of our own for classes, words and spans.

Every picture is found again by the hash of its bytes, so a renamed file is still the right one and a changed one is
told, not labelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater.client.errors import ClientError
from headwater.client.labels.origins import OriginItem
from headwater.formats import Episode, Label, LabelSheet, Origin, open_recording
from headwater.formats.labels import FILE, write_sheet
from headwater.formats.paths import within
from headwater.primitives import json_text
from headwater.primitives.hashing import sha256_file
from headwater.records.campaign_spec import LabelWork

_FIX = 'write {"pictures": [{"file": PATH, "labels": [{"category": NAME}]}]}, or give COCO or YOLO'


@dataclass(frozen=True)
class Marked:
    """One picture or clip on disk and what was said of it."""

    file: Path
    labels: tuple[Label, ...]
    width: int
    height: int
    length_ms: int


def marked_in(path: Path, kind: str) -> Iterator[Marked]:
    """What a file or folder says, picture by picture. Raises RecordingError, ClientError."""
    own = _own_json(path)
    if own is not None:
        yield from (_listed(path, row, n, kind) for n, row in enumerate(own))
        return
    for episode in open_recording(path):
        labels = tuple(_label(a.category, a.box, a.outline, kind) for a in episode.annotations)
        yield _marked(episode, episode.source.files[0], labels)


def sheets_of(
    marked: Iterable[Marked], origins: Iterable[OriginItem], work: LabelWork, campaign: int, labeller: str
) -> Iterator[LabelSheet]:
    """One sheet a picture.

    Raises:
        ClientError: a picture that is no origin's file, byte for byte.
    """
    known = {sha: (one, path) for one in origins for path, sha in one.files.items()}
    for one in marked:
        digest = sha256_file(one.file)
        if digest not in known:
            fix = "label the pictures 'headwater label get' wrote, unchanged"
            allowed = f"a file of dataset {work.dataset}@{work.version}"
            raise ClientError(f"picture {one.file}", actual=f"sha256 {digest.hex()[:16]}", allowed=allowed, fix=fix)
        item, path = known[digest]
        length = one.length_ms if work.kind == "spans" else 0
        origin = Origin(item.contribution, path, digest, one.width, one.height, length)
        yield LabelSheet(campaign, labeller, origin, work.kind, one.labels)


def as_episode(sheet: LabelSheet, work: Path) -> Episode:
    """The sheet written below ``work`` and read again, as everybody else will read it."""
    folder = work / sheet.origin.contribution.hex()[:32]
    folder.mkdir(parents=True, exist_ok=True)
    write_sheet(sheet, folder / FILE)
    return open_recording(folder)[0]


def _own_json(path: Path) -> list[Any] | None:
    """Rows of our own JSON; ``None`` if the path is something else."""
    if path.suffix.lower() != ".json" or not path.is_file():
        return None
    try:
        whole = json_text.parse(path.read_bytes())
    except (ValueError, UnicodeDecodeError):
        return None
    rows = whole.get("pictures") if isinstance(whole, dict) else None
    return rows if isinstance(rows, list) else None


def _listed(path: Path, row: Any, number: int, kind: str) -> Marked:
    where = f"{path}: pictures[{number}]"
    if not isinstance(row, dict) or not isinstance(row.get("file"), str) or not isinstance(row.get("labels"), list):
        raise ClientError(where, actual=repr(row)[:60], allowed="file and labels", fix=_FIX)
    file = within(path.parent, row["file"])
    if not file.is_file():
        raise ClientError(f"{where}: file", actual=f"no file {row['file'][:80]}", fix="name it relative to the JSON")
    labels = tuple(_row(label, f"{where}.labels[{n}]", kind) for n, label in enumerate(row["labels"]))
    return _marked(open_recording(file)[0], file, labels)


def _row(row: Any, where: str, kind: str) -> Label:
    """A label of our own JSON; the sheet's reader judges the values again."""
    if not isinstance(row, Mapping):
        raise ClientError(where, actual=repr(row)[:60], allowed="an object", fix=_FIX)
    category, text = row.get("category", ""), row.get("text", "")
    times = (row.get("start_ms", 0), row.get("end_ms", 0))
    if not isinstance(category, str) or not isinstance(text, str) or not all(type(t) is int for t in times):
        raise ClientError(where, actual=repr(dict(row))[:60], allowed="words, and whole milliseconds", fix=_FIX)
    box = row.get("box")
    whole = isinstance(box, list) and len(box) == 4 and all(type(v) in (int, float) for v in box)
    if box is not None and not whole:
        raise ClientError(f"{where}.box", actual=repr(box)[:60], allowed="[x, y, width, height]", fix=_FIX)
    place = (float(box[0]), float(box[1]), float(box[2]), float(box[3])) if box else None
    return Label(category, place if kind == "boxes" else None, (), text, *times)


def _label(
    category: str, box: tuple[float, float, float, float] | None, outline: tuple[float, ...], kind: str
) -> Label:
    if kind == "boxes" and box is None and outline:
        xs, ys = outline[::2], outline[1::2]
        box = (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
    return Label(category, box, outline) if kind == "boxes" else Label(category)


def _marked(episode: Episode, file: Path, labels: tuple[Label, ...]) -> Marked:
    video = next(iter(episode.videos.values()), None)
    width, height = (video.width, video.height) if video else (0, 0)
    return Marked(file, labels, width, height, round(episode.duration_s * 1000))
