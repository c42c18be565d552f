"""What a file's metadata says of where, when and who: names of the places, never the values.

Sources: EXIF 2.32 and XMP (JPEG, PNG, WebP, TIFF, JPEG 2000), ISO/IEC 14496-12 and QuickTime user data, GPMF.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from headwater.formats.video import open_container
from headwater.privacy.boxes import top_level
from headwater.privacy.gpmf_places import gps_keys
from headwater.privacy.models import Trace

MOVIES = frozenset((".mp4", ".mov", ".m4v"))
PICTURES = frozenset((".jpg", ".jpeg", ".png"))  # what redaction can write
_BOXED = frozenset((".jp2", ".j2k"))  # Pillow does not look into their boxes
_LOOKED_INTO = PICTURES | _BOXED | {".webp", ".tif", ".tiff"}
_EXIF_BOX = b"JpgTiffExif->JP2"
_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "JPEG2000")
_POSITION_TAGS = re.compile(r"location|gps|xyz|latitude|longitude", re.IGNORECASE)
_PERSON_TAGS = re.compile(r"artist|author|director|performer|copyright|composer", re.IGNORECASE)
_POSITION_BYTES = (b"GPSLatitude", b"location.ISO6709", b"\xa9xyz", b"GPSCoordinates")
_POSITION_TRACKS = ("camm", "mebx", "gps ")
_GPS_IFD, _ARTIST, _OWNER, _COPYRIGHT = 0x8825, 0x013B, 0xA430, 0x8298


def traces_of(path: Path) -> tuple[Trace, ...]:
    """Traces in one file; none in kinds that have no metadata we know."""
    kind = path.suffix.lower()
    if kind in MOVIES:
        return tuple(dict.fromkeys(_movie(path)))
    if kind in _LOOKED_INTO:
        return tuple(dict.fromkeys(_picture(path)))
    return ()


def _movie(path: Path) -> Iterator[Trace]:
    with open_container(path) as container:
        tags = {**container.metadata}
        for stream in container.streams:
            tags |= stream.metadata
        for name in sorted(tags):
            if _POSITION_TAGS.search(name) and tags[name]:
                yield Trace("position", f"tag {name}")
            elif _PERSON_TAGS.search(name) and tags[name]:
                yield Trace("person", f"tag {name}")
        telemetry = [s for s in container.streams.data if "GoPro MET" in s.metadata.get("handler_name", "")]
        for packet in container.demux(telemetry) if telemetry else ():
            for key in gps_keys(bytes(packet)) if packet.size else ():
                yield Trace("position", f"GPMF {key}")
    with path.open("rb") as file:
        for kind, start, stop in top_level(path):
            if kind in (b"moov", b"uuid", b"meta", b"udta", b"gps "):
                file.seek(start)
                held = file.read(min(stop - start, 64 << 20))
                for mark in _POSITION_BYTES:
                    if mark in held:
                        yield Trace("position", f"box {kind.decode('latin-1')}")
                for track in _POSITION_TRACKS:
                    if b"stsd" in held and track.encode() in held:
                        yield Trace("position", f"track {track.strip()}")


def _picture(path: Path) -> Iterator[Trace]:
    try:
        with Image.open(path, formats=_FORMATS) as picture:
            info = {str(key): value for key, value in picture.info.items()}
            yield from _exif(_boxed_exif(path) or picture.getexif())
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return
    if path.suffix.lower() in _BOXED:
        info = {"box": path.read_bytes()}  # what else Pillow tells of them is the encoder's own name
    for name, value in sorted(info.items()):
        raw = value if isinstance(value, bytes) else str(value).encode()
        if b"GPSLatitude" in raw or b"GPSCoordinates" in raw:
            yield Trace("position", f"{name}")
        if name in ("photoshop", "comment") or b"dc:creator" in raw:
            yield Trace("person", f"{name}")


def _exif(exif: Image.Exif) -> Iterator[Trace]:
    if exif.get_ifd(_GPS_IFD):
        yield Trace("position", "EXIF GPSInfo")
    for tag, name in ((_ARTIST, "Artist"), (_OWNER, "CameraOwnerName"), (_COPYRIGHT, "Copyright")):
        if exif.get(tag) or exif.get_ifd(0x8769).get(tag):
            yield Trace("person", f"EXIF {name}")


def _boxed_exif(path: Path) -> Image.Exif | None:
    """What stands in the EXIF box of a JPEG 2000 file."""
    data = path.read_bytes() if path.suffix.lower() in _BOXED else b""
    found = data.find(_EXIF_BOX)
    if found < 0:
        return None
    exif = Image.Exif()
    exif.load(b"Exif\0\0" + data[found + len(_EXIF_BOX) :])
    return exif
