"""Labels of pictures as two conventions write them: COCO's JSON, and YOLO's text file beside each picture.

Source: cocodataset.org, "Data format", 1; docs.ultralytics.com, "Object Detection Datasets". Boxes and outlines are
given in pixels of the stored picture, whatever the file's own unit.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headwater.formats.errors import EmptyRecordingError, MetadataError, TooLargeError
from headwater.formats.image_file import CAMERA
from headwater.formats.metadata import integer, read_object
from headwater.formats.models import Annotation

MAX_COCO_BYTES = 64 << 20
MAX_LABEL_BYTES = 16 << 20
MAX_NAMES = 100_000
MAX_ANNOTATIONS = 300_000
_COCO_FIX = "Export the labels again as COCO: images, annotations and categories."
_YOLO_FIX = "One object a line: class x y w h, or class x1 y1 x2 y2 ..., all but the class from 0 to 1."
_SPLIT = "Split the dataset into parts."
_MARGIN = 0.01  # rounding of labelling tools
_MARKS = (b'"images"', b'"annotations"', b'"categories"')
_INLINE = re.compile(r"""\s*(?:'([^']*)'|"([^"]*)"|([^,]*))\s*(?:,|$)""")


@dataclass
class CocoImage:
    """One entry of ``images`` with its annotations."""

    file_name: str
    width: int
    height: int
    annotations: list[Annotation] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)


def looks_like_coco(sheet: Path) -> bool:
    """True if the file's first 64 KB or last 4 KB name two of COCO's three lists."""
    try:
        with sheet.open("rb") as file:
            head = file.read(1 << 16)
            file.seek(max(0, sheet.stat().st_size - 4096))
            both = head + file.read(4096)
    except OSError:
        return False
    return head.lstrip()[:1] == b"{" and sum(mark in both for mark in _MARKS) >= 2


def read_coco(sheet: Path) -> list[CocoImage]:
    """The sheet's pictures in file order. Raises RecordingError."""
    size = sheet.stat().st_size
    if size > MAX_COCO_BYTES:
        raise TooLargeError(
            "too large for labels", file=sheet, actual=f"{size} bytes", allowed=MAX_COCO_BYTES, fix=_SPLIT
        )
    whole = read_object(sheet)
    names = {}
    for n, row in enumerate(_rows(whole, "categories", sheet)):
        names[_id(row, "id", f"categories[{n}].", sheet)] = _name(row, "name", f"categories[{n}].", sheet)
    images: dict[int, CocoImage] = {}
    for n, row in enumerate(_rows(whole, "images", sheet)):
        where = f"images[{n}]."
        key = _id(row, "id", where, sheet)
        if key in images:
            raise MetadataError("id is not unique", file=sheet, field=f"{where}id", actual=key, fix=_COCO_FIX)
        width, height = (
            integer(row, side, file=sheet, where=where, high=1 << 20) if side in row else 0
            for side in ("width", "height")
        )
        images[key] = CocoImage(_name(row, "file_name", where, sheet), width, height)
    if not images:
        raise EmptyRecordingError("names no picture", file=sheet, field="images", actual=0, fix=_COCO_FIX)
    rows = _rows(whole, "annotations", sheet)
    if len(rows) > MAX_ANNOTATIONS:
        raise TooLargeError("too many labels", file=sheet, actual=len(rows), allowed=MAX_ANNOTATIONS, fix=_SPLIT)
    for n, row in enumerate(rows):
        where = f"annotations[{n}]."
        image, category = (_id(row, name, where, sheet) for name in ("image_id", "category_id"))
        for name, unknown in (("image_id", image not in images), ("category_id", category not in names)):
            if unknown:
                raise _bad(sheet, f"{where}{name}", row[name], "an id of images, or of categories", _COCO_FIX)
        images[image].annotations.append(_coco_annotation(row, names[category], where, sheet, images[image].notes))
    return list(images.values())


def _coco_annotation(row: Mapping[str, Any], category: str, where: str, sheet: Path, notes: Counter[str]) -> Annotation:
    found, outlines = row.get("bbox"), row.get("segmentation")
    box: tuple[float, float, float, float] | None = None
    if found:
        corners = _numbers(found, f"{where}bbox", sheet)
        if len(corners) != 4 or corners[2] < 0 or corners[3] < 0:
            raise _bad(sheet, f"{where}bbox", found, "[x, y, width, height]", _COCO_FIX)
        box = (corners[0], corners[1], corners[2], corners[3])
    outline: tuple[float, ...] = ()
    if isinstance(outlines, list) and outlines:
        parts = [_numbers(part, f"{where}segmentation", sheet) for part in outlines]
        if any(len(part) % 2 or len(part) < 6 for part in parts):
            raise _bad(sheet, f"{where}segmentation", outlines, "x, y of three points or more", _COCO_FIX)
        outline = max(parts, key=_area)
        notes["An outline has several parts; the largest was kept"] += len(parts) > 1
    notes["A mask (run lengths) was not read"] += isinstance(outlines, dict)
    notes["Key points were not read"] += bool(row.get("keypoints"))
    return Annotation(category, box, outline, CAMERA)


def read_yolo(sheet: Path, names: Mapping[int, str], width: int, height: int) -> tuple[Annotation, ...]:
    """The objects of one picture of that size. Raises RecordingError."""
    size = sheet.stat().st_size
    if size > MAX_LABEL_BYTES:
        raise TooLargeError("too large for labels", file=sheet, actual=f"{size} bytes", allowed=MAX_LABEL_BYTES)
    try:
        lines = sheet.read_bytes().decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise MetadataError("is not text", file=sheet, fix=_YOLO_FIX) from None
    return tuple(
        _yolo_line(line, f"line {n}", sheet, names, width, height) for n, line in enumerate(lines, 1) if line.strip()
    )


def _yolo_line(line: str, where: str, sheet: Path, names: Mapping[int, str], width: int, height: int) -> Annotation:
    words = line.split()
    try:
        number, rest = int(words[0]), [float(word) for word in words[1:]]
    except ValueError:
        raise _bad(sheet, where, line, "numbers", _YOLO_FIX) from None
    if names and number not in names:
        raise _bad(
            sheet, f"{where}: class", number, f"0 to {max(names)}", "Name the class in classes.txt or data.yaml."
        )
    shares = rest[:4] if len(rest) == 5 else rest  # a fifth number is a detector's confidence
    if not all(-_MARGIN <= share <= 1 + _MARGIN for share in shares):  # false for NaN
        raise _bad(sheet, where, line, "shares from 0 to 1 of width and height", _YOLO_FIX)
    category = names.get(number, str(number))
    if len(shares) == 4:
        x, y, w, h = shares
        return Annotation(category, ((x - w / 2) * width, (y - h / 2) * height, w * width, h * height), (), CAMERA)
    if len(shares) < 6 or len(shares) % 2:
        raise _bad(sheet, where, f"{len(words)} columns", "5, or 7, 9, 11 ...", _YOLO_FIX)
    outline = tuple(share * (width, height)[n % 2] for n, share in enumerate(shares))
    xs, ys = outline[::2], outline[1::2]
    return Annotation(category, (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)), outline, CAMERA)


def class_names(sheet: Path) -> dict[int, str]:
    """Names by number: ``classes.txt`` has one a line, ``data.yaml`` its ``names``. Raises RecordingError."""
    size = sheet.stat().st_size
    if size > MAX_LABEL_BYTES:
        raise TooLargeError("too large for labels", file=sheet, actual=f"{size} bytes", allowed=MAX_LABEL_BYTES)
    lines = sheet.read_bytes().decode("utf-8-sig", "replace").splitlines()
    names = (
        dict(_yaml_names(lines))
        if sheet.suffix in (".yaml", ".yml")
        else dict(enumerate(filter(None, map(str.strip, lines))))
    )
    if not names or len(names) > MAX_NAMES:
        raise MetadataError(
            "names no classes", file=sheet, field="names", actual=len(names), allowed=f"1 to {MAX_NAMES}", fix=_YOLO_FIX
        )
    return names


def _yaml_names(lines: list[str]) -> Iterator[tuple[int, str]]:
    """``names:`` as YOLO's tools write it: ``[a, b]`` on one line, or ``- a`` or ``0: a`` on the lines below.

    Nothing else of the file is used, above all not its paths.
    """
    at = next((n for n, line in enumerate(lines) if line.startswith("names:")), None)
    if at is None:
        return
    value = lines[at].partition(":")[2].split(" #")[0].strip()
    if value.startswith("["):
        joined = value
        for line in lines[at + 1 :]:
            if "]" in joined:
                break
            joined += line.strip()
        inner = joined[1:].partition("]")[0].strip()
        yield from enumerate(
            next(filter(None, m.groups()), "").strip() for m in _INLINE.finditer(inner) if m[0].strip(", ")
        )
        return
    number = 0
    for line in lines[at + 1 :]:
        bare = line.split(" #")[0].strip()
        if not bare:
            continue
        if bare.startswith("- "):
            yield number, bare[2:].strip().strip("'\"")
            number += 1
            continue
        key, mark, name = bare.partition(":")
        if not line.startswith((" ", "\t")) or not mark or not key.strip().isdigit() or len(key) > 9:
            return
        yield int(key), name.strip().strip("'\"")


def _rows(whole: Mapping[str, Any], name: str, sheet: Path) -> list[dict[str, Any]]:
    rows = whole.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _bad(sheet, name, rows, "a list of objects", _COCO_FIX)
    return rows


def _id(row: Mapping[str, Any], name: str, where: str, sheet: Path) -> int:
    return integer(row, name, file=sheet, where=where, low=-(2**53))


def _name(row: Mapping[str, Any], name: str, where: str, sheet: Path) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 1000:
        raise _bad(sheet, f"{where}{name}", value, "text", _COCO_FIX)
    return value


def _numbers(values: Any, where: str, sheet: Path) -> tuple[float, ...]:
    good = isinstance(values, list) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    if not good or not all(math.isfinite(v) and abs(v) < 1e9 for v in values):
        raise _bad(sheet, where, values, "finite numbers of pixels", _COCO_FIX)
    return tuple(map(float, values))


def _area(outline: tuple[float, ...]) -> float:
    xs, ys = outline[::2], outline[1::2]
    return abs(sum(x * ys[n - 1] - xs[n - 1] * y for n, (x, y) in enumerate(zip(xs, ys, strict=False))))


def _bad(sheet: Path, where: str, actual: Any, allowed: str, fix: str) -> MetadataError:
    return MetadataError("wrong value", file=sheet, field=where, actual=repr(actual)[:60], allowed=allowed, fix=fix)
