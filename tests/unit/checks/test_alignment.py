"""What comparing motion is made of, against its definition without a trick."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.checks import alignment
from headwater.checks.alignment import Floats, best_stretches, product
from headwater.checks.motion_match import COMPARED, PLACED, SIFTED, WINDOWS, Grid, Window, through


def stretches_by_definition(values: Floats, weights: Floats, length: int) -> list[float]:
    m, n = values.shape
    length = min(length, m, n)
    best = [-np.inf] * m
    for row in range(m - length + 1):
        for column in range(n - length + 1):
            along = [(values[row + k, column + k], weights[row + k, column + k]) for k in range(length)]
            heavy = sum(weight for _, weight in along)
            if 2 * heavy >= length:
                mean = sum(value * weight for value, weight in along) / max(heavy, 1)
                best[row : row + length] = [max(old, mean) for old in best[row : row + length]]
    return best


@pytest.mark.parametrize("still", [0.0, 0.1, 0.7])
@pytest.mark.parametrize(("m", "n", "length"), [(1, 1, 5), (7, 3, 2), (12, 20, 7), (20, 12, 8), (9, 9, 9)])
def test_stretches_are_as_defined(m: int, n: int, length: int, still: float) -> None:
    rng = np.random.default_rng(m * n)
    values = rng.integers(-999, 999, (m, n)).astype(np.float64)
    weights = (rng.random((m, n)) >= still).astype(np.float64)
    assert best_stretches(values, weights, length).tolist() == stretches_by_definition(values, weights, length)


@pytest.mark.parametrize("alone", [1, 100, 1 << 18])
@pytest.mark.parametrize("shapes", [(0, 4, 3), (5, 0, 3), (5, 4, 0), (1, 1, 1), (31, 17, 9)])
def test_blocks_change_no_product(shapes: tuple[int, int, int], alone: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignment, "ALONE", alone)
    rng = np.random.default_rng(sum(shapes))
    left, right = (rng.integers(-99, 99, (side, shapes[2])).astype(np.float32) for side in shapes[:2])
    np.testing.assert_array_equal(product(left, right), left @ right.T)


def shares(size: int, cells: int, start: float, side: float) -> Floats:
    """(cells, size) sixteenths of each pixel in each cell."""
    edges = (start + side * np.arange(cells + 1) / cells) * size
    pixels = np.arange(size)
    inside = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.asarray(np.rint(16 * np.maximum(inside, 0)))


@pytest.mark.parametrize("count", [0, 1, 4])
@pytest.mark.parametrize("grid", [SIFTED, COMPARED])
@pytest.mark.parametrize("windows", [WINDOWS, PLACED, WINDOWS[:1], WINDOWS[5:6]], ids=["in", "placed", "whole", "one"])
def test_windows_are_seen_as_pixel_by_pixel(windows: tuple[Window, ...], grid: Grid, count: int) -> None:
    frames = np.random.default_rng(3).integers(0, 256, (count, 12, 20)).astype(np.float64)
    seen = through(frames[:, :, ::-1], windows, grid)
    for window, (left, top, side) in zip(seen, windows, strict=True):
        across, down = shares(20, grid[0], left, side), shares(12, grid[1], top, side)
        wanted = np.einsum("yh,nhw,xw->nyx", down, frames[:, :, ::-1], across)
        np.testing.assert_array_equal(window, wanted.reshape(count, grid[0] * grid[1]))
