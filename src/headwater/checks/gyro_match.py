"""Correlation of how the picture moved with what the gyro felt, at every lag, over everything and in pieces.

Where the device's axes are known the two shifts of the picture are held against two gyro columns; otherwise against the
best linear mix of all three, fitted anew for every lag and for every wrong pairing, so that the null chooses as freely.
Steps and other periodic motion fit themselves a step later, or backwards, almost as well; the fit alone lets them pass.
So what it gains over the best wrong pairing counts as well, and each third of the recording must fit at lag zero as
well as anywhere else, or a piece is missing in one of the two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater.checks.signals import Floats

WIDE_S = 1.5
STEP_S = 0.02
NULL_GUARD_S = 1.0
PIECES = 3
PIECE_SHARE = 0.05  # of all turning; a third with less says nothing
PIECE_CREDIT = 0.02
RIDGE = 1e-4
GOPRO_MAP = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])  # columns: right by yaw, down by pitch


@dataclass(frozen=True)
class GyroMatch:
    """How well picture and gyro agree.

    Attributes:
        fit: correlation at ``lag_s``, the best lag in the small window.
        z: how far ``fit`` is above circular shifts of the same gyro, in their standard deviations.
        gain: how far it is above the best of them.
        elsewhere_fit, elsewhere_s: the best fit outside the window, and its lag.
        piece: worst third's fit in the window, less the same third's best fit outside of it.
        piece_number: that third, from 0.
    """

    fit: float
    lag_s: float
    z: float
    gain: float
    elsewhere_fit: float
    elsewhere_s: float
    piece: float
    piece_number: int

    @property
    def score(self) -> float:
        """One number to tell true pairs from others; measured in ``bench/bench_gyro.py``."""
        return self.fit + self.gain + 3 * min(PIECE_CREDIT, self.piece)


def gyro_match(
    frame_s: Floats, ego: Floats, gyro_s: Floats, gyro: Floats, known_axes: bool, window_s: float
) -> GyroMatch:
    """Compare (n, 3) per-frame picture motion with (m, 3) gyro; times in seconds on one clock."""
    interval = np.maximum(np.diff(frame_s), 1e-6)
    pace = _centred(ego[1:, :2] / interval[:, None])
    lags: Floats = np.arange(-round(WIDE_S / STEP_S), round(WIDE_S / STEP_S) + 1, dtype=np.float64) * STEP_S
    turns = _turns(frame_s, interval, gyro_s, gyro, lags)
    mixes = _mixes(turns, pace, known_axes)
    fits = _correlations(np.einsum("lti,lip->ltp", turns, mixes), pace)
    inside = np.abs(lags) <= window_s + 1e-9
    best, other = int(np.argmax(np.where(inside, fits, -2))), int(np.argmax(np.where(inside, -2, fits)))
    null = _shifted(turns[len(lags) // 2], pace, known_axes, max(1, round(NULL_GUARD_S / float(np.median(interval)))))
    fit, spread = float(fits[best]), float(null.std())
    pieces = _pieces(np.einsum("lti,ip->ltp", turns, mixes[best]), pace, inside, best)
    worst = int(np.argmin(pieces))
    return GyroMatch(
        fit=fit,
        lag_s=float(lags[best]),
        z=(fit - float(null.mean())) / spread if spread > 0 else 0.0,
        gain=fit - float(null.max()),
        elsewhere_fit=float(fits[other]),
        elsewhere_s=float(lags[other]),
        piece=float(pieces[worst]),
        piece_number=worst,
    )


def _centred(values: Floats) -> Floats:
    """Without the mean over time, the second axis from the end."""
    centred: Floats = values - values.mean(axis=-2, keepdims=True)
    return centred


def _turns(frame_s: Floats, interval: Floats, gyro_s: Floats, gyro: Floats, lags: Floats) -> Floats:
    """Mean turning rate over each frame interval at every lag, (lags, n - 1, 3), without its mean."""
    steps = (gyro[1:] + gyro[:-1]) / 2 * np.diff(gyro_s)[:, None]
    angle = np.concatenate([np.zeros((1, 3)), np.cumsum(steps, axis=0)])
    at = frame_s + lags[:, None]
    turned = np.stack([np.interp(at, gyro_s, column) for column in angle.T], axis=2)
    return _centred(np.diff(turned, axis=1) / interval[:, None])


def _mixes(turns: Floats, pace: Floats, known_axes: bool) -> Floats:
    """(lags, 3, 2) that turn gyro columns into picture motion."""
    if known_axes:
        return np.broadcast_to(GOPRO_MAP, (len(turns), 3, 2))
    mixes: Floats = np.linalg.solve(_ridged(turns), np.einsum("lti,tp->lip", turns, pace))
    return mixes


def _ridged(turns: Floats) -> Floats:
    gram: Floats = np.einsum("...ti,...tj->...ij", turns, turns)
    trace = np.trace(gram, axis1=-2, axis2=-1)[..., None, None]
    gram += (RIDGE * trace + 1e-12) * np.eye(3)
    return gram


def _correlations(felt: Floats, seen: Floats) -> Floats:
    """(lags,) of (lags, n, 2) with (n, 2), both without means; 0 where nothing moves."""
    power = np.einsum("ltp,ltp->l", felt, felt) * float(np.einsum("tp,tp", seen, seen))
    cross: Floats = np.einsum("ltp,tp->l", felt, seen) / np.sqrt(np.maximum(power, 1e-24))
    return cross


def _shifted(turn: Floats, pace: Floats, known_axes: bool, guard: int) -> Floats:
    """Fits of every circular shift of at least ``guard`` frames, by FFT."""
    count = len(turn)
    cross = np.fft.irfft(
        np.conj(np.fft.rfft(turn, axis=0))[:, :, None] * np.fft.rfft(pace, axis=0)[:, None, :], n=count, axis=0
    )
    gram = np.einsum("ti,tj->ij", turn, turn)
    inverse = np.linalg.inv(_ridged(turn))
    mixes = np.broadcast_to(GOPRO_MAP, cross.shape) if known_axes else np.einsum("ij,kjp->kip", inverse, cross)
    power = np.einsum("kip,ij,kjp->k", mixes, gram, mixes) * np.einsum("tp,tp", pace, pace)
    fits: Floats = np.einsum("kip,kip->k", mixes, cross) / np.sqrt(np.maximum(power, 1e-24))
    return fits[guard : count - guard]


def _pieces(felt: Floats, seen: Floats, inside: NDArray[np.bool_], best: int) -> Floats:
    """What each third gains in the window over its best fit outside; no fault where it hardly turns."""
    gains, total = [], float(np.einsum("tp,tp", felt[best], felt[best]))
    for piece in range(PIECES):
        part = slice(piece * len(seen) // PIECES, (piece + 1) * len(seen) // PIECES)
        own = _centred(felt[:, part])
        if float(np.einsum("tp,tp", own[best], own[best])) < PIECE_SHARE * total:
            gains.append(PIECE_CREDIT)
            continue
        fits = _correlations(own, _centred(seen[part]))
        gains.append(fits[inside].max() - fits[~inside].max())
    return np.array(gains)
