"""What the episodes of one dataset must share, taken from the first and demanded of the rest."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from headwater.export.errors import UnlikeEpisodesError
from headwater.formats import Episode, Kind, Stream
from headwater.formats.paths import safe_name

DEFAULT_FEATURES = {
    "timestamp": "float32",
    "frame_index": "int64",
    "episode_index": "int64",
    "index": "int64",
    "task_index": "int64",
}


@dataclass(frozen=True)
class Layout:
    """Features, cameras and rate of a dataset.

    Attributes:
        columns: feature name to (dtype, axes), table streams only.
        cameras: camera key to (height, width).
        fps: rows per second.
        robot: ``robot_type``.
    """

    columns: dict[str, tuple[str, tuple[str, ...]]]
    cameras: dict[str, tuple[int, int]]
    fps: Fraction
    robot: str

    def features(self, codecs: dict[str, tuple[str, str]]) -> dict[str, Any]:
        """``info.json``'s features; ``codecs`` gives (codec, pix_fmt) of every camera."""
        rate = json_rate(self.fps)
        table = {
            name: {"dtype": dtype, "shape": [len(axes)], "names": list(axes)}
            for name, (dtype, axes) in self.columns.items()
        }
        videos = {
            key: {
                "dtype": "video",
                "shape": [height, width, 3],
                "names": ["height", "width", "channels"],
                "info": {
                    "video.height": height,
                    "video.width": width,
                    "video.codec": codecs[key][0],
                    "video.pix_fmt": codecs[key][1],
                    "video.is_depth_map": False,
                    "video.fps": rate,
                    "video.channels": 3,
                    "has_audio": False,
                },
            }
            for key, (height, width) in self.cameras.items()
        }
        default = {name: {"dtype": dtype, "shape": [1], "names": None} for name, dtype in DEFAULT_FEATURES.items()}
        return {**table, **videos, **default}


def layout_of(episode: Episode, fps: Fraction | None) -> Layout:
    """The layout one episode asks for."""
    return Layout(
        columns={s.name: (s.dtype, s.axes) for s in table_streams(episode)},
        cameras={camera_key(key): (video.height, video.width) for key, video in episode.videos.items()},
        fps=fps or episode.fps,
        robot=episode.embodiment,
    )


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


def table_streams(episode: Episode) -> list[Stream]:
    """Streams that are columns of the table: on its clock, and not the task number, which is written anew."""
    return [s for s in episode.streams.values() if s.clock == "row" and s.kind is not Kind.TASK_INDEX]


def sensor_streams(episode: Episode) -> list[Stream]:
    """Streams with a clock of their own."""
    return [s for s in episode.streams.values() if s.clock != "row"]


def camera_key(key: str) -> str:
    """A camera's feature name; LeRobot wants ``observation.images.`` in front. Raises UnsafePathError."""
    safe_name(key, Path("episode"))  # it becomes a folder of the export, wherever the episode came from
    return key if key.startswith("observation.") else f"observation.images.{key}"


def json_rate(fps: Fraction) -> int | float:
    """fps for JSON: an integer where it is one."""
    return int(fps) if fps.denominator == 1 else float(fps)


def _difference(of: object, against: object) -> str:
    if isinstance(of, dict) and isinstance(against, dict):
        own = [f"{k}: {v}" for k, v in of.items() if against.get(k) != v]
        return "; ".join(own)[:200] or "nothing more"
    return str(of)
