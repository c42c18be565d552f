"""A labeller's sheet: one JSON file with the labels one account gives one origin (a picture or a clip of a dataset).

The file names labeller, campaign and origin, so two honest labellers who say the same never write the same bytes: equal
content accepted twice is a fault that can be proven on chain (spec/settlement.md section 7). The account is the
labeller's word; whoever judges the sheet compares it with who signed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from headwater.formats.errors import MetadataError, TooLargeError
from headwater.formats.image_file import CAMERA
from headwater.formats.metadata import field, integer, read_object
from headwater.formats.models import Annotation, Episode, Label, LabelSheet, Origin, Source, Text
from headwater.formats.paths import contained
from headwater.formats.recording import LazyEpisodes, Recording
from headwater.primitives.ids import IdError, checksum_address

FORMAT, SCHEMA, FILE = "label-sheet", "headwater/labels/1", "labels.json"
KINDS = ("boxes", "classes", "text", "spans")
MAX_BYTES, MAX_LABELS, MAX_WORDS, MAX_POINTS = 4 << 20, 5_000, 20_000, 2_000
_FIX = "Write it with 'headwater label submit', or as spec/records.md section 7 says."
_TOP = {"schema", "campaign", "labeller", "origin", "kind", "labels"}
_ORIGIN = {"contribution", "path", "sha256", "width", "height", "length_ms"}
_LABEL = {"category", "box", "outline", "text", "start_ms", "end_ms"}


class LabelsReader:
    """Opens a sheet, or a folder that holds one as ``labels.json``."""

    family = "a labeller's sheet (labels.json)"

    def accepts(self, path: Path) -> bool:
        sheet = path / FILE if path.is_dir() else path
        return sheet.suffix.lower() == ".json" and sheet.is_file() and _is_sheet(sheet)

    def open(self, path: Path) -> Recording:
        sheet = contained(path, path / FILE) if path.is_dir() else path
        return Recording(FORMAT, path, LazyEpisodes(1, lambda _: read_labels(path, sheet)))


def read_labels(root: Path, file: Path) -> Episode:
    """The sheet as an episode without pictures. Raises RecordingError."""
    sheet = read_sheet(file)
    texts = {}
    if sheet.kind in ("text", "spans"):
        times = np.array([label.start_ms * 1_000_000 for label in sheet.labels], np.int64)
        texts["labels"] = Text("labels", times, tuple(label.text or label.category for label in sheet.labels), "origin")
    return Episode(
        name=f"labels of {sheet.origin.path}",
        source=Source(FORMAT, root, 0, (file,)),
        length=1,
        fps=Fraction(1),
        embodiment="labeller",
        tasks=(),
        streams={},
        videos={},
        ledger={"length": 1, "declared_rows": 1},
        texts=texts,
        annotations=annotations_of(sheet.labels) if sheet.kind in ("boxes", "classes") else (),
        sheet=sheet,
    )


def annotations_of(labels: tuple[Label, ...]) -> tuple[Annotation, ...]:
    """Boxes, outlines and classes as labels of the origin's one picture."""
    return tuple(Annotation(label.category, label.box, label.outline, CAMERA) for label in labels)


def read_sheet(file: Path) -> LabelSheet:
    """What the file says. Raises RecordingError naming the first field at fault."""
    size = file.stat().st_size
    if size > MAX_BYTES:
        raise TooLargeError("too large for labels", file=file, actual=f"{size} bytes", allowed=MAX_BYTES)
    whole = read_object(file)
    _demand_known(whole, _TOP, "", file)
    if field(whole, "schema", str, file=file) != SCHEMA:
        raise _bad(file, "schema", whole["schema"], SCHEMA)
    kind = field(whole, "kind", str, file=file)
    if kind not in KINDS:
        raise _bad(file, "kind", kind, ", ".join(KINDS))
    rows = field(whole, "labels", list, file=file)
    if len(rows) > MAX_LABELS:
        raise TooLargeError("too many labels", file=file, field="labels", actual=len(rows), allowed=MAX_LABELS)
    labels = tuple(_label(row, kind, f"labels[{n}].", file) for n, row in enumerate(rows))
    origin = _origin(field(whole, "origin", dict, file=file), kind, file)
    return LabelSheet(integer(whole, "campaign", file=file, low=1), _account(whole, file), origin, kind, labels)


def write_sheet(sheet: LabelSheet, file: Path) -> None:
    """The one way a sheet is written: the same labels give the same bytes."""
    origin: dict[str, Any] = {
        "contribution": sheet.origin.contribution.hex(),
        "path": sheet.origin.path,
        "sha256": sheet.origin.sha256.hex(),
    }
    sizes = {"width": sheet.origin.width, "height": sheet.origin.height, "length_ms": sheet.origin.length_ms}
    origin |= {name: value for name, value in sizes.items() if value}
    plain = {
        "schema": SCHEMA,
        "campaign": sheet.campaign,
        "labeller": sheet.labeller,
        "origin": origin,
        "kind": sheet.kind,
        "labels": [plain_label(label, sheet.kind) for label in sheet.labels],
    }
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    file.write_text(text + "\n", encoding="utf-8")


def plain_label(label: Label, kind: str) -> dict[str, Any]:
    """A label as JSON has it: what it does not say is left out."""
    plain: dict[str, Any] = {"category": label.category} if label.category else {}
    if label.box is not None:
        plain["box"] = list(map(float, label.box))
    if label.outline:
        plain["outline"] = list(map(float, label.outline))
    if label.text:
        plain["text"] = label.text
    return plain | ({"start_ms": label.start_ms, "end_ms": label.end_ms} if kind == "spans" else {})


def _is_sheet(file: Path) -> bool:
    """True if the schema's name stands in its first or last 4 KB: keys may be in any order."""
    try:
        with file.open("rb") as source:
            head = source.read(4096)
            source.seek(max(0, file.stat().st_size - 4096))
            return f'"{SCHEMA}"'.encode() in head + b" " + source.read(4096)
    except OSError:
        return False


def _origin(row: Mapping[str, Any], kind: str, file: Path) -> Origin:
    where = "origin."
    _demand_known(row, _ORIGIN, where, file)
    path = _words(row, "path", where, file, 1000)
    sizes = {}
    for name in ("width", "height", "length_ms"):
        needed = name == "length_ms" if kind == "spans" else kind == "boxes" and name != "length_ms"
        asked = name in row or needed
        sizes[name] = integer(row, name, file=file, where=where, low=1, high=1 << 40) if asked else 0
    return Origin(_hash(row, "contribution", where, file), path, _hash(row, "sha256", where, file), **sizes)


def _label(row: Any, kind: str, where: str, file: Path) -> Label:
    if not isinstance(row, dict):
        raise _bad(file, where.rstrip("."), row, "an object")
    _demand_known(row, _LABEL, where, file)
    category = _words(row, "category", where, file, 1000) if kind != "text" or "category" in row else ""
    text = _words(row, "text", where, file, MAX_WORDS) if kind == "text" or "text" in row else ""
    box = _numbers(row["box"], f"{where}box", file) if "box" in row else ()
    outline = _numbers(row["outline"], f"{where}outline", file) if "outline" in row else ()
    if (box and len(box) != 4) or (kind == "boxes" and not box) or (kind != "boxes" and (box or outline)):
        raise _bad(file, f"{where}box", row.get("box"), "[x, y, width, height], of boxes alone")
    if len(outline) % 2 or len(outline) > MAX_POINTS:
        raise _bad(file, f"{where}outline", f"{len(outline)} numbers", f"x, y of at most {MAX_POINTS // 2} points")
    start, end = (
        integer(row, name, file=file, where=where, high=1 << 40) if kind == "spans" else 0
        for name in ("start_ms", "end_ms")
    )
    return Label(category, (box[0], box[1], box[2], box[3]) if box else None, outline, text, start, end)


def _account(whole: Mapping[str, Any], file: Path) -> str:
    value = field(whole, "labeller", str, file=file)
    try:
        if checksum_address(value) == value:
            return str(value)
    except IdError:
        pass
    raise _bad(file, "labeller", value, "an account, EIP-55")


def _hash(row: Mapping[str, Any], name: str, where: str, file: Path) -> bytes:
    value = field(row, name, str, file=file, where=where)
    try:
        if len(value) == 64 and value == value.lower():
            return bytes.fromhex(value)
    except ValueError:
        pass
    raise _bad(file, f"{where}{name}", value, "32 bytes in lower-case hexadecimal")


def _words(row: Mapping[str, Any], name: str, where: str, file: Path, most: int) -> str:
    value = field(row, name, str, file=file, where=where)
    if not 0 < len(value) <= most:
        raise _bad(file, f"{where}{name}", f"{len(value)} characters", f"1 to {most}")
    return str(value)


def _numbers(values: Any, where: str, file: Path) -> tuple[float, ...]:
    good = isinstance(values, list) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    if not good or not all(math.isfinite(v) and abs(v) < 1e9 for v in values):
        raise _bad(file, where, values, "finite numbers of pixels")
    return tuple(map(float, values))


def _demand_known(row: Mapping[str, Any], known: set[str], where: str, file: Path) -> None:
    for name in row:
        if name not in known:
            raise _bad(file, f"{where}{name}"[:80], "an unknown field", ", ".join(sorted(known)))


def _bad(file: Path, where: str, actual: Any, allowed: str) -> MetadataError:
    shown = actual if isinstance(actual, str) and len(actual) < 60 else repr(actual)[:60]
    return MetadataError("wrong value", file=file, field=where, actual=shown, allowed=allowed, fix=_FIX)
