"""Single pictures inside containers: decoding JPEG and PNG, and their size, without trusting what they declare."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from headwater.formats.errors import DamagedFileError, TooLargeError

MAX_STILL_BYTES = 256 << 20
MAX_STILL_PIXELS = 8192 * 8192
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "JPEG2000")
_FIX = "Copy the file again from where it was recorded; every picture in it must open."


def decode_still(data: bytes, path: Path, field: str) -> NDArray[Any]:
    """Pixels of an encoded picture: uint8 (h, w, 3) RGB, uint8 (h, w) grey or uint16 (h, w).

    Raises:
        DamagedFileError: not a picture, or cut short. TooLargeError: declares more pixels than a frame may have.
    """
    picture = opened_still(data, path, field)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DamagedFileError(
            "picture cannot be decoded", file=path, field=field, actual=str(error)[:120], fix=_FIX
        ) from None
    if picture.mode in ("I;16", "I;16B", "I;16L", "I"):
        return np.asarray(picture).astype(np.uint16)
    return np.asarray(picture if picture.mode in ("L", "RGB") else picture.convert("RGB"))


def still_size(data: bytes, path: Path, field: str) -> tuple[int, int]:
    """Width and height an encoded picture declares. Errors as ``decode_still``."""
    width, height = opened_still(data, path, field).size
    return width, height


def opened_still(data: bytes, path: Path, field: str) -> Image.Image:
    """The picture with its header read and no pixel decoded. Errors as ``decode_still``."""
    if len(data) > MAX_STILL_BYTES:
        raise TooLargeError("picture is too large", file=path, field=field, actual=len(data), allowed=MAX_STILL_BYTES)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DamagedFileError("is not a picture", file=path, field=field, actual=str(error)[:120], fix=_FIX) from None
    allowed = MAX_STILL_PIXELS // (2 if picture.format == "JPEG2000" else 1)  # its decoder holds 32 bits a sample
    if picture.width * picture.height > allowed:
        actual = f"{picture.width}x{picture.height}"
        raise TooLargeError("frame size", file=path, field=field, actual=actual, allowed=allowed)
    return picture
