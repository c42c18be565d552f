"""An MP4 put together anew from the tracks that may stay: no sound, no tags, no positions.

Samples of a track that stays keep their bytes and their times; only the places where they lie in the file change.
Source: ISO/IEC 14496-12 (boxes), sections 8.1 to 8.7.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from headwater.formats.video import open_container, video_track
from headwater.privacy.boxes import Box, movie_of, top_level
from headwater.privacy.errors import RedactionError
from headwater.privacy.gpmf_places import without_gps

_TELEMETRY = b"gpmd"
_KEPT_IN_TRACK = frozenset((b"tkhd", b"edts", b"mdia"))
_PIECE = 1 << 20


@dataclass(frozen=True)
class Track:
    """A track's box and, chunk by chunk, where its bytes lie: (start, stop) in ``file``."""

    box: Box
    file: Path
    chunks: tuple[tuple[int, int], ...]

    @property
    def handler(self) -> bytes:
        """``vide``, ``soun``, ``meta`` ..."""
        found = self.box.find(b"mdia", b"hdlr")
        return found.data[8:12] if found else b""

    @property
    def coding(self) -> bytes:
        """Four letters of the sample description: ``avc1``, ``gpmd``, ``mp4a`` ..."""
        found = self.box.find(b"mdia", b"minf", b"stbl", b"stsd")
        return found.data[12:16] if found else b""


def tracks(path: Path) -> tuple[Track, ...]:
    """Every track of a file. Raises RecordingError or RedactionError (fragmented files are not read)."""
    movie = movie_of(path)
    if movie.all(b"mvex") or any(kind == b"moof" for kind, _, _ in top_level(path)):
        fix = "remux it without fragments: ffmpeg -i IN -c copy OUT"
        raise RedactionError(f"{path.name}: layout", actual="fragmented MP4", allowed="one index", fix=fix)
    with open_container(path) as container:
        lying: list[list[tuple[int, int]]] = [[] for _ in container.streams]
        for packet in container.demux(list(container.streams)):
            if packet.size and packet.pos is not None:
                lying[packet.stream_index].append((packet.pos, packet.pos + packet.size))
    found = movie.all(b"trak")
    if len(found) != len(lying):
        raise RedactionError(f"{path.name}: tracks", actual=len(found), allowed=len(lying), fix="remux the file")
    return tuple(Track(box, path, _chunks(box, spans)) for box, spans in zip(found, lying, strict=True))


def write_movie(source: Path, target: Path, keep: Callable[[Track], Track | None]) -> tuple[str, ...]:
    """Write what ``keep`` leaves of ``source``'s tracks; names of what was left out.

    Args:
        keep: a track as it is to be written (its own, or one of another file), or ``None``.
    """
    movie, gone, kept = movie_of(source), list[str](), list[Track]()
    for track in tracks(source):
        chosen = keep(track)
        if chosen is None:
            gone.append(f"track {track.coding.decode('latin-1')}")
        else:
            kept.append(chosen)
    gone += [f"box {box.kind.decode('latin-1')}" for box in movie.inside or () if box.kind not in (b"trak", b"mvhd")]
    with target.open("wb") as out:
        out.write(_head(source))
        start = out.tell()
        out.write(struct.pack(">I4sQ", 1, b"mdat", 0))
        moved = [_copied(track, out) for track in kept]
        size = out.tell() - start
        out.seek(start + 8)
        out.write(struct.pack(">Q", size))
        out.seek(0, 2)
        header = movie.find(b"mvhd")
        assert header is not None
        boxes = (_timeless(header), *(_moved(t.box, places) for t, places in zip(kept, moved, strict=True)))
        out.write(Box(b"moov", inside=boxes).packed())
    return tuple(gone)


def newest_video(path: Path, track: Track) -> Track:
    """``track`` with the picture of ``path``, a file with one video track on the same clocks."""
    (new,) = (t for t in tracks(path) if t.handler == b"vide")
    old = {box.kind: box for box in track.box.inside or ()}
    boxes = [old[b"tkhd"], *(box for box in new.box.inside or () if box.kind in (b"edts", b"mdia"))]
    return Track(replace(track.box, inside=tuple(boxes)), path, new.chunks)


def clocks(path: Path) -> tuple[int, int]:
    """(ticks a second of the movie, of the video track), for writing a file on the same clocks."""
    movie = movie_of(path)
    header = movie.find(b"mvhd")
    with open_container(path) as container:
        base = video_track(container, path).time_base
    assert header is not None
    at = 20 if header.data[0] == 1 else 12
    return struct.unpack_from(">I", header.data, at)[0], int(1 / base)


def _chunks(box: Box, spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Where each chunk begins by the sample table, and where the last of its packets ends."""
    table = box.find(b"mdia", b"minf", b"stbl")
    offsets = _offsets(table) if table else []
    starts = sorted(offsets)
    ends = dict(zip(starts, starts, strict=True))
    for start, stop in spans:
        place = bisect_right(starts, start) - 1
        if place >= 0:
            ends[starts[place]] = max(ends[starts[place]], stop)
    return tuple((offset, ends[offset]) for offset in offsets)


def _offsets(table: Box) -> list[int]:
    for kind, width, sign in ((b"stco", 4, "I"), (b"co64", 8, "Q")):
        found = table.find(kind)
        if found is not None:
            count = min(struct.unpack_from(">I", found.data, 4)[0], (len(found.data) - 8) // width)
            return list(struct.unpack_from(f">{count}{sign}", found.data, 8))
    return []


def _copied(track: Track, out: BinaryIO) -> list[int]:
    """Writes a track's chunks; where each begins now. Telemetry loses its positions on the way."""
    places = []
    with track.file.open("rb") as file:
        for start, stop in track.chunks:
            places.append(out.tell())
            file.seek(start)
            if track.coding == _TELEMETRY:
                out.write(b"".join(_payloads(track, file.read(stop - start))))
                continue
            for at in range(start, stop, _PIECE):
                out.write(file.read(min(_PIECE, stop - at)))
    return places


def _payloads(track: Track, chunk: bytes) -> Iterator[bytes]:
    """The payloads of one chunk of telemetry; each begins with a device."""
    starts = [0]
    at = 0
    while at + 8 <= len(chunk):
        size, repeat = chunk[at + 5], struct.unpack_from(">H", chunk, at + 6)[0]
        at += 8 + (size * repeat + 3) // 4 * 4
        starts.append(min(at, len(chunk)))
    for start, stop in zip(starts, [*starts[1:], len(chunk)], strict=True):
        yield without_gps(chunk[start:stop])


def _moved(box: Box, places: list[int]) -> Box:
    """A track's box with new chunk offsets, and without times, tags and references to tracks that are gone."""
    if box.kind == b"trak":
        held = tuple(_moved(b, places) for b in box.inside or () if b.kind in _KEPT_IN_TRACK)
        return replace(box, inside=held)
    if box.kind in (b"stco", b"co64"):
        return Box(b"co64", bytes(4) + struct.pack(f">I{len(places)}Q", len(places), *places))
    if box.inside is not None:
        return replace(box, inside=tuple(_moved(b, places) for b in box.inside if b.kind not in (b"udta", b"meta")))
    return _timeless(box)


def _timeless(box: Box) -> Box:
    """Movie, track and media headers say when a file was made."""
    if box.kind not in (b"mvhd", b"tkhd", b"mdhd"):
        return box
    width = 16 if box.data[0] == 1 else 8
    return replace(box, data=box.data[:4] + bytes(width) + box.data[4 + width :])


def _head(source: Path) -> bytes:
    for kind, start, stop in top_level(source):
        if kind == b"ftyp":
            with source.open("rb") as file:
                file.seek(start)
                return Box(b"ftyp", file.read(stop - start)).packed()
    return Box(b"ftyp", b"isom\0\0\2\0isommp41").packed()
