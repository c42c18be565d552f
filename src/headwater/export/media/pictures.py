"""Pictures of a camera that has no video file: the stored bytes, or the bare pixels as PNG."""

from __future__ import annotations

from typing import NamedTuple

from headwater.export.media.stills import png
from headwater.formats import Video

_SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


class Picture(NamedTuple):
    """An encoded picture.

    Attributes:
        suffix: of a file name: ``jpg``, ``png``, ``webp``.
        stored: the bytes are those of the recording.
    """

    suffix: str
    data: bytes
    stored: bool


def picture(video: Video, index: int) -> Picture:
    """Picture ``index`` of a camera with stills: byte for byte where it is JPEG, PNG or WebP, else PNG of its pixels.

    Raises:
        RecordingError: it cannot be read.
    """
    assert video.stills is not None
    found = video.stills.encoded(index)
    if found is not None and found[0] in _SUFFIXES:
        return Picture(_SUFFIXES[found[0]], found[1], True)
    return Picture("png", png(video.stills.image(index)), False)
