"""How long after a command the robot follows, from the correlation of action and state velocities.

A robot follows its command after some tens to hundreds of milliseconds (G1 .27-.30 s, GR1 in simulation .15 s;
measured on shared data). Never before it: a negative lag means the columns were shifted. A lag surely below .06 s (one
frame of 30 Hz) is possible only where the action was computed from the next state, and then the two agree almost
exactly; a loose agreement without delay is a shift that happens to cancel the real delay. Above .45 s the pairing is
useless to a policy. Search window +-.8 s. rdq compares with the data set's median instead (+-4 frames of +-15).

Actions may be positions or steps and speeds (Bridge, OXE): whichever of action and its change follows the state's
change more closely is taken for the command.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.checks.signals import Floats, active, correlations, filled, fixed, smooth

WINDOW_S = 0.8
MIN_ROWS = 30
SLOW_S = 0.45
EXACT = 0.95  # velocity correlation of a position servo that follows within a frame, or of derived actions
UNCLEAR = 0.40
PROMPT_S = 0.06  # no robot is that quick: a lag of a frame counts as none only where it is surely below
STEPS_SHARE = 0.001  # small steps in metres stand beside a gripper of 0 to 1


@rule("motion/action-lag", version=2, needs=(Need.STATE, Need.ACTION))
def check(seen: Observed) -> Iterator[Draft]:
    state, action = seen.state, seen.action
    assert state is not None
    assert action is not None
    if state.values.shape != action.values.shape:
        raise CannotJudge("action and state have different columns")
    if len(state.values) < max(MIN_ROWS, 4 * WINDOW_S * seen.fps):
        raise CannotJudge(f"needs {fixed(4 * WINDOW_S, 1)} s and {MIN_ROWS} rows")
    lag, fit = best_lag(filled(action.values), filled(state.values), round(WINDOW_S * seen.fps))
    if fit < UNCLEAR:
        raise CannotJudge(f"actions and states correlate only {fixed(fit)} at any lag")
    delay_s = lag / seen.fps
    if lag < 0:
        message, bound = "The robot moves before its command.", "expected after it"
    elif (lag + 0.5) / seen.fps < PROMPT_S and fit < EXACT:
        message, bound = "The robot follows without delay but not exactly.", f"expected a delay, or {fixed(EXACT)}"
    elif delay_s > SLOW_S:
        message, bound = "The robot follows its command too late.", f"expected at most {fixed(SLOW_S)} s"
    else:
        return
    yield Draft(
        Severity.DEFECT,
        message,
        f"lag {lag} frames ({fixed(delay_s, 3)} s), correlation {fixed(fit)}",
        bound,
        (seen.span(0, seen.episode.length),),
        action.name,
        "A policy learns to act for another moment than the one it sees.",
        "Write each action into the row of the observation it was computed from.",
    )


def best_lag(action: Floats, state: Floats, window: int) -> tuple[int, float]:
    """(frames by which the state follows, mean correlation over the axes that move in both)."""
    positions = _best(np.diff(action, axis=0), state, np.intersect1d(active(action), active(state)), window)
    steps = _best(action[:-1], state, np.intersect1d(active(action, STEPS_SHARE), active(state)), window)
    return max(positions, steps, key=lambda found: found[1])


def _best(asked: Floats, state: Floats, axes: NDArray[np.intp], window: int) -> tuple[int, float]:
    if not len(axes):
        return 0, 0.0
    command, answer = smooth(asked[:, axes], 3), smooth(np.diff(state[:, axes], axis=0), 3)
    size = len(command)
    fits = []
    for lag in range(-window, window + 1):
        a = command[max(0, -lag) : size - max(0, lag)]
        s = answer[max(0, lag) : size + min(0, lag)]
        fits.append(float(correlations(a, s).mean()))
    best = int(np.argmax(fits))
    return best - window, float(fits[best])
