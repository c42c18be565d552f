"""Signals: what sensors and controllers do to joints, and what actions do to the robot."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.checks import Finding, Observed, Severity, judge
from headwater.formats import Episode
from headwater.testing.episodes import episode, moving
from headwater.testing.generated import EMBODIMENTS, made

Values = NDArray[np.float64]
ARM, HUMANOID = 2, 5  # seeds: ALOHA, a humanoid with 13 still joints


def of(rule: str, one: Episode) -> list[Finding]:
    return [f for f in judge(Observed(one, {})).findings if f.rule == rule]


def with_values(one: Episode, name: str, values: Values) -> Episode:
    return replace(one, streams={**one.streams, name: replace(one.streams[name], values=values)})


def state(one: Episode) -> Values:
    return one.streams["observation.state"].values.copy()


def with_state(seed: int, values: Values) -> Episode:
    return with_values(made(seed).episode, "observation.state", values)


@pytest.mark.parametrize(("share", "severity"), [(0.0, None), (0.002, None), (0.05, Severity.RISK)])
@pytest.mark.parametrize("seed", [ARM, HUMANOID])
def test_noise_on_every_joint(seed: int, share: float, severity: Severity | None) -> None:
    values = state(made(seed).episode)
    noise = np.random.default_rng(0).normal(0, 1, values.shape) * np.ptp(values, axis=0) * share
    found = of("signal/jitter", with_state(seed, values + noise))
    assert [f.severity for f in found] == ([severity] if severity else [])
    assert all((f.spans[0].start_frame, f.spans[0].end_frame) == (0, len(values)) for f in found)


def test_noise_on_one_joint_is_a_note() -> None:
    values = state(made(ARM).episode)
    values[:, 3] += np.random.default_rng(0).normal(0, 0.1, len(values))
    (found,) = of("signal/jitter", with_state(ARM, values))
    assert found.severity is Severity.NOTE
    assert "joint_3" in found.observed


@pytest.mark.parametrize(("size", "rows", "kicks"), [(0.4, 1, 1), (0.4, 2, 1), (0.1, 1, 0), (0.4, 12, 0)])
def test_kick(size: float, rows: int, kicks: int) -> None:
    values = state(made(ARM).episode)
    values[200 : 200 + rows, 4] += size * np.ptp(values[:, 4])
    found = of("signal/jerk", with_state(ARM, values))
    assert [f.severity for f in found] == [Severity.RISK] * kicks
    for one in found:
        assert (one.spans[0].start_frame, one.spans[0].end_frame) == (200, 200 + rows)
        assert one.observed.startswith("joint_4")


@pytest.mark.parametrize(("limit", "cut"), [(1.0, False), (0.6, True)])
def test_joint_cut_off_by_a_limit(limit: float, cut: bool) -> None:
    """Sweeps of a sine: at 60 % of its height it is cut off while it is fast."""
    path = moving()
    path[:, 1] = np.clip(np.sin(np.arange(240) / 11), -limit, limit)
    found = of("signal/saturated", episode(path))
    assert [f.severity for f in found if f.stream == "observation.state"] == ([Severity.RISK] if cut else [])
    if cut:
        first = found[0].spans[0]
        inside = path[first.start_frame : first.end_frame, 1]
        assert len(set(inside)) == 1
        assert path[first.start_frame - 1, 1] != inside[0]


def test_gripper_that_rests_is_a_note() -> None:
    path = moving()
    path[:, 1] = np.interp(np.arange(240), [60, 80, 160, 180], [0, 1, 1, 0])
    assert {f.severity for f in of("signal/saturated", episode(path))} <= {Severity.NOTE}


def gripper(moves: bool, told: bool, task: str = "Pick up the cup.") -> list[Finding]:
    one = made(ARM).episode
    values, action = state(one), one.streams["action"].values.copy()
    for axis, name in enumerate(one.streams["action"].axes):
        if name.startswith("gripper"):
            values[:, axis] = values[:, axis] if moves else 0.5
            action[:, axis] = action[:, axis] if told else 0.5
    one = with_values(with_values(one, "observation.state", values), "action", action)
    return of("signal/gripper", replace(one, tasks=(task,)))


@pytest.mark.parametrize(
    ("moves", "told", "task", "severity"),
    [
        (True, True, "Pick up the cup.", None),
        (False, True, "Pick up the cup.", Severity.RISK),
        (False, False, "Pick up the cup.", Severity.NOTE),
        (False, False, "Wipe the table.", None),
        (True, False, "Pick up the cup.", None),
    ],
)
def test_gripper(moves: bool, told: bool, task: str, severity: Severity | None) -> None:
    assert [f.severity for f in gripper(moves, told, task)] == ([severity] if severity else [])


def test_other_hand_of_a_humanoid_may_rest() -> None:
    one = made(HUMANOID).episode
    values, action = state(one), one.streams["action"].values.copy()
    columns = [i for i, name in enumerate(one.streams["action"].axes) if name.startswith("gripper")][:3]
    values[:, columns] = action[:, columns] = 0.3
    assert of("signal/gripper", with_values(with_state(HUMANOID, values), "action", action)) == []


@pytest.mark.parametrize(
    ("others", "severity"),
    [
        ([240] * 9, None),
        ([240] * 30, None),
        ([200, 260] * 15, None),
        ([360] * 10, None),
        ([500, 520] * 6, Severity.NOTE),
        ([40] * 30, Severity.RISK),
    ],
)
def test_length_among_the_others_of_the_set(others: list[int], severity: Severity | None) -> None:
    good = episode()
    one = replace(good, ledger={**good.ledger, "set_lengths": (*others, 240)})
    assert [f.severity for f in of("signal/length", one)] == ([severity] if severity else [])


def foreign(seed: int) -> Episode:
    """The actions of another episode of the same robot."""
    one = made(seed).episode
    other = made(seed + len(EMBODIMENTS)).episode.streams["action"].values
    rows = np.arange(one.length) * (len(other) - 1) // (one.length - 1)
    return with_values(one, "action", other[rows])


JUDGED = [seed for seed in range(60) if EMBODIMENTS[seed % len(EMBODIMENTS)].fps >= 10]


def test_actions_of_another_episode() -> None:
    found = [of("motion/action-effect", foreign(seed)) for seed in JUDGED]
    defects = sum(bool(f) and f[0].severity is Severity.DEFECT for f in found)
    assert defects >= 0.8 * len(JUDGED)


@pytest.mark.parametrize("seed", [ARM, HUMANOID])
def test_actions_that_never_change(seed: int) -> None:
    one = made(seed).episode
    (found,) = of("motion/action-effect", with_values(one, "action", one.streams["action"].values * 0))
    assert found.severity is Severity.DEFECT
    assert (found.spans[0].start_frame, found.spans[0].end_frame) == (0, one.length)


def test_actions_for_other_joints_than_the_state_has_are_only_a_risk() -> None:
    one = foreign(ARM)
    action = one.streams["action"]
    other = replace(action, axes=tuple(f"tool_{i}" for i in range(len(action.axes))))
    assert [f.severity for f in of("motion/action-effect", replace(one, streams={**one.streams, "action": other}))] == [
        Severity.RISK
    ]


def test_motion_that_repeats_itself_says_nothing() -> None:
    rows = np.arange(600)
    path = np.stack([np.sin(rows / 20 + phase) for phase in range(4)], axis=1)
    report = judge(Observed(replace(episode(path), length=600), {}))
    assert ("motion/action-effect", "the motion repeats itself") in {(n.rule, n.why) for n in report.not_run}


@pytest.mark.parametrize("seed", [4, 14, 24])
def test_steps_as_actions_are_no_lag(seed: int) -> None:
    """Bridge and OXE store the step to make, not the place to be: its peak is not its arrival."""
    assert made(seed).episode.embodiment == "widowx_delta"
    assert of("motion/action-lag", made(seed).episode) == []


@pytest.mark.parametrize(
    ("rows", "fps", "severity"),
    [(10, 5, Severity.RISK), (4, 5, Severity.DEFECT), (16, 5, None), (20, 30, Severity.DEFECT)],
)
def test_short_episodes(rows: int, fps: int, severity: Severity | None) -> None:
    one = replace(episode(moving()[:rows]), length=rows, fps=Fraction(fps))
    found = [f for f in of("motion/idle", one) if "short" in f.message]
    assert [f.severity for f in found] == ([severity] if severity else [])
