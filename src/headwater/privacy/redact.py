"""A recording without what says who and where: every file redacted by its kind, sensors bit for bit, all of it listed.

A file of a kind that cannot be redacted here is refused by name, and then nothing is written: what is not known to be
clean does not pass.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.privacy.covering import GROWN_PERCENT, outside, private
from headwater.privacy.dicom import METHOD, deidentified, is_dicom, write
from headwater.privacy.errors import RedactionError
from headwater.privacy.film import redact_film
from headwater.privacy.models import Area, Seen
from headwater.privacy.pictures import covered, fill, luma, stripped
from headwater.privacy.placing import RECORD, SCHEMA, in_the_way, place_file, place_folder, workplace
from headwater.privacy.ports import Detectors
from headwater.privacy.tables import WORDS, copy_table
from headwater.privacy.traces import MOVIES, PICTURES, traces_of

NOT_LOOKED_FOR = (
    "people by their body, gait or hands",
    "faces upside down or smaller than about twelve pixels",
    "text that nobody could read at this size",
    "names in file names and in task texts",
    "faces that can be computed from a scan of a head",
)
_TABLES = WORDS | {".csv", ".parquet"}


@dataclass(frozen=True)
class FileChange:
    """What was done to one file.

    Attributes:
        path: inside the recording.
        sha256: of the result, 32 bytes.
        same: the result has the original's bytes.
        frames: pictures looked at; boxes: [frame, x, y, width, height, kind] of what was filled.
        left: sightings the detectors still have in the result; 0 is no proof that nobody can be seen.
        removed: names of tracks, tags, segments and attributes that are gone.
        encoded: codec of a picture track that was encoded again.
    """

    path: str
    sha256: bytes
    same: bool
    frames: int = 0
    boxes: tuple[tuple[int, int, int, int, int, str], ...] = ()
    left: int = 0
    removed: tuple[str, ...] = ()
    encoded: str = ""

    def to_record(self) -> dict[str, Any]:
        """Plain values; spec/redaction.md."""
        return {
            "path": self.path,
            "sha256": self.sha256.hex(),
            "same": self.same,
            "frames": self.frames,
            "covered": dict(sorted(Counter(box[5] for box in self.boxes).items())),
            "boxes": [list(box) for box in self.boxes],
            "left": self.left,
            "removed": list(self.removed),
            "encoded": self.encoded,
        }


@dataclass(frozen=True)
class Redaction:
    """A whole recording's changes."""

    files: tuple[FileChange, ...]
    tools: Mapping[str, str]

    def covered(self) -> Mapping[str, int]:
        """Kind -> how many rectangles were filled."""
        return Counter(box[5] for file in self.files for box in file.boxes)

    def to_json(self) -> str:
        """The record, as spec/redaction.md has it."""
        record = {
            "schema": SCHEMA,
            "tools": dict(sorted(self.tools.items())),
            "not_looked_for": list(NOT_LOOKED_FOR),
            "files": [file.to_record() for file in self.files],
        }
        return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class _Run:
    """One redaction: its detectors, and the secret that replaces UIDs."""

    detectors: Detectors
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def one(self, source: Path, target: Path, path: str) -> FileChange:
        kind = source.suffix.lower()
        if is_dicom(source):
            return self._dicom(source, target, path)
        if kind in MOVIES:
            made = redact_film(source, target, self.detectors)
            boxes = tuple((c.frame, *_numbers(c.area), str(c.sight)) for c in made.covered)
            return _change(source, target, path, made.frames, boxes, made.left, made.gone, made.encoded)
        if kind in PICTURES:
            return self._picture(source, target, path)
        if kind in _TABLES:
            return _change(source, target, path, removed=copy_table(source, target))
        allowed = "MP4, MOV, JPEG, PNG, DICOM, Parquet, CSV, JSON and plain text"
        raise RedactionError(path, actual=kind or "no suffix", allowed=allowed, fix="leave it out, or convert it first")

    def _picture(self, source: Path, target: Path, path: str) -> FileChange:
        data, seen = source.read_bytes(), Seen(0, ())
        names = tuple(trace.place for trace in traces_of(source))
        try:
            seen = Seen(0, self.detectors.see(luma(data), careful=True))
        except (OSError, SyntaxError, ValueError) as error:
            fix = "copy it again"
            raise RedactionError(path, actual=f"not a picture ({type(error).__name__})", fix=fix) from None
        areas = [sighting.area.grown(GROWN_PERCENT) for sighting in private(seen)]
        made = covered(data, areas, path) if areas else stripped(data, path)
        target.write_bytes(made)
        left = outside(private(Seen(0, self.detectors.see(luma(made), careful=True))), areas) if areas else 0
        boxes = tuple((0, *_numbers(a), str(s.sight)) for a, s in zip(areas, private(seen), strict=True))
        gone = (*names, *(["metadata"] if len(made) != len(data) and not names else []))
        return _change(source, target, path, 1, boxes, left, gone)

    def _dicom(self, source: Path, target: Path, path: str) -> FileChange:
        held, gone = deidentified(source, self.key)
        pictures = 0
        for number, image in enumerate(_shown(held, path)):
            pictures += 1
            if private(Seen(number, self.detectors.see(image, careful=True))):
                fix = "have what can be read taken out of the pixels by whoever made the picture"
                raise RedactionError(path, actual=f"text or a face in frame {number}", allowed="none", fix=fix)
        write(held, target)
        return _change(source, target, path, pictures, removed=gone)


def without_private(image: NDArray[np.uint8], detectors: Detectors) -> NDArray[np.uint8]:
    """A copy of one luma picture (h, w) with faces and telling text filled: for previews."""
    made = image.copy()
    fill(made, [s.area.grown(GROWN_PERCENT) for s in private(Seen(0, detectors.see(image, careful=True)))])
    return made


def redact(
    source: Path, target: Path, detectors: Detectors, *, progress: Callable[[str, int, int], None] = lambda *_: None
) -> Redaction:
    """Write a redacted copy of a recording, and its record beside it (``redaction.json``; for one file
    ``NAME.redaction.json``).

    Args:
        source: a file or a folder; target: must not exist.
        progress: told each file's path, and how many are done of how many.

    Raises:
        RedactionError: a file cannot be redacted here, or the target or another's record is there. Nothing was written.
        RecordingError: a video cannot be read. ExtraMissingError: the privacy extra is not installed.
    """
    if target.exists():
        raise in_the_way(target)
    if not source.exists():
        raise RedactionError(str(source), actual="no such file or folder", fix="check the path")
    run = _Run(detectors)
    target.parent.mkdir(parents=True, exist_ok=True)
    with workplace(target.parent) as work:
        made = work / "made"
        changes = []
        names = _files(source)
        for done, name in enumerate(names):
            progress(name, done, len(names))
            out = made if source.is_file() else made / name
            out.parent.mkdir(parents=True, exist_ok=True)
            changes.append(run.one(source if source.is_file() else source / name, _named(out, name), name))
        tools = {**detectors.versions, "headwater": version("headwater"), "dicom": METHOD}
        redaction = Redaction(tuple(changes), tools)
        if source.is_file():
            place_file(_named(made, names[0]), target, redaction.to_json().encode())
        else:
            place_folder(made, target, redaction.to_json().encode())
    return redaction


def _files(source: Path) -> list[str]:
    """Paths inside the recording, sorted; a link could lead out of it and is refused."""
    if source.is_file():
        return [source.name]
    found = [path for path in sorted(source.rglob("*")) if not path.is_dir() or path.is_symlink()]
    for path in found:
        if path.is_symlink() or not path.is_file():
            raise RedactionError(str(path.relative_to(source)), actual="a link", allowed="files", fix="copy it there")
    return [str(path.relative_to(source)) for path in found if path.name != RECORD]


def _named(out: Path, name: str) -> Path:
    """FFmpeg and readers look at the suffix of what they are given."""
    return out.with_name(out.name + Path(name).suffix) if out.name == "made" else out


def _numbers(area: Area) -> tuple[int, int, int, int]:
    return area.x, area.y, area.width, area.height


def _change(
    source: Path,
    target: Path,
    path: str,
    frames: int = 0,
    boxes: tuple[tuple[int, int, int, int, int, str], ...] = (),
    left: int = 0,
    removed: tuple[str, ...] = (),
    encoded: str = "",
) -> FileChange:
    before, after = (hashlib.sha256(p.read_bytes()).digest() for p in (source, target))
    return FileChange(path, after, before == after, frames, boxes, left, removed, encoded)


def _shown(held: Any, path: str) -> Any:
    """Frames of a DICOM file as 8-bit luma, stretched to the whole range. Raises RedactionError."""
    if "PixelData" not in held:
        return
    try:
        pixels = held.pixel_array
    except Exception as error:
        fix = "dcmconv writes it uncompressed"
        raise RedactionError(path, actual=f"pixels cannot be read ({type(error).__name__})", fix=fix) from None
    colour = int(held.get("SamplesPerPixel", 1)) > 1
    pictures = pixels if int(held.get("NumberOfFrames", 1) or 1) > 1 else pixels[None]
    for picture in pictures:
        grey = picture.mean(axis=2) if colour else picture
        low, high = float(grey.min()), float(grey.max())
        yield np.asarray((grey - low) * (255 / max(high - low, 1)), dtype=np.uint8)
