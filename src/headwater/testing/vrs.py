"""A small VRS file in the layout of Project Aria, or a plain one, for tests of the reader."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path

_RECORD = struct.Struct("<IIiIdHBBI")
_CAMERA, _IMU = 1201, 1202
_STATE, _CONFIGURATION, _DATA = 1, 2, 3
_DAY_S = 100.0


def write_vrs(path: Path, frames: int = 4, *, aria: bool = True, size: tuple[int, int] = (32, 24)) -> Path:
    """One camera of grey raw pictures at 10 Hz and one IMU at 100 Hz; frame i is all of the value 10 i."""
    width, height = size
    image = [("exposure", "double"), ("capture_timestamp_ns", "int64_t")]
    tags = {
        _CAMERA: _tags([("image_width", "uint32_t"), ("image_height", "uint32_t"), ("image_pixel_format", "uint32_t")],
                       image, "data_layout+image/raw", aria),
        _IMU: _tags([("nominal_rate", "double")],
                    [("capture_timestamp_ns", "int64_t"), ("gyroscope", "float*3"), ("accelerometer", "float*3")],
                    "data_layout", aria),
    }  # fmt: skip
    records = [
        (_CAMERA, _CONFIGURATION, 0.0, struct.pack("<III", width, height, 1)),
        (_IMU, _CONFIGURATION, 0.0, struct.pack("<d", 100.0)),
        (_CAMERA, _STATE, 0.0, b""),
    ]
    data = []
    for i in range(frames):
        time_s = _DAY_S + i / 10
        pixels = bytes([10 * i % 256]) * (width * height)
        data.append((_CAMERA, _DATA, time_s, struct.pack("<dq", 0.01, round(time_s * 1e9)) + pixels))
    for i in range(10 * frames):
        time_s = _DAY_S + i / 100
        body = struct.pack("<q6f", round(time_s * 1e9), 0.1 * i, 0.0, 0.0, 0.0, 9.81, 0.0)
        data.append((_IMU, _DATA, time_s, body))
    records += sorted(data, key=lambda record: record[2])
    path.write_bytes(_file(tags, records, {"device_type": "Aria"} if aria else {"purpose": "test"}))
    return path


def _tags(
    config: Sequence[tuple[str, str]], data: Sequence[tuple[str, str]], blocks: str, aria: bool
) -> dict[str, str]:
    return {
        "DL:Configuration:1:0": _layout(config),
        "DL:Data:1:0": _layout(data),
        "RF:Configuration:1": "data_layout",
        "RF:Data:1": blocks,
        "VRS_Original_Recordable_Name": "Test",
        "VRS_Recordable_Flavor": "device/aria" if aria else "test/part",
    }


def _layout(fields: Sequence[tuple[str, str]]) -> str:
    rows, offset = [], 0
    for name, kind in fields:
        plain, _, count = kind.partition("*")
        outer = "DataPieceArray" if count else "DataPieceValue"
        row = {"name": name, "type": f"{outer}<{plain}>", "offset": offset} | ({"size": int(count)} if count else {})
        rows.append(row)
        offset += {"float": 4, "double": 8, "int64_t": 8, "uint32_t": 4}[plain] * int(count or 1)
    return json.dumps({"data_layout": rows}, separators=(",", ":"))


def _file(
    tags: dict[int, dict[str, str]], records: Sequence[tuple[int, int, float, bytes]], file_tags: dict[str, str]
) -> bytes:
    about = struct.pack("<I", len(tags))
    for kind, own in tags.items():
        about += struct.pack("<iH", kind, 1) + _map({}) + _map(own)
    about += _map(file_tags)
    body = _record(2, 2, _DATA, 0.0, about)
    rows, before = b"", len(body)
    for kind, what, time_s, data in records:
        record = _record(kind, 1, what, time_s, data, before)
        before = len(record)
        rows += struct.pack("<dIBiH", time_s, len(record), what, kind, 1)
        body += record
    streams = b"".join(struct.pack("<iH", kind, 1) for kind in tags)
    index = struct.pack("<I", len(tags)) + streams + struct.pack("<I", len(records)) + rows
    head = b"VisionRe" + struct.pack("<QIIqqqQQQ", 1, 80, _RECORD.size, 80 + len(body), 80, 0, 0, 0, 0) + b"cordVRS1"
    return head + body + _record(3, 2, _DATA, 0.0, index)


def _record(kind: int, version: int, what: int, time_s: float, data: bytes, before: int = 0) -> bytes:
    return _RECORD.pack(_RECORD.size + len(data), before, kind, version, time_s, 1, what, 0, 0) + data


def _map(values: dict[str, str]) -> bytes:
    out = struct.pack("<I", len(values))
    for pair in values.items():
        for word in pair:
            out += struct.pack("<I", len(word.encode())) + word.encode()
    return out
