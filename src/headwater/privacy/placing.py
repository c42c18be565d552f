"""Where a redacted copy is made, and how it appears: with its record, whole, and in nobody's place."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headwater.primitives.appearing import move_new, write_new
from headwater.privacy.errors import RedactionError

SCHEMA = "headwater/redaction/1"
RECORD = "redaction.json"
_PREFIX = ".headwater-redact-"


@contextmanager
def workplace(parent: Path) -> Iterator[Path]:
    """A folder in ``parent``, gone afterwards; what a killed process left there goes too."""
    with _alone_in(parent):
        for left in parent.glob(f"{_PREFIX}*"):
            _sweep(left)
        work = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        held = os.open(work, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
        os.close(held)


def place_folder(made: Path, target: Path, record: bytes) -> None:
    """``made`` becomes ``target``, the record in it. Raises RedactionError if something is there."""
    (made / RECORD).write_bytes(record)
    _move(made, target)


def place_file(made: Path, target: Path, record: bytes) -> None:
    """``made`` becomes ``target``, ``NAME.redaction.json`` beside it.

    The record comes first: a copy of which nothing is said never exists, and a record alone, left by whoever was killed
    between the two, gives way to the next.

    Raises:
        RedactionError: the target is there, or a file with the record's name that is none.
    """
    told = target.with_name(f"{target.name}.{RECORD}")
    with _alone_in(target.parent):
        if target.exists():
            raise in_the_way(target)
        if told.exists():
            if not _is_record(told):
                raise in_the_way(told)
            told.unlink()
        write_new(told, record)
        _move(made, target)


def in_the_way(target: Path) -> RedactionError:
    """The error for a name that is taken."""
    return RedactionError(str(target), actual="there already", fix="choose another target")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One process at a time; the system lets go when it dies."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _sweep(left: Path) -> None:
    """Remove a folder nobody holds."""
    try:
        handle = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return  # no folder of ours
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        shutil.rmtree(left, ignore_errors=True)
    finally:
        os.close(handle)


def _move(made: Path, target: Path) -> None:
    try:
        move_new(made, target)
    except FileExistsError:
        raise in_the_way(target) from None


def _is_record(path: Path) -> bool:
    try:
        return bool(json.loads(path.read_bytes())["schema"] == SCHEMA)
    except (OSError, ValueError, KeyError, TypeError):
        return False
