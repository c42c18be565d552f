"""Correlation of how the picture moved with what the gyro felt, at every lag."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headwater.checks.signals import Floats, correlation

WIDE_S = 1.5
STEP_S = 0.02
NULL_GUARD_S = 1.0
GOPRO_AXES = ((0, 0), (1, 1))  # (picture axis, gyro column): right/yaw, down/pitch


@dataclass(frozen=True)
class GyroMatch:
    """``fit`` at the best lag in the small window, ``z`` against circular shifts, and the best fit outside it."""

    fit: float
    lag_s: float
    z: float
    elsewhere_fit: float
    elsewhere_s: float


def gyro_match(
    frame_s: Floats, ego: Floats, gyro_s: Floats, gyro: Floats, known_axes: bool, window_s: float
) -> GyroMatch:
    """Compare (n, 3) per-frame picture motion with (m, 3) gyro; times in seconds on one clock.

    With known axes the shift of both picture axes is compared at once, weighted by how much each moves; otherwise
    the best single pair of a picture axis and a gyro column counts, whatever its sign, and the null does the same.
    """
    interval = np.diff(frame_s)
    middle = (frame_s[1:] + frame_s[:-1]) / 2
    pace = ego[1:] / np.maximum(interval, 1e-6)[:, None]
    angle = np.concatenate([np.zeros((1, 3)), np.cumsum((gyro[1:] + gyro[:-1]) / 2 * np.diff(gyro_s)[:, None], axis=0)])

    def at(lag: float) -> float:
        turn = _turn(gyro_s, angle, middle + lag, interval)
        return _fit(pace, turn, known_axes)

    lags = np.arange(-round(WIDE_S / STEP_S), round(WIDE_S / STEP_S) + 1) * STEP_S
    fits = np.array([at(float(lag)) for lag in lags])
    inside = np.abs(lags) <= window_s + 1e-9
    best, other = int(np.argmax(np.where(inside, fits, -2))), int(np.argmax(np.where(inside, -2, fits)))
    turn = _turn(gyro_s, angle, middle, interval)
    guard = max(1, round(NULL_GUARD_S / float(np.median(interval))))
    null = np.array([_fit(pace, np.roll(turn, k, axis=0), known_axes) for k in range(guard, len(turn) - guard)])
    spread = float(null.std())
    z = (float(fits[best]) - float(null.mean())) / spread if spread > 0 else 0.0
    return GyroMatch(float(fits[best]), float(lags[best]), z, float(fits[other]), float(lags[other]))


def _turn(times: Floats, angle: Floats, middle: Floats, interval: Floats) -> Floats:
    """Mean turning rate over each frame interval, (n, 3)."""
    early, late = middle - interval / 2, middle + interval / 2
    turned = [np.interp(late, times, a) - np.interp(early, times, a) for a in angle.T]
    rate: Floats = np.stack(turned, axis=1) / np.maximum(interval, 1e-6)[:, None]
    return rate


def _fit(pace: Floats, turn: Floats, known_axes: bool) -> float:
    if known_axes:
        picture = np.concatenate([pace[:, p] - pace[:, p].mean() for p, _ in GOPRO_AXES])
        felt = np.concatenate([turn[:, g] - turn[:, g].mean() for _, g in GOPRO_AXES])
        return correlation(picture, felt)
    return max(abs(correlation(pace[:, p], turn[:, g])) for p in (0, 1) for g in range(3))
