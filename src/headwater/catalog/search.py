"""Full text search with facets: one SQLite file (FTS5), rebuilt whole from the ledger whenever that changed."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from headwater.catalog.entries import Decimals, Found, entries, fingerprint
from headwater.catalog.ledger import Ledger
from headwater.catalog.ports import Records

_DIGITS = 40
_LISTS = ("embodiment", "sensors")


@dataclass(frozen=True)
class Query:
    """What is looked for; what is empty is not asked.

    Attributes:
        text: words, each matched by its beginning; all must occur.
        max_price: in 10^-18 of a token; keeps only datasets.
    """

    text: str = ""
    embodiment: str = ""
    modality: str = ""
    max_price: int | None = None
    most: int = 100


def search(path: Path, query: Query) -> list[Found]:
    """Entries of a built index that match, best first."""
    values = {
        "words": _words(query.text),
        "embodiment": query.embodiment,
        "modality": query.modality,
        "max_price": "" if query.max_price is None else f"{query.max_price:0{_DIGITS}}",
        "most": query.most,
    }
    name = "find_words" if values["words"] else "find_all"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        return [_found(row) for row in db.execute(_queries()[name], values)]


def refresh(path: Path, ledger: Ledger, records: Records, decimals: Decimals) -> bool:
    """Rebuilds the index if the ledger says anything new or something was missing last time; whether it did."""
    mark = fingerprint(ledger)
    if _mark_of(path) == mark:
        return False
    found, missing = entries(ledger, records, decimals)
    build(path, found, f"{missing} missing" if missing else mark)
    return True


def build(path: Path, rows: Iterable[Found], mark: str) -> None:
    """Writes a new index in place of any old one; readers see the old or the new, and equal rows give equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(part)) as db:
            db.executescript(_queries()["schema"])
            db.executemany(_queries()["add_entry"], [_row(found) for found in rows])
            db.execute(_queries()["fill_words"])
            db.execute(_queries()["add_fact"], {"name": "mark", "value": mark})
            db.commit()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _mark_of(path: Path) -> str | None:
    """The ledger state an index was built from; ``None`` if it is absent, damaged or of another make."""
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            row = db.execute(_queries()["read_fact"], {"name": "mark"}).fetchone()
    except sqlite3.DatabaseError:
        return None
    return str(row[0]) if row else None


def _words(text: str) -> str:
    """An FTS5 query of plain words; whatever else people type cannot become an operator."""
    return " ".join(f'"{word}"*' for word in re.findall(r"\w+", text))


def _row(found: Found) -> dict[str, Any]:
    lists = {name: "|" + "|".join(getattr(found, name)) + "|" for name in _LISTS}
    return {**asdict(found), **lists, "price": f"{found.price:0{_DIGITS}}"}


def _found(row: sqlite3.Row) -> Found:
    lists = {name: tuple(part for part in row[name].split("|") if part) for name in _LISTS}
    return Found(**{**dict(row), **lists, "price": int(row["price"])})


@cache
def _queries() -> dict[str, str]:
    text = files("headwater.catalog").joinpath("queries.sql").read_text(encoding="utf-8")
    parts = re.split(r"^-- name: (\w+)$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))
