"""Pictures of a camera that has no video file: the stored bytes, or the bare pixels as PNG."""

from __future__ import annotations

import io
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

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


def png(image: NDArray[Any]) -> bytes:
    """Lossless PNG of uint8 (h, w), (h, w, 3) or uint16 (h, w); the same bytes for the same pixels."""
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(out, "PNG")
    return out.getvalue()
