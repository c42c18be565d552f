"""Actions explain how the state changes, more than the same actions at another time of the recording do.

For every joint that moves, the strongest correlation of its velocity with any action, or any action's change, up to .5
s earlier; averaged over the joints. The null is the same at every wrong shift (1.5 s and more, four a second) of the
same recording, so slow tasks and alike joints count on both sides. Measured margins over the largest wrong shift: .26
to .45 on 10 real and simulated G1, GR1 and SO-100 episodes, .21 and more on 180 generated ones; -.03 to .10 with the
actions of another episode, but up to .24 for two GR1 episodes whose motions are that alike. So: below .12 a DEFECT
where action and state name the same joints, else, and below .18, a RISK. Where some wrong shift reaches .75 the motion
repeats itself, and below 10 rows a second (.08 to .3 on generated ones at 5) it is too coarse: nothing is said. Adduct
fits a model without a null and marks 60 % of clean transitions.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.checks.signals import Floats, active, filled, fixed, smooth

LAG_S, FAR_S, STEP_S, SMOOTH_S = 0.5, 1.5, 0.25, 0.2
MIN_SHIFTS, MIN_ROWS, MIN_HZ = 8, 60, 10
DEFECT, RISK, REPEATS = 0.12, 0.18, 0.75
MOST_AXES = 24
STEPS_SHARE = 0.001  # small steps in metres stand beside a gripper of 0 to 1
IMPACT = "A policy learns actions that do not lead to what it sees next."
FIX = "Write the commands the robot was given in this very episode."


@rule("motion/action-effect", version=1, needs=(Need.STATE, Need.ACTION))
def check(seen: Observed) -> Iterator[Draft]:
    state, action = seen.state, seen.action
    assert state is not None
    assert action is not None
    if len(state.values) != len(action.values):
        raise CannotJudge("actions and states have different clocks")
    moved, asked = filled(state.values), filled(action.values)
    if not len(active(moved)) or len(moved) < MIN_ROWS:
        raise CannotJudge(f"needs a moving robot and {MIN_ROWS} rows")
    if np.ptp(asked, axis=0).max() == 0:
        yield _draft(seen, Severity.DEFECT, "Actions never change while the robot moves.", "one value", "commands")
        return
    if seen.fps < MIN_HZ:
        raise CannotJudge(f"needs {MIN_HZ} rows a second")
    true, null = explained(moved, asked, seen.fps)
    if len(null) < MIN_SHIFTS or max(len(np.unique(column)) for column in asked.T) < 4:
        raise CannotJudge("too short, or actions of too few values, to tell from other times")
    chance = float(null.max())
    if chance > REPEATS:
        raise CannotJudge("the motion repeats itself")
    if true - chance < RISK:
        sure = true - chance < DEFECT and state.axes == action.axes
        found = f"{fixed(true)} explained, {fixed(chance)} at a wrong time"
        allowed = f"at least {fixed(DEFECT if sure else RISK)} more than by chance"
        message = "Actions do not explain how the robot moves."
        yield _draft(seen, Severity.DEFECT if sure else Severity.RISK, message, found, allowed)


def explained(state: Floats, action: Floats, fps: float) -> tuple[float, Floats]:
    """How much of the joints' motion actions explain, 0 to 1: at their own time, and at wrong ones (n,)."""
    width = round(SMOOTH_S * fps)
    velocity = _unit(smooth(np.diff(_widest(state), axis=0), width))
    asked = _widest(action, STEPS_SHARE)
    tried = [_over_time(smooth(command, width), velocity, fps) for command in (np.diff(asked, axis=0), asked[:-1])]
    return max(tried, key=lambda found: found[0] - float(found[1].max(initial=0.0)))


def _over_time(commands: Floats, velocity: Floats, fps: float) -> tuple[float, Floats]:
    size, far = len(velocity), round(FAR_S * fps)
    fits = np.mean([_best(_unit(commands), joint) for joint in velocity.T], axis=0)
    held = np.max([np.roll(fits, -lag) for lag in range(round(LAG_S * fps) + 1)], axis=0)
    return float(held[0]), held[far : size - far : max(1, round(STEP_S * fps))]


def _best(commands: Floats, joint: Floats) -> Floats:
    """For each circular shift the strongest correlation of the joint with a command that much earlier, (n,)."""
    size = len(joint)
    spectrum = np.fft.rfft(commands, axis=0).conj() * np.fft.rfft(joint)[:, np.newaxis]
    return np.asarray(np.abs(np.fft.irfft(spectrum, n=size, axis=0)).max(axis=1))


def _widest(values: Floats, share: float = 0.05) -> Floats:
    """The moving columns, at most ``MOST_AXES``, those with the largest spread."""
    columns = active(values, share)
    if len(columns) > MOST_AXES:
        spread = values[:, columns].std(axis=0)
        columns = np.sort(columns[np.argsort(-spread, kind="stable")[:MOST_AXES]])
    return values[:, columns]


def _unit(values: Floats) -> NDArray[np.float64]:
    """Columns without mean and of length 1; constant ones become 0."""
    centred = values - values.mean(axis=0)
    length = np.sqrt(np.square(centred).sum(axis=0))
    return np.asarray(np.where(length > 0, centred / np.where(length > 0, length, 1.0), 0.0))


def _draft(seen: Observed, severity: Severity, message: str, observed: str, expected: str) -> Draft:
    assert seen.action is not None
    spans = (seen.span(0, seen.episode.length),)
    return Draft(severity, message, observed, f"expected {expected}", spans, seen.action.name, IMPACT, FIX)
