"""JSON metadata read without trusting it: sizes bounded, fields checked, errors that name file and field."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from headwater.formats.errors import EmptyRecordingError, MetadataError, TooLargeError
from headwater.primitives import json_text

MAX_JSON_BYTES = 256 << 20
_JSON_FIX = "Restore the file from the recorder's output or record again."


def read_bytes(path: Path) -> bytes:
    """The file's bytes. Raises TooLargeError above MAX_JSON_BYTES, EmptyRecordingError for zero bytes."""
    size = path.stat().st_size
    if size > MAX_JSON_BYTES:
        raise TooLargeError("too large for metadata", file=path, actual=f"{size} bytes", allowed=MAX_JSON_BYTES)
    if size == 0:
        raise EmptyRecordingError("file is empty", file=path, actual="0 bytes", fix=_JSON_FIX)
    return path.read_bytes()


def read_object(path: Path) -> dict[str, Any]:
    """One JSON object. Raises MetadataError if it is not one."""
    return _object(read_bytes(path), path, "")


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSON-lines file with their line numbers from 1; blank lines are skipped."""
    for number, line in enumerate(read_bytes(path).splitlines(), start=1):
        if line.strip():
            yield number, _object(line, path, f"line {number}")


def _object(raw: bytes, path: Path, field: str) -> dict[str, Any]:
    try:
        value = json_text.parse(raw)
    except ValueError as error:
        detail = "not text" if isinstance(error, UnicodeDecodeError) else str(error)
        raise MetadataError("is not JSON", file=path, field=field, actual=detail, fix=_JSON_FIX) from None
    if not isinstance(value, dict):
        raise MetadataError(
            "is not a JSON object", file=path, field=field, actual=type(value).__name__, allowed="{...}", fix=_JSON_FIX
        )
    return value


def field(source: Mapping[str, Any], name: str, kind: type | tuple[type, ...], *, file: Path, where: str = "") -> Any:
    """``source[name]`` if it has the type ``kind`` (a bool is never an int). Raises MetadataError."""
    label = f"{where}{name}"
    if name not in source:
        raise MetadataError("field is missing", file=file, field=label, allowed=_names(kind), fix=_JSON_FIX)
    value = source[name]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise MetadataError("wrong type", file=file, field=label, actual=_short(value), allowed=_names(kind))
    return value


def integer(
    source: Mapping[str, Any], name: str, *, file: Path, low: int = 0, high: int = 2**53, where: str = ""
) -> int:
    """An integer in [low, high]; a float that is whole counts. Raises MetadataError."""
    value = field(source, name, (int, float), file=file, where=where)
    if (isinstance(value, float) and not value.is_integer()) or not low <= value <= high:
        raise MetadataError(
            "out of range", file=file, field=f"{where}{name}", actual=_short(value), allowed=f"{low} to {high}"
        )
    return int(value)


def rate(source: Mapping[str, Any], *, file: Path) -> Fraction:
    """``fps`` as an exact fraction, 0.01 to 10,000. Raises MetadataError."""
    value = field(source, "fps", (int, float), file=file)
    if not math.isfinite(value) or not 0.01 <= value <= 10_000:
        raise MetadataError("out of range", file=file, field="fps", actual=value, allowed="0.01 to 10000")
    near = Fraction(value).limit_denominator(1001)  # 29.97002997002997 is NTSC's 30000/1001
    return near if abs(near - Fraction(value)) < Fraction(1, 10**9) else Fraction(str(value))


def seconds(source: Mapping[str, Any], name: str, *, file: Path) -> float:
    """Seconds in a file, from 0. Raises MetadataError."""
    value = source.get(name)
    if not isinstance(value, int | float) or not 0 <= value < 1e7:  # NaN is not within anything
        fix = "Write where the episode begins and ends in its video file."
        raise MetadataError("out of range", file=file, field=name, actual=value, allowed="0 to 1e7 seconds", fix=fix)
    return float(value)


def _names(kind: type | tuple[type, ...]) -> str:
    return " or ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
