"""Pictures that are recordings by themselves (crop pests): each is an episode of one frame, with its labels.

COCO: a JSON with ``images``, ``annotations`` and ``categories`` in the folder, in its ``annotations``, or one folder
down as Roboflow writes it. YOLO: ``NAME.txt`` beside ``NAME.jpg``, or under ``labels`` where the picture is under
``images``; classes from ``classes.txt``, ``obj.names`` or ``data.yaml``. Else plain pictures.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from headwater.formats.errors import EmptyRecordingError, MissingFileError, TooLargeError
from headwater.formats.image_file import CAMERA, SUFFIXES, Picture, picture
from headwater.formats.image_labels import CocoImage, class_names, looks_like_coco, read_coco, read_yolo
from headwater.formats.models import Annotation, Episode, Source
from headwater.formats.paths import contained, within
from headwater.formats.recording import LazyEpisodes, Recording

PLAIN, COCO, YOLO = "images", "coco-images", "yolo-images"
MAX_PICTURES = 500_000
MAX_DEPTH = 4
_CLASSES = ("classes.txt", "obj.names", "data.yaml", "data.yml", "dataset.yaml", "labels/classes.txt")
_FIX = "Restore the picture, or take its entry out of the labels."


class ImagesReader:
    """Opens a picture, a folder of pictures with or without labels, or a COCO JSON."""

    family = "pictures, with COCO or YOLO labels"

    def accepts(self, path: Path) -> bool:
        if path.is_file():
            return path.suffix.lower() in SUFFIXES or (path.suffix.lower() == ".json" and looks_like_coco(path))
        return path.is_dir() and (bool(_coco_sheets(path)) or _has_pictures(path))

    def open(self, path: Path) -> Recording:
        if path.is_file() and path.suffix.lower() != ".json":
            return Recording(PLAIN, path, LazyEpisodes(1, lambda _: _plain(path, path, 0)))
        sheets = _coco_sheets(path)
        if sheets:
            return _open_coco(path, sheets)
        labels = _YoloLabels(path)
        found = _pictures(path)
        if labels.known(found):
            return Recording(YOLO, path, LazyEpisodes(len(found), lambda i: labels.read(found[i], i)))
        return Recording(PLAIN, path, LazyEpisodes(len(found), lambda i: _plain(path, found[i], i)))


def _plain(root: Path, path: Path, index: int) -> Episode:
    return _episode(PLAIN, root, index, picture(path), (path,), ())


def _episode(
    format: str,
    root: Path,
    index: int,
    found: Picture,
    files: tuple[Path, ...],
    annotations: tuple[Annotation, ...],
    notes: tuple[str, ...] = (),
) -> Episode:
    path = files[0]
    turned = ("Labels are taken to be of the picture as it is stored.",) if found.video.rotation and annotations else ()
    return Episode(
        name=path.relative_to(root).with_suffix("").as_posix() if root.is_dir() else path.stem,
        source=Source(format, root, index, files),
        length=1,
        fps=Fraction(1),
        embodiment=found.model or "camera",
        tasks=(),
        streams={},
        videos={CAMERA: found.video},
        ledger={"length": 1, "declared_rows": 1},
        notes=(*found.notes, *turned, *notes),
        annotations=annotations,
    )


# --- COCO


@dataclass(frozen=True)
class _CocoSet:
    root: Path
    images: list[tuple[CocoImage, Path]] = field(default_factory=list)

    def read(self, index: int) -> Episode:
        image, sheet = self.images[index]
        path = self._find(image.file_name, sheet)
        found = picture(path)
        size = (found.video.width, found.video.height)
        notes = [f"{words} ({count} times)." for words, count in sorted(image.notes.items()) if count]
        if image.width and image.height and (image.width, image.height) != size:
            declared = f"{image.width}x{image.height}"
            notes.append(f"The labels are of a picture of {declared}; the file's is {size[0]}x{size[1]}.")
        return _episode(COCO, self.root, index, found, (path, sheet), tuple(image.annotations), tuple(notes))

    def _find(self, name: str, sheet: Path) -> Path:
        """The picture, looked for beside the sheet, in the folder and in the folders that COCO's users make."""
        part = sheet.stem.removeprefix("instances_")
        folders = (sheet.parent, self.root, *(self.root / n for n in ("images", f"images/{part}", part, "data")))
        for folder in folders:
            path = within(self.root, (folder.relative_to(self.root) / name).as_posix() if name else name)
            if path.is_file():
                return path
        within(self.root, name)
        raise MissingFileError(
            "labels name a picture that is not there", file=sheet, field=name[:120], actual="no such file", fix=_FIX
        )


def _open_coco(path: Path, sheets: tuple[Path, ...]) -> Recording:
    root = path if path.is_dir() else path.parent.parent if path.parent.name == "annotations" else path.parent
    set_ = _CocoSet(root)
    for sheet in sheets:
        set_.images.extend((image, sheet) for image in read_coco(contained(root, sheet)))
    return Recording(COCO, path, LazyEpisodes(len(set_.images), set_.read))


def _coco_sheets(path: Path) -> tuple[Path, ...]:
    if path.is_file():
        return (path,) if path.suffix.lower() == ".json" else ()
    found = [*path.glob("*.json"), *path.glob("annotations/*.json"), *path.glob("*/_annotations.coco.json")]
    return tuple(sheet for sheet in sorted(found) if sheet.is_file() and looks_like_coco(sheet))


# --- YOLO


class _YoloLabels:
    """The labels of a folder of pictures."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._sheet = next((root / name for name in _CLASSES if (root / name).is_file()), None)
        self._names = class_names(contained(root, self._sheet)) if self._sheet is not None else {}

    def known(self, pictures: list[Path]) -> bool:
        """True if any picture has a label file."""
        return (self._root / "labels").is_dir() or any(self._label(path).is_file() for path in pictures)

    def read(self, path: Path, index: int) -> Episode:
        """One picture with its labels. Raises RecordingError."""
        found = picture(contained(self._root, path))
        label = contained(self._root, self._label(path))
        notes = [] if self._names else ["No file names the classes: their numbers stand in."]
        files = [path]
        annotations: tuple[Annotation, ...] = ()
        if label.is_file():
            files.append(label)
            annotations = read_yolo(label, self._names, found.video.width, found.video.height)
        else:
            notes.append("The picture has no label file: nothing to be found is in it, as YOLO reads that.")
        if self._sheet is not None:
            files.append(self._sheet)
        return _episode(YOLO, self._root, index, found, tuple(files), annotations, tuple(notes))

    def _label(self, path: Path) -> Path:
        parts = list(path.relative_to(self._root).parts)
        if "images" in parts[:-1]:
            place = len(parts) - 2 - parts[-2::-1].index("images")
            return self._root.joinpath(*parts[:place], "labels", *parts[place + 1 :]).with_suffix(".txt")
        return path.with_suffix(".txt")


# --- folders


def _has_pictures(root: Path) -> bool:
    """True if the folder, or ``images`` in it, begins with pictures and nothing here reads it otherwise."""
    return next(_walk(root, 0), None) is not None or any(
        next(_walk(folder, MAX_DEPTH), None) is not None for folder in _picture_folders(root)
    )


def _picture_folders(root: Path) -> list[Path]:
    """Where datasets keep pictures below their root: ``images``, and ``PART/images`` for YOLO's parts."""
    parts = [root / "images", *(root / part / "images" for part in ("train", "valid", "val", "test"))]
    return [folder for folder in parts if folder.is_dir()]


def _pictures(root: Path) -> list[Path]:
    found: list[Path] = []
    for folder, depth in ((root, 0), *((folder, MAX_DEPTH) for folder in _picture_folders(root))):
        for path in _walk(folder, depth):
            found.append(path)
            if len(found) > MAX_PICTURES:
                raise TooLargeError("too many pictures", file=root, allowed=MAX_PICTURES, fix="Give a part of them.")
    if not found:
        raise EmptyRecordingError("holds no picture", file=root, actual=0, fix=f"Give {', '.join(sorted(SUFFIXES))}.")
    return [contained(root, path) for path in found]


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    """Pictures by name, then those of the folders below; links between folders are not followed."""
    with os.scandir(folder) as entries:
        held = sorted(entries, key=lambda entry: entry.name)
    yield from (
        Path(e.path) for e in held if Path(e.name).suffix.lower() in SUFFIXES and e.is_file() and e.name[0] != "."
    )
    if depth:
        for entry in held:
            if entry.is_dir(follow_symlinks=False) and entry.name[0] != ".":
                yield from _walk(Path(entry.path), depth - 1)
