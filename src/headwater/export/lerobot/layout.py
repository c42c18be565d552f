"""What the episodes of one dataset must share, taken from the first and demanded of the rest."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np

from headwater.export.errors import ExportError, UnlikeEpisodesError
from headwater.formats import Episode, Kind, Stream, Video
from headwater.formats.paths import safe_name

DEFAULT_FEATURES = {
    "timestamp": "float32",
    "frame_index": "int64",
    "episode_index": "int64",
    "index": "int64",
    "task_index": "int64",
}
# LeRobot's own names for what ALOHA and robomimic store; any other name only loses its slashes.
_KNOWN_NAMES = {
    "observations/qpos": "observation.state",
    "observations/qvel": "observation.velocity",
    "observations/effort": "observation.effort",
    "actions": "action",
}
_STORED = {
    "float16": "float32", "bfloat16": "float32", "float32": "float32", "float64": "float64", "double": "float64",
    "bool": "bool", **{f"{sign}int{bits}": f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}  # fmt: skip
Stills = Literal["video", "image"]


@dataclass(frozen=True)
class Camera:
    """A camera's feature.

    Attributes:
        key: of the episode's video.
        dtype: ``video``, or ``image`` for pictures that lie in the table one by one.
        height, width: as people see them.
        channels: 3 for colour; 1 for grey and for 16 bits.
        bits: of a sample, 8 or 16.
        depth: a step means a distance.
    """

    key: str
    dtype: Stills
    height: int
    width: int
    channels: int = 3
    bits: int = 8
    depth: bool = False


@dataclass(frozen=True)
class Layout:
    """Features, cameras and rate of a dataset.

    Attributes:
        columns: feature name to (dtype, axes), table streams only.
        cameras: feature name to camera.
        fps: rows per second.
        robot: ``robot_type``.
    """

    columns: dict[str, tuple[str, tuple[str, ...]]]
    cameras: dict[str, Camera]
    fps: Fraction
    robot: str

    def of_dtype(self, dtype: Stills) -> dict[str, Camera]:
        """The cameras kept as video files, or as pictures in the table."""
        return {name: camera for name, camera in self.cameras.items() if camera.dtype == dtype}

    def dtypes(self) -> dict[str, str]:
        """Type of every number in the table."""
        return {**{name: dtype for name, (dtype, _) in self.columns.items()}, **DEFAULT_FEATURES}

    def features(self, codecs: dict[str, tuple[str, str]]) -> dict[str, Any]:
        """``info.json``'s features; ``codecs`` gives (codec, pix_fmt) of every camera kept as video."""
        table = {
            name: {"dtype": dtype, "shape": [len(axes)], "names": list(axes)}
            for name, (dtype, axes) in self.columns.items()
        }
        cameras = {name: self._camera(camera, codecs.get(name)) for name, camera in self.cameras.items()}
        default = {name: {"dtype": dtype, "shape": [1], "names": None} for name, dtype in DEFAULT_FEATURES.items()}
        return {**table, **cameras, **default}

    def _camera(self, camera: Camera, codec: tuple[str, str] | None) -> dict[str, Any]:
        shape = [camera.height, camera.width, camera.channels]
        feature = {"dtype": camera.dtype, "shape": shape, "names": ["height", "width", "channels"]}
        if codec is None:
            return feature
        info = {
            "video.height": camera.height,
            "video.width": camera.width,
            "video.codec": codec[0],
            "video.pix_fmt": codec[1],
            "video.is_depth_map": camera.depth,
            "video.fps": json_rate(self.fps),
            "video.channels": camera.channels,
            "has_audio": False,
        }
        return {**feature, "info": info}


def layout_of(episode: Episode, fps: Fraction | None, stills: Stills = "video") -> Layout:
    """The layout one episode asks for. Raises UnsafePathError, ExportError, RecordingError."""
    cameras = [_camera_of(key, video, stills) for key, video in episode.videos.items()]
    named = {camera_key(camera.key): camera for camera in cameras}
    columns = {feature: (stored_dtype(stream), stream.axes) for feature, stream in table_streams(episode).items()}
    if len(named) < len(cameras) or named.keys() & columns.keys():
        raise ExportError(
            f"{episode.name}: two features would have one name",
            actual=sorted([*columns, *(camera_key(key) for key in episode.videos)]),
            fix="Rename the cameras or streams, for example with a conform map.",
        )
    return Layout(columns=columns, cameras=named, fps=fps or episode.fps, robot=episode.embodiment)


def demand_same(first: Layout, other: Layout, episode: Episode) -> None:
    """Raise UnlikeEpisodesError with the first difference. The robot's name may differ."""
    pairs: tuple[tuple[str, object, object], ...] = (
        ("features", first.columns, other.columns),
        ("cameras", first.cameras, other.cameras),
        ("fps", first.fps, other.fps),
    )
    for name, wanted, found in pairs:
        if wanted != found:
            raise UnlikeEpisodesError(
                f"{episode.source.root.name} {episode.name}: {name} differ from the first episode's",
                actual=_difference(found, wanted),
                allowed=_difference(wanted, found),
                fix="Export episodes of one embodiment and one set of cameras together.",
            )


def table_streams(episode: Episode) -> dict[str, Stream]:
    """Feature name to stream of those that are columns: one value a row on the table's clock.

    The task number is not among them (it is written anew), and of two streams that would share a name the second
    stays beside the table.
    """
    found: dict[str, Stream] = {}
    for stream in episode.streams.values():
        if stream.clock == "row" and stream.kind is not Kind.TASK_INDEX and len(stream.values) == episode.length:
            name = feature_name(stream.name)
            if name not in DEFAULT_FEATURES:
                found.setdefault(name, stream)
    return found


def sensor_streams(episode: Episode) -> list[Stream]:
    """Streams that are no column: on a clock of their own, or of another length than the table."""
    columns = {stream.name for stream in table_streams(episode).values()}
    return [s for s in episode.streams.values() if s.name not in columns and s.kind is not Kind.TASK_INDEX]


def feature_name(name: str) -> str:
    """A stream's name as LeRobot allows it: no slash. Raises UnsafePathError for what cannot be a name at all."""
    return safe_name(_KNOWN_NAMES.get(name) or name.strip("/").replace("/", "."), Path("episode"))


def camera_key(key: str) -> str:
    """A camera's feature name; LeRobot wants ``observation.images.`` in front. Raises UnsafePathError."""
    safe_name(key, Path("episode"))  # it becomes a folder of the export, wherever the episode came from
    return key if key.startswith("observation.") else f"observation.images.{key}"


def stored_dtype(stream: Stream) -> str:
    """The column's type: the source's, or a wider one where that cannot hold the numbers exactly."""
    stored = _STORED.get(stream.dtype, "float64" if stream.values.dtype.kind == "f" else "int64")
    narrow = stream.values.astype(np.dtype(stored))
    same = np.array_equal(narrow.astype(stream.values.dtype), stream.values, equal_nan=stream.values.dtype.kind == "f")
    return stored if same else "float64" if stream.values.dtype.kind == "f" else "int64"


def json_rate(fps: Fraction) -> int | float:
    """fps for JSON: an integer where it is one."""
    return int(fps) if fps.denominator == 1 else float(fps)


def _camera_of(key: str, video: Video, stills: Stills) -> Camera:
    width, height = video.shown_size
    depth = video.depth_unit_m is not None
    if video.stills is None:
        return Camera(key, "video", height, width, depth=depth)
    first = video.stills.image(0)
    turned = video.rotation % 180 != 0
    height, width = first.shape[1::-1] if turned else first.shape[:2]
    if first.dtype == np.uint16:
        return Camera(key, "image", height, width, 1, 16, depth)
    channels = first.shape[2] if first.ndim == 3 else 1
    return Camera(key, stills, height, width, 3 if stills == "video" else channels, depth=depth)


def _difference(of: object, against: object) -> str:
    if isinstance(of, dict) and isinstance(against, dict):
        own = [f"{k}: {v}" for k, v in of.items() if against.get(k) != v]
        return "; ".join(own)[:200] or "nothing more"
    return str(of)
