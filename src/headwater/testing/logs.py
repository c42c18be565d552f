"""One small robot run written as MCAP, ROS 1 bag and ROS 2 bag, with known numbers, for tests of the readers."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

START_NS = 1_700_000_000_000_000_000
DELAY_NS = 2_000_000
SIZE = (32, 24)


class Said(NamedTuple):
    """One message: topic, ROS 2 type, time of its header in ns, fields as ``make`` takes them."""

    topic: str
    type: str
    stamp_ns: int
    fields: dict[str, Any]


def run(rows: int = 20) -> list[Said]:
    """IMU, joints, JPEG and depth pictures, camera calibration, transforms, GPS and words, in the order of time."""
    said = [Said("/cam/camera_info", "sensor_msgs/msg/CameraInfo", 0, _lens()), _say("/task", 0, "pick the cube")]
    for i in range(rows):
        t = i * 10_000_000
        said.append(Said("/imu", "sensor_msgs/msg/Imu", t, _imu(i)))
        said.append(Said("/joint_states", "sensor_msgs/msg/JointState", t, _joints(i)))
        if i % 4 == 0:
            said.append(Said("/cam/image/compressed", "sensor_msgs/msg/CompressedImage", t, _jpeg(i)))
            said.append(Said("/cam/depth", "sensor_msgs/msg/Image", t, _depth(i)))
        if i % 10 == 0:
            said.append(Said("/tf", "tf2_msgs/msg/TFMessage", t, {"transforms": [_transform(i, t)]}))
            said.append(Said("/gps", "sensor_msgs/msg/NavSatFix", t, _fix(i)))
            said.append(_say("/events", t, f"event {i}"))
    return said


def write_mcap_run(path: Path, rows: int = 20, **options: Any) -> Path:
    """As MCAP with ``ros2msg`` schemas; ``options`` go to mcap's Writer."""
    from mcap.writer import Writer
    from rosbags.typesys import Stores, get_typestore

    store = get_typestore(Stores.ROS2_HUMBLE)
    with path.open("wb") as file:
        writer = Writer(file, chunk_size=options.pop("chunk_size", 2048), **options)
        writer.start(profile="ros2", library="headwater test")
        channels: dict[str, int] = {}
        for message in run(rows):
            if message.topic not in channels:
                text, _ = store.generate_msgdef(message.type, ros_version=2)
                schema = writer.register_schema(message.type, "ros2msg", text.encode())
                channels[message.topic] = writer.register_channel(message.topic, "cdr", schema)
            data = bytes(store.serialize_cdr(_made(store, message), message.type))
            writer.add_message(channels[message.topic], START_NS + message.stamp_ns + DELAY_NS, data, 0)
        writer.finish()  # type: ignore[no-untyped-call]
    return path


def write_bag2_run(folder: Path, rows: int = 20, *, mcap: bool = False) -> Path:
    """As a ROS 2 bag: a folder with ``metadata.yaml`` and one SQLite (or MCAP) file."""
    from rosbags.rosbag2 import StoragePlugin, Writer
    from rosbags.typesys import Stores, get_typestore

    store = get_typestore(Stores.ROS2_HUMBLE)
    plugin = StoragePlugin.MCAP if mcap else StoragePlugin.SQLITE3
    with Writer(folder, version=9, storage_plugin=plugin) as writer:
        made: dict[str, Any] = {}
        for message in run(rows):
            if message.topic not in made:
                made[message.topic] = writer.add_connection(message.topic, message.type, typestore=store)
            data = store.serialize_cdr(_made(store, message), message.type)
            writer.write(made[message.topic], START_NS + message.stamp_ns + DELAY_NS, data)
    return folder


def write_bag1_run(path: Path, rows: int = 20, compression: str = "") -> Path:
    """As a ROS 1 bag; ``compression`` is empty, ``bz2`` or ``lz4``."""
    from rosbags.rosbag1 import Writer
    from rosbags.typesys import Stores, get_types_from_msg, get_typestore

    store = get_typestore(Stores.ROS1_NOETIC)
    store.register(get_types_from_msg("geometry_msgs/TransformStamped[] transforms", "tf2_msgs/msg/TFMessage"))
    writer = Writer(path)
    if compression:
        writer.set_compression(Writer.CompressionFormat[compression.upper()])
    with writer:
        made: dict[str, Any] = {}
        for message in run(rows):
            if message.topic not in made:
                made[message.topic] = writer.add_connection(message.topic, message.type, typestore=store)
            data = store.serialize_ros1(_made(store, message), message.type)
            writer.write(made[message.topic], START_NS + message.stamp_ns + DELAY_NS, data)
    return path


def _made(store: Any, message: Said) -> Any:
    return _build(store, message.type, message.fields, message.stamp_ns)


def _build(store: Any, kind: str, fields: dict[str, Any], stamp_ns: int) -> Any:
    """A message of rosbags' own classes; a header is made of the stamp, what is not given is empty or zero."""
    from rosbags.interfaces import Nodetype

    values: dict[str, Any] = {}
    for name, (node, detail) in store.fielddefs[kind][1]:
        given = fields.get(name, fields.get(name.lower()))
        if node == Nodetype.NAME and detail == "std_msgs/msg/Header":
            seconds, rest = divmod(START_NS + stamp_ns, 10**9)
            own = {"stamp": {"sec": seconds, "nanosec": rest}, "frame_id": "base", "seq": 0}
            values[name] = _build(store, detail, given or own, stamp_ns)
        elif node == Nodetype.NAME:
            values[name] = _build(store, detail, given or {}, stamp_ns)
        elif node == Nodetype.BASE:
            values[name] = given if given is not None else "" if detail[0] == "string" else 0
        else:
            values[name] = _several(store, detail, given, stamp_ns, fixed=node == Nodetype.ARRAY)
    return store.types[kind](**values)


def _several(store: Any, detail: Any, given: Any, stamp_ns: int, *, fixed: bool) -> Any:
    from rosbags.interfaces import Nodetype

    (node, inner), count = detail
    if node == Nodetype.NAME:
        return [_build(store, inner, part, stamp_ns) for part in given or ()]
    if inner[0] == "string":
        return list(given or ())
    kind = {"bool": np.bool_, "byte": np.uint8, "char": np.uint8}.get(inner[0], inner[0])
    return np.array(given if given is not None else [0] * (count if fixed else 0), dtype=kind)


def _xyz(x: float, y: float, z: float) -> dict[str, float]:
    return {"x": x, "y": y, "z": z}


def _imu(i: int) -> dict[str, Any]:
    return {
        "angular_velocity": _xyz(0.1 * i, 0.2, -0.3),
        "linear_acceleration": _xyz(0.0, 9.81, 0.01 * i),
        "orientation": {**_xyz(0.0, 0.0, 0.0), "w": 1.0},
    }


def _joints(i: int) -> dict[str, Any]:
    return {"name": ["shoulder", "elbow"], "position": [0.01 * i, -0.5], "velocity": [1.0, 0.0], "effort": [0.1, 0.2]}


def _jpeg(i: int) -> dict[str, Any]:
    data = io.BytesIO()
    Image.new("RGB", SIZE, (i * 10, 80, 120)).save(data, "JPEG")
    return {"format": "jpeg", "data": np.frombuffer(data.getvalue(), np.uint8)}


def _depth(i: int) -> dict[str, Any]:
    width, height = SIZE
    picture = np.full((height, width), 1000 + i, "<u2")
    return {
        "width": width,
        "height": height,
        "encoding": "16UC1",
        "step": width * 2,
        "data": picture.view(np.uint8).ravel(),
    }


def _lens() -> dict[str, Any]:
    k = [30.0, 0.0, 16.0, 0.0, 31.0, 12.0, 0.0, 0.0, 1.0]
    return {
        "width": SIZE[0],
        "height": SIZE[1],
        "k": k,
        "d": [0.1, 0.0, 0.0, 0.0, 0.0],
        "distortion_model": "plumb_bob",
    }


def _transform(i: int, stamp_ns: int) -> dict[str, Any]:
    seconds, rest = divmod(START_NS + stamp_ns, 10**9)
    return {
        "header": {"stamp": {"sec": seconds, "nanosec": rest}, "frame_id": "world", "seq": 0},
        "child_frame_id": "hand",
        "transform": {"translation": _xyz(0.1 * i, 0.0, 1.0), "rotation": {**_xyz(0.0, 0.0, 0.0), "w": 1.0}},
    }


def _fix(i: int) -> dict[str, Any]:
    return {"latitude": 48.0 + i, "longitude": 11.0, "altitude": 500.0}


def _say(topic: str, stamp_ns: int, words: str) -> Said:
    return Said(topic, "std_msgs/msg/String", stamp_ns, {"data": words})
