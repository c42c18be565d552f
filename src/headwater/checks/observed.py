"""The one decoding pass: every frame is seen once, at 160 pixels of luma, and leaves a few numbers behind.

Rules read these numbers and the episode's streams; none opens a video again. Per-frame values are integers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from headwater.checks.ego_motion import Pyramid, pyramid, shift_between
from headwater.checks.exposed import Exposed, exposed, sample_step, texts_step
from headwater.checks.fingerprints import (
    LONGEST_S,
    MOTION_HZ,
    PDQ_HZ,
    CameraPrint,
    Fingerprints,
    Match,
    grid,
    motion_signature,
    pdq_of,
)
from headwater.checks.fingerprints import trajectory_print as _trajectory
from headwater.checks.models import Span
from headwater.checks.ports import IndexLike, SpecLike
from headwater.checks.signals import filled
from headwater.formats import Episode, Kind, RecordingError, Stream, Video, frames
from headwater.formats.conventions import Conventions, stated_beside
from headwater.formats.errors import ConventionsError
from headwater.formats.thumbnail import area_thumbnail
from headwater.privacy import Detectors, Seen

WIDTH = 160
THUMB = 40
BLACK = 26  # luma below which a pixel counts as black; rdq 0.3.4


@dataclass(frozen=True, eq=False)
class CameraFeatures:
    """What one camera showed; all arrays have one entry a decoded frame.

    Attributes:
        index: frame number within the episode, int64.
        pts_us: presentation time, microseconds from the episode's start, int64.
        mean_milli, std_milli: luma mean and spread, thousandths of a grey level.
        black_milli: share of pixels below ``BLACK``, thousandths.
        diff_milli: mean absolute difference to the frame before, thousandths of a grey level; 0 for the first.
        thumbs: (n, h, 40) uint8.
        ego_micro: (n, 3) shift right, down (half-level pixels) and roll since the frame before, millionths;
            shape (0, 3) when no gyro asked for it.
        damage: the decoder's complaint; empty if every frame came out.
        seen: what detectors saw in sampled frames; empty where none looked.
    """

    index: NDArray[np.int64]
    pts_us: NDArray[np.int64]
    mean_milli: NDArray[np.int64]
    std_milli: NDArray[np.int64]
    black_milli: NDArray[np.int64]
    diff_milli: NDArray[np.int64]
    thumbs: NDArray[np.uint8]
    ego_micro: NDArray[np.int64]
    prints: CameraPrint
    damage: str = ""
    seen: tuple[Seen, ...] = ()

    def __len__(self) -> int:
        return len(self.index)


@dataclass(frozen=True, eq=False)
class Observed:
    """All a rule may look at.

    Attributes:
        conventions: what the statement beside the recording says of its names and units.
        unread_statement: why that statement could not be read; empty if it was or if there is none.
    """

    episode: Episode
    cameras: Mapping[str, CameraFeatures]
    spec: SpecLike | None = None
    index: IndexLike | None = None
    content_root: bytes = b""
    conventions: Conventions = field(default_factory=Conventions)
    unread_statement: str = ""
    exposed: Exposed = field(default_factory=Exposed)

    @property
    def fps(self) -> float:
        """Declared rate of rows or frames, per second."""
        return float(self.episode.fps)

    @cached_property
    def fingerprints(self) -> Fingerprints:
        """What the index would keep of this episode."""
        cameras = {key: camera.prints for key, camera in self.cameras.items()}
        if self.state is None:
            return Fingerprints(cameras)
        return Fingerprints(cameras, *_trajectory(filled(self.state.values), self.fps))

    @cached_property
    def nearest(self) -> Match:
        """The closest earlier items; an empty match without an index."""
        return self.index.nearest(self.fingerprints) if self.index is not None else Match(compared=0)

    @cached_property
    def state(self) -> Stream | None:
        """The widest state stream: ``observation.state`` where several exist."""
        return _main(self.episode, Kind.STATE)

    @cached_property
    def action(self) -> Stream | None:
        """The widest action stream."""
        return _main(self.episode, Kind.ACTION)

    def span(self, start: int, stop: int) -> Span:
        """Frames [start, stop) as a span on the declared clock."""
        fps = self.episode.fps
        return Span(start, stop, _ms(start, fps), _ms(stop, fps))


def observe(
    episode: Episode,
    *,
    spec: SpecLike | None = None,
    index: IndexLike | None = None,
    content_root: bytes = b"",
    threads: int = 1,
    detectors: Detectors | None = None,
) -> Observed:
    """Decode every camera once. A video that breaks off is not an error here but ``CameraFeatures.damage``."""
    wants_ego = bool(episode.of_kind(Kind.GYRO))
    cameras = {
        key: watch(video, ego=wants_ego, threads=threads, detectors=detectors) for key, video in episode.videos.items()
    }
    found = exposed(episode, {key: camera.seen for key, camera in cameras.items()}, detectors)
    return Observed(episode, cameras, spec, index, content_root, *_statement(episode), found)


def watch_images(images: Iterable[NDArray[np.uint8]], fps: float) -> CameraFeatures:
    """The same of pictures that are no file: uint8 (h, w) luma each, ``fps`` a second, none lost."""
    tape = _Tape(fps, ego=False)
    for index, image in enumerate(images):
        tape.add(index, index / fps, image)
    return tape.features("")


def watch(video: Video, *, ego: bool = False, threads: int = 1, detectors: Detectors | None = None) -> CameraFeatures:
    """Decode one camera's part of an episode and keep what the rules need."""
    tape = _Tape(float(video.fps), ego)
    damage = ""
    seen: list[Seen] = []
    step = sample_step(float(video.fps)) if detectors is not None else 0
    try:
        for frame in frames(video, width=WIDTH, threads=threads, whole_every=step):
            tape.add(frame.index, frame.pts_s, frame.image)
            if detectors is not None and frame.whole is not None:
                texts = not frame.index % texts_step(float(video.fps))
                seen.append(Seen(frame.index, detectors.see(frame.whole, texts=texts), texts))
    except RecordingError as error:
        damage = error.problem if not error.actual else f"{error.problem}: {error.actual}"
    return tape.features(damage, tuple(seen))


def _statement(episode: Episode) -> tuple[Conventions, str]:
    try:
        return stated_beside(episode), ""
    except (ConventionsError, RecordingError) as error:
        return Conventions(), error.what


def _ms(frame: int, fps: Fraction) -> int:
    return int(frame * 1000 / fps) if fps else 0


def _main(episode: Episode, kind: Kind) -> Stream | None:
    found = [s for s in episode.of_kind(kind) if s.values.ndim == 2 and s.values.shape[1] and len(s.values)]
    return max(found, key=lambda s: s.values.shape[1], default=None)


@dataclass
class _Tape:
    """Collects frames; one instance a camera."""

    rate_hz: float
    ego: bool
    rows: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)
    thumbs: list[NDArray[np.uint8]] = field(default_factory=list)
    shifts: list[tuple[int, int, int]] = field(default_factory=list)
    hashes: list[tuple[bytes, bytes]] = field(default_factory=list)
    last: NDArray[np.int16] | None = None
    level: Pyramid | None = None

    def add(self, index: int, pts_s: float, image: NDArray[np.uint8]) -> None:
        count = image.size
        wide = image.astype(np.int16)
        total = int(image.sum(dtype=np.int64))
        squares = int(np.square(image, dtype=np.int32).sum(dtype=np.int64))
        variance = max(0, squares * count - total * total)
        change = 0
        if self.last is not None and self.last.shape == wide.shape:
            change = int(np.abs(wide - self.last).sum(dtype=np.int64))
        dark = int(np.count_nonzero(image < BLACK))
        self.rows.append(
            (
                index,
                round(pts_s * 1_000_000),
                total * 1000 // count,
                round(variance**0.5 * 1000 / count),
                dark * 1000 // count,
                change * 1000 // count,
            )
        )
        due = len(self.hashes) * self.rate_hz / PDQ_HZ
        if len(self.rows) - 1 >= due and len(self.hashes) < LONGEST_S * PDQ_HZ:
            self.hashes.append(pdq_of(image))
        if self.ego:
            self._follow(image)
        self.thumbs.append(area_thumbnail(image, THUMB))
        self.last = wide

    def features(self, damage: str, seen: tuple[Seen, ...] = ()) -> CameraFeatures:
        index, pts, mean, std, black, diff = np.array(self.rows, np.int64).reshape(-1, 6).T
        thumbs = np.stack(self.thumbs) if self._uniform() else np.zeros((0, 1, 1), np.uint8)
        motion = motion_signature(thumbs[grid(len(thumbs), self.rate_hz, MOTION_HZ)]) if len(thumbs) else (b"", 0, 0)
        plain, mirrored = (b"".join(part) for part in zip(*self.hashes, strict=True)) if self.hashes else (b"", b"")
        shifts = np.array(self.shifts, np.int64).reshape(-1, 3)
        prints = CameraPrint(plain, mirrored, *motion)
        return CameraFeatures(index, pts, mean, std, black, diff, thumbs, shifts, prints, damage, seen)

    def _uniform(self) -> bool:
        return bool(self.thumbs) and len({thumb.shape for thumb in self.thumbs}) == 1

    def _follow(self, image: NDArray[np.uint8]) -> None:
        level = pyramid(image)
        moved = (0.0, 0.0, 0.0)
        if self.level is not None and self.level[0].shape == level[0].shape:
            moved = shift_between(self.level, level)
        self.shifts.append((round(moved[0] * 1e6), round(moved[1] * 1e6), round(moved[2] * 1e6)))
        self.level = level
