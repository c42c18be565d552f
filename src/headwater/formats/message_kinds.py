"""What well-known messages mean: ROS's and Foxglove's types as samples of streams, pictures and calibrations.

A type is recognised by its name; everything else becomes columns as it lies (``flat``). The same functions serve
MCAP, ROS 1 bags and ROS 2 databases, so that one recording in two containers is one episode.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from headwater.formats.models import Calibration, Kind

Message = Mapping[str, Any]
MAX_WIDTH = 4096
XYZ = ("x", "y", "z")
QUATERNION = ("qx", "qy", "qz", "qw")
POSE = (*XYZ, *QUATERNION)
PICTURES = {
    "sensor_msgs/Image",
    "sensor_msgs/CompressedImage",
    "foxglove.RawImage",
    "foxglove.CompressedImage",
    "foxglove.CompressedVideo",
}
SOUND = {"audio_common_msgs/AudioData", "audio_common_msgs/AudioDataStamped", "foxglove.RawAudio"}
CAMERA_INFO = {"sensor_msgs/CameraInfo", "foxglove.CameraCalibration"}
_TRANSFORMS = {"tf2_msgs/TFMessage", "tf/tfMessage", "foxglove.FrameTransforms"}
_COMMANDS = ("action", "actions", "cmd", "command", "commands", "cmd_vel", "setpoint", "target")


class Sample(NamedTuple):
    """Values of one stream at one time; ``part`` is added to the topic's name."""

    part: str
    kind: Kind
    axes: tuple[str, ...]
    unit: str
    values: tuple[float, ...]


def type_name(name: str) -> str:
    """One name for a type in ROS and in protobuf or JSON (``foxglove_msgs/X`` is ``foxglove.X``)."""
    package, _, last = name.partition("/")
    return f"foxglove.{last}" if package == "foxglove_msgs" else name


def stamp_ns(message: Message) -> int:
    """The header's time in ns; 0 if there is none."""
    header = message.get("header")
    if isinstance(header, Mapping):
        return time_ns(header.get("stamp"))
    for name in ("timestamp", "stamp"):
        if name in message:
            return time_ns(message[name])
    inside = message.get("transforms")
    if isinstance(inside, list) and inside and isinstance(inside[0], Mapping):
        return stamp_ns(inside[0])
    return 0


def time_ns(value: Any) -> int:
    """A time of seconds and nanoseconds in ns; 0 if it is none, or beyond 64 bits."""
    if not isinstance(value, Mapping):
        return 0
    seconds = value.get("sec", value.get("secs", 0))
    rest = value.get("nanosec", value.get("nsec", value.get("nsecs", 0)))
    if type(seconds) is not int or type(rest) is not int:
        return 0
    total = seconds * 10**9 + rest
    return total if 0 < total < 1 << 62 else 0


def samples(kind: str, topic: str, message: Message) -> Iterator[Sample]:
    """The streams' samples in a message of the type ``kind``.

    Raises:
        LookupError, TypeError, ValueError, AttributeError: the message is not of its type.
    """
    maker = _MAKERS.get(kind)
    if maker is not None:
        yield from maker(message)
    elif kind in _TRANSFORMS:
        for part in message["transforms"]:
            yield from _transform(part)
    else:
        columns = [(path, value) for path, value in flat(message) if isinstance(value, int | float)]
        if columns:
            names, values = zip(*columns, strict=True)
            yield Sample("", guessed_kind(topic), names, "", values)


def flat(message: Message) -> Iterator[tuple[str, Any]]:
    """Paths and values of a message's numbers and texts, without its header, covariances and byte arrays.

    Raises ValueError above MAX_WIDTH columns.
    """
    for count, (path, value) in enumerate(_walk(message, "", 0)):
        if count >= MAX_WIDTH:
            raise ValueError(f"more than {MAX_WIDTH} values in a message")
        yield path, value


def guessed_kind(topic: str) -> Kind:
    """ACTION or STATE by the last parts of the topic's name, else OTHER."""
    words = topic.lower().strip("/").split("/")[-2:]
    if any(word in _COMMANDS or word.endswith(("_cmd", "_command", "_commands", "_action")) for word in words):
        return Kind.ACTION
    return Kind.STATE if any("state" in word for word in words) else Kind.OTHER


def calibration(message: Message) -> Calibration | None:
    """Of a CameraInfo or CameraCalibration; ``None`` if it holds zeros, as uncalibrated cameras say."""
    matrix = _numbers(message.get("k", message.get("K", ())))
    if len(matrix) != 9 or not matrix[0]:
        return None
    lens = _numbers(message.get("d", message.get("D", ())))
    header = message.get("header")
    frame = header.get("frame_id", "") if isinstance(header, Mapping) else message.get("frame_id", "")
    model = str(message.get("distortion_model", "")) or "pinhole"
    return Calibration((matrix[0], matrix[4], matrix[2], matrix[5]), model, lens, frame=str(frame))


def _walk(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    if isinstance(value, bool | np.bool_):
        yield path, int(value)
    elif isinstance(value, int | float | str):
        yield path, value
    elif isinstance(value, np.ndarray):
        if len(value) > MAX_WIDTH:
            raise ValueError(f"{path}: array of {len(value)}")
        yield from ((f"{path}[{i}]", int(v) if value.dtype.kind == "b" else v) for i, v in enumerate(value.tolist()))
    elif depth > 12:
        return
    elif isinstance(value, Mapping):
        for key, inside in value.items():
            if key.endswith("covariance") or (not depth and key in ("header", "timestamp", "stamp", "layout")):
                continue
            yield from _walk(inside, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list):
        if len(value) > MAX_WIDTH:
            raise ValueError(f"{path}: list of {len(value)}")
        for i, inside in enumerate(value):
            yield from _walk(inside, f"{path}[{i}]", depth + 1)


def _numbers(value: Any) -> tuple[float, ...]:
    return tuple(float(v) for v in value)


def _xyz(vector: Message) -> tuple[float, float, float]:
    return float(vector["x"]), float(vector["y"]), float(vector["z"])


def _turn(quaternion: Message) -> tuple[float, float, float, float]:
    return (*_xyz(quaternion), float(quaternion["w"]))


def _imu(message: Message) -> Iterator[Sample]:
    yield Sample("angular_velocity", Kind.GYRO, XYZ, "rad/s", _xyz(message["angular_velocity"]))
    yield Sample("linear_acceleration", Kind.ACCEL, XYZ, "m/s^2", _xyz(message["linear_acceleration"]))
    turn, doubt = _turn(message["orientation"]), message.get("orientation_covariance", ())
    if any(turn) and not (len(doubt) and doubt[0] == -1):  # -1: "no orientation here"
        yield Sample("orientation", Kind.POSE, QUATERNION, "", turn)


def _joints(message: Message) -> Iterator[Sample]:
    names = tuple(map(str, message["name"]))
    for part, kind, unit in (
        ("position", Kind.STATE, "rad"),
        ("velocity", Kind.VELOCITY, "rad/s"),
        ("effort", Kind.EFFORT, "N*m"),
    ):
        values = _numbers(message[part])
        if values:
            axes = names if len(names) == len(values) else tuple(map(str, range(len(values))))
            yield Sample(part, kind, axes, unit, values)


def _inside(message: Message, name: str) -> Message:
    """``pose`` of PoseStamped, ``pose.pose`` of a PoseWithCovarianceStamped, the message itself of a Pose."""
    while name in message:
        message = message[name]
    return message


def _pose(message: Message) -> Iterator[Sample]:
    pose = _inside(message, "pose")
    yield Sample("", Kind.POSE, POSE, "m", (*_xyz(pose["position"]), *_turn(pose["orientation"])))


def _transform(message: Message) -> Iterator[Sample]:
    pose = _inside(message, "transform")
    child = str(message.get("child_frame_id", ""))
    yield Sample(child, Kind.POSE, POSE, "m", (*_xyz(pose["translation"]), *_turn(pose["rotation"])))


def _twist(message: Message) -> Iterator[Sample]:
    twist = _inside(message, "twist")
    yield Sample("linear", Kind.VELOCITY, XYZ, "m/s", _xyz(twist["linear"]))
    yield Sample("angular", Kind.VELOCITY, XYZ, "rad/s", _xyz(twist["angular"]))


def _odometry(message: Message) -> Iterator[Sample]:
    yield from (sample._replace(part="pose") for sample in _pose(message))
    yield from _twist(message)


def _wrench(message: Message) -> Iterator[Sample]:
    wrench = _inside(message, "wrench")
    yield Sample("force", Kind.FORCE, XYZ, "N", _xyz(wrench["force"]))
    yield Sample("torque", Kind.FORCE, XYZ, "N*m", _xyz(wrench["torque"]))


def _fix(message: Message) -> Iterator[Sample]:
    axes = ("latitude", "longitude", "altitude")
    yield Sample("", Kind.GPS, axes, "deg,deg,m", tuple(float(message[axis]) for axis in axes))


def _single(name: str, kind: Kind, unit: str) -> Callable[[Message], Iterator[Sample]]:
    def single(message: Message) -> Iterator[Sample]:
        yield Sample("", kind, (name,), unit, (float(message[name]),))

    return single


def _magnetic(message: Message) -> Iterator[Sample]:
    yield Sample("", Kind.MAGNETIC, XYZ, "T", _xyz(message["magnetic_field"]))


_MAKERS: dict[str, Callable[[Message], Iterator[Sample]]] = {
    "sensor_msgs/Imu": _imu,
    "sensor_msgs/JointState": _joints,
    "sensor_msgs/MagneticField": _magnetic,
    "sensor_msgs/FluidPressure": _single("fluid_pressure", Kind.PRESSURE, "Pa"),
    "sensor_msgs/Temperature": _single("temperature", Kind.TEMPERATURE, "degC"),
    "sensor_msgs/NavSatFix": _fix,
    "foxglove.LocationFix": _fix,
    "geometry_msgs/Pose": _pose,
    "geometry_msgs/PoseStamped": _pose,
    "geometry_msgs/PoseWithCovariance": _pose,
    "geometry_msgs/PoseWithCovarianceStamped": _pose,
    "foxglove.PoseInFrame": _pose,
    "geometry_msgs/Transform": _transform,
    "geometry_msgs/TransformStamped": _transform,
    "foxglove.FrameTransform": _transform,
    "nav_msgs/Odometry": _odometry,
    "geometry_msgs/Wrench": _wrench,
    "geometry_msgs/WrenchStamped": _wrench,
    "geometry_msgs/Twist": _twist,
    "geometry_msgs/TwistStamped": _twist,
    "geometry_msgs/TwistWithCovarianceStamped": _twist,
}
