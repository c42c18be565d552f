"""Tables and words beside a recording: copied byte for byte, unless they hold positions or pictures."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from headwater.primitives import json_text
from headwater.privacy.errors import RedactionError

_POSITION = re.compile(
    r"(^|[._ ])(gps\d*|gnss|lat|lon|lng|latitude|longitude|geo(location)?)($|[._ \[(])", re.IGNORECASE
)
WORDS = frozenset((".json", ".jsonl", ".txt", ".md"))


def copy_table(source: Path, target: Path) -> tuple[str, ...]:
    """Copies a table or a text; names of columns that were left out.

    Raises:
        RedactionError: positions where they cannot be taken out, or pictures inside a table.
    """
    kind = source.suffix.lower()
    if kind == ".csv":
        return _csv(source, target)
    if kind == ".parquet":
        _demand_plain(source)
    elif kind in (".json", ".jsonl"):
        _demand_no_positions(source)
    shutil.copyfile(source, target)
    return ()


def _csv(source: Path, target: Path) -> tuple[str, ...]:
    """Without columns named like positions, and without rows of a sensor that is a GPS."""
    with source.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    head = rows[0] if rows else []
    gone = [place for place, name in enumerate(head) if _POSITION.search(name.strip())]
    sensor = next(
        (place for place, name in enumerate(head) if name.strip().lower() in ("sensor", "name", "stream")), None
    )
    kept = [row for row in rows if sensor is None or len(row) <= sensor or not _POSITION.search(row[sensor].strip())]
    if not gone and len(kept) == len(rows):
        shutil.copyfile(source, target)
        return ()
    with target.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [cell for place, cell in enumerate(row) if place not in gone] for row in kept
        )
    dropped = len(rows) - len(kept)
    return (*(f"column {head[place]}" for place in gone), *([f"{dropped} rows of a GPS"] if dropped else []))


def _demand_plain(source: Path) -> None:
    for field in pq.read_schema(source):
        if _POSITION.search(field.name):
            raise RedactionError(
                f"{source.name}: column {field.name}", actual="positions", fix="drop the column from the table"
            )
        if _holds_bytes(field.type):
            fix = "store pictures as video, then redact"
            raise RedactionError(f"{source.name}: column {field.name}", actual="pictures in the table", fix=fix)


def _holds_bytes(kind: Any) -> bool:
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return True
    return any(_holds_bytes(kind.field(i).type) for i in range(kind.num_fields))


def _demand_no_positions(source: Path) -> None:
    text = source.read_bytes()
    lines = text.splitlines() if source.suffix.lower() == ".jsonl" else [text]
    for line in filter(bytes.strip, lines):
        try:
            _walk(json_text.parse(line), source)
        except (ValueError, json.JSONDecodeError):
            fix = "restore the file, or leave it out"
            raise RedactionError(source.name, actual="not JSON", fix=fix) from None


def _walk(value: Any, source: Path) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            if _POSITION.search(str(key)):
                fix = "take the field out of the file"
                raise RedactionError(f"{source.name}: field {key}", actual="positions", fix=fix)
            _walk(inner, source)
    elif isinstance(value, list):
        for inner in value:
            _walk(inner, source)
