"""MP4 boxes in memory, to leave some out and write the rest back as it was (ISO/IEC 14496-12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from headwater.privacy.errors import RedactionError

CONTAINERS = frozenset((b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf"))
MAX_INDEX = 256 << 20


@dataclass(frozen=True)
class Box:
    """A box and either its bytes or the boxes inside."""

    kind: bytes
    data: bytes = b""
    inside: tuple[Box, ...] | None = None

    def packed(self) -> bytes:
        """The box as bytes."""
        body = self.data if self.inside is None else b"".join(box.packed() for box in self.inside)
        return struct.pack(">I4s", len(body) + 8, self.kind) + body

    def find(self, *path: bytes) -> Box | None:
        """The first box down a path of kinds."""
        if not path:
            return self
        return next((hit for box in self.inside or () if box.kind == path[0] if (hit := box.find(*path[1:]))), None)

    def all(self, kind: bytes) -> tuple[Box, ...]:
        """The boxes of one kind right inside."""
        return tuple(box for box in self.inside or () if box.kind == kind)


def top_level(path: Path) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start of the payload, stop) of a file's boxes."""
    size, position = path.stat().st_size, 0
    with path.open("rb") as file:
        while size - position >= 8:
            file.seek(position)
            head = file.read(16)
            length, kind = struct.unpack(">I4s", head[:8])
            start = position + 8
            if length == 1 and len(head) == 16:
                length, start = struct.unpack(">Q", head[8:16])[0], position + 16
            stop = size if length == 0 else position + length
            if stop > size or stop < start:
                raise _damaged(path)
            yield kind, start, stop
            position = stop


def movie_of(path: Path) -> Box:
    """The ``moov`` box. Raises RedactionError."""
    for kind, start, stop in top_level(path):
        if kind == b"moov" and stop - start <= MAX_INDEX:
            with path.open("rb") as file:
                file.seek(start)
                return Box(b"moov", inside=tuple(_parse(file.read(stop - start), path)))
    raise _damaged(path)


def _parse(data: bytes, path: Path) -> Iterator[Box]:
    position = 0
    while len(data) - position >= 8:
        length, kind = struct.unpack_from(">I4s", data, position)
        if length < 8 or position + length > len(data):
            raise _damaged(path)
        body = data[position + 8 : position + length]
        inside = tuple(_parse(body, path)) if kind in CONTAINERS else None
        yield Box(kind, b"" if inside is not None else body, inside)
        position += length


def _damaged(path: Path) -> RedactionError:
    fix = "copy the file again from where it was recorded"
    return RedactionError(f"{path.name}: index", actual="boxes that do not fit", allowed="a whole MP4", fix=fix)
