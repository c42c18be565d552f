"""What lets a copy be recognised later without keeping the recording: PDQ, a motion signature, the trajectory.

All episodes of a fixed camera look alike, so scene hashes (PDQ) only nominate; the motion signature (what changed
where within .6 s, five times a second) and the trajectory decide. Measured on eight G1 and GR1 episodes: re-encoded
or mirrored copies score .99 by motion, copies trimmed or played at .85 to 1.25 speed .89 and more, distinct episodes
of one scene at most .73; noised trajectories lie within .09 standard deviations, distinct ones at least .78 apart.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pdqhash
from numpy.typing import NDArray

PDQ_HZ = 2
MOTION_HZ = 5
MOTION_BACK = 3  # compared with .6 s before, not with the clip's median, so that trimming changes nothing
MOTION_FLOOR = 6  # grey levels below which a pixel did not move; parts measured on same-camera clips
TRAJECTORY_HZ = 5
LONGEST_S = 120  # only the first two minutes are kept: 180 kB a camera, 0.3 s to compare
MINHASHES = 128
SPEEDS_PERCENT = (80, 85, 90, 95, 100, 105, 111, 118, 125)
_PRIME = (1 << 31) - 1
_BUCKET_MILLI = 50  # one trajectory token step; 25 times the noise of the forger we expect


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
        minhash: 128 little-endian uint32 of the trajectory's tokens; empty without states.
    """

    cameras: dict[str, CameraPrint]
    trajectory: bytes = b""
    axes: int = 0
    minhash: bytes = b""

    def trajectory_rows(self) -> NDArray[np.int32]:
        """(n, axes) int32."""
        return np.frombuffer(self.trajectory, "<i4").reshape(-1, self.axes or 1)

    def to_record(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "cameras": {key: camera.to_record() for key, camera in self.cameras.items()},
            "trajectory": self.trajectory,
            "axes": self.axes,
            "minhash": self.minhash,
        }

    @staticmethod
    def none() -> Fingerprints:
        """Of a recording that could not be read; like nothing."""
        return Fingerprints({})

    @staticmethod
    def from_record(record: dict[str, Any]) -> Fingerprints:
        """The inverse of ``to_record``; KeyError or TypeError for another shape."""
        cameras = {
            key: CameraPrint(c["pdq"], c["pdq_mirrored"], c["motion"], c["width"], c["height"])
            for key, c in record["cameras"].items()
        }
        return Fingerprints(cameras, record["trajectory"], record["axes"], record["minhash"])


@dataclass(frozen=True)
class Match:
    """The nearest earlier entries.

    Attributes:
        compared: entries looked at.
        video_id: contribution whose video is most alike; "" if none was comparable.
        video_milli: likeness of its motion, 0..1000.
        mirrored: the likeness is to its mirror image.
        trajectory_id: contribution whose trajectory is nearest.
        trajectory_milli: distance in thousandths of a standard deviation; 1_000_000 if none was comparable.
        entry_trajectory_milli: trajectory distance to ``video_id`` itself.
    """

    compared: int
    video_id: str = ""
    video_milli: int = 0
    mirrored: bool = False
    trajectory_id: str = ""
    trajectory_milli: int = 1_000_000
    entry_trajectory_milli: int = 1_000_000


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
    bits, _ = pdqhash.compute(np.dstack([image] * 3))
    return bytes(np.packbits(np.asarray(bits, np.uint8)))


def motion_signature(thumbs: NDArray[np.uint8]) -> tuple[bytes, int, int]:
    """Signature of (n, h, w) thumbnails at ``MOTION_HZ``: (bytes, width, height) with both sides halved."""
    half_h, half_w = thumbs.shape[1] // 2, thumbs.shape[2] // 2
    frames = thumbs[:, : half_h * 2, : half_w * 2].astype(np.int32)
    earlier = frames[np.maximum(np.arange(len(frames)) - MOTION_BACK, 0)]
    moved = np.maximum(np.abs(frames - earlier) - MOTION_FLOOR, 0)
    cells = moved.reshape(len(frames), half_h, 2, half_w, 2).sum(axis=(2, 4))
    length = np.sqrt((cells.astype(np.float64) ** 2).sum(axis=(1, 2), keepdims=True))
    return np.rint(cells * 255 / np.maximum(length, 1)).astype(np.uint8).tobytes(), half_w, half_h


def trajectory_print(values: NDArray[np.float64], rate_hz: float) -> tuple[bytes, int, bytes]:
    """(trajectory, axes, minhash) of finite states (n, d)."""
    rows = values[grid(len(values), rate_hz, TRAJECTORY_HZ)]
    whole = np.clip(np.rint(rows * 1000), -(2**31), 2**31 - 1).astype("<i4")
    return whole.tobytes(), values.shape[1], minhash(_tokens(whole))


def minhash(tokens: set[bytes]) -> bytes:
    """128 smallest permuted hashes; share of equal positions estimates the Jaccard likeness of two token sets."""
    if not tokens:
        return b""
    seeds = np.frombuffer(hashlib.shake_256(b"headwater minhash 1").digest(MINHASHES * 8), "<u4").astype(np.uint64)
    a, b = seeds[::2] % (_PRIME - 1) + 1, seeds[1::2] % _PRIME
    x = np.array([int.from_bytes(hashlib.sha256(t).digest()[:4], "little") % _PRIME for t in sorted(tokens)], np.uint64)
    return bytes(((x[:, None] * a + b) % _PRIME).min(axis=0).astype("<u4").tobytes())


def _tokens(rows: NDArray[Any]) -> set[bytes]:
    """(axis, where it is, where it is .4 s later), for every axis that left its bucket in between."""
    bucket = (rows.astype(np.int64) + _BUCKET_MILLI // 2) // _BUCKET_MILLI
    before, after = bucket[:-2], bucket[2:]
    return {
        b"%d,%d,%d" % (axis, before[t, axis], after[t, axis])
        for t, axis in zip(*np.nonzero(before != after), strict=True)
    }


def hamming(a: bytes, b: bytes) -> NDArray[np.int64]:
    """(n, m) differing bits between the 32-byte hashes in ``a`` and those in ``b``."""
    left = np.frombuffer(a, np.uint8).reshape(-1, 1, 32)
    right = np.frombuffer(b, np.uint8).reshape(1, -1, 32)
    bits: NDArray[np.int64] = np.bitwise_count(left ^ right).sum(axis=2, dtype=np.int64)
    return bits


def likeness(a: CameraPrint, b: CameraPrint) -> tuple[int, bool]:
    """(thousandths, mirrored): the best mean cosine of motion at one common time offset and playing speed."""
    if (a.width, a.height) != (b.width, b.height) or not a.motion or not b.motion:
        return 0, False
    left, right = a.motion_frames(), b.motion_frames()
    mirror = left[:, :, ::-1]
    plain_best = max(_aligned(_played(left, speed), right) for speed in SPEEDS_PERCENT)
    mirror_best = max(_aligned(_played(mirror, speed), right) for speed in SPEEDS_PERCENT)
    return (mirror_best, True) if mirror_best > plain_best else (plain_best, False)


def trajectory_distance(first: Fingerprints, second: Fingerprints) -> int:
    """Thousandths of a standard deviation between two trajectories at their best common time offset."""
    if not first.axes or first.axes != second.axes:
        return 1_000_000
    left, right = first.trajectory_rows().astype(np.float64), second.trajectory_rows().astype(np.float64)
    spread = (left.std(axis=0) + right.std(axis=0)) / 2
    keep = np.flatnonzero((spread > 0.05 * spread.max()) & (spread > 0))
    if not len(keep):
        return 1_000_000
    whole = [np.clip(np.rint(1000 * side[:, keep] / spread[keep]), -1e6, 1e6) for side in (left, right)]
    a2, b2 = ((side * side).sum(axis=1) for side in whole)
    squares = (a2[:, None] + b2[None, :] - 2 * (whole[0] @ whole[1].T)) / len(keep)  # exact, as in _aligned
    mean, counted = _over_offsets(squares, np.ones(squares.shape))
    return min(round(float(np.sqrt(mean[counted > 0].min()))), 1_000_000)


def scene_share(a: CameraPrint, b: CameraPrint, bits: int = 31) -> int:
    """Thousandths of ``a``'s frames with a frame of ``b`` within ``bits`` of PDQ; 31 is PDQ's own threshold."""
    if not a.pdq or not b.pdq:
        return 0
    near = [int((hamming(own, b.pdq).min(axis=1) <= bits).sum()) for own in (a.pdq, a.pdq_mirrored)]
    return round(1000 * max(near) / (len(a.pdq) // 32))


def _played(frames: NDArray[np.float64], percent: int) -> NDArray[np.float64]:
    """Frames at another playing speed; 125 drops every fifth."""
    return frames[np.arange(max(1, len(frames) * 100 // percent)) * percent // 100]


def _aligned(left: NDArray[np.float64], right: NDArray[np.float64]) -> int:
    """Thousandths: best mean cosine over all offsets; frames in which neither moves do not count."""
    a, b = left.reshape(len(left), -1), right.reshape(len(right), -1)
    norms = np.sqrt(np.outer((a * a).sum(axis=1), (b * b).sum(axis=1)))
    cosine = (a @ b.T) / np.maximum(norms, 1.0)  # whole numbers below 2**53: exact whatever the order of summing
    moved = np.logical_or.outer(left.any(axis=(1, 2)), right.any(axis=(1, 2))).astype(np.float64)
    mean, counted = _over_offsets(cosine, moved)
    enough = counted >= 2 * MOTION_HZ
    return round(1000 * float(mean[enough].max())) if enough.any() else 0


def _over_offsets(
    values: NDArray[np.float64], weights: NDArray[np.float64], share: float = 0.6
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(weighted mean, weight) along every diagonal of (m, n) that overlaps ``share`` of the shorter side."""
    m, n = values.shape
    offset = np.subtract.outer(np.arange(m), np.arange(n)).ravel() + n - 1
    weight = np.bincount(offset, weights.ravel()).astype(np.float64)
    overlap = np.bincount(offset, np.ones(m * n))
    total = np.bincount(offset, (values * weights).ravel())
    weight[overlap < share * min(m, n)] = 0.0
    return total / np.maximum(weight, 1e-9), weight
