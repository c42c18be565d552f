"""What an MP4's index may ask FFmpeg to do: nothing outside the file, and no more than the file can hold.

A track's data reference may name another file, and the index declares counts that FFmpeg allocates for before it
reads a sample. Boxes are found wherever FFmpeg's demuxer would find them: at any level of any container.
Source: ISO/IEC 14496-12, 8.7.2 (data reference), 8.7.3, 8.7.4, 8.8.8; libavformat/mov.c ``mov_build_index``.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from headwater.formats.errors import DamagedFileError, TooLargeError, UnsafePathError

MAX_BOXES = 1_000_000
MAX_DEPTH = 10
MAX_TRACKS = 64
MAX_SAMPLES = 2_000_000
MAX_EDITED = 4 * MAX_SAMPLES
_CONTAINERS = frozenset(b"moov trak mdia minf dinf stbl edts moof traf mvex udta wave gmhd".split())
_FIX = "Write the file again with `ffmpeg -i IN.mp4 -map 0 -c copy OUT.mp4`."


@dataclass
class _Track:
    """What one ``trak`` declares."""

    sound: bool = False
    samples: int = 0
    chunks: int = 0
    most_a_chunk: int = 0
    edits: int = 0
    deltas: list[bool] = field(default_factory=list)


def check_index(path: Path) -> None:
    """Walk the index of a file whose top level is whole.

    Raises:
        UnsafePathError: a track's data lie in another file.
        TooLargeError: declared samples, edits or tracks beyond the file or one recording.
        DamagedFileError: the index is compressed (``cmov``), or there are too many boxes.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        walk = _Walk(file, path, size)
        walk.boxes(0, size, 0)
        walk.compare()


class _Walk:
    def __init__(self, file: BinaryIO, path: Path, size: int) -> None:
        self._file, self._path, self._size = file, path, size
        self._seen = 0
        self._tracks: list[_Track] = [_Track()]  # the first: what stands outside any trak
        self._run_samples = 0

    def boxes(self, start: int, stop: int, depth: int) -> None:
        place = start
        while stop - place >= 8 and depth <= MAX_DEPTH:
            self._seen += 1
            if self._seen > MAX_BOXES:
                raise DamagedFileError("too many boxes", file=self._path, allowed=MAX_BOXES, fix=_FIX)
            head = self._read(place, 16)
            length, kind = struct.unpack(">I4s", head[:8])
            header = 8
            if length == 1 and len(head) == 16:
                length, header = struct.unpack(">Q", head[8:])[0], 16
            elif length == 0:
                length = stop - place
            if length < header:
                return
            end = min(place + length, stop)  # as FFmpeg does
            self._box(kind, place + header, end, depth)
            place += length

    def _box(self, kind: bytes, start: int, stop: int, depth: int) -> None:
        if kind == b"trak":
            self._tracks.append(_Track())
            if len(self._tracks) > MAX_TRACKS + 1:
                raise self._too_large("trak", "more tracks", MAX_TRACKS)
        if kind in _CONTAINERS:
            self.boxes(start, stop, depth + 1)
        elif kind == b"cmov":
            raise DamagedFileError("index is compressed", file=self._path, field="cmov", fix=_FIX)
        elif kind == b"dref":
            self._references(start, stop)
        else:
            self._count(kind, start, self._tracks[-1])

    def _references(self, start: int, stop: int) -> None:
        """Every entry must say, by its flag or by naming nothing, that the data are in this file."""
        place = start + 8
        while stop - place >= 12:
            raw = self._read(place, min(stop - place, 4096))
            length, kind, flags = struct.unpack(">I4sI", raw[:12])
            if length > 12 and not flags & 1:
                raise UnsafePathError(
                    "a track's data lie in another file",
                    file=self._path,
                    field=f"dref {kind.decode('latin-1')}",
                    actual=raw[12 : min(length, 92)].decode("utf-8", "replace").strip("\0"),
                    allowed="data in the file itself",
                    fix=_FIX,
                )
            place += max(length, 12)

    def _count(self, kind: bytes, start: int, track: _Track) -> None:
        if kind == b"hdlr":
            track.sound |= self._read(start + 8, 4) == b"soun"
        elif kind in (b"stsz", b"stz2"):
            track.samples = max(track.samples, self._number(start + 8))
        elif kind in (b"stco", b"co64"):
            track.chunks = max(track.chunks, self._number(start + 4))
        elif kind == b"stsc":
            rows = self._read(start + 8, min(12 * self._number(start + 4), 12 * MAX_SAMPLES, self._size))
            most = max((n for _, n, _ in struct.iter_unpack(">III", rows[: len(rows) // 12 * 12])), default=0)
            track.most_a_chunk = max(track.most_a_chunk, most)
        elif kind == b"stts":
            track.deltas.append(self._number(start + 4) == 1 and self._number(start + 12) == 1)
        elif kind == b"elst":
            track.edits = max(track.edits, self._number(start + 4))
        elif kind == b"trun":
            self._run_samples += self._number(start + 4)
            if self._run_samples > MAX_SAMPLES:
                raise self._too_large("trun", f"{self._run_samples} samples", MAX_SAMPLES)

    def compare(self) -> None:
        """What each track declares against the file's size and a recording's bounds."""
        for track in self._tracks:
            pcm = track.sound and bool(track.deltas) and all(track.deltas)  # indexed by chunk, not by sample
            allowed = self._size if pcm else min(self._size, MAX_SAMPLES)
            if track.samples > allowed:
                raise self._too_large("stsz", f"{track.samples} samples", allowed)
            if pcm and track.chunks * track.most_a_chunk > 64 * self._size:
                raise self._too_large("stsc", f"{track.chunks} chunks of {track.most_a_chunk}", self._size)
            if track.edits > 3 and track.edits * max(track.samples, 1) > MAX_EDITED:
                raise self._too_large("elst", f"{track.edits} edits of {track.samples} samples", MAX_EDITED)

    def _number(self, place: int) -> int:
        raw = self._read(place, 4)
        return int.from_bytes(raw, "big") if len(raw) == 4 else 0

    def _read(self, place: int, size: int) -> bytes:
        self._file.seek(place)
        return self._file.read(size)

    def _too_large(self, box: str, actual: str, allowed: int) -> TooLargeError:
        return TooLargeError(
            "declares more than the file can hold", file=self._path, field=box, actual=actual, allowed=allowed, fix=_FIX
        )
