"""What lets a copy be recognised later without keeping the recording: PDQ, a motion signature, the trajectory.

All episodes of a fixed camera look alike, so what changed where within .6 s, five times a second (*motion*), and the
trajectory decide; PDQ says whether the scene is the same. How they are compared: ``motion_match``, ``path_match``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
import pdqhash
from numpy.typing import NDArray

from headwater.checks.label_print import LabelPrint
from headwater.checks.motion_match import Sought, motion_likeness
from headwater.checks.path_match import FAR, path_distance, path_tokens

PDQ_HZ = 2
MOTION_HZ = 5
MOTION_BACK = 3  # compared with .6 s before, not with the clip's median, so that trimming changes nothing
MOTION_FLOOR = 6  # grey levels below which a pixel did not move; parts measured on same-camera clips
TRAJECTORY_HZ = 5
LONGEST_S = 120  # only the first two minutes are kept: 180 kB a camera, 0.3 s to compare
MINHASHES = 24
WIDEST, TALLEST = 20, 80  # cells of motion; a narrower picture than 1:4 is not compared
MOST_AXES = 4096


@dataclass(frozen=True)
class CameraPrint:
    """One camera's part.

    Attributes:
        pdq: 32 bytes a frame, ``PDQ_HZ`` frames a second.
        pdq_mirrored: the same of the mirror image, so that either side of a comparison may be the mirrored one.
        motion: ``MOTION_HZ`` frames a second, each width * height bytes, length about 255 as a vector.
        width, height: of one motion frame.
    """

    pdq: bytes
    pdq_mirrored: bytes
    motion: bytes
    width: int
    height: int

    def motion_frames(self) -> NDArray[np.float64]:
        """(n, height, width), whole numbers of at most 255, zero where nothing moved."""
        return np.frombuffer(self.motion, np.uint8).reshape(-1, self.height, self.width).astype(np.float64)

    @cached_property
    def sought(self) -> Sought:
        """The motion as a query."""
        return Sought(self.motion_frames())

    def to_record(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "pdq": self.pdq,
            "pdq_mirrored": self.pdq_mirrored,
            "motion": self.motion,
            "width": self.width,
            "height": self.height,
        }


@dataclass(frozen=True)
class Fingerprints:
    """What is kept of an episode.

    Attributes:
        cameras: by key.
        trajectory: little-endian int32 thousandths of the state's unit, ``TRAJECTORY_HZ`` rows a second.
        axes: columns of ``trajectory``; 0 without states.
        minhash: the lowest 24 hashes of the trajectory's tokens, little-endian uint32; empty without states.
        labels: of a sheet of labels, which has nothing else.
    """

    cameras: dict[str, CameraPrint]
    trajectory: bytes = b""
    axes: int = 0
    minhash: bytes = b""
    labels: LabelPrint | None = None

    def trajectory_rows(self) -> NDArray[np.int32]:
        """(n, axes) int32."""
        return np.frombuffer(self.trajectory, "<i4").reshape(-1, self.axes or 1)

    def to_record(self) -> dict[str, Any]:
        """Plain values; ``labels`` stands there only of a sheet of labels."""
        plain = {
            "cameras": {key: camera.to_record() for key, camera in self.cameras.items()},
            "trajectory": self.trajectory,
            "axes": self.axes,
            "minhash": self.minhash,
        }
        return plain | {"labels": self.labels.to_record()} if self.labels else plain

    @staticmethod
    def none() -> Fingerprints:
        """Of a recording that could not be read; like nothing."""
        return Fingerprints({})

    @staticmethod
    def from_record(record: dict[str, Any]) -> Fingerprints:
        """The inverse of ``to_record``; KeyError, TypeError or ValueError for another shape."""
        cameras = {
            key: CameraPrint(c["pdq"], c["pdq_mirrored"], c["motion"], c["width"], c["height"])
            for key, c in record["cameras"].items()
        }
        labels = LabelPrint.from_record(record["labels"]) if "labels" in record else None
        made = Fingerprints(cameras, record["trajectory"], record["axes"], record["minhash"], labels)
        _demand_bounds(made)
        return made


def _demand_bounds(prints: Fingerprints) -> None:
    """Raises ValueError for sizes no recording gives: another's snapshot must not cost more than a recording."""
    for camera in prints.cameras.values():
        cells = camera.width * camera.height
        if not 0 <= camera.width <= WIDEST or not 0 <= camera.height <= TALLEST:
            raise ValueError(f"motion of {camera.width} x {camera.height} cells")
        if len(camera.motion) > LONGEST_S * MOTION_HZ * cells or (cells and len(camera.motion) % cells):
            raise ValueError(f"{len(camera.motion)} bytes of motion")
        if any(len(side) % 32 or len(side) > 32 * LONGEST_S * PDQ_HZ for side in (camera.pdq, camera.pdq_mirrored)):
            raise ValueError(f"{len(camera.pdq)} bytes of PDQ")
    rows = 4 * prints.axes
    if not 0 <= prints.axes <= MOST_AXES or len(prints.trajectory) > LONGEST_S * TRAJECTORY_HZ * rows:
        raise ValueError(f"{len(prints.trajectory)} bytes of {prints.axes} axes")
    if (rows and len(prints.trajectory) % rows) or len(prints.minhash) % 4 or len(prints.minhash) > 4 * MINHASHES:
        raise ValueError(f"{len(prints.trajectory)} bytes of {prints.axes} axes, {len(prints.minhash)} of MinHash")


@dataclass(frozen=True)
class Match:
    """The nearest earlier entries.

    Attributes:
        compared: entries looked at.
        video_id: contribution whose video is most alike; "" if none was comparable.
        video_milli: likeness of its motion, 0..1000.
        mirrored: the likeness is to its mirror image.
        cropped: the likeness is to a part of its picture.
        scene_milli: share of frames in which PDQ sees the same scene as ``video_id``.
        trajectory_id: contribution whose trajectory is nearest.
        trajectory_milli: distance in thousandths of a standard deviation; ``FAR`` if none was comparable.
        entry_trajectory_milli: trajectory distance to ``video_id`` itself.
    """

    compared: int
    video_id: str = ""
    video_milli: int = 0
    mirrored: bool = False
    cropped: bool = False
    scene_milli: int = 0
    trajectory_id: str = ""
    trajectory_milli: int = FAR
    entry_trajectory_milli: int = FAR


def grid(count: int, rate_hz: float, want_hz: int) -> NDArray[np.int64]:
    """Frame numbers at ``want_hz``, from frame 0, of ``count`` frames at ``rate_hz``."""
    if rate_hz <= 0 or count <= 0:
        return np.zeros(0, np.int64)
    wanted = min(int(count / rate_hz * want_hz) or 1, LONGEST_S * want_hz)
    return np.floor(np.arange(wanted) * rate_hz / want_hz).astype(np.int64)


def pdq_of(image: NDArray[np.uint8]) -> tuple[bytes, bytes]:
    """PDQ hashes of a grey image (h, w) and of its mirror image, 32 bytes each."""
    return _pdq(image), _pdq(np.ascontiguousarray(image[:, ::-1]))


def _pdq(image: NDArray[np.uint8]) -> bytes:
    bits, _ = pdqhash.compute(cv2.cvtColor(image, cv2.COLOR_GRAY2RGB))
    return bytes(np.packbits(np.asarray(bits, np.uint8)))


def motion_signature(thumbs: NDArray[np.uint8]) -> tuple[bytes, int, int]:
    """Signature of (n, h, w) thumbnails at ``MOTION_HZ``: (bytes, width, height), both sides halved.

    Empty for what is too tall.
    """
    half_h, half_w = thumbs.shape[1] // 2, thumbs.shape[2] // 2
    if half_h > TALLEST:
        return b"", 0, 0
    frames = thumbs[:, : half_h * 2, : half_w * 2].astype(np.int32)
    earlier = frames[np.maximum(np.arange(len(frames)) - MOTION_BACK, 0)]
    moved = np.maximum(np.abs(frames - earlier) - MOTION_FLOOR, 0)
    cells = moved.reshape(len(frames), half_h, 2, half_w, 2).sum(axis=(2, 4))
    length = np.sqrt((cells.astype(np.float64) ** 2).sum(axis=(1, 2), keepdims=True))
    return np.rint(cells * 255 / np.maximum(length, 1)).astype(np.uint8).tobytes(), half_w, half_h


def trajectory_print(values: NDArray[np.float64], rate_hz: float) -> tuple[bytes, int, bytes]:
    """(trajectory, axes, minhash) of finite states (n, d)."""
    rows = values[grid(len(values), rate_hz, TRAJECTORY_HZ)]
    if rows.shape[1] > MOST_AXES:
        return b"", 0, b""
    whole = np.clip(np.rint(rows * 1000), -(2**31), 2**31 - 1).astype("<i4")
    return whole.tobytes(), values.shape[1], path_tokens(whole)[:MINHASHES].astype("<u4").tobytes()


def hamming(a: bytes, b: bytes) -> NDArray[np.int64]:
    """(n, m) differing bits between the 32-byte hashes in ``a`` and those in ``b``."""
    left = np.frombuffer(a, np.uint8).reshape(-1, 1, 32)
    right = np.frombuffer(b, np.uint8).reshape(1, -1, 32)
    bits: NDArray[np.int64] = np.bitwise_count(left ^ right).sum(axis=2, dtype=np.int64)
    return bits


def likeness(a: CameraPrint, b: CameraPrint) -> tuple[int, bool, bool]:
    """(thousandths, mirrored, cropped): see ``motion_likeness``."""
    if not a.motion or not b.motion:
        return 0, False, False
    return motion_likeness(a.sought, b.motion_frames())


def trajectory_distance(first: Fingerprints, second: Fingerprints) -> int:
    """Thousandths of a standard deviation: see ``path_distance``."""
    if not first.axes or first.axes != second.axes:
        return FAR
    return path_distance(first.trajectory_rows(), second.trajectory_rows())


def scene_share(a: CameraPrint, b: CameraPrint, bits: int = 31) -> int:
    """Thousandths of ``a``'s frames with a frame of ``b`` within ``bits`` of PDQ; 31 is PDQ's own threshold."""
    if not a.pdq or not b.pdq:
        return 0
    near = [int((hamming(own, b.pdq).min(axis=1) <= bits).sum()) for own in (a.pdq, a.pdq_mirrored)]
    return round(1000 * max(near) / (len(a.pdq) // 32))
