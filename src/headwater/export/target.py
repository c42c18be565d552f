"""The folder an export appears in: whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from headwater.export.errors import OutputError


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
    target = Path(out_dir).absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise OutputError(f"{target} is in the way", actual="not empty", allowed="no folder or an empty one",
                          fix="Name another folder or remove this one.")  # fmt: skip
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        root = Path(scratch) / "dataset"
        root.mkdir()
        yield Workplace(root, Path(scratch), target)
        if target.exists():
            target.rmdir()
        shutil.move(root, target)


def files_of(root: Path) -> tuple[str, ...]:
    """Every file under ``root``, relative, sorted."""
    return tuple(sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()))
