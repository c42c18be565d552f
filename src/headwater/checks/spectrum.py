"""Regular fine patterns in a full-size frame: what a screen's pixel grid leaves in a picture taken of it.

A camera that films a screen samples one grid with another and sees their beat, moire: a few sharp peaks in the middle
and upper spatial frequencies where a natural picture has a smooth slope. Tiles of one frame are averaged, so that a
single edge does not look like a grid; peaks on the two axes are left out, for those are the codec's blocks, interlace
and honest blinds and keyboards.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

TILE = 128
TILES = 6
LOW, HIGH = 0.12, 0.5  # cycles a pixel looked at
AXIS = 3  # bins beside an axis that are left out
AROUND = 9  # bins across, whose median a peak is held against


def peak_milli(image: NDArray[np.uint8]) -> list[int]:
    """How far the sharpest peak stands above its surroundings, thousandths of a decade of power; [] if too small."""
    height, width = image.shape
    if height < TILE or width < TILE:
        return []
    window, where = _mask()
    power = np.zeros((TILE, TILE // 2 + 1))
    for top, left in _places(height, width):
        tile = image[top : top + TILE, left : left + TILE].astype(np.float64)
        power += np.abs(np.fft.rfft2((tile - tile.mean()) * window)) ** 2
    level = np.log10(power + 1.0)
    quant = np.clip(np.rint(level * 20), 0, 255).astype(np.uint8)
    floor = cv2.medianBlur(quant, AROUND) / 20
    return [round(float(np.max((level - floor)[where])) * 1000)]


def _places(height: int, width: int) -> list[tuple[int, int]]:
    across = max(1, min(TILES // 2, width // TILE))
    down = max(1, min(TILES // across, height // TILE))
    rows = [(2 * i + 1) * height // (2 * down) - TILE // 2 for i in range(down)]
    columns = [(2 * i + 1) * width // (2 * across) - TILE // 2 for i in range(across)]
    return [(row, column) for row in rows for column in columns]


@lru_cache(maxsize=1)
def _mask() -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    window = np.outer(np.hanning(TILE), np.hanning(TILE))
    down, across = np.fft.fftfreq(TILE)[:, None], np.fft.rfftfreq(TILE)[None, :]
    radius = np.hypot(down, across)
    off_axis = (np.abs(down) * TILE > AXIS) & (across * TILE > AXIS)
    return window, (radius >= LOW) & (radius <= HIGH) & off_axis
