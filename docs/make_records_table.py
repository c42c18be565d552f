"""Fills the generated parts of ``spec/records.md`` from the record classes: ``python docs/make_records_table.py``.

Field tables come from the dataclasses and their docstrings, EIP-712 messages from the type tables beside them, so the
page cannot say something else than the code. A test compares the committed page with this script's output.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import headwater.records
from headwater.primitives.amounts import Amount

PAGE = Path(__file__).parents[1] / "spec" / "records.md"
ORDER = (
    "campaign_spec consent manifest contribution anchor envelope release batch proof holder_fault share_statement"
    " vote verdict gold evidence epoch dataset licence"
)
SCALARS = {int: "int", str: "text", bytes: "bytes", bool: "bool", Amount: "amount"}
Fields = list[tuple[str, str]]

# Fields whose docstring leaves them to their name. A new one without a line here or there is a KeyError, on purpose.
PLAIN = {
    "account": "EIP-55",
    "count": "how many",
    "reason": "in words",
    "refused": "the rows that were not answered, and why",
    "SignedBatch.rows": "three words a row, joined",
    "statement": "what was said",
    "amount": "smallest units",
    "attribution": "the buyer names the dataset version",
    "campaign": "campaign id on its chain",
    "cameras": "views that must be there",
    "clock": "what stamped it",
    "code": "reason code of the campaign's spec",
    "comment": "free words, may be empty",
    "commit": "32 bytes, spec/review.md section 3",
    "consent": "digest of the consent receipt, 32 bytes",
    "content_root": "the clip, section 3, 32 bytes",
    "SignedContribution.contribution": "what was signed",
    "contribution": "its EIP-712 digest, 32 bytes",
    "contributor": "account, EIP-55",
    "dataset": "dataset id; 0 where none is concerned",
    "description": "for people",
    "device": "capture device",
    "embodiment": "robot type or device",
    "end_ms": "end, exclusive, from the episode's start",
    "episode": "position of its leaf",
    "episode_path": "siblings from the leaf up",
    "Usage.episodes": "how many were read",
    "episodes": "one row an episode",
    "evidence": "where, one a reason",
    "features": "columns that must be there",
    "files": "in the order of the content root",
    "fps_milli": "rows (or frames) per 1000 s",
    "holder": "account, EIP-55",
    "id": "preset id",
    "KeyPart.index": "x coordinate of the share",
    "index": "position of the leaf",
    "ReleaseProof.item": "Item struct",
    "item": "number in the campaign's queue",
    "item_path": "siblings from the leaf up",
    "items": "item numbers paid for, ascending",
    "PayRow.kind": "0 contributor, 1 reviewer, 2 operator",
    "kind": "what it measures",
    "leaves": "32 bytes each, in order",
    "length": "rows (or frames)",
    "licence": "ERC-1155 id, 32 bytes big endian",
    "licences": "CIDs of the licence presets on offer",
    "manifest": "digest of the manifest record, 32 bytes",
    "media_type": "MIME type",
    "modality": "a modality of the registry",
    "model": "digest of trained weights, 32 zero bytes if none",
    "SensorInfo.name": "the stream's key",
    "name": "for people",
    "nonce": "makes two contributions of the same content differ",
    "part": "the sealed share",
    "path": "siblings from the leaf up",
    "purpose": "one of the licence's purposes",
    "rate_milli_hz": "Hz x 1000",
    "purposes": "names of spec/registry.md",
    "receipt": "what the holder signs",
    "reasons": "a record of its own; its digest is in the commit",
    "redistribution": "the data itself may be passed on",
    "report": "CID of the check report",
    "request": "the request",
    "requester": "who asks, EIP-55",
    "right_tenths": "tenths; the start is 28",
    "role": "a `Role` value, spec/keys.md section 5",
    "wrong_tenths": "tenths; the start is 12",
    "reviewer": "account, EIP-55",
    "reviewers": "rows of the cited epoch, ascending by address",
    "round": "0-based draw round of the item",
    "salt": "32 random bytes",
    "score": "score byte of spec/settlement.md section 5",
    "sealed": "HPKE ciphertext, 81 bytes",
    "sensors": "streams beside the pictures",
    "signature": "spec section 3",
    "spec": "CID of the campaign spec",
    "start_ms": "start, from the episode's start",
    "strata": "parts counted apart",
    "task": "in words",
    "text": "the terms",
    "time": "chain time, Unix seconds",
    "unit": "of the values",
    "verdict": "1 accept, 0 reject",
    "version": "dataset version; 0 where none is concerned",
    "votes": "in order of round",
    "truth": "1 accept, 0 reject",
    "want": "episodes",
    "weight": "milli log-odds",
}


def page(old: str) -> str:
    """The page with its generated parts made anew."""
    return _fill(_fill(old, "fields", field_tables()), "messages", messages())


def field_tables() -> str:
    """One heading and one table for every record and every part of one."""
    return "\n\n".join(_section(cls) for module in _modules() for cls in _classes(module))


def messages() -> str:
    """Every EIP-712 type as ``encodeType`` writes it."""
    lines = [f"{name}({','.join(f'{kind} {field}' for field, kind in table)})" for name, table in sorted(_messages())]
    return "```\n" + "\n".join(lines) + "\n```"


def _modules() -> list[types.ModuleType]:
    names = {module.name for module in pkgutil.iter_modules(headwater.records.__path__)}
    first = [name for name in ORDER.split() if name in names]
    return [importlib.import_module(f"headwater.records.{name}") for name in first + sorted(names - set(first))]


def _classes(module: types.ModuleType) -> list[type[Any]]:
    own = [cls for cls in vars(module).values() if isinstance(cls, type) and cls.__module__ == module.__name__]
    return sorted(filter(is_dataclass, own), key=lambda cls: inspect.getsourcelines(cls)[1])


def _messages() -> Iterator[tuple[str, Fields]]:
    for module in _modules():
        for table in vars(module).values():
            if isinstance(table, dict) and table and all(_is_message(row) for row in table.values()):
                yield from table.items()


def _is_message(row: object) -> bool:
    return isinstance(row, tuple) and all(isinstance(pair, tuple) and len(pair) == 2 for pair in row)


def _section(cls: type[Any]) -> str:
    name = getattr(cls, "__record_type__", None)
    title = f"### `{name}`" if name else f"#### {cls.__name__}"
    text = inspect.cleandoc(cls.__doc__ or "")
    intro = (
        _line(text.partition("Attributes:")[0]).partition(" Making one that ")[0].partition(" Fields in any but ")[0]
    )
    hints, said = get_type_hints(cls), _said(text, {field.name for field in fields(cls)})
    for earlier in cls.__mro__[1:]:
        if is_dataclass(earlier):  # an earlier version of the record
            names = {field.name for field in fields(earlier)}
            said = _said(inspect.cleandoc(earlier.__doc__ or ""), names) | said
    meanings = {f.name: said.get(f.name) or _plain(cls, f.name) for f in fields(cls)}
    rows = [f"| `{field}` | {_wire(hints[field])} | {meaning} |" for field, meaning in meanings.items()]
    return "\n".join([title, "", intro, "", "| field | form | meaning |", "|---|---|---|", *rows])


def _plain(cls: type[Any], field: str) -> str:
    return PLAIN.get(f"{cls.__name__}.{field}") or PLAIN[field]


def _said(text: str, names: set[str]) -> dict[str, str]:
    """Meanings by field from a docstring's ``Attributes:``; ``a, b: text`` speaks for both."""
    said: dict[str, str] = {}
    heading = rf"(?:(?<=\n)|(?<=; ))((?:{'|'.join(sorted(names))})(?:, (?:{'|'.join(sorted(names))}))*): "
    parts = re.split(heading, re.sub(r"\n +", "\n", "\n" + text.partition("Attributes:")[2]))
    for group, meaning in zip(parts[1::2], parts[2::2], strict=True):
        for name in group.split(", "):
            said[name] = _line(meaning).rstrip(";").removesuffix(".")
    return said


def _line(text: str) -> str:
    return " ".join(text.split()).replace("``", "`").replace("|", "\\|")


def _wire(hint: Any) -> str:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join("null" if part is type(None) else _wire(part) for part in args)
    if origin is tuple:
        return f"list of {_wire(args[0])}"
    if hint in SCALARS:
        return SCALARS[hint]
    return str(getattr(hint, "__record_type__", hint.__name__))


def _fill(old: str, mark: str, text: str) -> str:
    start, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    before, _, rest = old.partition(start)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{PAGE.name} has no {start} ... {end}")
    return f"{before}{start}\n\n{text}\n\n{end}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} written\n")
