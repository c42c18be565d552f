"""Pictures without metadata: the segments of a JPEG and the chunks of a PNG that are the picture, and no others.

``Pillow`` keeps a JPEG's comment when it saves, and ``piexif.remove`` leaves XMP and IPTC; keeping a short list loses
nothing that matters and cannot forget a new kind. Sources: ISO/IEC 10918-1 B.1, PNG 3rd edition 11.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from headwater.privacy.errors import RedactionError
from headwater.privacy.models import Area

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYS", b"cICP")
)
_JPEG_ADOBE = 0xEE  # says how colours are coded
_ORIENTATION = 0x0112
_QUALITY = 95


def stripped(data: bytes, name: str) -> bytes:
    """A JPEG or PNG without metadata, pixels untouched, still shown the same way up. Raises RedactionError."""
    if data.startswith(_PNG):
        return _png(data, name)
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data, name)
    raise RedactionError(name, actual="another picture format", allowed="JPEG or PNG", fix="convert it to PNG")


def covered(data: bytes, areas: Sequence[Area], name: str) -> bytes:
    """The picture with its areas filled, written anew in its own format without metadata. Raises RedactionError."""
    upright = _upright(data)
    pixels = np.array(upright)
    fill(pixels, areas)
    out = io.BytesIO()
    made = Image.fromarray(pixels)
    if data.startswith(_PNG):
        made.save(out, "PNG")
    elif data.startswith(b"\xff\xd8"):
        made.save(out, "JPEG", quality=_QUALITY)
    else:
        raise RedactionError(name, actual="another picture format", allowed="JPEG or PNG", fix="convert it to PNG")
    return stripped(out.getvalue(), name)


def luma(data: bytes) -> NDArray[np.uint8]:
    """The picture as people see it, grey (h, w)."""
    return np.array(_upright(data).convert("L"), dtype=np.uint8)


def fill(pixels: NDArray[np.uint8], areas: Sequence[Area]) -> None:
    """Fill rectangles of (h, w) or (h, w, c) in place with one grey: what is blurred can be guessed back."""
    high, wide = pixels.shape[:2]
    for area in areas:
        top, left = max(0, area.y), max(0, area.x)
        pixels[top : max(top, min(high, area.y + area.height)), left : max(left, min(wide, area.x + area.width))] = 128


def _upright(data: bytes) -> Image.Image:
    from PIL import ImageOps

    picture = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
    turned = ImageOps.exif_transpose(picture)
    return turned if turned.mode in ("L", "RGB", "RGBA", "I;16") else turned.convert("RGB")


def _orientation(data: bytes) -> int:
    try:
        return int(Image.open(io.BytesIO(data), formats=("JPEG",)).getexif().get(_ORIENTATION, 1))
    except (OSError, SyntaxError, ValueError, TypeError):
        return 1


def _jpeg(data: bytes, name: str) -> bytes:
    out = bytearray(b"\xff\xd8")
    turned = _orientation(data)
    if turned != 1:
        exif = Image.Exif()
        exif[_ORIENTATION] = turned
        raw = exif.tobytes()
        out += b"\xff\xe1" + struct.pack(">H", len(raw) + 2) + raw
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            break
        kind = data[at + 1]
        if kind == 0xFF:
            at += 1
            continue
        if kind == 0xDA:
            return bytes(out) + data[at : _end(data, at)]
        length = struct.unpack_from(">H", data, at + 2)[0]
        if not (0xE0 < kind <= 0xEF and kind != _JPEG_ADOBE) and kind != 0xFE:
            out += data[at : at + 2 + length]
        at += 2 + length
    raise RedactionError(name, actual="a JPEG cut short", allowed="a whole one", fix="copy it again")


def _end(data: bytes, at: int) -> int:
    """Where the picture ends: phones put more pictures, and depth, behind it."""
    while True:
        at = data.find(b"\xff", at + 1)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] == 0xD9:
            return at + 2


def _png(data: bytes, name: str) -> bytes:
    out, at = bytearray(_PNG), len(_PNG)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind in _PNG_KEPT:
            out += data[at : at + 12 + length]
        at += 12 + length
        if kind == b"IEND":
            return bytes(out)
    raise RedactionError(name, actual="a PNG cut short", allowed="a whole one", fix="copy it again")
