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
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

NS = 1_000_000_000


class Kind(StrEnum):
    """What a stream measures.

    ``effort`` is joint torque or motor current, ``force`` a force or a wrench, ``pose`` a position with a quaternion
    (x, y, z, qx, qy, qz, qw) unless its axes say otherwise, ``keypoints`` hand or body joints, flattened.
    """

    ACTION = "action"
    STATE = "state"
    GYRO = "gyro"
    ACCEL = "accel"
    POSE = "pose"
    VELOCITY = "velocity"
    EFFORT = "effort"
    FORCE = "force"
    TACTILE = "tactile"
    CONTACT = "contact"
    KEYPOINTS = "keypoints"
    GAZE = "gaze"
    MAGNETIC = "magnetic"
    PRESSURE = "pressure"
    TEMPERATURE = "temperature"
    GPS = "gps"
    REWARD = "reward"
    DONE = "done"
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


class Stills(Protocol):
    """Pictures of one camera that lie in a container one by one (JPEG in HDF5, MCAP messages, DICOM), not as video.

    Nothing is read before it is asked for, and nothing is kept.
    """

    @property
    def times_ns(self) -> NDArray[np.int64]:
        """When each was taken: int64 (n,), nanoseconds from the episode's start, ascending."""

    def size_bytes(self, index: int) -> int:
        """Size of a picture as it is stored."""

    def encoded(self, index: int) -> tuple[str, bytes] | None:
        """Media type and bytes of a picture as they are stored; ``None`` if it is stored as bare pixels.

        Raises:
            RecordingError: it cannot be read.
        """

    def image(self, index: int) -> NDArray[Any]:
        """The picture: uint8 (h, w, 3) RGB, uint8 (h, w) grey, or uint16 (h, w) depth or X-ray.

        Raises:
            RecordingError: it cannot be read or decoded.
        """


@dataclass(frozen=True)
class Video:
    """One camera's part in an episode: frames [start_frame, start_frame + frames) of a file, or stills of a container.

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
        stills: the pictures, where ``path`` is no video; ``codec`` then names their encoding (``mjpeg``, ``png``,
            ``raw``).
        rotation: degrees clockwise (0, 90, 180, 270) that players turn the coded picture by; ``width`` and ``height``
            are of the coded one.
        depth_unit_m: metres a step, of a 16-bit depth camera; ``None`` for colour and grey.
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
    stills: Stills | None = None
    rotation: int = 0
    depth_unit_m: float | None = None

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height as people see it, after rotation."""
        return (self.height, self.width) if self.rotation % 180 else (self.width, self.height)


@dataclass(frozen=True)
class Audio:
    """One microphone's track in a file.

    Attributes:
        path: the file; track: number of the sound track in it from 0, among its sound tracks.
        rate_hz: samples per second; channels; codec as the container declares them.
        start_s: where the episode begins on the track, seconds.
    """

    key: str
    path: Path
    track: int
    rate_hz: int
    channels: int
    codec: str
    start_s: float = 0.0


@dataclass(frozen=True)
class Text:
    """Words with times: instructions, transcripts, events. ``times_ns`` int64 (n,) on ``clock``, one text each."""

    name: str
    times_ns: NDArray[np.int64]
    texts: tuple[str, ...]
    clock: str = "row"


@dataclass(frozen=True)
class Annotation:
    """One labelled thing in a picture.

    Attributes:
        category: the label's name.
        box: x, y, width, height in pixels of the picture; ``None`` for a label of the whole picture.
        outline: polygon x, y, x, y ... in pixels; empty if there is none.
        camera: key of the picture's camera; frame: its number.
    """

    category: str
    box: tuple[float, float, float, float] | None = None
    outline: tuple[float, ...] = ()
    camera: str = "image"
    frame: int = 0


@dataclass(frozen=True)
class Origin:
    """What a sheet labels: a file of a contribution of another campaign.

    Attributes:
        contribution: its digest, 32 bytes; path: of the file in it; sha256: of the file's plaintext, 32 bytes.
        width, height: of the picture in pixels as stored; length_ms: of the clip. 0 if not stated.
    """

    contribution: bytes
    path: str
    sha256: bytes
    width: int = 0
    height: int = 0
    length_ms: int = 0


@dataclass(frozen=True)
class Label:
    """One thing a labeller says.

    Attributes:
        category: the label's name; empty for free text.
        box, outline: as in ``Annotation``. text: words of the labeller's own.
        start_ms, end_ms: of a span, from the clip's start.
    """

    category: str
    box: tuple[float, float, float, float] | None = None
    outline: tuple[float, ...] = ()
    text: str = ""
    start_ms: int = 0
    end_ms: int = 0


@dataclass(frozen=True)
class LabelSheet:
    """What one labeller says of one origin, for one campaign.

    Attributes:
        labeller: account, EIP-55, as the sheet says. kind: ``boxes``, ``classes``, ``text`` or ``spans``.
    """

    campaign: int
    labeller: str
    origin: Origin
    kind: str
    labels: tuple[Label, ...]


@dataclass(frozen=True)
class Calibration:
    """A sensor's calibration as the recording gives it.

    Attributes:
        intrinsics: fx, fy, cx, cy in pixels; empty if not given.
        model: of the lens (``pinhole``, ``plumb_bob``, ``kannala_brandt``, ``fisheye624`` ...).
        distortion: coefficients of that model.
        pose: x, y, z (m), qx, qy, qz, qw of the sensor in ``frame``; empty if not given.
    """

    intrinsics: tuple[float, ...] = ()
    model: str = ""
    distortion: tuple[float, ...] = ()
    pose: tuple[float, ...] = ()
    frame: str = ""


@dataclass(frozen=True)
class Source:
    """Where an episode came from.

    Attributes:
        format: a name of spec/registry.md (``lerobot-v3.0``, ``gopro-mp4``, ``mcap`` ...).
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
        audio: by key; texts: by name; annotations: of pictures; calibration: by camera key or stream name.
        sheet: of a label contribution, which has no pictures of its own.
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
    audio: Mapping[str, Audio] = field(default_factory=dict)
    texts: Mapping[str, Text] = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()
    calibration: Mapping[str, Calibration] = field(default_factory=dict)
    sheet: LabelSheet | None = None

    @property
    def duration_s(self) -> float:
        """Length over rate, seconds."""
        return float(self.length / self.fps) if self.fps else 0.0

    def of_kind(self, kind: Kind) -> tuple[Stream, ...]:
        """All streams of one kind, in file order."""
        return tuple(s for s in self.streams.values() if s.kind is kind)
