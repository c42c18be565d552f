"""Clocks: rows that drift, sensors with gaps, jitter and skew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.checks import Finding, Observed, Severity, judge
from headwater.formats import Kind, Stream
from headwater.testing.episodes import FPS, camera, episode

NS = 10**9
RATE = 200


def of(rule: str, seen: Observed) -> list[Finding]:
    return [f for f in judge(seen).findings if f.rule == rule]


def stamped(times: NDArray[np.float64]) -> list[Finding]:
    good = episode()
    return of("time/stamps", Observed(replace(good, ledger={**good.ledger, "timestamp": times}), {}))


ROWS = np.arange(240) / FPS


@pytest.mark.parametrize(
    ("percent", "severity"),
    [(0.0, None), (0.02, None), (0.1, Severity.RISK), (1.0, Severity.DEFECT)],
)
def test_clock_that_drifts(percent: float, severity: Severity | None) -> None:
    found = stamped(ROWS * (1 + percent / 100))
    assert [f.severity for f in found] == ([severity] if severity else [])
    assert all(f.message == "Row times drift from the declared rate." for f in found)


def test_jitter_is_not_called_drift() -> None:
    (found,) = stamped(ROWS * 1.001 + 0.006 * (-1.0) ** np.arange(240))
    assert (found.message, found.severity) == ("Row times jitter.", Severity.DEFECT)


def gyro(times_s: NDArray[np.float64], name: str = "gyro", late_s: float = 0.0, kind: Kind = Kind.GYRO) -> Stream:
    """A turning head as one sensor sees it; ``late_s`` is how far its clock is behind."""
    shown = times_s - late_s
    values = np.stack(
        [np.sin(2.1 * shown) + np.sin(4.3 * shown + 0.1 * shown**2), np.cos(3.7 * shown), 0.2 * shown], axis=1
    )
    return Stream(name, kind, np.rint(times_s * NS).astype(np.int64), values, ("x", "y", "z"), "rad/s", "imu")


def clocks(*streams: Stream, shown: bool = True) -> list[Finding]:
    good = episode()
    one = replace(good, streams={**good.streams, **{stream.name: stream for stream in streams}})
    return of("time/clocks", Observed(one, {"front": camera()} if shown else {}))


EVEN = np.arange(8 * RATE) / RATE


def without(start_s: float, length_s: float) -> NDArray[np.float64]:
    return EVEN[(start_s > EVEN) | (start_s + length_s <= EVEN)]


def test_even_clock_has_no_finding() -> None:
    assert clocks(gyro(EVEN)) == []


def test_streams_of_the_table_are_not_judged() -> None:
    report = judge(Observed(episode(), {}))
    assert "time/clocks" in {row.rule for row in report.not_run}


@pytest.mark.parametrize(
    ("length_s", "kind", "severity"),
    [
        (0.08, Kind.GYRO, None),
        (0.3, Kind.GYRO, Severity.RISK),
        (0.6, Kind.GYRO, Severity.DEFECT),
        (0.6, Kind.POSE, Severity.RISK),
        (0.6, Kind.LABEL, None),
    ],
)
def test_gap(length_s: float, kind: Kind, severity: Severity | None) -> None:
    found = clocks(gyro(without(3.0, length_s), kind=kind))
    assert [f.severity for f in found] == ([severity] if severity else [])
    for one in found:
        assert abs(one.spans[0].start_frame - 3 * FPS) <= 1
        assert abs(one.spans[0].end_frame - (3 + length_s) * FPS) <= 2


def test_times_that_go_back() -> None:
    times = EVEN.copy()
    times[800:] -= 0.05
    (found,) = clocks(gyro(times))
    assert (found.severity, found.message) == (Severity.DEFECT, "Sample times go back.")
    assert found.spans[0].start_frame in range(117, 121)


@pytest.mark.parametrize(("share", "severity"), [(0.0, None), (0.4, None), (0.9, Severity.RISK)])
def test_sample_jitter(share: float, severity: Severity | None) -> None:
    rng = np.random.default_rng(0)
    found = clocks(gyro(EVEN + rng.uniform(-share / 2, share / 2, len(EVEN)) / RATE))
    assert [f.severity for f in found] == ([severity] if severity else [])


@pytest.mark.parametrize(("late_s", "found"), [(0.0, 0), (0.4, 0), (0.7, 1), (-0.7, 1)])
def test_sensor_and_pictures_run_together(late_s: float, found: int) -> None:
    assert len(clocks(gyro(EVEN + late_s))) == found
    assert clocks(gyro(EVEN + late_s), shown=False) == []


@pytest.mark.parametrize(("late_s", "message"), [(0.0, ""), (0.01, ""), (0.04, "Two gyros turn at different times.")])
def test_two_gyros_of_one_head(late_s: float, message: str) -> None:
    found = clocks(gyro(EVEN, "left"), gyro(EVEN, "right", late_s))
    assert [f.message for f in found] == ([message] if message else [])
    assert all("40.0 ms" in f.observed for f in found)


def test_two_gyros_that_drift_apart() -> None:
    left = gyro(EVEN, "left")
    right = replace(gyro(EVEN * 0.985, "right"), times_ns=left.times_ns)
    found = clocks(left, right)
    assert [f.message for f in found] == ["Two gyros drift apart."]


def test_gyros_of_different_things_are_not_compared() -> None:
    other = replace(gyro(EVEN, "hand"), values=np.random.default_rng(3).normal(0, 1, (len(EVEN), 3)))
    assert clocks(gyro(EVEN, "head"), other) == []


def test_two_pictures_of_one_time() -> None:
    twice = np.arange(240) * 1_000_000 // FPS
    twice[99:101] = 3_316_666
    good = episode()
    rows = Observed(good, {"front": camera(pts_us=twice)})
    free = Observed(replace(good, ledger={}), {"front": camera(pts_us=twice)})
    assert [f.severity for f in of("time/video-frames", rows)] == [Severity.DEFECT]
    assert Severity.RISK in {f.severity for f in of("time/video-frames", free)}
