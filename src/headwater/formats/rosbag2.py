"""ROS 2 bags: a folder with ``metadata.yaml`` over SQLite or MCAP files, or one ``.db3`` alone. One bag is one episode.

A database is a stranger's program: only plain tables are read, views and triggers are not, and its limits are lowered.
Where it does not carry the definitions of its messages (before ROS 2 Iron), those that ROS 2 ships are used.
"""

from __future__ import annotations

import re
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from headwater.formats.errors import (
    DamagedFileError,
    EmptyRecordingError,
    MetadataError,
    TooLargeError,
    UnfinishedRecordingError,
    UnknownFormatError,
)
from headwater.formats.log_bytes import Budget, ChunkError, unpacked_frame
from headwater.formats.mcap_reader import McapLog, check_ends
from headwater.formats.message_log import LogEpisode
from headwater.formats.message_ports import Log, Place, Topic
from headwater.formats.message_types import SchemaError, decoder
from headwater.formats.models import Episode
from headwater.formats.paths import existing
from headwater.formats.recording import LazyEpisodes, Recording

FORMAT = "rosbag-v2"
MAX_METADATA_BYTES = 16 << 20
MAX_BLOB_BYTES = 256 << 20
MAX_FILES = 10_000
_MAGIC = b"SQLite format 3\0"
_KEY = b"rosbag2_bagfile_information"
_FIELDS = ("relative_file_paths", "compression_mode", "compression_format")
_FIX = "Copy the file again from where it was recorded; `ros2 bag info` must accept it."


class Rosbag2Reader:
    """Opens a bag's folder, or a ``.db3`` file."""

    family = "ROS 2 bag"

    def accepts(self, path: Path) -> bool:
        if path.is_dir():
            sheet = path / "metadata.yaml"
            if not sheet.is_file():
                return False
            with sheet.open("rb") as file:
                return _KEY in file.read(4096)
        if path.suffix.lower() != ".db3" or not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(16) == _MAGIC

    def open(self, path: Path) -> Recording:
        log = _log(path)
        for file in log.files:
            check_database(file) if isinstance(log, Rosbag2Log) else check_ends(file)
        return Recording(FORMAT, path, LazyEpisodes(1, lambda _: read_bag2(path)))


def read_bag2(path: Path) -> Episode:
    """The bag as one episode. Raises RecordingError."""
    log = _log(path)
    return LogEpisode(log).read(FORMAT, path, getattr(log, "meta", {}))


def _log(path: Path) -> Log:
    if path.is_file():
        return Rosbag2Log((path,), zipped=False)
    info = _information(path / "metadata.yaml")
    names = info["relative_file_paths"]
    if not names or len(names) > MAX_FILES:
        raise MetadataError(
            "names no files", file=path / "metadata.yaml", field="relative_file_paths", actual=str(names)[:60], fix=_FIX
        )
    mode = str(info.get("compression_mode") or "").upper()
    if mode == "FILE":
        raise UnknownFormatError(
            "bag is compressed as whole files",
            file=path,
            field="compression_mode",
            actual=mode,
            allowed="NONE or MESSAGE",
            fix="Unpack it: ros2 bag convert, or zstd -d and compression_mode: ''.",
        )
    files = tuple(existing(path, name, fix="Copy the whole bag folder again.") for name in names)
    if all(file.suffix == ".mcap" for file in files):
        return McapLog(files)
    return Rosbag2Log(files, zipped=mode == "MESSAGE")


def _information(sheet: Path) -> dict[str, Any]:
    """The few fields that are needed of ``metadata.yaml``, in the block style in which every rosbag2 writes it.

    A general YAML parser takes 25 s for a megabyte of topics. Raises MetadataError, TooLargeError.
    """
    size = sheet.stat().st_size
    if size > MAX_METADATA_BYTES:
        raise TooLargeError("too large for metadata", file=sheet, actual=f"{size} bytes", allowed=MAX_METADATA_BYTES)
    lines = iter(sheet.read_text("utf-8", "replace").splitlines())
    found: dict[str, Any] = {}
    names: list[str] | None = None
    for line in lines:
        bare = line.strip()
        if names is not None and bare.startswith("- "):
            names.append(_scalar(bare[2:]))
            continue
        names = None
        key, mark, value = bare.partition(":")
        if not mark or key not in _FIELDS or key in found:
            continue
        if key != "relative_file_paths":
            found[key] = _scalar(value)
        elif value.strip().startswith("["):
            found[key] = [_scalar(part) for part in value.strip().strip("[]").split(",") if part.strip()]
        else:
            names = found[key] = []
    if "relative_file_paths" not in found:
        raise MetadataError("field is missing", file=sheet, field="relative_file_paths", fix=_FIX)
    return found


def _scalar(text: str) -> str:
    """A plain or quoted YAML scalar."""
    bare = text.strip()
    return bare[1:-1] if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "'\"" else bare


def check_database(path: Path) -> None:
    """Raises DamagedFileError or UnfinishedRecordingError for a file that is cut or still open."""
    size = path.stat().st_size
    if size == 0:
        raise EmptyRecordingError("file is empty", file=path, actual="0 bytes", fix="Record again.")
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or not head.startswith(_MAGIC):
        raise DamagedFileError("is not SQLite", file=path, actual=head[:16].hex(), fix=_FIX)
    page = struct.unpack_from(">H", head, 16)[0]
    page = 65536 if page == 1 else page
    counter, pages, valid = struct.unpack(">I", head[24:28])[0], *struct.unpack(">I", head[28:32]), head[92:96]
    if struct.unpack(">I", valid)[0] == counter and size < page * pages:
        raise DamagedFileError("is cut", file=path, actual=f"{size} bytes", allowed=page * pages, fix=_FIX)
    journal = path.with_name(path.name + "-wal")
    if journal.is_file() and journal.stat().st_size:
        raise UnfinishedRecordingError(
            "was not closed",
            file=path,
            field=journal.name,
            fix="Run `sqlite3 FILE.db3 'PRAGMA wal_checkpoint(TRUNCATE)'`.",
        )


class Rosbag2Log:
    """The messages of a bag's databases; ``zipped`` if every message is compressed on its own."""

    def __init__(self, files: tuple[Path, ...], *, zipped: bool) -> None:
        self.files = files
        self._zipped = zipped

    def messages(self) -> Iterator[tuple[Topic, int, Place, bytes]]:
        for number, path in enumerate(self.files):
            check_database(path)
            budget = Budget(path.stat().st_size)
            with _opened(path) as base:
                topics = _topics(base, path)
                for row, topic, log_ns, data in base.execute("SELECT rowid, topic_id, timestamp, data FROM messages"):
                    if topic not in topics or not isinstance(log_ns, int) or not isinstance(data, bytes):
                        raise _damaged_row(path, row, topic, log_ns, data)
                    yield topics[topic], log_ns, Place(number, row, 0), self._plain(data, path, row, budget)

    def read(self, place: Place) -> bytes:
        path = self.files[place.file]
        with _opened(path) as base:
            row = base.execute("SELECT data FROM messages WHERE rowid = ?", (place.at,)).fetchone()
        if row is None or not isinstance(row[0], bytes):
            raise DamagedFileError("message is gone", file=path, field=f"messages, row {place.at}", fix=_FIX)
        return self._plain(row[0], path, place.at)

    def _plain(self, data: bytes, path: Path, row: int, budget: Budget | None = None) -> bytes:
        if not self._zipped:
            return data
        try:
            plain = unpacked_frame(data)
            if budget is not None:
                budget.spend(len(plain))
            return plain
        except ChunkError as error:
            raise DamagedFileError(
                "message cannot be unpacked", file=path, field=f"messages, row {row}", actual=str(error), fix=_FIX
            ) from None


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database, read only; what SQLite raises becomes DamagedFileError."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            base.text_factory = lambda raw: raw.decode("utf-8", "replace")
            base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_BLOB_BYTES)
            base.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 20)
            base.execute("PRAGMA trusted_schema = OFF")
            base.execute("PRAGMA mmap_size = 0")
            for name in ("topics", "messages", "message_definitions"):
                rows = base.execute("SELECT type, sql FROM sqlite_master WHERE name = ?", (name,)).fetchall()
                if not rows and name == "message_definitions":
                    continue
                if len(rows) != 1 or rows[0][0] != "table" or not _is_plain(str(rows[0][1])):
                    raise DamagedFileError(
                        "has no plain table", file=path, field=name, actual=str(rows)[:60], allowed="a table", fix=_FIX
                    )
            yield base
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:  # names in a damaged schema
        raise DamagedFileError("cannot be read as SQLite", file=path, actual=str(error)[:120], fix=_FIX) from None


def _damaged_row(path: Path, row: int, topic: Any, log_ns: Any, data: Any) -> DamagedFileError:
    field, actual, allowed = "topic_id", str(topic)[:20], "a row of topics"
    if not isinstance(log_ns, int):
        field, actual, allowed = "timestamp", str(log_ns)[:20], "whole nanoseconds"
    elif not isinstance(data, bytes):
        field, actual, allowed = "data", type(data).__name__, "bytes"
    where = f"messages, row {row}.{field}"
    return DamagedFileError("message row is damaged", file=path, field=where, actual=actual, allowed=allowed, fix=_FIX)


def _is_plain(sql: str) -> bool:
    """Virtual tables are tables to sqlite_master, but programs to SQLite; so are generated columns."""
    words = re.findall(r"\w+", sql.upper())
    return words[:2] == ["CREATE", "TABLE"] and not {"GENERATED", "AS"} & set(words)


def _topics(base: sqlite3.Connection, path: Path) -> dict[int, Topic]:
    known: dict[str, tuple[str, bytes]] = {}
    if base.execute("SELECT 1 FROM sqlite_master WHERE name = 'message_definitions' AND type = 'table'").fetchone():
        rows = base.execute("SELECT topic_type, encoding, encoded_message_definition FROM message_definitions")
        known = {str(kind): (str(encoding), str(text).encode()) for kind, encoding, text in rows if text}
    topics = {}
    for number, name, kind, encoding in base.execute("SELECT id, name, type, serialization_format FROM topics"):
        schema_encoding, text = known.get(str(kind), ("ros2msg", None))
        try:
            short, decode = decoder(str(encoding), schema_encoding, str(kind), text)
            topics[number] = Topic(str(name), short, decode)
        except SchemaError as error:
            topics[number] = Topic(str(name), str(kind), None, str(error))
        if len(topics) > MAX_FILES:
            raise TooLargeError("too many topics", file=path, field="topics", allowed=MAX_FILES)
    return topics
