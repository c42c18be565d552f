"""The one Episode model every reader produces and every check, export and preview consumes.

An episode is a set of *streams*, each with its own clock, and *videos* decoded lazily. Times are integer
nanoseconds from the start of the episode on that stream's own clock; ``Stream.clock`` names the clock so a
check can ask whether two streams ever shared one. Nothing here opens a file: a ``Video`` knows where its
bytes are and ``formats.video`` decodes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

NS = 1_000_000_000


class Kind(StrEnum):
    """What a stream measures."""

    ACTION = "action"
    STATE = "state"
    GYRO = "gyro"
    ACCEL = "accel"
    POSE = "pose"
    GPS = "gps"
    LABEL = "label"
    TASK_INDEX = "task_index"
    OTHER = "other"


@dataclass(frozen=True)
class Stream:
    """Samples of one sensor or command.

    Attributes:
        name: the recording's own name (``observation.state``, ``action``, ``GYRO``).
        times_ns: int64, shape (n,), nanoseconds from the episode's start on ``clock``.
        values: shape (n, d); float64 for measurements, int64 for labels and indices.
        axes: d names in column order (joint names, x/y/z).
        unit: ``rad``, ``rad/s``, ``m/s^2``, ``deg``, ``""`` if the recording does not say.
        clock: which clock stamped it (``row`` for the table's own, ``video:KEY``, ``gpmf`` ...).
        dtype: the type in the source file, so that an export writes the same one back.
    """

    name: str
    kind: Kind
    times_ns: NDArray[np.int64]
    values: NDArray[Any]
    axes: tuple[str, ...]
    unit: str = ""
    clock: str = "row"
    dtype: str = "float32"

    @property
    def rate_hz(self) -> float:
        """Mean sample rate in Hz; 0.0 for fewer than two samples."""
        if len(self.times_ns) < 2:
            return 0.0
        span = int(self.times_ns[-1] - self.times_ns[0])
        return (len(self.times_ns) - 1) * NS / span if span else 0.0


@dataclass(frozen=True)
class Video:
    """One camera's part in an episode: frames [start_frame, start_frame + frames) of a file.

    Attributes:
        key: camera name (``observation.images.cam_high``).
        path: the video file; several episodes may share it (LeRobot v3.0).
        start_s: where the episode begins in the file, seconds of presentation time.
        frames: how many frames the *ledger* says belong to the episode; ``None`` if only the file knows
            (the file is then the episode: decode from ``start_s`` to the end).
        fps: declared frames per second.
        width, height, codec, pix_fmt: as the container declares them.
        info: the recording's own description of the camera.
        shared: other episodes live in the same file, so the declared end counts as much as the start.
    """

    key: str
    path: Path
    start_s: float
    frames: int | None
    fps: Fraction
    width: int
    height: int
    codec: str
    pix_fmt: str = "yuv420p"
    info: Mapping[str, Any] = field(default_factory=dict)
    shared: bool = False


@dataclass(frozen=True)
class Source:
    """Where an episode came from.

    Attributes:
        format: ``lerobot-v3.0``, ``lerobot-v2.1``, ``lerobot-v2.0``, ``gopro-mp4``, ``video-csv``.
        root: folder or file the reader was given.
        index: the episode's index within ``root``.
        files: every file (absolute) whose bytes the episode depends on.
    """

    format: str
    root: Path
    index: int
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Episode:
    """One recording of one attempt at a task.

    Attributes:
        length: number of rows in the table, or of video frames where there is no table.
        fps: declared rate of the rows (rows per second).
        embodiment: robot type or capture device as the recording names it (``Unitree_G1``, ``GoPro``).
        tasks: task texts.
        streams: by name, in file order.
        videos: by camera key, in file order.
        ledger: what the recording's own metadata claims, for the ledger checks to compare: keys used are
            ``length``, ``declared_rows``, ``dataset_from_index``, ``dataset_to_index``, ``frame_index``
            and ``index`` (int64 arrays), ``stats`` (feature -> stat -> list), ``info`` (parsed info.json).
        meta: anything else worth keeping (device model, firmware, creation time).
        notes: what the reader had to guess or tolerate, one sentence each.
    """

    name: str
    source: Source
    length: int
    fps: Fraction
    embodiment: str
    tasks: tuple[str, ...]
    streams: Mapping[str, Stream]
    videos: Mapping[str, Video]
    ledger: Mapping[str, Any] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length over rate, seconds."""
        return float(self.length / self.fps) if self.fps else 0.0

    def of_kind(self, kind: Kind) -> tuple[Stream, ...]:
        """All streams of one kind, in file order."""
        return tuple(s for s in self.streams.values() if s.kind is kind)
