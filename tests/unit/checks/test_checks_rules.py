"""Every rule that works on numbers: one good case that stays silent, and the faults it exists for."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.checks import Observed, Severity, all_rules, judge
from headwater.formats import Episode
from headwater.testing.episodes import FPS, camera, defects, episode, moving

Change = Callable[[Episode], Episode]


def ledger(**changes: Any) -> Change:
    return lambda good: replace(good, ledger={**good.ledger, **changes})


def stream(name: str, change: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Change:
    def apply(good: Episode) -> Episode:
        old = good.streams[name]
        return replace(good, streams={**good.streams, name: replace(old, values=change(old.values.copy()))})

    return apply


def put(row: int, value: float) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    def change(values: NDArray[np.float64]) -> NDArray[np.float64]:
        values[row, 0] = value
        return values

    return change


def shifted(by: int) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    return lambda values: values[np.clip(np.arange(len(values)) - by, 0, len(values) - 1)]


STAMPS = np.arange(240) / FPS
FAULTS: list[tuple[str, str, Change]] = [
    ("fewer rows than declared", "ledger/counts", ledger(length=241)),
    ("index range of another length", "ledger/counts", ledger(dataset_from_index=0, dataset_to_index=239)),
    ("frame_index skips", "ledger/counts", ledger(frame_index=np.arange(240) * 2)),
    ("index goes back", "ledger/counts", ledger(index=np.r_[np.arange(239), 3])),
    ("time stands still", "time/stamps", ledger(timestamp=np.r_[STAMPS[:-1], STAMPS[-2]])),
    ("a gap", "time/stamps", ledger(timestamp=STAMPS + (np.arange(240) > 100) * 0.05)),
    ("jitter of 12 ms", "time/stamps", ledger(timestamp=STAMPS + 0.012 * (-1.0) ** np.arange(240))),
    ("time is NaN", "time/stamps", ledger(timestamp=np.r_[STAMPS[:-1], np.nan])),
    ("one NaN", "signal/finite", stream("action", put(7, np.nan))),
    ("one infinity", "signal/finite", stream("observation.state", put(7, np.inf))),
    ("nothing moves", "signal/dead-joint", stream("observation.state", lambda v: v * 0 + 1)),
    ("state before its command", "motion/action-lag", stream("action", shifted(8))),
    ("state much too late", "motion/action-lag", stream("action", shifted(-12))),
    ("command exactly with the state", "motion/action-lag", stream("action", shifted(5))),
    ("ten rows", "motion/idle", lambda good: replace(good, length=10)),
]


def test_good_episode_has_no_finding() -> None:
    assert judge(Observed(episode(), {})).findings == ()


@pytest.mark.parametrize(("rule", "change"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_fault_is_a_defect_of_its_rule(rule: str, change: Change) -> None:
    assert rule in defects(change(episode()))


def test_actions_computed_from_the_next_state_are_not_called_shifted() -> None:
    path = moving()
    derived = stream("action", lambda _: path[np.minimum(np.arange(240) + 1, 239)])
    assert "motion/action-lag" not in defects(derived(episode(path)))


def test_still_joints_of_a_humanoid_are_only_a_note() -> None:
    path = np.concatenate([moving(), np.zeros((240, 20))], axis=1)
    found = [f for f in judge(Observed(episode(path), {})).findings if f.rule == "signal/dead-joint"]
    assert [f.severity for f in found] == [Severity.NOTE]


def test_hands_read_at_ten_hertz_are_no_discontinuity() -> None:
    path = moving()
    path[:, 0] = np.repeat(path[::3, 0], 3)
    assert not [f for f in judge(Observed(episode(path), {})).findings if f.rule == "signal/discontinuity"]


def test_a_single_jump_is_a_risk_with_its_frame() -> None:
    path = moving()
    path[120:, 0] += 5
    found = [f for f in judge(Observed(episode(path), {})).findings if f.rule == "signal/discontinuity"]
    assert found[0].severity is Severity.RISK
    assert found[0].spans[0].start_frame == 119


@pytest.mark.parametrize("text", ["", "TODO", " test. ", "<task>"])
def test_placeholder_task_is_a_risk(text: str) -> None:
    found = judge(Observed(episode(tasks=(text,)), {})).findings
    assert ("content/task-text", Severity.RISK) in {(f.rule, f.severity) for f in found}


def test_idle_ends_are_a_risk_with_spans() -> None:
    path = moving()
    path[:60], path[170:] = path[60], path[170]
    found = [f for f in judge(Observed(episode(path), {})).findings if f.rule == "motion/idle"]
    assert [f.severity for f in found] == [Severity.RISK]
    assert len(found[0].spans) == 2


def test_stale_statistics_are_a_risk() -> None:
    good = episode()
    stats = {"observation.state": {"mean": (good.streams["observation.state"].values.mean(axis=0) + 1).tolist()}}
    found = judge(Observed(ledger(stats=stats, stats_scope="episode")(good), {})).findings
    assert ("ledger/stats", Severity.RISK) in {(f.rule, f.severity) for f in found}


def test_black_span_names_its_frames() -> None:
    dark = np.zeros(240, np.int64)
    dark[50:90] = 1000
    seen = Observed(episode(), {"front": camera(black_milli=dark)})
    found = next(f for f in judge(seen).defects if f.rule == "picture/black-span")
    assert (found.spans[0].start_frame, found.spans[0].end_frame, found.stream) == (50, 90, "front")
    assert "at 1.666-3.000 s (frames 50-90)" in found.headline()


def test_frozen_video_needs_a_moving_robot() -> None:
    still = np.full(240, 600, np.int64)
    still[81:140] = 0
    resting = moving()
    resting[75:145] = resting[75]
    assert "motion/frozen-video" in defects(Observed(episode(), {"front": camera(diff_milli=still)}))
    assert "motion/frozen-video" not in defects(Observed(episode(resting), {"front": camera(diff_milli=still)}))


def test_video_padded_with_its_last_picture_is_frozen_to_the_end() -> None:
    still = np.full(240, 600, np.int64)
    still[226:] = 0
    assert "motion/frozen-video" in defects(Observed(episode(), {"front": camera(diff_milli=still)}))
    assert "motion/frozen-video" not in defects(Observed(episode(), {"front": camera(diff_milli=np.roll(still, -60))}))


def test_camera_that_delivers_every_frame_twice_is_not_frozen() -> None:
    twice = np.where(np.arange(240) % 2, 0, 700).astype(np.int64)
    assert "motion/frozen-video" not in defects(Observed(episode(), {"front": camera(diff_milli=twice)}))


def test_frames_and_rows_must_be_equally_many() -> None:
    assert "time/video-frames" in defects(Observed(episode(), {"front": camera(225)}))


def test_frame_times_must_not_jump() -> None:
    late = np.arange(240) * 1_000_000 // FPS + (np.arange(240) > 100) * 500_000
    assert "time/video-frames" in defects(Observed(episode(), {"front": camera(pts_us=late)}))


def test_damaged_video_is_a_defect() -> None:
    assert "picture/decodes" in defects(Observed(episode(), {"front": camera(100, damage="broken packet")}))


@dataclass(frozen=True)
class Feature:
    name: str = "observation.state"
    axes: tuple[str, ...] = ()
    unit: str = ""
    low_milli: int = 0
    high_milli: int = 0


@dataclass(frozen=True)
class Camera:
    role: str = "head"
    keys: tuple[str, ...] = ()
    min_width: int = 0
    min_height: int = 0
    min_fps_milli: int = 0


@dataclass(frozen=True)
class Spec:
    task: str = "put the red cube into the blue box"
    modality: str = "robot_episode"
    embodiment: tuple[str, ...] = ("arm",)
    features: tuple[Feature, ...] = ()
    cameras: tuple[Camera, ...] = ()
    fps_milli: int = 30_000
    min_length_ms: int = 1000
    max_length_ms: int = 60_000
    sensors: tuple[str, ...] = ()


SPECS: list[tuple[str, Spec]] = [
    ("spec/recording", Spec(embodiment=("humanoid",))),
    ("spec/recording", Spec(fps_milli=50_000)),
    ("spec/recording", Spec(min_length_ms=9000)),
    ("spec/recording", Spec(max_length_ms=7000)),
    ("spec/recording", Spec(sensors=("gyro",))),
    ("spec/recording", Spec(modality="egocentric_video")),
    ("spec/features", Spec(features=(Feature("observation.force"),))),
    ("spec/features", Spec(features=(Feature(axes=("joint_0", "joint_1", "joint_2", "joint_9")),))),
    ("spec/features", Spec(features=(Feature(unit="m"),))),
    ("spec/features", Spec(features=(Feature(low_milli=-1, high_milli=1),))),
    ("spec/cameras", Spec(cameras=(Camera(keys=("wrist",)),))),
]


@pytest.mark.parametrize(("rule", "spec"), SPECS)
def test_recording_that_is_not_what_was_asked_for(rule: str, spec: Spec) -> None:
    report = judge(Observed(episode(), {}, spec=spec))
    assert {f.rule for f in report.defects} == {rule}
    assert report.quality == "reject"


def test_recording_that_is_what_was_asked_for() -> None:
    report = judge(Observed(episode(), {}, spec=Spec(features=(Feature(axes=tuple(f"joint_{i}" for i in range(4))),))))
    assert report.findings == ()


def test_another_wording_is_left_to_reviewers() -> None:
    found = judge(Observed(episode(), {}, spec=Spec(task="Open the drawer"))).findings
    assert [(f.rule, f.severity) for f in found] == [("spec/task", Severity.RISK)]


def test_rate_of_2997_counts_as_30() -> None:
    assert not defects(Observed(episode(fps=Fraction(30000, 1001)), {}, spec=Spec())) & {"spec/recording"}


def test_rules_are_named_versioned_and_documented() -> None:
    rules = all_rules()
    assert len(rules) >= 24
    assert [rule.id for rule in rules] == sorted({rule.id for rule in rules})
    for rule in rules:
        assert rule.version >= 1
        assert len(importlib.import_module(rule.check.__module__).__doc__ or "") > 80
