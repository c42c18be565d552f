"""How a picture goes on from frame to frame: jumps, repeats and returns, in exact integers on 40-pixel thumbnails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater.checks.signals import runs

Counts = NDArray[np.int64]

FLOOR_MILLI = 500  # grey levels of noise added to the motion around a step
BLOCKS = 10  # columns a thumbnail is reduced to before every frame is held against every other
LONGEST = 1800  # frames held against each other; of longer episodes every k-th
MOTION_S = 0.3
_AT_ONCE = 256  # centres tried together: a few megabytes


def jump_ratios(thumbs: NDArray[np.uint8], fps: float) -> NDArray[np.int64]:
    """(n,) thousandths: the step from frames t-2, t-1 to frames t, t+1 over the largest step nearby.

    Two frames are summed because many cameras deliver every frame twice. Nearby is .1 to .3 s to either side, at
    least 3 to 8 frames; the ends are 0.
    """
    count = len(thumbs)
    flat = thumbs.reshape(count, -1).astype(np.int16)
    pairs = flat[:-1] + flat[1:]
    steps = np.zeros(count, np.int64)
    steps[2:-1] = np.abs(pairs[2:] - pairs[:-2]).sum(axis=1, dtype=np.int64) * 500 // flat.shape[1]
    near, far = max(3, round(0.1 * fps)), max(8, round(0.27 * fps))
    ratios = np.zeros(count, np.int64)
    if count < 2 * far + 5:
        return ratios
    around = np.zeros(count, np.int64)
    for lag in range(near, far + 1):
        around[far:-far] = np.maximum(around[far:-far], steps[far - lag : count - far - lag])
        around[far:-far] = np.maximum(around[far:-far], steps[far + lag : count - far + lag])
    inner = slice(far + 2, count - far - 2)
    ratios[inner] = steps[inner] * 1000 // (around[inner] + FLOOR_MILLI)
    return ratios


def separate_peaks(values: NDArray[np.int64], count: int, apart: int) -> list[int]:
    """Places of the ``count`` highest values, each more than ``apart`` from every higher one."""
    places: list[int] = []
    for place in np.argsort(-values, kind="stable"):
        if all(abs(int(place) - other) > apart for other in places):
            places.append(int(place))
            if len(places) == count:
                break
    return places


@dataclass(frozen=True)
class Repeat:
    """Frames [start, stop) come again from ``again`` on, backwards if ``mirrored``.

    Attributes:
        apart_milli: largest difference between the two, over what the picture moves within MOTION_S, thousandths.
    """

    start: int
    stop: int
    again: int
    mirrored: bool
    apart_milli: int


def longest_repeat(
    thumbs: NDArray[np.uint8], fps: float, *, shortest_s: float, limit_milli: int, motion_milli: int, mirrored: bool
) -> Repeat | None:
    """The longest stretch in motion that is shown a second time.

    Args:
        shortest_s: of the stretch, and of the distance between the two.
        limit_milli: how large the difference may be, over the motion.
        motion_milli: grey levels, thousandths, a stretch must move within MOTION_S in the mean to be looked at.
        mirrored: look for the stretch backwards.
    """
    stride = -(-len(thumbs) // LONGEST)
    small = _blocks(thumbs[::stride])
    rate = fps / stride
    count, length = len(small), max(2, round(shortest_s * rate))
    back = max(1, round(MOTION_S * rate))
    if count < 2 * length + back:
        return None
    moved = np.zeros(count, np.int64)
    moved[back:] = _apart(small[back:], small[:-back])
    best: Repeat | None = None
    pairs = _mirrored(count, length) if mirrored else _shifted(count, length)
    for first, other in pairs.worth(small, moved, length, limit_milli, motion_milli):
        apart, motion = _apart(small[first], small[other]), moved[first]
        close = _alike(apart, motion, limit_milli, motion_milli)
        for start, stop in runs(close):
            mean = int(motion[start:stop].mean())
            worst = int(apart[start:stop].max()) * 1000 // max(mean, 1)
            if stop - start < length or mean < motion_milli or worst > limit_milli:
                continue
            if best is None or (stop - start) * stride > best.stop - best.start:
                a, b = int(first[start]) * stride, (int(first[stop - 1]) + 1) * stride
                again = int(other[stop - 1] if mirrored else other[start]) * stride
                best = Repeat(a, b, again, mirrored, worst)
    return best


@dataclass(frozen=True)
class _Pairs:
    """For each centre the frames [low, high) that are held against ``centre + way * frame``."""

    centres: Counts
    low: Counts
    high: Counts
    way: int

    def worth(
        self, small: NDArray[np.int16], moved: Counts, length: int, limit_milli: int, motion_milli: int
    ) -> Iterator[tuple[Counts, Counts]]:
        """Frames and what they are held against, of every centre that may have a stretch of ``length``.

        Of each centre only every ``length``-th frame is looked at: one of these lies in every such stretch.
        """
        few = np.maximum(0, (self.high - self.low) // length)
        ends = few.cumsum()
        for start in range(0, len(few), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            number = np.repeat(np.arange(len(few))[some], few[some])
            step = np.arange(len(number)) - (ends - few)[number] + (ends - few)[start]
            early = self.low[number] + length - 1 + step * length
            late = self.centres[number] + self.way * early
            alike = _alike(_apart(small[early], small[late]), moved[early], limit_milli, motion_milli)
            for place in np.unique(number[alike]):
                first = np.arange(self.low[place], self.high[place])
                yield first, self.centres[place] + self.way * first


def _shifted(count: int, length: int) -> _Pairs:
    """Every frame against one at least ``length`` later."""
    centres = np.arange(length, count - length + 1)
    return _Pairs(centres, np.zeros_like(centres), count - centres, 1)


def _mirrored(count: int, length: int) -> _Pairs:
    """Frames on the early side of a turning point against their mirror images, at least ``length`` later."""
    centres = np.arange(2 * length, 2 * (count - 1) - 2 * length + 1)
    return _Pairs(centres, np.maximum(0, centres - count + 1), (centres - length) // 2 + 1, -1)


def _alike(apart: Counts, motion: Counts, limit_milli: int, motion_milli: int) -> NDArray[np.bool_]:
    return np.asarray((apart * 1000 <= limit_milli * np.maximum(motion, 1)) | (apart * 4 <= motion_milli))


def _apart(a: NDArray[np.int16], b: NDArray[np.int16]) -> NDArray[np.int64]:
    """Mean absolute difference of rows, thousandths of a grey level."""
    total: NDArray[np.int64] = np.abs(a - b).sum(axis=1, dtype=np.int64)
    total *= 1000
    total //= 8 * a.shape[1]
    return total


def _blocks(thumbs: NDArray[np.uint8]) -> NDArray[np.int16]:
    """(n, blocks) means of square blocks, eighths of a grey level."""
    count, height, width = thumbs.shape
    side = max(1, width // BLOCKS)
    rows, columns = height // side, width // side
    cut = thumbs[:, : rows * side, : columns * side].reshape(count, rows, side, columns, side)
    sums = cut.sum(axis=(2, 4), dtype=np.int32)
    means: NDArray[np.int16] = (sums * 8 // (side * side)).reshape(count, -1).astype(np.int16)
    return means
