"""Readable text by PP-OCRv4 (weights of rapidocr-onnxruntime, Apache-2.0): plates, screens, documents, labels.

Its detector alone calls grass and robot hands text; a place counts only if the recogniser then reads something
there. Measured on a drawn plate tilted by 6 degrees: read whole from 60 pixels width, seven or eight of eight
characters at 40 pixels. What was read is counted and forgotten.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from headwater.privacy.canvas import Canvas, fitted
from headwater.privacy.models import Area, Sight, Sighting
from headwater.privacy.networks import file_of, session

SMALL, LARGE = (640, 480), (1280, 960)
PIXEL, PLACE = 0.3, 0.5  # rapidocr's own thresholds
UNCLIP = 1.6  # and its growth of what the detector marks
READ, READ_CAREFUL = 0.7, 0.5
LETTERS = 3  # fewer are read into noise
MOST_PLACES = 40
_HEIGHT, _LONGEST = 48, 480


class Texts:
    """Detector and recogniser; load their weights when first used."""

    def see(self, image: NDArray[np.uint8], *, careful: bool) -> tuple[Sighting, ...]:
        """Places of a luma picture (h, w) where at least ``LETTERS`` letters or digits can be read."""
        larger = max(image.shape) > LARGE[0]
        found: list[Sighting] = []
        for size in (SMALL, LARGE) if careful or larger else (SMALL,):
            for area in self._places(image, size):
                text, sure = self._read(image, area)
                letters = sum(sign.isalnum() for sign in text)
                known = any(area.overlap_milli(other.area) > 300 for other in found)
                if letters >= LETTERS and sure >= (READ_CAREFUL if careful else READ) and not known:
                    digits = sum(sign.isdigit() for sign in text)
                    found.append(Sighting(Sight.TEXT, area, round(sure * 1000), letters, digits))
        return tuple(found)

    def _places(self, image: NDArray[np.uint8], size: tuple[int, int]) -> list[Area]:
        canvas = Canvas(image, *fitted(image.shape, *size))
        name = self._detector.get_inputs()[0].name
        chance = self._detector.run(None, {name: (canvas.planes() / 127.5 - 1).astype(np.float32)})[0][0, 0]
        count, labels, stats, _ = cv2.connectedComponentsWithStats((chance > PIXEL).astype(np.uint8))
        places = []
        for part in range(1, min(count, MOST_PLACES + 1)):
            x, y, wide, high, pixels = (int(v) for v in stats[part])
            if min(wide, high) < 3 or float(chance[labels == part].mean()) < PLACE:
                continue
            grow = pixels * UNCLIP / (2 * (wide + high))
            places.append(canvas.area(x - grow, y - grow, wide + 2 * grow, high + 2 * grow))
        return places

    def _read(self, image: NDArray[np.uint8], area: Area) -> tuple[str, float]:
        """What stands there, and the mean certainty of its signs; text that runs down is read turned."""
        top, left = max(0, area.y), max(0, area.x)
        cut = image[top : max(top, area.y + area.height), left : max(left, area.x + area.width)]
        if min(cut.shape) < 6:
            return "", 0.0
        line = np.rot90(cut) if cut.shape[0] > 1.5 * cut.shape[1] else cut
        width = int(np.clip(round(line.shape[1] * _HEIGHT / line.shape[0]), _HEIGHT, _LONGEST))
        grey = cv2.resize(np.ascontiguousarray(line), (width, _HEIGHT)).astype(np.float32) / 127.5 - 1
        name = self._recogniser.get_inputs()[0].name
        chances = self._recogniser.run(None, {name: np.repeat(grey[None, None], 3, axis=1)})[0][0]
        best, sure = chances.argmax(axis=1), chances.max(axis=1)
        fresh = np.concatenate([[True], best[1:] != best[:-1]]) & (best > 0)  # CTC: repeats merge, 0 is no sign
        if not fresh.any():
            return "", 0.0
        return "".join(self._signs[place] for place in best[fresh]), float(sure[fresh].mean())

    @cached_property
    def _detector(self) -> Any:
        return session(file_of("rapidocr_onnxruntime", "models/ch_PP-OCRv4_det_infer.onnx"))

    @cached_property
    def _recogniser(self) -> Any:
        return session(file_of("rapidocr_onnxruntime", "models/ch_PP-OCRv4_rec_infer.onnx"))

    @cached_property
    def _signs(self) -> list[str]:
        listed = self._recogniser.get_modelmeta().custom_metadata_map["character"]
        return ["", *listed.splitlines(), " "]
