"""Opens MCAP files with mcap's own reader and protobuf decoder: python check_mcap.py FOLDER.

Foxglove's types are compared with those of its published package, field by field.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import av
import numpy as np

from truth import DifferenceError, Truth, demand_all, pixels_digest, run, still_digest

DECODERS = {"h264": "h264", "h265": "hevc", "av1": "libdav1d", "vp9": "vp9"}


def check(root: Path, truths: list[Truth]) -> str:
    """Reads each file in the order of time, and compares messages with samples, pictures and words."""
    total = 0
    for number, truth in enumerate(truths):
        with (root / f"episode-{number:06d}.mcap").open("rb") as file:
            total += _file(file, truth)
    return f"{len(truths)} files, {total} messages"


def _file(file: Any, truth: Truth) -> int:
    reading = importlib.import_module("mcap.reader")
    factory = importlib.import_module("mcap_protobuf.decoder").DecoderFactory
    reader = reading.make_reader(file, validate_crcs=True, decoder_factories=[factory()])
    (record,) = [m.metadata for m in reader.iter_metadata() if m.name == "headwater"]
    start = json.loads(record["episode"])["start_ns"]
    topics: dict[str, Any] = {}
    last = 0
    count = 0
    for schema, channel, message, decoded in reader.iter_decoded_messages(log_time_order=True):
        if message.log_time < last:
            raise DifferenceError("messages are not in the order of time")
        last, count = message.log_time, count + 1
        if decoded.timestamp.seconds * 10**9 + decoded.timestamp.nanos != message.log_time:
            raise DifferenceError(f"{channel.topic}: stamp and log time differ")
        own = topics.setdefault(channel.topic, (schema.name, json.loads(channel.metadata["headwater"]), [], []))
        own[2].append(message.log_time - start)
        own[3].append(decoded)
    if reader.get_summary().statistics.message_count != count:
        raise DifferenceError("statistics differ")
    _compare(topics, truth)
    return count


def _compare(topics: dict[str, Any], truth: Truth) -> None:
    found: dict[str, list[str]] = {"stream": [], "camera": [], "text": [], "shown": []}
    for topic, (kind, facts, times, messages) in topics.items():
        if kind.startswith("foxglove."):
            _demand_type(messages[0].DESCRIPTOR)
        found[facts["role"]].append(facts.get("name", facts.get("key", topic)))
        if facts["role"] == "stream":
            _stream(facts["name"], times, [_values(kind, m) for m in messages], truth)
        elif facts["role"] == "camera":
            truth.demand_camera(facts["key"], times, _pictures(kind, messages, facts))
        elif facts["role"] == "text":
            truth.demand_texts(facts["name"], times, [m.message for m in messages])
    demand_all("streams", truth.about["streams"], found["stream"])
    demand_all("cameras", truth.about["cameras"], found["camera"])
    demand_all("texts", truth.about["texts"], found["text"])


def _stream(name: str, times: list[int], values: list[Any], truth: Truth) -> None:
    """The reader gives messages in the order of time; a stream that went back is compared in that order."""
    wanted = truth.times(name)
    order = np.argsort(np.argsort(wanted, kind="stable"), kind="stable")
    truth.demand_stream(name, np.array(times)[order], np.array(values)[order])


def _values(kind: str, message: Any) -> list[Any]:
    if kind == "foxglove.PoseInFrame":
        place, turn = message.pose.position, message.pose.orientation
        return [place.x, place.y, place.z, turn.x, turn.y, turn.z, turn.w]
    if kind == "foxglove.LocationFix":
        return [message.latitude, message.longitude, message.altitude]
    fields = [field.name for field in message.DESCRIPTOR.fields if field.name != "timestamp"]
    if fields == ["values"] and message.DESCRIPTOR.fields_by_name["values"].is_repeated:
        return list(message.values)
    return [getattr(message, name) for name in fields]


def _pictures(kind: str, messages: list[Any], facts: dict[str, Any]) -> list[str]:
    if kind == "foxglove.CompressedImage":
        return [still_digest(m.data) for m in messages]
    if kind == "foxglove.RawImage":
        return [pixels_digest(np.frombuffer(m.data, "<u2").reshape(m.height, m.width)) for m in messages]
    context = av.CodecContext.create(DECODERS[messages[0].format], "r")
    pictures = []
    for message in [*messages, None]:
        pictures += context.decode(av.Packet(message.data) if message else None)
    size = (facts["height"], facts["width"])
    return [pixels_digest(p.to_ndarray(format="rgb24")[: size[0], : size[1]]) for p in pictures]


def _demand_type(found: Any) -> None:
    """Every field has the name, number and type that Foxglove publishes."""
    name = found.full_name.removeprefix("foxglove.")
    published = getattr(importlib.import_module(f"foxglove_schemas_protobuf.{name}_pb2"), name).DESCRIPTOR
    for field in found.fields:
        wanted = published.fields_by_name.get(field.name)
        if wanted is None or _shape(wanted) != _shape(field):
            raise DifferenceError(f"{found.full_name}.{field.name} is not Foxglove's")
        if field.message_type is not None and field.message_type.full_name.startswith("foxglove."):
            _demand_type(field.message_type)
        if field.enum_type is not None:
            ours = {v.name: v.number for v in field.enum_type.values}
            if ours != {v.name: v.number for v in wanted.enum_type.values}:
                raise DifferenceError(f"{field.enum_type.full_name} is not Foxglove's")


def _shape(field: Any) -> tuple[Any, ...]:
    message, enum = field.message_type, field.enum_type
    return field.number, field.type, field.is_repeated, message and message.full_name, enum and enum.full_name


if __name__ == "__main__":
    run("mcap", check)
