"""What conform maps without loss is a NOTE, what it must refuse is a DEFECT: both judge by one table of units."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from headwater.checks import Finding, Observed, Severity, judge, observe
from headwater.client.spec_file import read_spec
from headwater.export import UnmappableError
from headwater.export.conform import plan
from headwater.formats import Episode, Video, open_recording
from headwater.formats.conventions import Conventions, parse_conventions
from headwater.records.campaign_spec import CameraSpec, CampaignSpec, FeatureSpec
from headwater.testing.episodes import episode, moving
from headwater.testing.recordings import write_lerobot_v21
from headwater.testing.so100 import normalised_set, old_degrees_set, ros_set

AXES = tuple(f"joint_{i}" for i in range(4))
EXAMPLES = Path(__file__).parents[3] / "examples"


def spec(*features: FeatureSpec, **changes: object) -> CampaignSpec:
    plain = CampaignSpec(
        name="n", task="", modality="robot_episode", embodiment=(), features=features, cameras=(), fps_milli=0,
        min_length_ms=0, max_length_ms=0, sensors=(), success="", reject_reasons=(), examples=(), strata=(),
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def feature(unit: str = "", axes: tuple[str, ...] = (), low: int = 0, high: int = 0) -> FeatureSpec:
    return FeatureSpec("observation.state", axes, unit, low, high)


def found(asked: CampaignSpec, one: Episode | None = None, told: Conventions | None = None) -> list[Finding]:
    seen = Observed(one or episode(), {}, spec=asked, conventions=told or Conventions())
    return [f for f in judge(seen).findings if f.rule.startswith("spec/")]


def units(text: str, values: float = 1.0) -> Episode:
    good = episode(moving() * values)
    state = replace(good.streams["observation.state"], unit=text)
    return replace(good, streams={**good.streams, "observation.state": state})


CASES = [
    ("as asked", "rad", feature("rad", AXES), None),
    ("another order", "rad", feature("rad", AXES[::-1]), "note"),
    ("fewer axes", "rad", feature("rad", AXES[:2]), "note"),
    ("an axis nobody has", "rad", feature("rad", (*AXES[:3], "gripper")), "defect"),
    ("degrees for radians", "deg", feature("rad", AXES), "note"),
    ("metres for radians", "m", feature("rad", AXES), "defect"),
    ("no unit stated", "", feature("rad", AXES), "note"),
    ("nobody asks", "furlong", feature("", AXES), None),
    ("one unit an axis", "rad,rad,m,m", feature("rad, rad, m, m", AXES), None),
    ("one of them another", "rad,rad,cm,m", feature("rad,rad,m,m", AXES), "note"),
    ("one of them of another quantity", "rad,rad,rad,m", feature("rad,rad,m,m", AXES), "defect"),
    ("units in another order", "m,rad,rad,rad", feature("rad,rad,rad,m", AXES[::-1]), "note"),
    ("more units than axes", "rad,rad,rad,rad,m", feature("rad", AXES), "defect"),
    ("counted units", "rad x3,m", feature("rad x3, m", AXES), None),
    ("a range nobody states", "range_m100_100", feature("rad", AXES), "defect"),
    ("shares of one range", "range_m1_1", feature("range_0_1", AXES), "note"),
]


@pytest.mark.parametrize(("unit", "asked", "severity"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_units_and_axes(unit: str, asked: FeatureSpec, severity: str | None) -> None:
    worst = {f.severity for f in found(spec(asked), units(unit))}
    assert worst == ({Severity(severity)} if severity else set())


def test_numbers_are_held_against_the_range_in_the_unit_asked_for() -> None:
    path = moving() * 0
    path[:, 0] = np.linspace(-100, 100, 240)
    degrees = units("deg")
    state = replace(degrees.streams["observation.state"], values=path)
    degrees = replace(degrees, streams={**degrees.streams, "observation.state": state})
    assert {f.severity for f in found(spec(feature("rad", AXES, -1746, 1746)), degrees)} == {Severity.NOTE}
    (bad,) = [f for f in found(spec(feature("rad", AXES, -1571, 1571)), degrees) if f.severity is Severity.DEFECT]
    assert bad.observed.startswith("joint_0 at -1.7")
    assert (bad.spans[0].start_frame, bad.spans[-1].end_frame) == (0, 240)
    edge = spec(feature("rad", AXES, -1744, 1744))  # 100 degrees are 1.7453 rad: off by more than a thousandth
    assert [f.severity for f in found(edge, degrees)].count(Severity.DEFECT) == 1


def test_statement_gives_names_units_and_ranges() -> None:
    told = parse_conventions(
        {
            "features": {
                "observation.state": {
                    "axes": {"joint_3": "gripper"},
                    "units": {"joint_3": "range_0_1"},
                    "ranges": {"joint_3": {"low": 0, "high": 2, "unit": "rad"}},
                }
            }
        }
    )
    asked = spec(feature("rad", (*AXES[:3], "gripper")))
    assert {f.severity for f in found(asked, units(""), told)} == {Severity.NOTE}
    assert Severity.DEFECT in {f.severity for f in found(asked, units(""))}
    assert Severity.DEFECT in {f.severity for f in found(asked, units("deg"), told)}, "recording and statement disagree"


@pytest.mark.parametrize(
    ("rate", "asked", "severity"), [(30, 30_000, None), (60, 30_000, "note"), (45, 30_000, "defect")]
)
def test_whole_multiples_of_the_rate_are_mapped(rate: int, asked: int, severity: str | None) -> None:
    worst = {f.severity for f in found(spec(fps_milli=asked), replace(episode(), fps=Fraction(rate)))}
    assert worst == ({Severity(severity)} if severity else set())


def test_rate_that_may_be_resampled_is_for_reviewers() -> None:
    told = parse_conventions({"resample": "linear"})
    assert [f.severity for f in found(spec(fps_milli=30_000), replace(episode(), fps=Fraction(45)), told)] == [
        Severity.RISK
    ]


def test_cameras_are_found_by_statement_and_the_largest_counts() -> None:
    def video(key: str, width: int, height: int) -> Video:
        return Video(key, Path("v.mp4"), 0.0, 240, Fraction(30), width, height, "h264")

    one = replace(
        episode(), videos={v.key: v for v in (video("small", 64, 48), video("observation.images.big", 640, 480))}
    )
    camera = CameraSpec(role="scene", keys=(), min_width=640, min_height=480, min_fps_milli=0)
    assert found(spec(cameras=(camera,)), one) == []
    assert found(spec(cameras=(replace(camera, keys=("big",)),)), one) == []
    named = replace(camera, keys=("front",))
    assert [f.severity for f in found(spec(cameras=(named,)), one)] == [Severity.DEFECT]
    assert found(spec(cameras=(named,)), one, parse_conventions({"cameras": {"big": "front"}})) == []


JOINTS = ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper")
SO = FeatureSpec("observation.state", tuple(f"{name}.pos" for name in JOINTS), "deg x5, range_0_100", -180_000, 180_000)


@pytest.mark.parametrize("write", [old_degrees_set, ros_set, normalised_set])
def test_checks_and_conform_agree(write: Callable[[Path, Sequence[int]], Path], tmp_path: Path) -> None:
    """Three conventions of one arm: mapped with the statement beside them, refused by both without it."""
    root = write(tmp_path / "set", [40])
    asked = spec(SO)
    (mapped,) = open_recording(root)
    assert plan(asked, [mapped])
    report = judge(observe(mapped, spec=asked))
    assert [f for f in report.findings if f.rule == "spec/features" and f.severity is not Severity.NOTE] == []
    (root / "conventions.json").unlink()
    with pytest.raises(UnmappableError):
        plan(asked, [mapped])


def test_statement_that_cannot_be_read_is_a_risk(tmp_path: Path) -> None:
    tmp_path = write_lerobot_v21(tmp_path / "set", [40])
    (tmp_path / "conventions.json").write_text(json.dumps({"convention": "mine"}), encoding="utf-8")
    report = judge(observe(open_recording(tmp_path)[0], spec=spec()))
    assert ("spec/features", Severity.RISK) in {(f.rule, f.severity) for f in report.findings}


def test_carried_recordings_fit_the_carried_specs() -> None:

    for name, recording in (("humanoid_pick", "lerobot_v21_g1"), ("so100_pick", "lerobot_v30_so100")):
        asked = read_spec(EXAMPLES / "specs" / f"{name}.json")
        one = open_recording(EXAMPLES / "recordings" / recording)[0]
        seen = replace(Observed(one, {}, spec=asked), conventions=observe(replace(one, videos={})).conventions)
        bad = [f for f in judge(seen).findings if f.rule == "spec/features" and f.severity is not Severity.NOTE]
        assert bad == []
