"""A small behaviour-cloning model: ridge regression from state and a 12 x 9 view to the next action.

Enough to show that what was bought trains.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from headwater.demo.errors import DemoError
from headwater.export import Sample

_VIEW = (12, 9)
_RIDGE = 1e-2
_HELD_OUT = 5  # every fifth block of a second is held out
_BLOCK = 30


@dataclass(frozen=True)
class Trained:
    """Errors are root mean squares in the action's unit, on held-out seconds."""

    frames: int
    error: float
    error_of_mean: float

    @property
    def explained(self) -> float:
        """1 - (error / error of always answering the mean action)^2."""
        return 1 - (self.error / self.error_of_mean) ** 2


def train(samples: Iterable[Sample]) -> Trained:
    """Fits on four seconds of every five, measures on the fifth.

    Raises:
        DemoError: there is nothing to fit.
    """
    inputs, actions, held = [], [], []
    for sample in samples:
        inputs.append(_features(sample))
        actions.append(np.asarray(sample.values["action"], np.float64))
        held.append(sample.frame_index // _BLOCK % _HELD_OUT == _HELD_OUT - 1)
    x, y, test = np.array(inputs), np.array(actions), np.array(held)
    if len(x) < 2 or not test.any() or test.all():
        raise DemoError("training", actual=f"{len(x)} frames", allowed="several seconds of frames")
    mean, scale = x[~test].mean(0), x[~test].std(0) + 1e-6
    z = np.hstack([(x - mean) / scale, np.ones((len(x), 1))])
    fitted = z[~test]
    weights = np.linalg.solve(fitted.T @ fitted + _RIDGE * len(fitted) * np.eye(z.shape[1]), fitted.T @ y[~test])
    return Trained(len(x), _rms(z[test] @ weights - y[test]), _rms(y[~test].mean(0) - y[test]))


def _features(sample: Sample) -> NDArray[np.float64]:
    view = next(iter(sample.images.values()))
    small = cv2.resize(cv2.cvtColor(view, cv2.COLOR_RGB2GRAY), _VIEW, interpolation=cv2.INTER_AREA)
    state = np.asarray(sample.values["observation.state"], np.float64)
    return np.concatenate([state, small.ravel() / 255.0])


def _rms(error: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(error**2)))
