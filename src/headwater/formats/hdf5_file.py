"""Opening a stranger's HDF5 file without letting it open others.

HDF5 follows links into other files (external links), reads values out of other files (external storage, virtual
datasets), and gives back whatever lies there. A soft link can end in any of these. So every link of a file is looked
at, by H5Lvisit, which follows none, and every dataset's creation properties, before anything is read; a file that
holds one of them is refused. Sizes are declared, so they are compared with the file's own.
Source: HDF5 Reference Manual, H5L and H5P; attributes may hold references, which are never followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from math import prod
from pathlib import Path
from typing import Any

from headwater.formats.errors import DamagedFileError, TooLargeError, UnsafePathError
from headwater.formats.log_bytes import FREE_BYTES, MAX_RATIO

MAX_LINKS = 500_000
MAX_CHUNK_BYTES = 256 << 20
FIX = "Copy the file again from where it was recorded; h5ls must be able to list it."
_REPACK = "Write the values into the file itself: h5repack, or h5py's File.copy with expand_external and expand_soft."


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The h5py.File for reading, checked; what h5py raises becomes DamagedFileError.

    Raises:
        UnsafePathError: a link or a dataset that is not wholly in the file.
        TooLargeError, DamagedFileError.
    """
    try:
        status = path.stat()
        yield _file(path, status.st_size, status.st_mtime_ns)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError) as error:
        first = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
        raise DamagedFileError("cannot be read as HDF5", file=path, actual=first, fix=FIX) from None


@lru_cache(maxsize=4)
def _file(path: Path, size: int, _mtime_ns: int) -> Any:
    import h5py

    file = h5py.File(path, "r")
    try:
        _check_links(file, path)
        _check_datasets(file, path, size)
    except BaseException:
        file.close()
        raise
    return file


def _check_links(file: Any, path: Path) -> None:
    from h5py import h5l

    links = 0

    def look(name: bytes, info: Any) -> tuple[str, bytes] | None:
        nonlocal links
        links += 1
        if info.type == h5l.TYPE_HARD and links <= MAX_LINKS:
            return None
        return {h5l.TYPE_SOFT: "soft", h5l.TYPE_EXTERNAL: "external"}.get(info.type, "user-defined"), name

    found = file.id.links.visit(look, info=True)
    if links > MAX_LINKS:
        raise TooLargeError("too many links", file=path, allowed=MAX_LINKS)
    if found is not None:
        kind, name = found
        raise UnsafePathError(
            f"{kind} link",
            file=path,
            field=_text(name),
            actual=_target(file, kind, name),
            allowed="hard links",
            fix=_REPACK,
        )


def _target(file: Any, kind: str, name: bytes) -> str:
    if kind == "user-defined":
        return "unknown"
    value = file.id.links.get_val(name)
    return ": ".join(map(_text, value)) if isinstance(value, tuple) else _text(value)


def _check_datasets(file: Any, path: Path, size: int) -> None:
    from h5py import h5d, h5o

    datasets: list[bytes] = []

    def look(name: bytes, info: Any) -> None:
        if info.type == h5o.TYPE_DATASET:
            datasets.append(name)

    h5o.visit(file.id, look, info=True)
    for name in datasets:
        data = h5d.open(file.id, name)
        made = data.get_create_plist()
        layout = made.get_layout()
        virtual = layout == h5d.VIRTUAL
        if virtual or made.get_external_count():
            raise UnsafePathError(
                f"{'virtual dataset' if virtual else 'external storage'}: its values lie in other files",
                file=path,
                field=_text(name),
                actual=_sources(made, virtual),
                allowed="values in the file itself",
                fix=_REPACK,
            )
        each = data.get_type().get_size()
        _check_size(path, name, prod(data.shape) * each, FREE_BYTES + MAX_RATIO * size)
        if layout == h5d.CHUNKED:
            _check_size(path, name, prod(made.get_chunk()) * each, MAX_CHUNK_BYTES)


def _sources(made: Any, virtual: bool) -> str:
    names = (
        [made.get_virtual_filename(i) for i in range(min(3, made.get_virtual_count()))]
        if virtual
        else [made.get_external(i)[0] for i in range(min(3, made.get_external_count()))]
    )
    return ", ".join(map(_text, names))


def _check_size(path: Path, name: bytes, size: int, allowed: int) -> None:
    if size > allowed:
        raise TooLargeError(
            "declares more than the file can hold",
            file=path,
            field=_text(name),
            actual=f"{size} bytes",
            allowed=allowed,
        )


def _text(name: bytes | str) -> str:
    return (name.decode("utf-8", "replace") if isinstance(name, bytes) else name)[:120]
