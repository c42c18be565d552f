"""Where the frames of a DICOM file lie, found without unpacking any of them.

Source: DICOM PS3.5 A.4: encapsulated pixels are items, the first a table of offsets, each other a fragment.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from headwater.formats.errors import DamagedFileError

MAX_FRAGMENTS = 1_000_000
_ITEM, _END = 0xE000FFFE, 0xE0DDFFFE
_FIX = "Copy the file again from the archive; `dcmdump FILE` must accept it."


@dataclass(frozen=True)
class Frames:
    """Byte ranges (offset, length) of each frame's fragments."""

    path: Path
    parts: tuple[tuple[tuple[int, int], ...], ...]

    def size(self, index: int) -> int:
        """Stored bytes of a frame."""
        return sum(length for _, length in self.parts[index])

    def read(self, index: int) -> bytes:
        """The frame as it is stored."""
        with self.path.open("rb") as file:
            return b"".join(_at(file, offset, length) for offset, length in self.parts[index])


def native_frames(path: Path, frames: int, frame_bytes: int) -> Frames:
    """Frames of bare pixels. Raises DamagedFileError if the file cannot hold them."""
    start = _pixel_data(path)
    left = path.stat().st_size - start
    if frames * frame_bytes > left:
        raise _damaged(path, "pixels are cut, or more frames are declared than there are", left, frames * frame_bytes)
    return Frames(path, tuple(((start + n * frame_bytes, frame_bytes),) for n in range(frames)))


def encapsulated_frames(path: Path, frames: int, frame_bytes: int) -> Frames:
    """Frames in fragments: one each, all for the one frame, or as the table of offsets says."""
    items = _items(path, _pixel_data(path))
    table, fragments = items[0], items[1:]
    if len(fragments) == frames:
        return Frames(path, tuple((part,) for part in fragments))
    if frames == 1 and fragments:
        return Frames(path, (tuple(fragments),))
    with path.open("rb") as file:
        raw = _at(file, table[0], table[1])
    starts = (
        [fragments[0][0] - 8 + n for (n,) in struct.iter_unpack("<I", raw[: len(raw) // 4 * 4])] if fragments else []
    )
    if len(starts) != frames or starts != sorted(set(starts)):
        raise _damaged(path, "frames and fragments do not match", f"{len(fragments)} fragments", f"{frames} frames")
    ends = [*starts[1:], 1 << 62]
    parts = (tuple(p for p in fragments if a <= p[0] - 8 < b) for a, b in zip(starts, ends, strict=True))
    return Frames(path, tuple(parts))


def _items(path: Path, place: int) -> list[tuple[int, int]]:
    """Offset and length of every item's data, up to the end of the sequence."""
    size = path.stat().st_size
    items: list[tuple[int, int]] = []
    with path.open("rb") as file:
        while True:
            head = _at(file, place, 8)
            if len(head) < 8:
                raise _damaged(path, "pixels are cut", f"{size} bytes", "an end of the sequence")
            tag, length = struct.unpack("<II", head)
            if tag == _END and items:
                return items
            if tag != _ITEM or place + 8 + length > size or len(items) > MAX_FRAGMENTS:
                raise _damaged(path, "pixels are cut or damaged", f"{size - place} bytes left", f"{length} bytes")
            items.append((place + 8, length))
            place += 8 + length


def _pixel_data(path: Path) -> int:
    """Where the value of PixelData begins."""
    from pydicom import dcmread
    from pydicom.filereader import read_file_meta_info

    syntax = str(read_file_meta_info(path).TransferSyntaxUID)
    with path.open("rb") as file:
        dcmread(file, stop_before_pixels=True, specific_tags=[])
        place = file.tell()
        head = file.read(12)
    if head[:4] != b"\xe0\x7f\x10\x00" or len(head) < 12:
        raise _damaged(path, "has no pixels", head[:4].hex(), "e07f1000")
    implicit = syntax == "1.2.840.10008.1.2"
    return place + (8 if implicit else 12)


def _at(file: BinaryIO, place: int, size: int) -> bytes:
    file.seek(place)
    return file.read(size)


def _damaged(path: Path, problem: str, actual: object, allowed: object) -> DamagedFileError:
    return DamagedFileError(problem, file=path, field="PixelData", actual=actual, allowed=allowed, fix=_FIX)
