"""The one decoding pass: every frame is seen once, at 160 pixels of luma, and leaves a few numbers behind.

Rules read these numbers and the episode's streams; none opens a video again. Per-frame values are integers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, partial

import cv2
import numpy as np
from numpy.typing import NDArray

from headwater.checks.credentials import Credentials, credentials_of
from headwater.checks.ego_motion import Pyramid, pyramid, shift_between
from headwater.checks.exposed import Exposed, exposed
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
from headwater.checks.label_print import label_print
from headwater.checks.labelling import Labelling
from headwater.checks.looking import Looker
from headwater.checks.models import Span
from headwater.checks.ports import IndexLike, SpecLike
from headwater.checks.signals import filled
from headwater.checks.spectrum import peak_milli
from headwater.checks.time_code import TimeCode, time_code_of
from headwater.formats import (
    Episode,
    Frame,
    Kind,
    PacketLedger,
    RecordingError,
    Stream,
    Video,
    episode_span,
    frames,
    ledger_of,
)
from headwater.formats.conventions import Conventions, stated_beside
from headwater.formats.errors import ConventionsError
from headwater.formats.thumbnail import area_thumbnail
from headwater.privacy import Detectors, Seen

WIDTH = 160
THUMB = 40
BRIGHT = 235  # white of limited-range video
WHOLE_FRAMES = 6  # looked at in full size, spread over the episode ...
WHOLE_HZ = 2  # ... and at most as many a second

_AT_ONCE = 16  # frames that wait for their numbers

BLACK = 26  # luma below which a pixel counts as black; rdq 0.3.4


def _none() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)


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
        sharp_milli: mean square of the Laplacian at 160 pixels, thousandths of a squared grey level.
        bright_milli: share of pixels at or above ``BRIGHT``, thousandths.
        peaks_milli: (m,) of the sampled full-size frames, see ``spectrum.peak_milli``.
        packets: the compressed frames of the episode; ``None`` where nobody looked.
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
    sharp_milli: NDArray[np.int64] = field(default_factory=_none)
    bright_milli: NDArray[np.int64] = field(default_factory=_none)
    peaks_milli: NDArray[np.int64] = field(default_factory=_none)
    packets: PacketLedger | None = None
    seen: tuple[Seen, ...] = ()

    def __len__(self) -> int:
        return len(self.index)


@dataclass(frozen=True, eq=False)
class Observed:
    """All a rule may look at.

    Attributes:
        cameras: by key; credentials: C2PA manifests by the key of the camera whose file carries one.
        time_code: what ``time_code.json`` beside the recording states, and what was seen of it.
        labelling: what chain and records say of a label contribution; ``None`` where nobody looked.
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
    credentials: Mapping[str, Credentials] = field(default_factory=dict)
    time_code: TimeCode | None = None
    exposed: Exposed = field(default_factory=Exposed)
    labelling: Labelling | None = None

    @property
    def fps(self) -> float:
        """Declared rate of rows or frames, per second."""
        return float(self.episode.fps)

    @cached_property
    def fingerprints(self) -> Fingerprints:
        """What the index would keep of this episode."""
        cameras = {key: camera.prints for key, camera in self.cameras.items()}
        if self.episode.sheet is not None:
            return Fingerprints(cameras, labels=label_print(self.episode.sheet))
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
    on_frame: Callable[[str, Frame], None] | None = None,
    detectors: Detectors | None = None,
) -> Observed:
    """Decode every camera once. A video that breaks off is not an error here but ``CameraFeatures.damage``.

    Args:
        on_frame: told camera and frame (luma, at most ``WIDTH`` wide) as they pass by, for a page that shows pictures.
    """
    wants_ego = bool(episode.of_kind(Kind.GYRO))
    cameras = {
        key: watch(
            video,
            ego=wants_ego,
            threads=threads,
            on_frame=partial(on_frame, key) if on_frame else None,
            detectors=detectors,
        )
        for key, video in episode.videos.items()
    }
    found = exposed(episode, {key: camera.seen for key, camera in cameras.items()}, detectors)
    stated = (_credentials(episode), time_code_of(episode))
    return Observed(episode, cameras, spec, index, content_root, *_statement(episode), *stated, found)


def watch_images(images: Iterable[NDArray[np.uint8]], fps: float) -> CameraFeatures:
    """The same of pictures that are no file: uint8 (h, w) luma each, ``fps`` a second, none lost."""
    tape = _Tape(fps, ego=False)
    for index, image in enumerate(images):
        tape.add(Frame(index, index / fps, image))
    return tape.features("")


def watch(
    video: Video,
    *,
    ego: bool = False,
    threads: int = 1,
    on_frame: Callable[[Frame], None] | None = None,
    detectors: Detectors | None = None,
) -> CameraFeatures:
    """Decode one camera's part of an episode and keep what the rules need."""
    tape = _Tape(float(video.fps), ego)
    damage = ""
    packets = None
    looker = Looker(video, detectors)
    try:
        packets = packets_of(video)
        tape.spectra = _sampled(len(packets), float(video.fps)) if video.stills is None else frozenset()
        wanted = tape.spectra | looker.frames(len(packets))
        for frame in frames(video, width=WIDTH, threads=threads, whole=wanted):
            tape.add(frame)
            looker.add(frame)
            if on_frame is not None:
                on_frame(frame)
    except RecordingError as error:
        damage = error.problem if not error.actual else f"{error.problem}: {error.actual}"
    return replace(tape.features(damage), packets=packets, seen=tuple(looker.seen))


def _credentials(episode: Episode) -> dict[str, Credentials]:
    found = {}
    for key, video in episode.videos.items():
        if video.stills is None:
            with suppress(RecordingError, OSError):  # picture/decodes says so
                manifest = credentials_of(video.path)
                if manifest is not None:
                    found[key] = manifest
    return found


def packets_of(video: Video) -> PacketLedger:
    """The episode's part of ``ledger_of``. Raises RecordingError."""
    ledger = ledger_of(video)
    part = slice(*episode_span(video))
    return replace(ledger, pts=ledger.pts[part], key=ledger.key[part], size_bytes=ledger.size_bytes[part])


def _sampled(count: int, rate_hz: float) -> frozenset[int]:
    """Frames to look at in full size: the middles of equal parts of the episode."""
    wanted = min(WHOLE_FRAMES, int(count / rate_hz * WHOLE_HZ) if rate_hz > 0 else 0)
    return frozenset((2 * part + 1) * count // (2 * wanted) for part in range(wanted))


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
    rows: list[tuple[int, ...]] = field(default_factory=list)
    thumbs: list[NDArray[np.uint8]] = field(default_factory=list)
    shifts: list[tuple[int, int, int]] = field(default_factory=list)
    hashes: list[tuple[bytes, bytes]] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)
    last: NDArray[np.uint8] | None = None
    level: Pyramid | None = None
    spectra: frozenset[int] = frozenset()
    waiting: list[Frame] = field(default_factory=list)

    def add(self, frame: Frame) -> None:
        """Takes a frame; several are looked at in a row, which finds the processor's caches warm."""
        self.waiting.append(frame)
        if len(self.waiting) >= _AT_ONCE:
            self._look()

    def _look(self) -> None:
        for frame in self.waiting:
            self._note(frame)
        self.waiting.clear()

    def _note(self, frame: Frame) -> None:
        image, count = frame.image, frame.image.size
        total, squares = round(cv2.sumElems(image)[0]), round(cv2.norm(image, cv2.NORM_L2SQR))
        variance = max(0, squares * count - total * total)
        change = 0
        if self.last is not None and self.last.shape == image.shape:
            change = round(cv2.norm(image, self.last, cv2.NORM_L1))
        bend = round(cv2.norm(cv2.Laplacian(image, cv2.CV_16S), cv2.NORM_L2SQR))
        self.rows.append(
            (
                frame.index,
                round(frame.pts_s * 1_000_000),
                total * 1000 // count,
                round(variance**0.5 * 1000 / count),
                int(np.count_nonzero(image < BLACK)) * 1000 // count,
                change * 1000 // count,
                bend * 1000 // count,
                int(np.count_nonzero(image >= BRIGHT)) * 1000 // count,
            )
        )
        due = len(self.hashes) * self.rate_hz / PDQ_HZ
        if len(self.rows) - 1 >= due and len(self.hashes) < LONGEST_S * PDQ_HZ:
            self.hashes.append(pdq_of(image))
        if self.ego:
            self._follow(image)
        if frame.whole is not None and frame.index in self.spectra:
            self.peaks += peak_milli(frame.whole)
        self.thumbs.append(area_thumbnail(image, THUMB))
        self.last = image

    def features(self, damage: str) -> CameraFeatures:
        self._look()
        columns = np.array(self.rows, np.int64).reshape(-1, 8).T
        index, pts, mean, std, black, diff, sharp, bright = columns
        thumbs = np.stack(self.thumbs) if self._uniform() else np.zeros((0, 1, 1), np.uint8)
        motion = motion_signature(thumbs[grid(len(thumbs), self.rate_hz, MOTION_HZ)]) if len(thumbs) else (b"", 0, 0)
        plain, mirrored = (b"".join(part) for part in zip(*self.hashes, strict=True)) if self.hashes else (b"", b"")
        shifts = np.array(self.shifts, np.int64).reshape(-1, 3)
        prints = CameraPrint(plain, mirrored, *motion)
        peaks = np.array(self.peaks, np.int64)
        return CameraFeatures(index, pts, mean, std, black, diff, thumbs, shifts, prints, damage, sharp, bright, peaks)

    def _uniform(self) -> bool:
        return bool(self.thumbs) and len({thumb.shape for thumb in self.thumbs}) == 1

    def _follow(self, image: NDArray[np.uint8]) -> None:
        level = pyramid(image)
        moved = (0.0, 0.0, 0.0)
        if self.level is not None and self.level[0].shape == level[0].shape:
            moved = shift_between(self.level, level)
        self.shifts.append((round(moved[0] * 1e6), round(moved[1] * 1e6), round(moved[2] * 1e6)))
        self.level = level
