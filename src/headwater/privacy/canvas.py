"""A picture laid into the fixed size a network takes, top left, its shape kept."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from headwater.privacy.models import Area

_SIDE = 32  # what the networks halve five times


def fitted(shape: tuple[int, ...], width: int, height: int) -> tuple[int, int]:
    """(width, height) of the smallest canvas, sides whole multiples of 32, for a picture (h, w) in ``width x height``.

    What a wide or square picture would leave empty costs a quarter of the time.
    """
    high, wide = shape[:2]
    scale = min(width / wide, height / high)
    across, down = (-(-max(1, int(side * scale)) // _SIDE) * _SIDE for side in (wide, high))
    return across, down


class Canvas:
    """One picture scaled to fit ``width`` x ``height``, and the way back to its own pixels.

    Attributes:
        grey: uint8 (height, width); shown: the part of it that is picture.
    """

    def __init__(self, image: NDArray[np.uint8], width: int, height: int) -> None:
        high, wide = image.shape[:2]
        self._scale = min(width / wide, height / high)
        size = (max(1, int(wide * self._scale)), max(1, int(high * self._scale)))
        way = cv2.INTER_AREA if self._scale < 1 else cv2.INTER_LINEAR
        self.grey = np.zeros((height, width), np.uint8)
        self.shown = self.grey[: size[1], : size[0]]
        self.shown[:] = cv2.resize(image, size, interpolation=way)

    def plane(
        self, left: int = 0, top: int = 0, right: int | None = None, bottom: int | None = None
    ) -> NDArray[np.float32]:
        """(1, 1, h, w) grey levels 0..255 of a part, its sides filled up with black to whole multiples of 32."""
        part = self.grey[top:bottom, left:right]
        high, wide = (-(-side // _SIDE) * _SIDE for side in part.shape)
        filled = np.zeros((1, 1, high, wide), np.float32)
        filled[0, 0, : part.shape[0], : part.shape[1]] = part
        return filled

    def planes(self) -> NDArray[np.float32]:
        """(1, 3, height, width) grey levels 0..255, three times the same."""
        return np.repeat(self.plane(), 3, axis=1)

    def area(self, x: float, y: float, width: float, height: float) -> Area:
        """A rectangle of the canvas in the picture's pixels."""
        left, top = int(np.floor(x / self._scale)), int(np.floor(y / self._scale))
        right, bottom = int(np.ceil((x + width) / self._scale)), int(np.ceil((y + height) / self._scale))
        return Area(left, top, right - left, bottom - top)
