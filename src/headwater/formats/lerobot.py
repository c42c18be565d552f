"""What LeRobotDataset 2.0, 2.1 and 3.0 share: features, table rows to streams, declared cameras to videos.

Source: LeRobot 0.6.1, ``lerobot/datasets/{utils,feature_utils,dataset_metadata}.py``, and the files real
recorders leave, which bend it: see ``joint_names`` and ``Cameras``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.formats.columns import dtype_name, is_numeric, matrix
from headwater.formats.errors import EmptyRecordingError, MetadataError
from headwater.formats.metadata import field, rate, read_object
from headwater.formats.models import NS, Kind, Stream, Video
from headwater.formats.paths import existing, safe_name
from headwater.formats.video import probe

INFO = "meta/info.json"
BOOKKEEPING = ("timestamp", "frame_index", "episode_index", "index")
_NOT_LEROBOT = "Point at the dataset's root folder, the one that has meta/info.json."
_KINDS = (
    ("action", Kind.ACTION),
    ("observation.state", Kind.STATE),
    ("task_index", Kind.TASK_INDEX),
    ("annotation.", Kind.LABEL),
    ("next.", Kind.LABEL),
    ("gyro", Kind.GYRO),
    ("angular_velocity", Kind.GYRO),
    ("accel", Kind.ACCEL),
    ("gps", Kind.GPS),
    ("pose", Kind.POSE),
)


class Info:
    """A checked ``meta/info.json``.

    Attributes:
        version: ``codebase_version`` as written (``v2.1``).
        features: feature name to its declaration.
        raw: the whole object.
    """

    def __init__(self, root: Path) -> None:
        self.file = existing(root, INFO, fix=_NOT_LEROBOT)
        self.raw = read_object(self.file)
        self.version: str = field(self.raw, "codebase_version", str, file=self.file)
        self.fps: Fraction = rate(self.raw, file=self.file)
        self.features: dict[str, dict[str, Any]] = field(self.raw, "features", dict, file=self.file)
        for name, feature in self.features.items():
            safe_name(name, self.file)
            if not isinstance(feature, dict):
                raise MetadataError("is not an object", file=self.file, field=f"features.{name}", actual=feature)
            field(feature, "dtype", str, file=self.file, where=f"features.{name}.")

    @property
    def robot(self) -> str:
        """``robot_type`` or ``unknown``."""
        return str(self.raw.get("robot_type") or "unknown")

    def of_dtype(self, dtype: str) -> list[str]:
        """Names of the features with this dtype, in file order."""
        return [name for name, feature in self.features.items() if feature["dtype"] == dtype]

    def template(self, name: str) -> str:
        """``data_path`` or ``video_path``. Raises MetadataError."""
        return str(field(self.raw, name, str, file=self.file))


def joint_names(feature: Mapping[str, Any], width: int) -> tuple[str, ...]:
    """Axis names of a feature, or ``0..d-1`` where they are absent or do not match its width.

    Seen in real files: a list, a list in a list, ``{"motors": [...]}``, ``{"joint": index}`` and ``null``.
    """
    names: Any = feature.get("names")
    if isinstance(names, dict):
        lists = [value for value in names.values() if isinstance(value, list)]
        names = [name for part in lists for name in part] if lists else list(names)
    while isinstance(names, list) and len(names) == 1 and isinstance(names[0], list):
        names = names[0]
    if isinstance(names, list) and len(names) == width and len(set(map(str, names))) == width:
        return tuple(map(str, names))
    return tuple(map(str, range(width)))


def kind_of(name: str) -> Kind:
    """What a feature's name says it measures."""
    for part, kind in _KINDS:
        if name == part or name.startswith(f"{part}.") or (kind not in (Kind.ACTION, Kind.STATE) and part in name):
            return kind
    return Kind.OTHER


class Rows:
    """An episode's rows as streams.

    Attributes:
        length: number of rows; times_ns: int64 (n,), of each.
        streams: every numeric column except the bookkeeping ones, in file order.
        bookkeeping: ``timestamp`` (float64) and the index columns (int64), shape (n,), those that exist.
        notes: what was tolerated.
    """

    def __init__(self, table: Any, info: Info, file: Path) -> None:
        if table.num_rows == 0:
            raise EmptyRecordingError("has no rows", file=file, actual=0, fix="Delete the episode or record it again.")
        self.length: int = table.num_rows
        self.notes: list[str] = []
        self.streams: dict[str, Stream] = {}
        self.bookkeeping: dict[str, NDArray[Any]] = {}
        columns = dict(zip(table.column_names, table.columns, strict=True))
        for name in BOOKKEEPING:
            if name in columns and is_numeric(columns[name].type):
                self.bookkeeping[name] = matrix(columns[name], file=file, name=name)[:, 0]
            else:
                self.notes.append(f"The table has no column {name}.")
        self.times_ns = self._times(info.fps)
        for name, column in columns.items():
            if name not in BOOKKEEPING:
                self._add(name, column, self.times_ns, info, file)
        absent = [n for n, f in info.features.items() if n not in columns and f["dtype"] not in ("video", "image")]
        self.notes += [f"Declared feature {name} has no column." for name in absent if name not in BOOKKEEPING]

    def _times(self, fps: Fraction) -> NDArray[np.int64]:
        by_row: NDArray[np.int64] = np.rint(np.arange(self.length) * (NS / float(fps))).astype(np.int64)
        stamps = self.bookkeeping.get("timestamp")
        if stamps is None:
            return by_row
        usable = np.isfinite(stamps) & (np.abs(stamps) < 1e9)
        if not usable.all():
            self.notes.append(f"{int((~usable).sum())} timestamps are not usable; row number over fps stands in.")
        ns = np.rint(np.where(usable, stamps, 0.0).astype(np.float64) * NS).astype(np.int64)
        return np.where(usable, ns, by_row)

    def _add(self, name: str, column: Any, times_ns: NDArray[np.int64], info: Info, file: Path) -> None:
        if not is_numeric(column.type):
            self.notes.append(f"Column {name} ({column.type}) is not numeric and was not read.")
            return
        if name not in info.features:
            self.notes.append(f"Column {name} is not declared in info.json.")
        values = matrix(column, file=file, name=name)
        axes = joint_names(info.features.get(name, {}), values.shape[1])
        self.streams[name] = Stream(name, kind_of(name), times_ns, values, axes, dtype=dtype_name(column.type))


def camera_video(
    key: str, path: Path, info: Info, *, start_s: float = 0.0, frames: int | None, shared: bool = False
) -> Video:
    """A declared camera's part of a file, with what the container says of it. Raises RecordingError."""
    found = probe(path)
    feature = info.features.get(key, {})
    described = feature.get("info") or feature.get("video_info") or {}
    return Video(
        key=key,
        path=path,
        start_s=start_s,
        frames=frames,
        fps=info.fps,
        width=found.width,
        height=found.height,
        codec=found.codec,
        pix_fmt=found.pix_fmt,
        info={"shape": feature.get("shape"), **(described if isinstance(described, dict) else {})},
        shared=shared,
    )


def task_texts(tasks: Sequence[Any]) -> tuple[str, ...]:
    """Task texts of an episode's metadata row, in order, without repeats."""
    return tuple(dict.fromkeys(str(task) for task in tasks))
