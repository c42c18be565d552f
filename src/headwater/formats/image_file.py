"""One picture in a file of its own: its size, its turn, and its pixels when asked for.

EXIF is looked at for the turn and the camera's model only. That it also holds a place or an owner is said, not read.
"""

from __future__ import annotations

import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags

from headwater.formats.errors import EmptyRecordingError, TooLargeError
from headwater.formats.models import Video
from headwater.formats.stills import MAX_STILL_BYTES, decode_still, opened_still

CAMERA = "image"
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".jp2", ".j2k"})
_MEDIA = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "BMP": "image/bmp", "TIFF": "image/tiff",
          "JPEG2000": "image/jp2", "MPO": "image/jpeg"}  # fmt: skip
_CODECS = {
    "JPEG": "mjpeg",
    "PNG": "png",
    "WEBP": "webp",
    "BMP": "bmp",
    "TIFF": "tiff",
    "JPEG2000": "jpeg2000",
    "MPO": "mjpeg",
}
_PIXELS = {"L": "gray", "1": "gray", "I;16": "gray16le", "I;16B": "gray16le", "I;16L": "gray16le", "I": "gray16le"}
_TURNS = {3: 180, 6: 90, 8: 270}
_MIRRORED = {2, 4, 5, 7}
_PERSONAL = {
    ExifTags.Base.GPSInfo: "a place (GPS)",
    ExifTags.Base.Artist: "a name",
    ExifTags.Base.CameraOwnerName: "the owner's name",
    ExifTags.Base.BodySerialNumber: "the camera's serial number",
}
_FIX = "Copy the picture again from where it was taken."


class Picture(NamedTuple):
    """What a file's header says: the camera with one still, the camera's model, and notes."""

    video: Video
    model: str
    notes: tuple[str, ...]


class FileStill:
    """The one picture of a file."""

    def __init__(self, path: Path, media: str) -> None:
        self._path, self._media = path, media
        self.times_ns: NDArray[np.int64] = np.zeros(1, dtype=np.int64)

    def size_bytes(self, index: int) -> int:
        return self._path.stat().st_size

    def encoded(self, index: int) -> tuple[str, bytes] | None:
        return self._media, read_picture(self._path)

    def image(self, index: int) -> NDArray[Any]:
        return decode_still(read_picture(self._path), self._path, "")


def read_picture(path: Path) -> bytes:
    """The file's bytes. Raises EmptyRecordingError, TooLargeError."""
    size = path.stat().st_size
    if not size:
        raise EmptyRecordingError("file is empty", file=path, actual="0 bytes", fix=_FIX)
    if size > MAX_STILL_BYTES:
        raise TooLargeError("picture is too large", file=path, actual=f"{size} bytes", allowed=MAX_STILL_BYTES)
    return path.read_bytes()


def picture(path: Path) -> Picture:
    """The file as a camera of one frame. Raises RecordingError."""
    found = opened_still(read_picture(path), path, "")
    exif = _exif(found)
    turn = exif.get(ExifTags.Base.Orientation)
    rotation = _TURNS.get(turn, 0) if isinstance(turn, int) else 0
    notes = [f"The camera was held turned: the picture is shown {rotation} degrees clockwise."] if rotation else []
    if turn in _MIRRORED:
        notes.append("EXIF says the picture is mirrored; it is shown as it is stored.")
    personal = [words for tag, words in _PERSONAL.items() if exif.get(tag)]
    if personal:
        notes.append(f"EXIF holds {', '.join(personal)}; it was not read.")
    form = found.format or ""
    video = Video(
        CAMERA,
        path,
        0.0,
        1,
        Fraction(1),
        found.width,
        found.height,
        _CODECS.get(form, form.lower()),
        _PIXELS.get(found.mode, "yuvj420p" if form in ("JPEG", "MPO") else "rgb24"),
        stills=FileStill(path, _MEDIA.get(form, "application/octet-stream")),
        rotation=rotation,
    )
    model = exif.get(ExifTags.Base.Model)
    return Picture(video, str(model).strip("\0 ")[:80] if isinstance(model, str) else "", tuple(notes))


def _exif(found: Any) -> dict[int, Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return dict(found.getexif())
    except Exception:  # a library's parser on a stranger's bytes; without EXIF the picture is still a picture
        return {}
