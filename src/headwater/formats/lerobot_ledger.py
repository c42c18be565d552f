"""What a LeRobot set says about an episode beside its rows: neighbours, files nobody refers to, the card's licence.

Everything is only reported, in the words of ``Episode.ledger``; ``checks`` decides what is wrong with it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from headwater.formats.paths import within

CARD = "README.md"
_MAX_CARD_BYTES = 256 << 10
_LICENCE = re.compile(r"^licen[cs]e:[ \t]*(?:\n-[ \t]+)?[\"']?([^\"'\n#]+)", re.MULTILINE)
_RANGE = ("episode_index", "dataset_from_index", "dataset_to_index")


def index_neighbours(rows: Sequence[Mapping[str, Any]], position: int) -> dict[str, dict[str, int]]:
    """``before`` and ``after``: index ranges of the episodes listed next to this one, those that are whole numbers."""
    found = {}
    for name, place in (("before", position - 1), ("after", position + 1)):
        row = rows[place] if 0 <= place < len(rows) else {}
        if all(isinstance(row.get(field), int) for field in _RANGE):
            found[name] = {field: int(row[field]) for field in _RANGE}
    return found


def video_neighbours(rows: Sequence[Mapping[str, Any]], position: int, key: str) -> dict[str, float]:
    """``from_s`` and ``to_s`` of an episode in its video file, and where the next ones in that file end and begin.

    ``before_to_s`` and ``after_from_s`` are of the episodes listed next to it, if they are in the same file.
    """
    own = _span(rows[position], key)
    if own is None:
        return {}
    found = {"from_s": own[1], "to_s": own[2]}
    before = _span(rows[position - 1], key) if position else None
    after = _span(rows[position + 1], key) if position + 1 < len(rows) else None
    if before and before[0] == own[0]:
        found["before_to_s"] = before[2]
    if after and after[0] == own[0]:
        found["after_from_s"] = after[1]
    return found


def _span(row: Mapping[str, Any], key: str) -> tuple[tuple[Any, Any], float, float] | None:
    names = ("chunk_index", "file_index", "from_timestamp", "to_timestamp")
    chunk, file, start, stop = (row.get(f"videos/{key}/{name}") for name in names)
    if not isinstance(start, int | float) or not isinstance(stop, int | float):
        return None
    if not math.isfinite(start) or not math.isfinite(stop):  # of a neighbour, whose own reading refuses it
        return None
    return (chunk, file), float(start), float(stop)


def unreferenced(root: Path, used: Iterable[str]) -> tuple[str, ...]:
    """Tables and videos of a set that no episode names: paths relative to ``root``, sorted."""
    known = set(used)
    there = (
        path.relative_to(root).as_posix()
        for folder, ending in (("data", "parquet"), ("videos", "mp4"))
        for path in within(root, folder).rglob(f"*.{ending}")
        if path.is_file()
    )
    return tuple(sorted(name for name in there if name not in known))


def card(root: Path) -> tuple[dict[str, str], tuple[Path, ...]]:
    """``licence`` as the dataset card states it, and the card as a file the episode depends on; nothing if it does not.

    Only the front matter counts, and of YAML only a plain ``license:``, or a list with one entry.
    """
    path = within(root, CARD)
    if not path.is_file() or path.stat().st_size > _MAX_CARD_BYTES:
        return {}, ()
    head = path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n")
    if not head.startswith("---\n"):
        return {}, ()
    found = _LICENCE.search(head[4:].partition("\n---")[0])
    return ({"licence": found.group(1).strip()}, (path,)) if found else ({}, ())
