"""Schemas of log files: how the bytes of a topic become a plain dict, whatever they are written in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np

from headwater.formats.ros_types import RosDecoder, RosError, known_types, parse_idl, parse_msg, short_name

Decode = Callable[[bytes], dict[str, Any]]
MAX_SCHEMA_BYTES = 4 << 20
MAX_PARSED_BYTES = 32 << 20  # JSON and protobuf take tenfold in memory
MAX_PARTS = 4096
_DEPTH = 16


class SchemaError(ValueError):
    """A schema or message that cannot be read; ``unknown`` if it is only of a kind not read here."""

    def __init__(self, problem: str, *, unknown: bool = False) -> None:
        super().__init__(problem)
        self.unknown = unknown


def decoder(encoding: str, schema_encoding: str, name: str, schema: bytes | None) -> tuple[str, Decode]:
    """The message type's short name and its decoder.

    Args:
        encoding: of the messages: ``cdr``, ``ros1``, ``protobuf``, ``json``.
        schema_encoding: ``ros2msg``, ``ros2idl``, ``ros1msg``, ``protobuf``, ``jsonschema`` or empty.
        schema: its text or bytes; ``None`` where the recording does not carry it.

    Raises:
        SchemaError: cannot be read.
    """
    if schema is not None and len(schema) > MAX_SCHEMA_BYTES:
        raise SchemaError(f"schema of {len(schema)} bytes")
    try:
        if encoding in ("cdr", "ros1"):
            return short_name(name), _guarded(_ros(encoding, schema_encoding, name, schema))
        if encoding == "protobuf":
            return name, _guarded(_protobuf(name, schema or b""))
        if encoding == "json":
            return name, _guarded(_json)
    except RosError as error:
        raise SchemaError(str(error)) from None
    raise SchemaError(f"messages in {encoding[:40]!r}", unknown=True)


def _guarded(decode: Decode) -> Decode:
    def guarded(data: bytes) -> dict[str, Any]:
        try:
            return decode(data)
        except (ValueError, RecursionError) as error:
            raise SchemaError(str(error)[:160] or type(error).__name__) from None

    return guarded


def _fits(data: bytes) -> None:
    if len(data) > MAX_PARSED_BYTES:
        raise SchemaError(f"message of {len(data)} bytes, {MAX_PARSED_BYTES} allowed")


def _ros(encoding: str, schema_encoding: str, name: str, schema: bytes | None) -> Decode:
    try:
        if schema is None:
            types = known_types(short_name(name))
        elif schema_encoding == "ros2idl":
            types = parse_idl(name, schema.decode("utf-8", "replace"))
        else:
            types = parse_msg(name, schema.decode("utf-8", "replace"))
    except ImportError:
        raise SchemaError("rosbags is not installed: pip install headwater[robotics]", unknown=True) from None
    return RosDecoder(name, types, encoding)


def _json(data: bytes) -> dict[str, Any]:
    _fits(data)
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SchemaError(f"is not JSON: {error}"[:120]) from None
    return value if isinstance(value, dict) else {"value": value}


def _protobuf(name: str, schema: bytes) -> Decode:
    try:
        from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
        from google.protobuf.message import DecodeError
    except ImportError:
        raise SchemaError("protobuf is not installed: pip install headwater[robotics]", unknown=True) from None
    pool = descriptor_pool.DescriptorPool()
    try:
        for file in descriptor_pb2.FileDescriptorSet.FromString(schema).file:
            pool.Add(file)
        kind = message_factory.GetMessageClass(pool.FindMessageTypeByName(name))
    except (DecodeError, TypeError, KeyError, ValueError, RecursionError) as error:
        raise SchemaError(f"descriptor of {name[:80]}: {str(error)[:80]}") from None

    def decode(data: bytes) -> dict[str, Any]:
        _fits(data)
        try:
            return _plain(kind.FromString(data), ())
        except DecodeError as error:
            raise SchemaError(str(error)[:120]) from None

    return decode


def _plain(message: Any, above: tuple[str, ...]) -> dict[str, Any]:
    """A protobuf message as a dict; absent parts take their defaults, so that every message has the same columns."""
    own = message.DESCRIPTOR.full_name
    if own in ("google.protobuf.Timestamp", "google.protobuf.Duration"):
        return {"sec": message.seconds, "nanosec": message.nanos}
    out: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.message_type is None:
            numbers = field.is_repeated and field.cpp_type not in (field.CPPTYPE_STRING,)
            out[field.name] = np.array(value) if numbers else list(value) if field.is_repeated else value
        elif field.is_repeated:
            if field.message_type.GetOptions().map_entry:
                continue
            if len(value) > MAX_PARTS:
                out[field.name] = np.broadcast_to(np.float64(0), len(value))  # too wide for columns, as it will be told
            else:
                out[field.name] = [_plain(part, (*above, own)) for part in value] if len(above) < _DEPTH else []
        elif len(above) < _DEPTH and (
            message.HasField(field.name) or field.message_type.full_name not in (*above, own)
        ):
            out[field.name] = _plain(value, (*above, own))
    return out
