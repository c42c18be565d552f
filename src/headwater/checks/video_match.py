"""Do the joints explain when the picture moves? Measured against the same question asked at every wrong time.

How much of the picture changes over 0.1 to 1 s (``change_bands``) is compared with how far each joint went over the
same time. Slow trends are taken out of both, because every reach-and-grasp has the same one, and because how many
pixels a moving joint touches depends on the pose. What is left is explained by non-negative joint weights, fitted
anew for every circular shift of the video against the joints. The video belongs to the joints if the fit near
shift zero stands out among all the others: ``z`` is its distance from their mean in their standard deviations.

Measured, in sample, on 8 real and simulated episodes of 7 to 23 s: true pairs z 2.8-5.6; with the video of another
episode of the same robot 16 of 26 pairs lie below 2.0. Two demonstrations of one task by one person can be too alike
for this test alone; the copy rules see those where the other episode is anchored (``docs/checks.md``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater.checks.signals import Floats, active, smooth

BANDS_S = (0.1, 0.2, 0.33, 0.5, 0.73, 1.0)
TREND_S = 1.5
LAG_S = 0.1
GUARD_S = 0.5  # shifts closer than this to zero are neither signal nor null
FLOOR = 3  # grey levels of change that are noise
RIDGE = 0.05
LONGEST = 3600  # frames looked at; longer episodes are judged on their middle


@dataclass(frozen=True)
class VideoMatch:
    """How well the joints explain the video.

    Attributes:
        fit: correlation at the best shift within +-LAG_S.
        lag: that shift in frames; positive when the video is late.
        z: how far ``fit`` stands out among all other shifts.
        frames: compared.
    """

    fit: float
    lag: int
    z: float
    frames: int


def change_bands(thumbs: NDArray[np.uint8], fps: float) -> Floats:
    """(n, bands): mean grey levels, above the noise, by which each frame's surroundings changed.

    Two neighbouring frames are summed first: many cameras deliver every frame twice (the G1's head camera films at
    15 Hz into a 30 Hz file).
    """
    pair = thumbs.astype(np.int16)
    pair[:-1] += thumbs[1:]
    pair[-1] += thumbs[-1]
    flat = pair.reshape(len(pair), -1)
    bands = []
    for early, late in _windows(len(flat), fps):
        change = np.maximum(np.abs(flat[late] - flat[early]) - 2 * FLOOR, 0)
        bands.append(change.sum(axis=1, dtype=np.int64) / (2 * flat.shape[1]))
    return np.stack(bands, axis=1)


def joint_bands(values: Floats, fps: float) -> Floats:
    """(n, bands, joints): how far each moving joint went over the same windows."""
    moving = values[:, active(values)]
    return np.stack([np.abs(moving[late] - moving[early]) for early, late in _windows(len(moving), fps)], axis=1)


def match(bands: Floats, joints: Floats, fps: float) -> VideoMatch:
    """Compare picture (n, bands) with joints (n, bands, j); both at ``fps`` and equally long."""
    trend = round(TREND_S * fps)
    (fits,) = _fit_every_shift([_relative(bands, trend)], _relative_joints(joints, trend))
    return _matched(fits, fps)


def match_both_ways(bands: Floats, joints: Floats, fps: float) -> tuple[VideoMatch, VideoMatch]:
    """``match`` of the picture forwards and played backwards; the joints are prepared and fitted once."""
    trend = round(TREND_S * fps)
    sides = [_relative(side, trend) for side in (bands, bands[::-1].copy())]
    forward, backward = _fit_every_shift(sides, _relative_joints(joints, trend))
    return _matched(forward, fps), _matched(backward, fps)


def _matched(fits: Floats, fps: float) -> VideoMatch:
    count = len(fits)
    lag, guard = max(1, round(LAG_S * fps)), round(GUARD_S * fps)
    near = [float(fits[shift % count]) for shift in range(-lag, lag + 1)]
    best = int(np.argmax(near))
    null = fits[guard : count - guard]
    spread = float(null.std())
    z = (near[best] - float(null.mean())) / spread if spread > 0 else 0.0
    return VideoMatch(near[best], best - lag, z, count)


def _windows(count: int, fps: float) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    rows = np.arange(count)
    sizes = [max(2, round(seconds * fps)) for seconds in BANDS_S]
    return [(np.clip(rows - s // 2, 0, count - 1), np.clip(rows - s // 2 + s, 0, count - 1)) for s in sizes]


def _relative(bands: Floats, trend: int) -> Floats:
    slow = smooth(bands, trend)
    scale = slow + 0.1 * bands.mean(axis=0) + 1e-9
    return smooth((bands - slow) / scale, 3)


def _relative_joints(joints: Floats, trend: int) -> Floats:
    count, bands, width = joints.shape
    total = joints.sum(axis=2)
    scale = smooth(total, trend) + 0.1 * total.mean(axis=0) + 1e-9
    flat = joints.reshape(count, -1)
    fast = (flat - smooth(flat, trend)).reshape(joints.shape) / scale[:, :, None]
    return smooth(fast.reshape(count, -1), 3).reshape(count, bands, width)


def _fit_every_shift(pictures: list[Floats], joints: Floats) -> Floats:
    """(pictures, n) correlation of picture(t + shift) with its best non-negative mix of joints, for shift 0..n-1."""
    count, _, width = joints.shape
    gram = np.einsum("tbi,tbj->ij", joints, joints)
    turning = np.conj(np.fft.rfft(joints, axis=0))
    spectra = [(turning * np.fft.rfft(picture, axis=0)[:, :, None]).sum(axis=1) for picture in pictures]
    cross = np.concatenate([np.fft.irfft(spectrum, n=count, axis=0).T for spectrum in spectra], axis=1)
    weights = _non_negative(gram, cross)
    powers = np.repeat([float((picture * picture).sum()) for picture in pictures], count)
    energy = np.einsum("ir,ij,jr->r", weights, gram, weights) * powers
    fits = (
        np.einsum("ir,ir->r", weights, cross) / np.sqrt(np.maximum(energy, 1e-12)) if width else np.zeros(len(powers))
    )
    return fits.reshape(len(pictures), count)


def _non_negative(gram: Floats, cross: Floats, rounds: int = 60) -> Floats:
    """Ridge least squares with non-negative weights for every column of ``cross``, by coordinate descent."""
    size = len(gram)
    ridged = gram + RIDGE * np.trace(gram) / max(size, 1) * np.eye(size)
    weights = np.zeros_like(cross)
    for _ in range(rounds):
        for j in range(size):
            step = np.einsum("i,ir->r", ridged[j], weights)
            np.subtract(cross[j], step, out=step)
            step /= max(float(ridged[j, j]), 1e-12)
            step += weights[j]
            np.maximum(0.0, step, out=weights[j])
    return weights
