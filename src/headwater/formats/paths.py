"""Paths inside a recording. Names come from strangers' metadata, so every one is checked before it is opened."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from headwater.formats.errors import MetadataError, MissingFileError, TooLargeError, UnsafePathError

MAX_ENTRIES = 1_000_000
_HOLE = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"([a-z_]+)(?::0?([1-9])d)?")


def within(root: Path, relative: str) -> Path:
    """The absolute path of ``relative`` under ``root``; it need not exist.

    Raises:
        UnsafePathError: absolute, containing ``..`` or a NUL, or a symbolic link that leaves ``root``.
    """
    pure = PurePosixPath(relative)
    if not relative or "\0" in relative or "\\" in relative or pure.is_absolute() or ".." in pure.parts:
        raise UnsafePathError(
            "path leaves the recording",
            file=root,
            field=repr(relative)[:120],
            allowed="a relative path without '..'",
            fix="Correct the path template or camera name in meta/info.json.",
        )
    return contained(root, root / pure)


def contained(root: Path, path: Path) -> Path:
    """``path``, which was found under ``root``, if no symbolic link leads it out. Raises UnsafePathError."""
    resolved = path.resolve()
    if not resolved.is_relative_to(root.resolve()):
        raise UnsafePathError(
            "symbolic link leaves the recording",
            file=path,
            actual=resolved,
            allowed=f"a file under {root}",
            fix="Replace the link by a copy of the file.",
        )
    return path


def refuse_links_out(root: Path) -> None:
    """Look at every name below a folder, before any reader opens a file in it, for links that leave it.

    Raises:
        UnsafePathError: there is one. TooLargeError: more than MAX_ENTRIES names.
    """
    folders, seen = [root], 0
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                seen += 1
                if seen > MAX_ENTRIES:
                    raise TooLargeError("too many files", file=root, allowed=MAX_ENTRIES, fix="Give one recording.")
                if entry.is_symlink():
                    contained(root, Path(entry.path))
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))


def existing(root: Path, relative: str, *, fix: str) -> Path:
    """Like ``within``, for a file that must be there. Raises MissingFileError."""
    path = within(root, relative)
    if not path.is_file():
        actual = "a folder" if path.is_dir() else "no such file"
        raise MissingFileError("needed by the recording", file=path, actual=actual, allowed="a file", fix=fix)
    return path


def safe_name(name: str, file: Path) -> str:
    """A feature or camera name, which becomes a folder here and in every export. Raises UnsafePathError."""
    if not name or len(name) > 200 or any(c in name for c in "/\\\0") or name.startswith("."):
        raise UnsafePathError(
            "feature name cannot be a folder name",
            file=file,
            field=repr(name)[:80],
            allowed="up to 200 characters, no slash, no leading dot",
            fix="Rename the feature.",
        )
    return name


def fill(template: str, values: Mapping[str, int | str], *, file: Path, field: str) -> str:
    """Fill LeRobot's path templates: ``{name}`` and ``{name:03d}`` only.

    ``str.format`` is not used: on a stranger's template it reads attributes (``{x.__class__}``) and allocates
    what a width asks for (``{x:0999999999d}``).

    Raises:
        MetadataError: another kind of hole, or a name not in ``values``.
    """

    def one(hole: re.Match[str]) -> str:
        parts = _NUMBER.fullmatch(hole.group(1))
        value = values.get(parts.group(1)) if parts else None
        if parts is None or value is None:
            raise MetadataError(
                "path template has an unknown placeholder",
                file=file,
                field=field,
                actual=hole.group(0)[:60],
                allowed=", ".join(f"{{{name}}}" for name in sorted(values)),
                fix="Use the template your LeRobot version writes.",
            )
        return str(value).zfill(int(parts.group(2))) if parts.group(2) else str(value)

    return _HOLE.sub(one, template)
