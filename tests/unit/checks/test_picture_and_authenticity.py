"""Rules of pictures and authenticity on made cameras and sensors: good ones stay silent, made faults are found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.checks import Finding, Observed, Severity, check_episode, judge
from headwater.checks.observed import CameraFeatures
from headwater.checks.rules.authenticity_double_compression import rhythm
from headwater.checks.spectrum import peak_milli
from headwater.formats import Kind, PacketLedger, Stream, Video, open_recording
from headwater.formats.mp4 import Edit
from headwater.testing.episodes import FPS, camera, episode
from headwater.testing.generated import made, write_made

COUNT = 240
Thumbs = NDArray[np.uint8]


def scene(seed: int, count: int = COUNT, speed: float = 0.35) -> Thumbs:
    """A textured background, and a blob that wanders over it without ever repeating itself."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:30, :40]
    ground = (
        120 + 50 * np.sin(x / rng.uniform(1, 3) + seed) * np.cos(y / rng.uniform(1, 3)) + rng.normal(0, 9, (30, 40))
    )
    knots = rng.uniform(0, 1, (count // 12 + 2, 2)) * [20, 14] * min(speed, 1) + [10, 8]
    path = np.stack([np.interp(np.arange(count) / 12, np.arange(len(knots)), k) for k in knots.T], axis=1)
    left, top = path[:, 0, None, None], path[:, 1, None, None]
    blob = 90 * np.exp(-((x - left) ** 2 + (y - top) ** 2) / 30)
    made: Thumbs = np.clip(ground + blob + rng.normal(0, 0.5, (count, 30, 40)), 0, 255).round().astype(np.uint8)
    return made


def lively(thumbs: Thumbs, **changes: Any) -> CameraFeatures:
    """Features of a camera that shows ``thumbs``, with plain brightness and sharpness."""
    count = len(thumbs)
    plain = np.full(count, 100_000, np.int64)
    more: dict[str, Any] = {"sharp_milli": plain * 4, "bright_milli": plain * 0, "std_milli": plain // 3}
    return camera(count, thumbs=thumbs, **{**more, **changes})


def found(rule: str, cameras: Mapping[str, CameraFeatures], **changes: Any) -> list[Finding]:
    report = judge(Observed(episode(**changes), cameras))
    return [finding for finding in report.findings if finding.rule == rule]


def spanning(start: int, stop: int, value: int, usual: int) -> NDArray[np.int64]:
    values = np.full(COUNT, usual, np.int64)
    values[start:stop] = value
    return values


def test_good_camera_is_judged_and_has_no_finding() -> None:
    report = judge(Observed(episode(), {"front": lively(scene(1)), "side": lively(scene(2))}))
    names = {name.partition("@")[0] for name in report.ran}
    assert {"picture/blur", "picture/exposure", "picture/covered", "picture/camera-moved"} <= names
    assert {"picture/camera-swapped", "authenticity/cut", "authenticity/loop"} <= names
    ours = [f.rule for f in report.findings if f.rule.startswith(("picture/", "authenticity/"))]
    assert set(ours) <= {"authenticity/video-motion"}, "made pictures have nothing to do with made joints"


SPANS: list[tuple[str, Severity, dict[str, Any]]] = [
    ("picture/blur", Severity.RISK, {"sharp_milli": spanning(60, 90, 50_000, 400_000)}),
    ("picture/exposure", Severity.DEFECT, {"bright_milli": spanning(60, 90, 1000, 0)}),
    ("picture/exposure", Severity.RISK, {"bright_milli": spanning(60, 90, 600, 0)}),
    ("picture/exposure", Severity.RISK, {"black_milli": spanning(60, 90, 950, 0)}),
    ("picture/covered", Severity.DEFECT, {"std_milli": spanning(60, 90, 2000, 33_000)}),
    (
        "picture/covered",
        Severity.RISK,
        {"std_milli": spanning(60, 90, 5000, 33_000), "sharp_milli": spanning(60, 90, 9000, 400_000)},
    ),
]


@pytest.mark.parametrize(("rule", "severity", "changes"), SPANS)
def test_span_is_found_where_it_is(rule: str, severity: Severity, changes: dict[str, Any]) -> None:
    finding = found(rule, {"front": lively(scene(1), **changes)})[0]
    assert finding.severity is severity
    assert (finding.spans[0].start_frame, finding.spans[0].end_frame) == (60, 90)


def test_a_short_blur_is_motion() -> None:
    assert not found("picture/blur", {"front": lively(scene(1), sharp_milli=spanning(60, 70, 50_000, 400_000))})


def test_camera_that_is_pushed_is_found() -> None:
    pushed = scene(1)
    pushed[130:] = np.roll(pushed[130:], 3, axis=2)
    finding = found("picture/camera-moved", {"front": lively(pushed)})[0]
    assert finding.severity is Severity.RISK
    assert finding.spans[0].start_frame - 30 <= 130 <= finding.spans[0].end_frame + 30


def test_camera_that_always_moves_is_not_judged() -> None:
    moving = np.stack([np.roll(frame, number, axis=1) for number, frame in enumerate(scene(1))])
    report = judge(Observed(episode(), {"front": lively(moving)}))
    assert "picture/camera-moved" in {item.rule for item in report.not_run}


def test_exchanged_cameras_are_a_defect_at_their_frame() -> None:
    left, right = scene(1), scene(2)
    crossed = np.concatenate([left[:120], right[120:]]), np.concatenate([right[:120], left[120:]])
    finding = found("picture/camera-swapped", {"a": lively(crossed[0]), "b": lively(crossed[1])})[0]
    assert finding.severity is Severity.DEFECT
    assert finding.spans[0].start_frame <= 120 <= finding.spans[0].end_frame


def test_one_picture_under_two_names_is_a_defect() -> None:
    same = lively(scene(1))
    assert [f.severity for f in found("picture/camera-swapped", {"a": same, "b": same})] == [Severity.DEFECT]


def test_exchanged_names_are_a_risk() -> None:
    moving = np.stack([np.roll(frame, number, axis=1) for number, frame in enumerate(scene(2))])
    finding = found("picture/camera-swapped", {"wrist": lively(scene(1)), "top": lively(moving)})[0]
    assert finding.severity is Severity.RISK


@pytest.mark.parametrize("at", [70, 120, 170])
def test_cut_is_found_at_its_frame(at: int) -> None:
    whole = scene(3, COUNT + 15, speed=1.2)
    cut = np.concatenate([whole[:at], whole[at + 15 :]])
    findings = found("authenticity/cut", {"front": lively(cut)})
    assert findings
    assert findings[0].severity is Severity.DEFECT
    assert abs(findings[0].spans[0].start_frame + 1 - at) <= 1
    assert not found("authenticity/cut", {"front": lively(whole[:COUNT])})


@pytest.mark.parametrize("seed", [13, 132])  # a gripper that snaps; a key frame that repaints a picture at rest
def test_jump_of_a_whole_recording_is_no_defect(seed: int, tmp_path: Path) -> None:
    report = check_episode(open_recording(write_made(tmp_path, made(seed)))[0])
    assert not report.defects
    assert "authenticity/cut" in {finding.rule for finding in report.findings}  # shown all the same


@pytest.mark.parametrize("backwards", [False, True])
def test_piece_shown_twice_is_found(backwards: bool) -> None:
    first = scene(4, speed=1.2)
    piece = first[60:120][::-1] if backwards else first[60:120]
    looped = np.concatenate([first[:120], piece, first[120:180]])
    finding = found("authenticity/loop", {"front": lively(looped)})[0]
    assert finding.severity is Severity.DEFECT
    assert abs(finding.spans[0].start_frame - 60) <= 3
    assert ("backwards" in finding.message) is backwards


def test_loop_that_the_joints_made_too_is_a_risk() -> None:
    first = scene(4, speed=1.2)
    looped = np.concatenate([first[:120], first[60:120], first[120:180]])
    good = episode()
    path = good.streams["observation.state"].values
    again = np.concatenate([path[:120], path[60:120], path[120:180]])
    report = judge(Observed(episode(again), {"front": lively(looped)}))
    assert [f.severity for f in report.findings if f.rule == "authenticity/loop"] == [Severity.RISK]


def packets(**changes: Any) -> PacketLedger:
    key = np.zeros(COUNT, np.bool_)
    key[0] = True
    rng = np.random.default_rng(5)
    made = PacketLedger(
        codec="h264",
        time_base=Fraction(1, 15360),
        pts=np.arange(COUNT, dtype=np.int64) * 512,
        key=key,
        size_bytes=rng.integers(900, 1100, COUNT),
        hidden=0,
        edits=(Edit(8000, 0, 65536),),
    )
    return replace(made, **changes)


def timeline(ledger: PacketLedger) -> list[Severity]:
    video = Video("front", Path("made.mp4"), 0.0, COUNT, Fraction(FPS), 640, 480, "h264")
    seen = Observed(episode(videos={"front": video}), {"front": lively(scene(1), packets=ledger)})
    return [f.severity for f in judge(seen).findings if f.rule == "authenticity/timeline"]


def test_timeline_of_a_plain_file_is_good() -> None:
    assert timeline(packets()) == []


def test_edit_lists_and_stretched_times_are_found() -> None:
    assert timeline(packets(edits=(Edit(4000, 0, 65536), Edit(4000, 90_000, 65536)))) == [Severity.DEFECT]
    assert timeline(packets(edits=(Edit(4000, 0, 32768),))) == [Severity.DEFECT]
    assert timeline(packets(hidden=12)) == [Severity.RISK]
    steps = np.full(COUNT - 1, 512)
    steps[100:120] = 640
    assert timeline(packets(pts=np.concatenate([[0], np.cumsum(steps)]))) == [Severity.DEFECT]


def test_rhythm_of_an_earlier_compression() -> None:
    plain = packets()
    sizes = plain.size_bytes.copy()
    sizes[::15] += 400
    assert rhythm(plain).z_milli < 6000
    twice = rhythm(replace(plain, size_bytes=sizes))
    assert (twice.period % 15, twice.z_milli > 6000, twice.share_milli) == (0, True, 1000)


def imu(values: NDArray[np.float64]) -> list[tuple[Severity, str]]:
    times = np.arange(len(values), dtype=np.int64) * 5_000_000
    stream = Stream("gyro", Kind.GYRO, times, values, ("x", "y", "z"), unit="rad/s")
    good = episode()
    report = judge(Observed(replace(good, streams={**good.streams, "gyro": stream}), {}))
    return [(f.severity, f.message) for f in report.findings if f.rule == "authenticity/sensor-noise"]


def turning(count: int = 2000) -> NDArray[np.float64]:
    times = np.arange(count)[:, None] / 200
    turns: NDArray[np.float64] = 0.3 * np.sin(times * [2.0, 3.1, 1.3]) + 0.1 * np.sin(times * [7.3, 6.1, 9.0])
    return turns


def test_real_looking_gyro_is_good() -> None:
    assert imu(turning() + np.random.default_rng(1).normal(0, 0.003, (2000, 3))) == []


def test_repeated_white_and_computed_gyro_are_found() -> None:
    rng = np.random.default_rng(1)
    noisy = turning() + rng.normal(0, 0.003, (2000, 3))
    copied = noisy.copy()
    copied[1200:1400] = copied[300:500]
    assert [severity for severity, _ in imu(copied)] == [Severity.DEFECT]
    assert imu(rng.normal(0, 0.1, (2000, 3)))[0] == (Severity.DEFECT, "The turning rate is white noise.")
    assert imu(turning())[0][0] is Severity.RISK
    slow = noisy[::8]
    wide = np.stack([np.interp(np.arange(2000), np.arange(0, 2000, 8), axis) for axis in slow.T], axis=1)
    assert imu(wide)[0] == (Severity.RISK, "Samples were interpolated from a slower rate.")


def test_sensor_at_rest_is_white_and_good() -> None:
    assert imu(np.random.default_rng(1).normal(0, 0.002, (2000, 3))) == []


def test_grid_of_a_screen_is_a_peak() -> None:
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:256, :320].astype(np.float64)
    plain = 120 + 40 * np.sin(x / 30) * np.cos(y / 25) + rng.normal(0, 2, (256, 320))
    beat = 6 * np.sin(2 * np.pi * (0.21 * x + 0.13 * y))
    assert peak_milli(plain.astype(np.uint8))[0] < 1500
    assert peak_milli((plain + beat).astype(np.uint8))[0] > 2200
    assert peak_milli(np.zeros((100, 320), np.uint8)) == []
