"""MP4/MOV boxes, read far enough to say why a file cannot be decoded and whether its timeline was edited.

Decoding is FFmpeg's. This walk runs first because FFmpeg's own message for a cut file is "Invalid data found
when processing input", and because FFmpeg guesses formats by content: a playlist named ``.mp4`` would make it
open other files and hosts. Source: ISO/IEC 14496-12, 8.6.6 (edit list box).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from headwater.formats.errors import DamagedFileError, EmptyRecordingError, MissingFileError
from headwater.formats.mp4_index import check_index

_FIRST = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp", b"pnot"}
_CUT = "Copy the file from the camera again; if the recorder crashed, repair it with its own software."
MAX_BOXES = 100_000
_C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")  # C2PA 2.2 specification, A.5: manifests in BMFF files


@dataclass(frozen=True)
class Box:
    """One box: its four-character type and the byte range of its payload."""

    kind: bytes
    start: int
    stop: int


@dataclass(frozen=True)
class Edit:
    """One edit-list entry: ``duration`` in movie units, ``media_time`` in track units (-1: empty edit)."""

    duration: int
    media_time: int
    rate: int


def looks_like_mp4(path: Path) -> bool:
    """True if the file begins with a box that can begin an MP4 or MOV."""
    try:
        with path.open("rb") as file:
            return file.read(8)[4:8] in _FIRST
    except OSError:
        return False


def check_complete(path: Path) -> None:
    """Refuse what is not a whole MP4/MOV.

    Raises:
        MissingFileError, EmptyRecordingError: no file, or no bytes.
        DamagedFileError: another format, a box that reaches past the end of the file, or no ``moov`` index.
        UnsafePathError, TooLargeError: see ``mp4_index``.
    """
    if not path.is_file():
        raise MissingFileError("needed by the recording", file=path, actual="no such file", fix="Restore the video.")
    size = path.stat().st_size
    if size == 0:
        raise EmptyRecordingError("file is empty", file=path, actual="0 bytes", fix=_CUT)
    if not looks_like_mp4(path):
        raise DamagedFileError(
            "is not MP4 or MOV", file=path, actual="other leading bytes", allowed="an ftyp box", fix="Give an MP4 file."
        )
    _check_boxes(path, size, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _check_boxes(path: Path, size: int, _mtime_ns: int) -> None:
    with path.open("rb") as file:
        kinds = [box.kind for box in _boxes(file, 0, size, path)]
        if b"moov" not in kinds:
            raise DamagedFileError(
                "truncated: the index was never written", file=path, field="moov", actual="no moov box", fix=_CUT
            )
    check_index(path)


def has_c2pa(path: Path) -> bool:
    """True if a box of the file is C2PA's, which holds a signed manifest. Raises DamagedFileError."""
    with path.open("rb") as file:
        for box in _named(_boxes(file, 0, path.stat().st_size, path), b"uuid"):
            file.seek(box.start)
            if file.read(16) == _C2PA:
                return True
    return False


def edit_lists(path: Path) -> dict[int, tuple[Edit, ...]]:
    """Edit list of every track, by position of the track in the file from 0; tracks without one are left out."""
    found: dict[int, tuple[Edit, ...]] = {}
    with path.open("rb") as file:
        size = path.stat().st_size
        for moov in _named(_boxes(file, 0, size, path), b"moov"):
            for number, trak in enumerate(_named(_boxes(file, moov.start, moov.stop, path), b"trak")):
                for edts in _named(_boxes(file, trak.start, trak.stop, path), b"edts"):
                    for elst in _named(_boxes(file, edts.start, edts.stop, path), b"elst"):
                        found[number] = _edits(file, elst)
    return found


def rotations(path: Path) -> dict[int, int]:
    """Degrees clockwise (90, 180, 270) by which a track's display matrix turns it; other tracks are left out."""
    found: dict[int, int] = {}
    with path.open("rb") as file:
        size = path.stat().st_size
        for moov in _named(_boxes(file, 0, size, path), b"moov"):
            for number, trak in enumerate(_named(_boxes(file, moov.start, moov.stop, path), b"trak")):
                for tkhd in _named(_boxes(file, trak.start, trak.stop, path), b"tkhd"):
                    if turn := _rotation(file, tkhd):
                        found[number] = turn
    return found


def _rotation(file: BinaryIO, tkhd: Box) -> int:
    """From the matrix (a b u c d v x y w) of a track header: it takes (1, 0) to (a, b), y pointing down."""
    file.seek(tkhd.start)
    raw = file.read(tkhd.stop - tkhd.start if tkhd.stop - tkhd.start < 256 else 256)
    place = 52 if raw[:1] == b"\x01" else 40
    if len(raw) < place + 8:
        return 0
    a, b = struct.unpack_from(">ii", raw, place)
    return round(math.degrees(math.atan2(b, a)) / 90) * 90 % 360


def _named(boxes: Iterator[Box], kind: bytes) -> list[Box]:
    return [box for box in boxes if box.kind == kind]


def _boxes(file: BinaryIO, start: int, stop: int, path: Path) -> Iterator[Box]:
    position = start
    for _ in range(MAX_BOXES):
        if stop - position < 8:  # trailing padding below a header is legal in QuickTime's user data
            return
        file.seek(position)
        head = file.read(16)
        length, kind = struct.unpack(">I4s", head[:8])
        header = 8
        if length == 1 and len(head) == 16:
            length, header = struct.unpack(">Q", head[8:16])[0], 16
        elif length == 0:
            length = stop - position
        if length < header or position + length > stop:
            raise DamagedFileError(
                "truncated: a box reaches past the end",
                file=path,
                field=kind.decode("latin-1"),
                actual=f"{stop - position} bytes left",
                allowed=f"{length} bytes",
                fix=_CUT,
            )
        yield Box(kind, position + header, position + length)
        position += length
    raise DamagedFileError("too many boxes", file=path, allowed=MAX_BOXES, fix=_CUT)


def _edits(file: BinaryIO, box: Box) -> tuple[Edit, ...]:
    file.seek(box.start)
    raw = file.read(min(box.stop - box.start, 1 << 20))
    version, count = (raw[0], struct.unpack(">I", raw[4:8])[0]) if len(raw) >= 8 else (0, 0)
    entry = struct.Struct(">qqi" if version == 1 else ">iii")
    count = min(count, (len(raw) - 8) // entry.size)
    return tuple(Edit(*entry.unpack_from(raw, 8 + i * entry.size)) for i in range(count))
