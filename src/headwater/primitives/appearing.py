"""Files and folders that appear whole or not at all, and never in the place of something else.

Whoever is killed midway leaves nothing under the name; of several at once one wins and the others are told.
"""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path


def write_new(path: Path, data: bytes, mode: int = 0o666) -> None:
    """A file with these bytes, on disk when this returns.

    Args:
        mode: permissions, less the umask.

    Raises:
        FileExistsError: the name is taken. OSError: the folder is not there or cannot be written.
    """
    part = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)  # fails if the name is taken, unlike rename
    finally:
        part.unlink(missing_ok=True)


def move_new(made: Path, target: Path) -> None:
    """Give a finished file or folder of the same disk its name; an empty folder there gives way to a folder.

    Raises:
        FileExistsError: something is there. OSError: as of ``os.rename``.
    """
    if not made.is_dir():
        os.link(made, target)
        made.unlink()
        return
    try:
        made.rename(target)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.ENOTDIR, errno.EEXIST):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        raise
