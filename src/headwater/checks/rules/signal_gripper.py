"""A gripper that is told to move and does not, or that nobody uses in a task about grasping.

Columns are grippers by name. Told to move: the action's range is ten times the state's and not still itself (1 % of its
largest value); if that holds for every gripper that is told anything, RISK. No gripper moves and the task speaks of
grasping: NOTE, since a push may be called so (lerobot-lint GRIPPER_INERT). A humanoid's other hand is no finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.checks.signals import Floats, filled

NAMES = re.compile(r"grip|jaw|finger|thumb|pinky|claw|hand", re.IGNORECASE)
GRASP = re.compile(r"\b(pick|grasp|grab|take|put|place|lift|hold|insert|stack|pour)", re.IGNORECASE)
STILL, TIMES = 0.01, 10.0


@rule("signal/gripper", version=1, needs=(Need.STATE,))
def check(seen: Observed) -> Iterator[Draft]:
    state, action = seen.state, seen.action
    assert state is not None
    columns = [i for i, name in enumerate(state.axes) if NAMES.search(name)]
    if not columns:
        raise CannotJudge("no column is named like a gripper")
    moved = _reach(filled(state.values))
    told = {}
    if action is not None:
        asked = _reach(filled(action.values))
        told = {i: asked[action.axes.index(state.axes[i])] for i in columns if state.axes[i] in action.axes}
    meant = [i for i, reach in told.items() if reach > STILL]
    deaf = [i for i in meant if moved[i] * TIMES < told[i]]
    if meant and deaf == meant:
        yield Draft(
            Severity.RISK,
            "The gripper is told to move and does not.",
            f"{state.axes[deaf[0]]} stands still",
            "expected to follow its command",
            (seen.span(0, seen.episode.length),),
            state.name,
            "Grasps are learned from commands that had no effect.",
            "Check the gripper's connection and that its state is recorded.",
        )
    elif not meant and max(moved[i] for i in columns) <= STILL and any(map(GRASP.search, seen.episode.tasks)):
        message = "No gripper moves in a task about grasping."
        yield Draft(Severity.NOTE, message, "0 moving", "expected at least 1", (), state.name)


def _reach(values: Floats) -> Floats:
    """Range of each column as a share of its largest absolute value, (d,)."""
    largest = np.abs(values).max(axis=0)
    return np.asarray(np.ptp(values, axis=0) / np.where(largest > 0, largest, 1.0))
