"""MCAP: chunks of timed messages on channels, each channel with a schema. One file is one episode.

The records are read by hand, in one pass from the front: the data section's, the chunks' and the summary's checksums
are compared, a chunk is never unpacked beyond the size it declares, and a file without its footer or index, as a killed
recorder leaves it, is refused with the tool that mends it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from headwater.formats.errors import DamagedFileError, EmptyRecordingError, TooLargeError, UnfinishedRecordingError
from headwater.formats.log_bytes import MAX_CHUNK_BYTES, Budget, ChunkError, unpacked
from headwater.formats.message_log import LogEpisode
from headwater.formats.message_ports import Place, Topic
from headwater.formats.message_types import SchemaError, decoder
from headwater.formats.models import Episode
from headwater.formats.own_channels import NAME, parse_channel, parse_episode
from headwater.formats.recording import LazyEpisodes, Recording

FORMAT = "mcap"
MAGIC = b"\x89MCAP0\r\n"
MAX_HELD_BYTES = 64 << 20
MAX_RECORD_BYTES = MAX_CHUNK_BYTES + (1 << 20)
_HEADER, _FOOTER, _SCHEMA, _CHANNEL, _MESSAGE, _CHUNK, _STATISTICS, _METADATA, _DATA_END = 1, 2, 3, 4, 5, 6, 11, 12, 15
_FOOTER_BYTES = 9 + 20 + len(MAGIC)
_FIX = "Copy the file again from where it was recorded; `mcap doctor` must find nothing."
_RECOVER = "Run `mcap recover IN.mcap -o OUT.mcap`; what the killed recorder still held is lost."


class McapReader:
    """Opens an ``.mcap`` file."""

    family = "MCAP"

    def accepts(self, path: Path) -> bool:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(8) == MAGIC

    def open(self, path: Path) -> Recording:
        check_ends(path)
        return Recording(FORMAT, path, LazyEpisodes(1, lambda _: read_mcap(path)))


class Ends(NamedTuple):
    """Where the summary begins and the CRC of it; ``size`` of the file."""

    summary: int
    summary_crc: int
    size: int


def read_mcap(path: Path) -> Episode:
    """The file as one episode. Raises RecordingError."""
    log = McapLog((path,))
    return LogEpisode(log).read(FORMAT, path, log.meta)


def check_ends(path: Path) -> Ends:
    """The footer. Raises UnfinishedRecordingError without it, or without an index before it."""
    size = path.stat().st_size
    if size == 0:
        raise EmptyRecordingError("file is empty", file=path, actual="0 bytes", fix="Record again.")
    with path.open("rb") as file:
        if file.read(8) != MAGIC:
            raise DamagedFileError("is not MCAP", file=path, field="magic", allowed=MAGIC.hex(), fix=_FIX)
        file.seek(max(0, size - _FOOTER_BYTES))
        tail = file.read(_FOOTER_BYTES)
    if len(tail) < _FOOTER_BYTES or size < 2 * len(MAGIC) + 29 or not tail.endswith(MAGIC):
        raise UnfinishedRecordingError(
            "has no end: the recorder was killed, or the file is cut", file=path, field="magic at the end", fix=_RECOVER
        )
    opcode, length, summary, _, crc = struct.unpack("<BQQQI", tail[:29])
    if opcode != _FOOTER or length != 20:
        raise DamagedFileError("footer is damaged", file=path, field="footer", actual=f"{opcode}, {length}", fix=_FIX)
    if not summary:
        raise UnfinishedRecordingError("has no index", file=path, field="summary_start", actual=0, fix=_RECOVER)
    if not len(MAGIC) <= summary <= size - _FOOTER_BYTES:
        raise DamagedFileError(
            "index lies outside the file", file=path, field="summary_start", actual=summary, fix=_FIX
        )
    return Ends(summary, crc, size)


class McapLog:
    """The messages of one or more MCAP files (a split recording)."""

    def __init__(self, files: tuple[Path, ...]) -> None:
        self.files = files
        self.meta: dict[str, Any] = {}

    def messages(self) -> Iterator[tuple[Topic, int, Place, bytes]]:
        for number, path in enumerate(self.files):
            yield from _File(path, number, self.meta).messages()

    def read(self, place: Place) -> bytes:
        path = self.files[place.file]
        status = path.stat()
        record = _record_at(path, place.at, status.st_size, status.st_mtime_ns)
        opcode, body = _one(record, place.within, path, "chunk")
        if opcode != _MESSAGE or len(body) < 22:
            raise DamagedFileError("message is gone", file=path, field=f"offset {place.at}", fix=_FIX)
        return body[22:]


class _File:
    def __init__(self, path: Path, number: int, meta: dict[str, Any]) -> None:
        self._path, self._number, self._meta = path, number, meta
        self._schemas: dict[int, tuple[str, str, bytes]] = {}
        self._topics: dict[int, tuple[Topic, bytes]] = {}
        self._found = self._held = 0
        self._budget = Budget(path.stat().st_size)

    def messages(self) -> Iterator[tuple[Topic, int, Place, bytes]]:
        ends = check_ends(self._path)
        with self._path.open("rb") as file:
            yield from self._data_section(file, ends)
            self._summary(file, ends)

    def _data_section(self, file: BinaryIO, ends: Ends) -> Iterator[tuple[Topic, int, Place, bytes]]:
        file.seek(len(MAGIC))
        crc, at, ended = zlib.crc32(MAGIC), len(MAGIC), False
        while at < ends.summary and not ended:
            head = file.read(9)
            opcode, length = struct.unpack("<BQ", head) if len(head) == 9 else (0, 0)
            if not opcode or length > ends.size - at - 9:
                raise self._damaged("record lies outside the file", f"offset {at}", f"{length} bytes")
            if length > MAX_RECORD_BYTES:
                raise TooLargeError(
                    "record is too large",
                    file=self._path,
                    field=f"offset {at}",
                    actual=length,
                    allowed=MAX_RECORD_BYTES,
                )
            body = file.read(length)
            if opcode == _DATA_END:
                ended = True
                (declared,) = struct.unpack_from("<I", body) if length >= 4 else (0,)
                if declared and declared != crc:
                    raise self._damaged(
                        "checksum of the data does not hold", "data_end", f"{crc:08x}", f"{declared:08x}"
                    )
            crc = zlib.crc32(body, zlib.crc32(head, crc))
            if opcode == _CHUNK:
                chunk = _unpack_chunk(body, self._path, at, self._budget)
                yield from self._records(chunk, at)
            else:
                yield from self._take(opcode, body, at, 0)
            at += 9 + length
        if not ended:
            raise self._damaged("data section has no end", "data_end", "none")

    def _records(self, chunk: bytes, at: int) -> Iterator[tuple[Topic, int, Place, bytes]]:
        place = 0
        while place < len(chunk):
            opcode, body = _one(chunk, place, self._path, f"chunk at {at}")
            yield from self._take(opcode, body, at, place)
            place += 9 + len(body)

    def _take(self, opcode: int, body: bytes, at: int, within: int) -> Iterator[tuple[Topic, int, Place, bytes]]:
        if opcode == _MESSAGE:
            if len(body) < 22:
                raise self._damaged("message is cut", f"offset {at}", f"{len(body)} bytes")
            channel, _, log_ns, _ = struct.unpack_from("<HIQQ", body)
            if channel not in self._topics:
                raise self._damaged("message of a channel that was not declared", f"offset {at}", channel)
            self._found += 1
            yield self._topics[channel][0], log_ns, Place(self._number, at, within), body[22:]
            return
        if opcode in (_SCHEMA, _CHANNEL, _METADATA):
            self._held += len(body) + 100
            if self._held > MAX_HELD_BYTES:
                raise TooLargeError(
                    "too many schemas, channels and metadata",
                    file=self._path,
                    actual=self._held,
                    allowed=MAX_HELD_BYTES,
                )
        try:
            if opcode == _SCHEMA:
                fields = _Fields(body)
                number = fields.number("<H")
                self._schemas[number] = (fields.text(), fields.text(), fields.blob())
            elif opcode == _CHANNEL:
                self._channel(body)
            elif opcode == _METADATA:
                fields = _Fields(body)
                self._metadata(fields.text(), fields.pairs())
            elif opcode == _HEADER:
                fields = _Fields(body)
                self._meta |= {"profile": fields.text(), "library": fields.text()}
        except (struct.error, UnicodeDecodeError, ValueError) as error:
            raise self._damaged("record cannot be read", f"offset {at}, opcode {opcode}", str(error)[:80]) from None

    def _metadata(self, name: str, pairs: dict[str, str]) -> None:
        if name == NAME and "episode" in pairs:
            self._meta[NAME] = parse_episode(pairs["episode"])
        elif pairs:
            self._meta.setdefault("metadata", {})[name] = pairs

    def _channel(self, body: bytes) -> None:
        known = self._topics.get(struct.unpack_from("<H", body)[0])
        if known is not None and known[1] == body:
            return
        fields = _Fields(body)
        number, schema = fields.number("<H"), fields.number("<H")
        topic, encoding = fields.text(), fields.text()
        name, schema_encoding, data = self._schemas.get(schema, ("", "", b""))
        about = fields.pairs().get(NAME)
        own = None if about is None else parse_channel(about)
        try:
            kind, decode = decoder(encoding, schema_encoding, name, data)
            self._topics[number] = (Topic(topic, kind, decode, own=own), body)
        except SchemaError as error:
            self._topics[number] = (Topic(topic, name, None, str(error)), body)

    def _summary(self, file: BinaryIO, ends: Ends) -> None:
        file.seek(ends.summary)
        length = ends.size - ends.summary - _FOOTER_BYTES
        if length > MAX_RECORD_BYTES:
            raise TooLargeError("index is too large", file=self._path, actual=length, allowed=MAX_RECORD_BYTES)
        body = file.read(length + 25)
        actual = zlib.crc32(body)
        if ends.summary_crc and actual != ends.summary_crc:
            raise self._damaged(
                "checksum of the index does not hold", "summary", f"{actual:08x}", f"{ends.summary_crc:08x}"
            )
        place = 0
        while place < length:
            opcode, record = _one(body[:length], place, self._path, "summary")
            if opcode == _STATISTICS and len(record) >= 8:
                (declared,) = struct.unpack_from("<Q", record)
                if declared != self._found:
                    raise self._damaged("message count is a lie", "statistics", f"{self._found} messages", declared)
            place += 9 + len(record)

    def _damaged(self, problem: str, field: str, actual: Any, allowed: Any = None) -> DamagedFileError:
        return DamagedFileError(problem, file=self._path, field=field, actual=actual, allowed=allowed, fix=_FIX)


class _Fields:
    """The fields of a record, read one after another. Raises struct.error, ValueError."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def number(self, form: str) -> int:
        (value,) = struct.unpack_from(form, self._body, self._at)
        self._at += struct.calcsize(form)
        return int(value)

    def blob(self) -> bytes:
        size = self.number("<I")
        if size > len(self._body) - self._at:
            raise ValueError(f"{size} bytes declared, {len(self._body) - self._at} left")
        self._at += size
        return self._body[self._at - size : self._at]

    def text(self) -> str:
        return self.blob().decode("utf-8")

    def pairs(self) -> dict[str, str]:
        """A map of texts; empty if it cannot be read: rosbags leaves out its length."""
        out = {}
        with suppress(struct.error, ValueError):
            inside = _Fields(self.blob())
            while inside._at < len(inside._body):
                key = inside.text()
                out[key] = inside.text()
        return out


def _one(data: bytes, place: int, path: Path, where: str) -> tuple[int, bytes]:
    """Opcode and body of the record at ``place``. Raises DamagedFileError."""
    if len(data) - place >= 9:
        opcode, length = struct.unpack_from("<BQ", data, place)
        if opcode and length <= len(data) - place - 9:
            return opcode, data[place + 9 : place + 9 + length]
    raise DamagedFileError("record is cut", file=path, field=where, actual=f"at byte {place}", fix=_FIX)


def _unpack_chunk(body: bytes, path: Path, at: int, budget: Budget | None = None) -> bytes:
    """The records of a chunk, their checksum compared. Raises DamagedFileError."""
    try:
        _, _, size, crc = struct.unpack_from("<QQQI", body)
        fields = _Fields(body[28:])
        method = fields.text()
        length = fields.number("<Q")
        if budget is not None and method:
            budget.spend(size)
        data = body[len(body) - length :] if 0 < length <= len(body) else b""
        chunk = unpacked(data, method, size)
    except (struct.error, ValueError) as error:
        problem = "chunk cannot be unpacked" if isinstance(error, ChunkError) else "chunk cannot be read"
        raise DamagedFileError(problem, file=path, field=f"chunk at {at}", actual=str(error)[:80], fix=_FIX) from None
    if crc and zlib.crc32(chunk) != crc:
        raise DamagedFileError(
            "checksum of a chunk does not hold",
            file=path,
            field=f"chunk at {at}",
            actual=f"{zlib.crc32(chunk):08x}",
            allowed=f"{crc:08x}",
            fix=_FIX,
        )
    return chunk


# Pictures are asked for one after another: two chunks kept are two of a few MB.
@lru_cache(maxsize=2)
def _record_at(path: Path, at: int, size: int, _mtime_ns: int) -> bytes:
    """The chunk at an offset, unpacked; a record that lies in no chunk, whole."""
    with path.open("rb") as file:
        file.seek(at)
        head = file.read(9)
        opcode, length = struct.unpack("<BQ", head) if len(head) == 9 else (0, 0)
        if length > min(size, MAX_RECORD_BYTES):
            raise DamagedFileError("record lies outside the file", file=path, field=f"offset {at}", fix=_FIX)
        body = file.read(length)
    return _unpack_chunk(body, path, at) if opcode == _CHUNK else head + body
