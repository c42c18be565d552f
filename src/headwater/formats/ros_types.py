"""ROS message definitions and the bytes they describe (ROS 1 serialisation, and CDR of ROS 2), decoded within bounds.

A definition is a stranger's text. It is parsed, never turned into code, and a type that would need more work than
its bytes can pay for (recursion, arrays of nothing) is refused. Messages become plain dicts: numbers, text, ``bytes``
for byte arrays, NumPy arrays for other arrays of numbers, lists for the rest.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

MAX_DEFINITION = 256 << 10
MAX_WEIGHT = 50_000
MAX_EMPTY = 1024
MAX_PARTS = 500_000
_LINE = re.compile(
    r"(?P<type>[\w/]+)(?:<=\d+)?(?P<array>\[(?:<=)?\d*\])?(?:<=\d+)?\s+(?P<name>[A-Za-z]\w*)(?P<rest>.*)"
)
_CODES = {
    "bool": "?", "byte": "B", "char": "B", "octet": "B", "int8": "b", "uint8": "B", "int16": "h", "uint16": "H",
    "int32": "i", "uint32": "I", "int64": "q", "uint64": "Q", "float32": "f", "float64": "d",
}  # fmt: skip
_TIMES = {"time": "builtin_interfaces/Time", "duration": "builtin_interfaces/Duration"}

Fields = tuple["Field", ...]
Step = Callable[[bytes, int], tuple[Any, int]]


class RosError(ValueError):
    """A definition or a message that cannot be read; the reader adds the file's name."""


@dataclass(frozen=True)
class Field:
    """One field; ``count`` is ``None`` for a single value, -1 for a sequence, or an array's size."""

    name: str
    type: str
    count: int | None = None


BUILTIN: dict[str, Fields] = {
    "builtin_interfaces/Time": (Field("sec", "int32"), Field("nanosec", "uint32")),
    "builtin_interfaces/Duration": (Field("sec", "int32"), Field("nanosec", "uint32")),
}


def short_name(name: str) -> str:
    """``sensor_msgs/msg/Imu`` and ``sensor_msgs::msg::Imu`` as ``sensor_msgs/Imu``."""
    return re.sub(r"/(msg|srv|action)/", "/", name.replace("::", "/"))


def parse_msg(name: str, text: str) -> dict[str, Fields]:
    """The types of a ``.msg`` definition with those it needs after ``===`` lines. Raises RosError."""
    if len(text) > MAX_DEFINITION:
        raise RosError(f"definition of {len(text)} characters")
    types: dict[str, Fields] = {}
    for number, part in enumerate(re.split(r"^={3,}\s*$", text, flags=re.MULTILINE)):
        lines = part.strip().splitlines()
        own = short_name(name)
        if number:
            if not lines or not lines[0].startswith("MSG:"):
                raise RosError("definition has a part without 'MSG:'")
            own = short_name(lines.pop(0)[4:].strip())
        types[own] = tuple(field for line in lines if (field := _field(line, own)) is not None)
    return types


def parse_idl(name: str, text: str) -> dict[str, Fields]:
    """The same for OMG IDL (``ros2idl``). Raises RosError."""
    from rosbags.typesys import get_types_from_idl
    from rosbags.typesys.base import TypesysError

    if len(text) > MAX_DEFINITION:
        raise RosError(f"definition of {len(text)} characters")
    found: dict[str, Any] = {}
    parts = re.split(r"^={3,}\s*$", text, flags=re.MULTILINE)
    try:
        for part in parts:
            found |= get_types_from_idl(re.sub(r"^\s*IDL:.*$", "", part, count=1, flags=re.MULTILINE))
    except (TypesysError, RecursionError, ValueError, KeyError, IndexError, AssertionError, AttributeError):
        raise RosError("definition is not IDL") from None

    return {short_name(key): tuple(_field_of(label, desc) for label, desc in value[1]) for key, value in found.items()}


@lru_cache(maxsize=64)
def known_types(name: str) -> dict[str, Fields]:
    """Types of a message whose definition the recording does not carry, as ROS 2 ships it. Raises RosError."""
    store = _shipped()
    wanted: list[str] = [name]
    types: dict[str, Fields] = {}
    while wanted:
        own = wanted.pop()
        full = own if own in store else own.replace("/", "/msg/", 1)
        if full not in store:
            raise RosError(f"no definition of {own}")
        fields = types[own] = tuple(_field_of(label, desc) for label, desc in store[full][1])
        wanted += [field.type for field in fields if "/" in field.type and field.type not in types]
    return types


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, Any]:
    from rosbags.typesys import Stores, get_typestore

    return get_typestore(Stores.LATEST).fielddefs


def _field_of(label: str, desc: Any) -> Field:
    """A field as rosbags describes it."""
    from rosbags.interfaces import Nodetype

    kind, value = desc
    if kind in (Nodetype.ARRAY, Nodetype.SEQUENCE):
        inner = _field_of(label, value[0])
        return Field(label, inner.type, value[1] if kind == Nodetype.ARRAY else -1)
    return Field(label, value[0] if kind == Nodetype.BASE else short_name(value))


def _field(line: str, own: str) -> Field | None:
    bare = line.split("#", 1)[0].strip()
    if not bare:
        return None
    match = _LINE.fullmatch(bare)
    if match is None:
        raise RosError(f"{own}: not a field: {bare[:60]!r}")
    if match["rest"].lstrip().startswith("="):
        return None  # a constant
    kind = _TIMES.get(match["type"], match["type"])
    kind = "std_msgs/Header" if kind == "Header" else kind
    if kind not in _CODES and kind not in ("string", "wstring"):
        kind = short_name(kind) if "/" in kind else f"{own.rsplit('/', 1)[0]}/{kind}"
    inside = (match["array"] or "").strip("[]")
    count = None if match["array"] is None else int(inside) if inside.isdigit() else -1
    if count is not None and count > 1 << 28:
        raise RosError(f"{own}.{match['name']}: array of {count}")
    return Field(match["name"], kind, count)


class RosDecoder:
    """Decodes messages of one type. ``wire`` is ``cdr`` or ``ros1``.

    Raises:
        RosError: from the constructor for a type that cannot be read, from a call for bytes that do not fit it.
    """

    def __init__(self, name: str, types: Mapping[str, Fields], wire: str) -> None:
        self._types = {**BUILTIN, **types}
        self._cdr = wire == "cdr"
        self._least: dict[str, int] = {}
        self._weight: dict[str, int] = {}
        self._steps: dict[tuple[str, str], Step] = {}
        self._left = 0
        self.name = short_name(name)
        self._measure(self.name, ())

    def __call__(self, data: bytes) -> dict[str, Any]:
        self._left = MAX_PARTS
        order, body = "<", data
        if self._cdr:
            if len(data) < 4 or data[0] != 0 or data[1] not in (0, 1):
                raise RosError(f"CDR header {data[:4].hex()}")
            order, body = "<" if data[1] else ">", data[4:]
        if len(body) < self._least[self.name]:
            raise RosError(f"message of {len(data)} bytes for {self.name}")
        try:
            value, _ = self._step(self.name, order)(body, 0)
        except (struct.error, ValueError, IndexError, OverflowError) as error:
            raise RosError(f"{self.name}: {error}"[:120]) from None
        return dict(value)

    def _measure(self, name: str, above: tuple[str, ...]) -> None:
        """Fewest bytes and most steps of a type; refuses what is unknown, recursive or too wide."""
        if name in self._least:
            return
        if name not in self._types:
            raise RosError(f"no definition of {name}")
        if name in above or len(above) > 32:
            raise RosError(f"{name} contains itself")
        least = weight = 0
        for field in self._types[name]:
            times = 1 if field.count is None else max(0, field.count)
            if field.type in _CODES:
                least += struct.calcsize(_CODES[field.type]) * times
                weight += 1
                continue
            one, work = 4, 1
            if field.type not in ("string", "wstring"):
                self._measure(field.type, (*above, name))
                one, work = self._least[field.type], self._weight[field.type]
            least += 4 if field.count == -1 else one * times
            weight += work * max(1, times)
            if weight > MAX_WEIGHT:
                raise RosError(f"{name} has more than {MAX_WEIGHT} fields")
        self._least[name], self._weight[name] = least, max(1, weight)

    def _step(self, name: str, order: str) -> Step:
        if (name, order) not in self._steps:
            self._steps[name, order] = self._compile(name, order)
        return self._steps[name, order]

    def _compile(self, name: str, order: str) -> Step:
        """A type as runs of plain numbers, each unpacked at once, and single steps for the rest."""
        parts: list[tuple[tuple[str, ...] | str, Step]] = []
        run: list[tuple[str, str]] = []

        def flush() -> None:
            if run:
                parts.append((tuple(label for label, _ in run), self._run([code for _, code in run], order)))
                run.clear()

        for field in self._types[name]:
            if field.count is None and field.type in _CODES:
                run.append((field.name, _CODES[field.type]))
                continue
            flush()
            parts.append((field.name, self._field_step(field, order)))
        flush()

        def whole(data: bytes, pos: int) -> tuple[dict[str, Any], int]:
            out: dict[str, Any] = {}
            for label, step in parts:
                value, pos = step(data, pos)
                if isinstance(label, str):
                    out[label] = value
                else:
                    out.update(zip(label, value, strict=True))
            return out, pos

        return whole

    def _run(self, codes: list[str], order: str) -> Step:
        phases: list[struct.Struct] = []
        for phase in range(8 if self._cdr else 1):
            layout, place = order, phase
            for code in codes:
                size = struct.calcsize(code)
                pad = -place % size if self._cdr else 0
                layout += "x" * pad + code
                place += pad + size
            phases.append(struct.Struct(layout))
        mask = len(phases) - 1

        def run(data: bytes, pos: int) -> tuple[tuple[Any, ...], int]:
            layout = phases[pos & mask]
            return layout.unpack_from(data, pos), pos + layout.size

        return run

    def _field_step(self, field: Field, order: str) -> Step:
        length = self._run(["I"], order)
        if field.type in _CODES:
            return self._numbers(_CODES[field.type], field.count, order)
        if field.type in ("string", "wstring"):
            one, least = self._text(field.type == "wstring", length), 4
        else:
            one, least = self._step(field.type, order), self._least[field.type]
        if field.count is None:
            return one
        fixed = field.count

        def many(data: bytes, pos: int) -> tuple[list[Any], int]:
            count = fixed
            if fixed < 0:
                (count,), pos = length(data, pos)
            if count > ((len(data) - pos) // least if least else MAX_EMPTY):
                raise RosError(f"{field.name}: {count} entries in {len(data) - pos} bytes")
            self._left -= count
            if self._left < 0:
                raise RosError(f"{field.name}: more than {MAX_PARTS} parts in a message")
            out = []
            for _ in range(count):
                value, pos = one(data, pos)
                out.append(value)
            return out, pos

        return many

    def _numbers(self, code: str, fixed: int | None, order: str) -> Step:
        length = self._run(["I"], order)
        size = struct.calcsize(code)
        kind = np.dtype(code if code == "?" else order + code)

        def numbers(data: bytes, pos: int) -> tuple[Any, int]:
            count = fixed if fixed is not None else 0
            if count < 0:
                (count,), pos = length(data, pos)
            if self._cdr and count:
                pos += -pos % size
            end = pos + count * size
            if end > len(data):
                raise RosError(f"array of {count} in {len(data)} bytes")
            if code == "B" and fixed == -1:
                return data[pos:end], end
            return np.frombuffer(data, kind, count, pos) if count else np.empty(0, kind), end

        return numbers

    def _text(self, wide: bool, length: Step) -> Step:
        unit = 2 if wide else 1

        def text(data: bytes, pos: int) -> tuple[str, int]:
            (count,), pos = length(data, pos)
            end = pos + count * unit
            if end > len(data):
                raise RosError(f"text of {count} in {len(data)} bytes")
            raw = data[pos:end]
            return raw.decode("utf-16-le" if wide else "utf-8", "replace").rstrip("\0"), end

        return text
