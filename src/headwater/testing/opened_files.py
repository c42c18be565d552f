"""Which files a piece of code opens, as the kernel saw it: a library that opens a file in C cannot hide it.

Linux only (inotify).
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_IN_OPEN, _NONBLOCK = 0x20, os.O_NONBLOCK


@contextmanager
def opens_of(*watched: Path) -> Iterator[list[Path]]:
    """A list that holds, after the block, those of the ``watched`` files that anybody opened within it."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.inotify_init1(_NONBLOCK)
    if handle < 0:
        raise OSError(ctypes.get_errno(), "inotify_init1")
    found: list[Path] = []
    try:
        marks = {}
        for path in watched:
            mark = libc.inotify_add_watch(handle, os.fsencode(path), _IN_OPEN)
            if mark < 0:
                raise OSError(ctypes.get_errno(), "inotify_add_watch", str(path))
            marks[mark] = path
        yield found
        found += [marks[mark] for mark in _marks(handle)]
    finally:
        os.close(handle)


def _marks(handle: int) -> list[int]:
    try:
        raw = os.read(handle, 1 << 16)
    except BlockingIOError:
        return []
    marks, place = [], 0
    while place + 16 <= len(raw):
        marks.append(int.from_bytes(raw[place : place + 4], "little", signed=True))
        place += 16 + int.from_bytes(raw[place + 12 : place + 16], "little")
    return marks
