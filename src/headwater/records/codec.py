"""Frozen dataclasses to canonical bytes and back, strictly.

A record's map has one key ``type`` (``name/version``) and one key a field. Decoding refuses unknown, missing and
wrongly typed fields, so that two readers never see different records in the same bytes. Tuples are lists on the wire.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from headwater.primitives import canonical
from headwater.primitives.amounts import Amount
from headwater.primitives.cid import DAG_CBOR, cid_encode
from headwater.primitives.hashing import sha256
from headwater.records.errors import RecordError

T = TypeVar("T")
_TYPE = "__record_type__"


def record(name: str, version: int) -> Callable[[type[T]], type[T]]:
    """Class decorator: this frozen dataclass is the record ``name/version``."""

    def mark(cls: type[T]) -> type[T]:
        setattr(cls, _TYPE, f"{name}/{version}")
        return cls

    return mark


def type_of(cls: type[Any]) -> str | None:
    """``name/version`` of a record's class; ``None`` of any other."""
    name: str | None = vars(cls).get(_TYPE)
    return name


def to_plain(value: Any) -> Any:
    """Plain maps, lists and scalars of a record or a part of one."""
    if is_dataclass(value) and not isinstance(value, type):
        hints = _hints(cast(Hashable, type(value)))
        plain = {name: _plain_field(hint, getattr(value, name)) for name, hint in hints.items()}
        name = getattr(type(value), _TYPE, None)
        return {"type": name, **plain} if name else plain
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    return value


def from_plain(cls: type[T], value: Any, where: str = "") -> T:
    """The record a plain map holds.

    Raises:
        RecordError: naming the first field that is missing, unknown or of another type.
    """
    if not isinstance(value, dict):
        raise RecordError(where or getattr(cls, _TYPE, cls.__name__), actual=type(value).__name__, allowed="a map")
    cls = _version_of(cls, value)
    where = where or getattr(cls, _TYPE, cls.__name__)
    expected = getattr(cls, _TYPE, None)
    if expected and value.get("type") != expected:
        raise RecordError(f"{where}: type", actual=value.get("type"), allowed=expected)
    hints = _hints(cast(Hashable, cls))
    unknown = sorted(set(value) - set(hints) - ({"type"} if expected else set()))
    missing = sorted(set(hints) - set(value))
    if unknown or missing:
        raise RecordError(where, actual=f"unknown {unknown}, missing {missing}", allowed=sorted(hints))
    return cls(**{name: _decode(hint, value[name], f"{where}.{name}") for name, hint in hints.items()})


def _version_of(cls: type[T], plain: dict[str, Any]) -> type[T]:
    """The class of the version a map says it is: a later version that only adds fields is a subclass of the first."""
    return next(
        (later for later in cls.__subclasses__() if type_of(later) and type_of(later) == plain.get("type")), cls
    )


def encode(value: Any) -> bytes:
    """Canonical bytes of a record."""
    return canonical.encode(to_plain(value))


def decode(cls: type[T], data: bytes) -> T:
    """The record of canonical bytes; raises RecordError or CanonicalError."""
    return from_plain(cls, canonical.decode(data))


def digest(value: Any) -> bytes:
    """SHA-256 of the canonical bytes: how the chain names the record."""
    return sha256(encode(value))


def cid(value: Any) -> str:
    """CIDv1 (dag-cbor, sha2-256): how storage names the record."""
    return cid_encode(DAG_CBOR, digest(value))


def _plain_field(hint: Any, value: Any) -> Any:
    """Amounts are decimal text: CBOR integers end at 64 bits, token amounts do not."""
    return str(value) if hint is Amount else to_plain(value)


@cache
def _hints(cls: Any) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {f.name: hints[f.name] for f in fields(cls)}


def _decode(hint: Any, value: Any, where: str) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if value is None and type(None) in args else _decode(args[0], value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise RecordError(where, actual=type(value).__name__, allowed="a list")
        return tuple(_decode(args[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if is_dataclass(hint):
        return from_plain(cast(type[Any], hint), value, where)
    if hint is Any:
        return value
    if hint is Amount:
        if not isinstance(value, str) or not value.isdecimal() or str(int(value)) != value:
            raise RecordError(where, actual=repr(value), allowed="an amount as decimal text")
        return Amount(int(value))
    if origin in (dict, Mapping) or hint in (dict, Mapping):
        if not isinstance(value, dict):
            raise RecordError(where, actual=type(value).__name__, allowed="a map")
        return value
    if type(value) is not hint:
        raise RecordError(where, actual=type(value).__name__, allowed=getattr(hint, "__name__", str(hint)))
    return value
