"""Foxglove's message types that an export writes, as protobuf descriptors, and types made for one stream.

Names, numbers and types of fields are those of foxglove-sdk's ``schemas/proto`` (MIT), which ``tests/clients`` compares
with the published package. Fields an export never fills are left out; a file carries its schemas, so readers see that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2

_F = descriptor_pb2.FieldDescriptorProto
_DOUBLE, _TEXT, _BYTES, _FIXED32, _ENUM = _F.TYPE_DOUBLE, _F.TYPE_STRING, _F.TYPE_BYTES, _F.TYPE_FIXED32, _F.TYPE_ENUM
_TIME = "google.protobuf.Timestamp"
WIDE = 128


class _Field(NamedTuple):
    """``type`` is a scalar of protobuf, or the full name of a message or enum."""

    name: str
    number: int
    type: int | str
    many: bool = False
    enum: bool = False


_XYZ = (_Field("x", 1, _DOUBLE), _Field("y", 2, _DOUBLE), _Field("z", 3, _DOUBLE))
_STAMP = _Field("timestamp", 1, _TIME)
MESSAGES: Mapping[str, tuple[_Field, ...]] = {
    "Vector3": _XYZ,
    "Quaternion": (*_XYZ, _Field("w", 4, _DOUBLE)),
    "Point2": _XYZ[:2],
    "Color": tuple(_Field(name, place, _DOUBLE) for place, name in enumerate("rgba", start=1)),
    "Pose": (_Field("position", 1, "foxglove.Vector3"), _Field("orientation", 2, "foxglove.Quaternion")),
    "PoseInFrame": (_STAMP, _Field("frame_id", 2, _TEXT), _Field("pose", 3, "foxglove.Pose")),
    "FrameTransform": (
        _STAMP, _Field("parent_frame_id", 2, _TEXT), _Field("child_frame_id", 3, _TEXT),
        _Field("translation", 4, "foxglove.Vector3"), _Field("rotation", 5, "foxglove.Quaternion"),
    ),
    "LocationFix": (
        _Field("timestamp", 6, _TIME), _Field("frame_id", 7, _TEXT), _Field("latitude", 1, _DOUBLE),
        _Field("longitude", 2, _DOUBLE), _Field("altitude", 3, _DOUBLE),
    ),
    "CompressedImage": (
        _STAMP, _Field("frame_id", 4, _TEXT), _Field("data", 2, _BYTES), _Field("format", 3, _TEXT),
    ),
    "CompressedVideo": (
        _STAMP, _Field("frame_id", 2, _TEXT), _Field("data", 3, _BYTES), _Field("format", 4, _TEXT),
    ),
    "RawImage": (
        _STAMP, _Field("frame_id", 7, _TEXT), _Field("width", 2, _FIXED32), _Field("height", 3, _FIXED32),
        _Field("encoding", 4, _TEXT), _Field("step", 5, _FIXED32), _Field("data", 6, _BYTES),
    ),
    "CameraCalibration": (
        _STAMP, _Field("frame_id", 9, _TEXT), _Field("width", 2, _FIXED32), _Field("height", 3, _FIXED32),
        _Field("distortion_model", 4, _TEXT), _Field("D", 5, _DOUBLE, many=True), _Field("K", 6, _DOUBLE, many=True),
        _Field("R", 7, _DOUBLE, many=True), _Field("P", 8, _DOUBLE, many=True),
    ),
    "Log": (
        _STAMP, _Field("level", 2, "foxglove.Log.Level", enum=True), _Field("message", 3, _TEXT),
        _Field("name", 4, _TEXT),
    ),
    "PointsAnnotation": (
        _STAMP, _Field("type", 2, "foxglove.PointsAnnotation.Type", enum=True),
        _Field("points", 3, "foxglove.Point2", many=True), _Field("outline_color", 4, "foxglove.Color"),
        _Field("thickness", 7, _DOUBLE),
    ),
    "TextAnnotation": (
        _STAMP, _Field("position", 2, "foxglove.Point2"), _Field("text", 3, _TEXT), _Field("font_size", 4, _DOUBLE),
        _Field("text_color", 5, "foxglove.Color"),
    ),
    "ImageAnnotations": (
        _Field("timestamp", 5, _TIME), _Field("points", 2, "foxglove.PointsAnnotation", many=True),
        _Field("texts", 3, "foxglove.TextAnnotation", many=True),
    ),
}  # fmt: skip
ENUMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Log": ("Level", ("UNKNOWN", "DEBUG", "INFO", "WARNING", "ERROR", "FATAL")),
    "PointsAnnotation": ("Type", ("UNKNOWN", "POINTS", "LINE_LOOP", "LINE_STRIP", "LINE_LIST")),
}
INFO, LINE_LOOP = 2, 2


class Schema(NamedTuple):
    """A message type: its full name, its class, and the descriptors MCAP wants as schema data."""

    name: str
    message: Any
    data: bytes


class Schemas:
    """Makes message classes in a pool of their own; the same names give the same bytes."""

    def __init__(self) -> None:
        self._pool = descriptor_pool.DescriptorPool()
        stamp = descriptor_pb2.FileDescriptorProto()
        timestamp_pb2.DESCRIPTOR.CopyToProto(stamp)
        self._files: dict[str, Any] = {}
        self._add(_TIME, stamp)

    def foxglove(self, name: str) -> Schema:
        """``foxglove.NAME``, one of ``MESSAGES``."""
        self._known(name)
        return self._schema(f"foxglove.{name}")

    def stream(self, name: str, fields: Sequence[str], *, whole: bool) -> Schema:
        """A type for one stream: ``timestamp`` and a number for every field; ``values`` if there are more than WIDE."""
        full = f"{__name__.partition('.')[0]}.{name}"
        kind = _F.TYPE_SFIXED64 if whole else _DOUBLE
        wide = len(fields) > WIDE
        numbers = [_Field("values", 2, kind, many=True)] if wide else []
        numbers += [_Field(field, place, kind) for place, field in enumerate(fields, start=2) if not wide]
        self._add(full, self._file(full, [_STAMP, *numbers]))
        return self._schema(full)

    def _known(self, name: str) -> None:
        full = f"foxglove.{name}"
        if full in self._files:
            return
        for field in MESSAGES[name]:
            if isinstance(field.type, str) and field.type.startswith("foxglove.") and not field.enum:
                self._known(field.type.removeprefix("foxglove."))
        self._add(full, self._file(full, MESSAGES[name], ENUMS.get(name)))

    def _file(self, full: str, fields: Sequence[_Field], enum: tuple[str, tuple[str, ...]] | None = None) -> Any:
        package, _, name = full.rpartition(".")
        file = descriptor_pb2.FileDescriptorProto(name=f"{package}/{name}.proto", package=package, syntax="proto3")
        message = file.message_type.add(name=name)
        for field in fields:
            label = _F.LABEL_REPEATED if field.many else _F.LABEL_OPTIONAL
            made = message.field.add(name=field.name, number=field.number, label=label)
            if isinstance(field.type, str):
                made.type, made.type_name = _ENUM if field.enum else _F.TYPE_MESSAGE, f".{field.type}"
            else:
                made.type = field.type
        if enum is not None:
            nested = message.enum_type.add(name=enum[0])
            for number, value in enumerate(enum[1]):
                nested.value.add(name=value, number=number)
        needed = {f.type for f in fields if isinstance(f.type, str) and not f.enum}
        file.dependency.extend(self._files[name].name for name in sorted(needed))
        return file

    def _add(self, full: str, file: Any) -> None:
        self._files[full] = file
        self._pool.Add(file)

    def _schema(self, full: str) -> Schema:
        message = message_factory.GetMessageClass(self._pool.FindMessageTypeByName(full))
        by_path = {file.name: file for file in self._files.values()}
        order: dict[str, None] = {}

        def gather(path: str) -> None:
            for needed in by_path[path].dependency:
                gather(needed)
            order[path] = None

        gather(self._files[full].name)
        files = descriptor_pb2.FileDescriptorSet(file=[by_path[path] for path in order])
        return Schema(full, message, files.SerializeToString(deterministic=True))


def identifiers(names: Sequence[str], taken: Sequence[str] = ("timestamp",)) -> list[str]:
    """Names as protobuf identifiers, no two alike: ``joint_0.pos`` becomes ``joint_0_pos``."""
    used, made = set(taken), []
    for name in names:
        plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "value"
        plain = f"v_{plain}" if plain[0].isdigit() else plain
        free, number = plain, 2
        while free.lower() in used:
            free, number = f"{plain}_{number}", number + 1
        used.add(free.lower())
        made.append(free)
    return made
