"""ROS 1 bags (version 2.0): chunks of messages on connections, passed once from the front. One file is one episode.

The format has no checksums. Every length is compared with what the file holds, and the number of messages with what
the index says.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from headwater.formats.errors import DamagedFileError, TooLargeError, UnfinishedRecordingError
from headwater.formats.log_bytes import MAX_CHUNK_BYTES, Budget, ChunkError, unpacked
from headwater.formats.message_log import LogEpisode
from headwater.formats.message_ports import Place, Topic
from headwater.formats.message_types import SchemaError, decoder
from headwater.formats.models import Episode
from headwater.formats.recording import LazyEpisodes, Recording

FORMAT = "rosbag-v1"
MAGIC = b"#ROSBAG V2.0\n"
MAX_HEADER_BYTES = 16 << 20
_MESSAGE, _BAG, _INDEX, _CHUNK, _CHUNK_INFO, _CONNECTION = 2, 3, 4, 5, 6, 7
_FIX = "Copy the file again from where it was recorded; `rosbag check` must accept it."
_REINDEX = "Run `rosbag reindex FILE.bag`; what the killed recorder still held is lost."


class Rosbag1Reader:
    """Opens a ``.bag`` file."""

    family = "ROS 1 bag"

    def accepts(self, path: Path) -> bool:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(8) == MAGIC[:8]

    def open(self, path: Path) -> Recording:
        check_index(path)
        return Recording(FORMAT, path, LazyEpisodes(1, lambda _: read_bag(path)))


def read_bag(path: Path) -> Episode:
    """The file as one episode. Raises RecordingError."""
    return LogEpisode(Rosbag1Log(path)).read(FORMAT, path, {})


def check_index(path: Path) -> None:
    """Raises UnfinishedRecordingError if the bag was not closed, DamagedFileError for another version."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise DamagedFileError("is no bag of version 2.0", file=path, allowed="#ROSBAG V2.0", fix=_FIX)
        header, _ = _record(file, path, size)
    if header.get("op") != bytes([_BAG]):
        raise DamagedFileError("has no bag header", file=path, field="bag header", fix=_FIX)
    index = _number(header, "index_pos", 8, path)
    if not index:
        raise UnfinishedRecordingError("has no index", file=path, field="index_pos", actual=0, fix=_REINDEX)
    if index > size:
        raise UnfinishedRecordingError(
            "is cut: its index lies behind its end",
            file=path,
            field="index_pos",
            actual=index,
            allowed=size,
            fix=_REINDEX,
        )


class Rosbag1Log:
    """The messages of one bag."""

    def __init__(self, path: Path) -> None:
        self.files = (path,)
        self._path = path

    def messages(self) -> Iterator[tuple[Topic, int, Place, bytes]]:
        check_index(self._path)
        topics: dict[int, Topic] = {}
        found = declared = 0
        size = self._path.stat().st_size
        budget = Budget(size)
        with self._path.open("rb") as file:
            file.seek(len(MAGIC))
            while (at := file.tell()) < size:
                header, body = _record(file, self._path, size)
                opcode = _number(header, "op", 1, self._path)
                if opcode == _CHUNK:
                    for message in self._chunk(_unpack(header, body, self._path, at, budget), at, topics):
                        found += 1
                        yield message
                elif opcode == _CHUNK_INFO:
                    declared += sum(struct.unpack_from("<I", body, 4 + 8 * i)[0] for i in range(len(body) // 8))
                elif opcode in (_MESSAGE, _CONNECTION):
                    for message in self._one(opcode, header, body, Place(0, at, 0), topics):
                        found += 1
                        yield message
        if declared and declared != found:
            raise self._damaged("message count is a lie", "chunk infos", f"{found} messages", declared)

    def read(self, place: Place) -> bytes:
        status = self._path.stat()
        chunk = _chunk_at(self._path, place.at, status.st_size, status.st_mtime_ns)
        _, body, _ = _split(chunk, place.within, self._path, place.at)
        return body

    def _chunk(self, chunk: bytes, at: int, topics: dict[int, Topic]) -> Iterator[tuple[Topic, int, Place, bytes]]:
        place = 0
        while place < len(chunk):
            header, body, end = _split(chunk, place, self._path, at)
            yield from self._one(_number(header, "op", 1, self._path), header, body, Place(0, at, place), topics)
            place = end

    def _one(
        self, opcode: int, header: dict[str, bytes], body: bytes, place: Place, topics: dict[int, Topic]
    ) -> Iterator[tuple[Topic, int, Place, bytes]]:
        if opcode == _CONNECTION:
            number = _number(header, "conn", 4, self._path)
            if number not in topics:
                topics[number] = self._topic(header, body)
        elif opcode == _MESSAGE:
            number = _number(header, "conn", 4, self._path)
            if number not in topics:
                raise self._damaged("message of a connection that was not declared", f"offset {place.at}", number)
            seconds, rest = divmod(_number(header, "time", 8, self._path), 1 << 32)[::-1]
            yield topics[number], seconds * 10**9 + rest, place, body

    def _topic(self, header: dict[str, bytes], body: bytes) -> Topic:
        about = _header(body, self._path)
        name = header.get("topic", about.get("topic", b"")).decode("utf-8", "replace")
        kind = about.get("type", b"").decode("utf-8", "replace")
        try:
            short, decode = decoder("ros1", "ros1msg", kind, about.get("message_definition", b""))
            return Topic(name, short, decode)
        except SchemaError as error:
            return Topic(name, kind, None, str(error))

    def _damaged(self, problem: str, field: str, actual: Any, allowed: Any = None) -> DamagedFileError:
        return DamagedFileError(problem, file=self._path, field=field, actual=actual, allowed=allowed, fix=_FIX)


def _record(file: Any, path: Path, size: int) -> tuple[dict[str, bytes], bytes]:
    """The record the file stands at: header fields and data. Raises DamagedFileError, TooLargeError."""
    parts = []
    for limit in (MAX_HEADER_BYTES, MAX_CHUNK_BYTES):
        at = file.tell()
        head = file.read(4)
        length = struct.unpack("<I", head)[0] if len(head) == 4 else size
        if length > size - at - 4:
            raise DamagedFileError("record is cut", file=path, field=f"offset {at}", actual=f"{length} bytes", fix=_FIX)
        if length > limit:
            raise TooLargeError("record is too large", file=path, field=f"offset {at}", actual=length, allowed=limit)
        parts.append(file.read(length))
    return _header(parts[0], path), parts[1]


def _split(chunk: bytes, place: int, path: Path, at: int) -> tuple[dict[str, bytes], bytes, int]:
    """Header, data and end of a record within a chunk. Raises DamagedFileError."""
    parts = []
    for _ in range(2):
        if place + 4 > len(chunk) or (length := struct.unpack_from("<I", chunk, place)[0]) > len(chunk) - place - 4:
            raise DamagedFileError(
                "record is cut", file=path, field=f"chunk at {at}", actual=f"at byte {place}", fix=_FIX
            )
        parts.append(chunk[place + 4 : place + 4 + length])
        place += 4 + length
    return _header(parts[0], path), parts[1], place


def _header(data: bytes, path: Path) -> dict[str, bytes]:
    fields, place = {}, 0
    while place < len(data):
        length = struct.unpack_from("<I", data, place)[0] if place + 4 <= len(data) else len(data)
        name, mark, value = data[place + 4 : place + 4 + length].partition(b"=")
        if length > len(data) - place - 4 or not mark:
            raise DamagedFileError("record header is damaged", file=path, actual=f"at its byte {place}", fix=_FIX)
        fields[name.decode("ascii", "replace")] = value
        place += 4 + length
    return fields


def _number(header: dict[str, bytes], name: str, size: int, path: Path) -> int:
    value = header.get(name, b"")
    if len(value) != size:
        raise DamagedFileError(
            "record header field is damaged",
            file=path,
            field=name,
            actual=value.hex()[:32],
            allowed=f"{size} bytes",
            fix=_FIX,
        )
    return int.from_bytes(value, "little")


def _unpack(header: dict[str, bytes], body: bytes, path: Path, at: int, budget: Budget | None = None) -> bytes:
    method = header.get("compression", b"").decode("ascii", "replace")
    try:
        size = _number(header, "size", 4, path)
        if budget is not None and method != "none":
            budget.spend(size)
        return unpacked(body, method, size)
    except ChunkError as error:
        raise DamagedFileError(
            "chunk cannot be unpacked", file=path, field=f"chunk at {at}", actual=str(error), fix=_FIX
        ) from None


@lru_cache(maxsize=2)
def _chunk_at(path: Path, at: int, size: int, _mtime_ns: int) -> bytes:
    """The chunk at an offset, unpacked; a message that lies in no chunk, whole."""
    with path.open("rb") as file:
        file.seek(at)
        header, body = _record(file, path, size)
        if header.get("op") == bytes([_CHUNK]):
            return _unpack(header, body, path, at)
        end = file.tell()
        file.seek(at)
        return file.read(end - at)
