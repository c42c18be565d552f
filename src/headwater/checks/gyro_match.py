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
    middle = (frame_s[1:] + frame_s[:-1]) / 2
    pace = _centred(ego[1:, :2] / interval[:, None])
    angle = np.concatenate([np.zeros((1, 3)), np.cumsum((gyro[1:] + gyro[:-1]) / 2 * np.diff(gyro_s)[:, None], axis=0)])
    lags = np.arange(-round(WIDE_S / STEP_S), round(WIDE_S / STEP_S) + 1) * STEP_S
    turns = [_centred(_turn(gyro_s, angle, middle + lag, interval)) for lag in lags]
    fits = np.array([_correlation(_felt(turn, _mix(turn, pace, known_axes)), pace) for turn in turns])
    inside = np.abs(lags) <= window_s + 1e-9
    best, other = int(np.argmax(np.where(inside, fits, -2))), int(np.argmax(np.where(inside, -2, fits)))
    mix = _mix(turns[best], pace, known_axes)
    null = _shifted(turns[len(lags) // 2], pace, known_axes, max(1, round(NULL_GUARD_S / float(np.median(interval)))))
    fit, spread = float(fits[best]), float(null.std())
    pieces = _pieces([_felt(turn, mix) for turn in turns], pace, inside, best)
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
    centred: Floats = values - values.mean(axis=0)
    return centred


def _turn(times: Floats, angle: Floats, middle: Floats, interval: Floats) -> Floats:
    """Mean turning rate over each frame interval, (n, 3)."""
    early, late = middle - interval / 2, middle + interval / 2
    turned = [np.interp(late, times, a) - np.interp(early, times, a) for a in angle.T]
    rate: Floats = np.stack(turned, axis=1) / interval[:, None]
    return rate


def _mix(turn: Floats, pace: Floats, known_axes: bool) -> Floats:
    """(3, 2) that turns gyro columns into picture motion."""
    if known_axes:
        return GOPRO_MAP
    mix: Floats = np.linalg.solve(_gram(turn), np.einsum("ti,tp->ip", turn, pace))
    return mix


def _felt(turn: Floats, mix: Floats) -> Floats:
    felt: Floats = np.einsum("ti,ip->tp", turn, mix)
    return felt


def _gram(turn: Floats) -> Floats:
    gram: Floats = np.einsum("ti,tj->ij", turn, turn)
    gram += (RIDGE * np.trace(gram) + 1e-12) * np.eye(3)
    return gram


def _correlation(felt: Floats, seen: Floats) -> float:
    scale = float(np.sqrt(np.einsum("tp,tp", felt, felt) * np.einsum("tp,tp", seen, seen)))
    return float(np.einsum("tp,tp", felt, seen)) / scale if scale > 0 else 0.0


def _shifted(turn: Floats, pace: Floats, known_axes: bool, guard: int) -> Floats:
    """Fits of every circular shift of at least ``guard`` frames, by FFT."""
    count = len(turn)
    cross = np.fft.irfft(
        np.conj(np.fft.rfft(turn, axis=0))[:, :, None] * np.fft.rfft(pace, axis=0)[:, None, :], n=count, axis=0
    )
    gram = np.einsum("ti,tj->ij", turn, turn)
    inverse = np.linalg.inv(_gram(turn))
    mixes = np.broadcast_to(GOPRO_MAP, cross.shape) if known_axes else np.einsum("ij,kjp->kip", inverse, cross)
    power = np.einsum("kip,ij,kjp->k", mixes, gram, mixes) * np.einsum("tp,tp", pace, pace)
    fits: Floats = np.einsum("kip,kip->k", mixes, cross) / np.sqrt(np.maximum(power, 1e-24))
    return fits[guard : count - guard]


def _pieces(felt: list[Floats], seen: Floats, inside: NDArray[np.bool_], best: int) -> Floats:
    """What each third gains in the window over its best fit outside; no fault where it hardly turns."""
    gains, total = [], float(np.einsum("tp,tp", felt[best], felt[best]))
    for piece in range(PIECES):
        part = slice(piece * len(seen) // PIECES, (piece + 1) * len(seen) // PIECES)
        turned = _centred(felt[best][part])
        if float(np.einsum("tp,tp", turned, turned)) < PIECE_SHARE * total:
            gains.append(PIECE_CREDIT)
            continue
        fits = np.array([_correlation(_centred(own[part]), _centred(seen[part])) for own in felt])
        gains.append(fits[inside].max() - fits[~inside].max())
    return np.array(gains)
