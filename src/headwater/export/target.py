"""The folder an export appears in: whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from headwater.export.errors import OutputError
from headwater.primitives.appearing import move_new


@dataclass(frozen=True)
class Workplace:
    """Where an export is written before it appears.

    Attributes:
        root: becomes the target; exists and is empty.
        scratch: for files that are gone afterwards; on the same disk.
        target: absolute path of the result.
    """

    root: Path
    scratch: Path
    target: Path


@contextmanager
def new_folder(out_dir: Path) -> Iterator[Workplace]:
    """A folder to write to; ``out_dir`` appears when the block ends without an error.

    Raises:
        OutputError: ``out_dir`` exists and is not an empty folder.
    """
    target = demand_free(Path(out_dir))
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        root = Path(scratch) / "dataset"
        root.mkdir()
        yield Workplace(root, Path(scratch), target)
        place(root, target)


def demand_free(out_dir: Path) -> Path:
    """The absolute path of a folder that may appear. Raises OutputError if something is there."""
    if out_dir.exists() and (not out_dir.is_dir() or any(out_dir.iterdir())):
        raise _in_the_way(out_dir)
    return out_dir.absolute()


def place(made: Path, target: Path) -> None:
    """Give a finished folder its name. Raises OutputError if another was faster."""
    try:
        move_new(made, target)
    except FileExistsError:
        raise _in_the_way(target) from None


def _in_the_way(target: Path) -> OutputError:
    fix = "name another folder or remove this one"
    return OutputError(f"{target} is in the way", actual="not empty", allowed="no folder or an empty one", fix=fix)


def files_of(root: Path) -> tuple[str, ...]:
    """Every file under ``root``, relative, sorted."""
    return tuple(sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()))
