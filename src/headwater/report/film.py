"""Some of the pictures of the one decoding pass, kept while they pass by, and laid out as one JPEG a camera."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from headwater.formats import Frame

LIMIT, LIMIT_ALL, LEAST = 240, 2400, 16
COLUMNS = 12
QUALITIES = (80, 65, 50, 35, 20)

Image = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Reel:
    """Pictures of one camera: frame numbers ascending, and luma uint8 (h, w), all of one size."""

    frames: tuple[int, ...]
    images: tuple[Image, ...]

    def thinned(self) -> Reel:
        """Every second picture."""
        return Reel(self.frames[::2], self.images[::2])


@dataclass(frozen=True)
class Sheet:
    """A reel as one JPEG: pictures of ``width`` x ``height`` in rows of ``columns``, in the order of ``frames``."""

    frames: tuple[int, ...]
    width: int
    height: int
    columns: int
    jpeg: bytes


@dataclass
class Film:
    """Keeps every k-th frame of each camera; k doubles whenever ``limit`` pictures are kept.

    So between half of ``limit`` and ``limit`` remain of a long video and all of a short one, whatever its length
    turns out to be. A frame of another size than the camera's first is left out.
    """

    limit: int = LIMIT
    _kept: dict[str, list[tuple[int, Image]]] = field(default_factory=dict)
    _step: dict[str, int] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, episodes: int) -> Film:
        """For one of so many episodes on a page."""
        return cls(max(LEAST, min(LIMIT, LIMIT_ALL // max(1, episodes))))

    def __call__(self, camera: str, frame: Frame) -> None:
        """One frame passes by."""
        kept = self._kept.setdefault(camera, [])
        seen, step = self._seen.get(camera, 0), self._step.get(camera, 1)
        self._seen[camera] = seen + 1
        if seen % step or (kept and kept[0][1].shape != frame.image.shape):
            return
        kept.append((frame.index, frame.image))
        if len(kept) > self.limit:
            del kept[1::2]
            self._step[camera] = 2 * step

    def reel(self, camera: str) -> Reel:
        """What was kept of a camera; empty if nothing was."""
        kept = self._kept.get(camera, [])
        return Reel(tuple(number for number, _ in kept), tuple(image for _, image in kept))


def sheet(reel: Reel, most_bytes: int) -> Sheet | None:
    """The reel as one JPEG of at most ``most_bytes``: coarser first, then fewer pictures. ``None`` without pictures."""
    while reel.frames:
        height, width = reel.images[0].shape
        tiled = _tiled(reel.images)
        for quality in QUALITIES:
            data = _jpeg(tiled, quality)
            if len(data) <= most_bytes or (len(reel.frames) == 1 and quality == QUALITIES[-1]):
                return Sheet(reel.frames, width, height, min(COLUMNS, len(reel.frames)), data)
        reel = reel.thinned()
    return None


def _tiled(images: tuple[Image, ...]) -> Image:
    height, width = images[0].shape
    columns = min(COLUMNS, len(images))
    rows = -(-len(images) // columns)
    sheet = np.zeros((rows * height, columns * width), np.uint8)
    for place, image in enumerate(images):
        y, x = place // columns * height, place % columns * width
        sheet[y : y + height, x : x + width] = image
    return sheet


def _jpeg(image: Image, quality: int) -> bytes:
    flags = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    return bytes(cv2.imencode(".jpg", image, flags)[1])
