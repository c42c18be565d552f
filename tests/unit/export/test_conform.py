"""Three SO-100 sets in three conventions become one dataset with equal physical values; what does not map is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from headwater.export import UnmappableError, export_lerobot_v3
from headwater.export.conform import (
    Conventions,
    conformed,
    conformed_all,
    export_conformed,
    keep,
    kept_in,
    parse_conventions,
    pictures,
    plan,
    reported,
    shown,
    undone,
)
from headwater.export.errors import ExportError, Problem, ShortVideoError
from headwater.formats import NS, Annotation, Calibration, Episode, Kind, Stream, frames, open_recording
from headwater.formats.errors import ConventionsError
from headwater.records.campaign_spec import CameraSpec, CampaignSpec, FeatureSpec
from headwater.records.codec import cid, decode, encode
from headwater.records.conform import ConformedSet
from headwater.testing.recordings import CAMERA, frame_number, write_lerobot_v21
from headwater.testing.so100 import (
    JOINTS,
    TOP,
    motion,
    normalised_set,
    old_degrees_set,
    ros_set,
    state,
    write_set,
)

AXES = tuple(f"{name}.pos" for name in JOINTS)
UNITS = ",".join(["rad"] * 5 + ["range_0_100"])
LENGTHS = {"old": [20, 11], "ros": [17], "range": [41, 30]}


def spec_of(**change: Any) -> CampaignSpec:
    features = tuple(FeatureSpec(name, AXES, UNITS, -3200, 100_000) for name in ("observation.state", "action"))
    plain = CampaignSpec(
        "Pick", "pick", "robot_episode", (), features, (CameraSpec("front", (CAMERA,), 0, 0, 0),), 30_000, 0, 0, (),
        "It was picked.", (), (), (),
    )  # fmt: skip
    return replace(plain, **change)


SPEC = spec_of()


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("so100")
    return {
        "old": old_degrees_set(root / "old", LENGTHS["old"]),
        "ros": ros_set(root / "ros", LENGTHS["ros"]),
        "range": normalised_set(root / "range", LENGTHS["range"]),
    }


@pytest.fixture(scope="module")
def sources(roots: dict[str, Path]) -> list[Episode]:
    return [episode for root in roots.values() for episode in open_recording(root)]


@pytest.fixture(scope="module")
def exported(sources: list[Episode], tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = tmp_path_factory.mktemp("work")
    made = plan(SPEC, sources)
    report = reported(export_lerobot_v3(conformed_all(sources, made, work), work / "set"), made, [20, 11, 17, 21, 15])
    keep(made, report.root)
    assert (report.episodes, report.frames) == (5, 20 + 11 + 17 + 21 + 15)
    assert [(one.episode_index, one.camera) for one in report.reencoded] == [(3, CAMERA), (4, CAMERA)]
    assert report.copied == 3
    assert {*report.files} == {str(p.relative_to(report.root)) for p in report.root.rglob("*") if p.is_file()}
    return report.root


def contents(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def truths() -> Iterator[tuple[int, np.ndarray[Any, Any], int]]:
    """Episode of its set, physical state at 30 rows a second, rows of the recording a row."""
    for seed, (name, lengths) in enumerate(LENGTHS.items(), start=1):
        for episode, length in enumerate(lengths):
            step = 2 if name == "range" else 1
            rows = (length - 1) // step + 1
            yield episode, motion(episode + np.arange(rows) / 30, seed), step


def test_three_conventions_become_one_physical_dataset(exported: Path) -> None:
    back = open_recording(exported)
    assert len(back) == 5
    for episode, (_, truth, step) in zip(back, truths(), strict=True):
        assert episode.fps == 30
        assert list(episode.videos) == [CAMERA]
        stream = episode.streams["observation.state"]
        assert stream.axes == AXES
        assert episode.length == len(truth)
        np.testing.assert_allclose(stream.values[:, :5], truth[:, :5], rtol=0, atol=1e-6)
        np.testing.assert_allclose(stream.values[:, 5] / 100, truth[:, 5] / 100, rtol=0, atol=1e-6)
        assert [frame_number(f.image) for f in frames(episode.videos[CAMERA])] == [*range(0, step * len(truth), step)]


def test_actions_of_a_thinned_recording_are_those_it_had(sources: list[Episode], exported: Path) -> None:
    """60 to 30 a second takes every second row as it was: an action is never made up."""
    action = open_recording(exported)[3].streams["action"].values
    truth = motion(np.arange(1, 42)[::2] / 60, seed=3)
    np.testing.assert_allclose(action[:, :5], truth[:, :5], rtol=0, atol=1e-6)


def test_the_map_is_kept_and_undoes_itself(sources: list[Episode], exported: Path) -> None:
    made = kept_in(exported)
    assert made == plan(SPEC, sources)
    assert made.spec == cid(SPEC)
    assert decode(ConformedSet, encode(made)) == made
    assert len(made.maps) == 3
    assert [row.map for row in made.episodes] == [0, 0, 1, 2, 2]
    for row, source, episode in zip(made.episodes, sources, open_recording(exported), strict=True):
        one = made.maps[row.map]
        step = 2 if one.rate.method == "decimate" else 1
        for feature in one.features:
            own = source.streams[feature.source]
            back = undone(episode.streams[feature.target], feature)
            assert (back.name, back.axes, back.dtype) == (own.name, own.axes, own.dtype)
            np.testing.assert_allclose(back.values, own.values[::step], rtol=3e-7, atol=2e-5)  # float32 in degrees


def test_undone_in_memory_is_exact_to_float64(sources: list[Episode], tmp_path: Path) -> None:
    made = plan(SPEC, sources)
    for row, source in zip(made.episodes[:3], sources[:3], strict=True):
        one = made.maps[row.map]
        episode = conformed(source, one, tmp_path)
        for feature in one.features:
            back = undone(episode.streams[feature.target], feature)
            np.testing.assert_allclose(back.values, source.streams[feature.source].values, rtol=1e-14, atol=1e-13)


def test_every_step_says_what_it_does_and_who_says_so(exported: Path) -> None:
    old, ros, norm = kept_in(exported).maps
    lift, elbow = old.features[0].axes[1:3]
    assert [(s.factor, s.pi_power, s.offset, s.origin) for s in lift.steps] == [
        ("-1", 0, "90", "conventions"),
        ("1/180", 1, "0", "definition"),
    ]
    assert elbow.steps[0].offset == "-90"
    assert [a.source for a in ros.features[0].axes] == [
        "Rotation", "Pitch", "Elbow", "Wrist_Pitch", "Wrist_Roll", "Jaw",
    ]  # fmt: skip
    assert not ros.features[0].axes[0].steps
    assert norm.features[0].axes[0].steps[0].origin == "calibration"
    assert (norm.rate.source, norm.rate.target, norm.rate.method) == ("60", "30", "decimate")
    text = "\n".join(shown(kept_in(exported)))
    for words in (
        "2 of 5 episodes",
        "deg as rad",
        "is Jaw, column 0 to 5",
        f"camera {CAMERA} is {TOP}",
        "(calibration)",
    ):
        assert words in text


def test_the_dataset_says_its_own_units(exported: Path, tmp_path: Path) -> None:
    """What was exported conforms again without a word, and nothing in it changes."""
    episodes = list(open_recording(exported))
    made = plan(SPEC, episodes)
    assert not any(axis.steps for one in made.maps for feature in one.features for axis in feature.axes)
    for episode, again in zip(episodes, conformed_all(episodes, made, tmp_path), strict=True):
        np.testing.assert_array_equal(again.streams["action"].values, episode.streams["action"].values)


def test_two_runs_give_the_same_bytes(sources: list[Episode], exported: Path, tmp_path: Path) -> None:
    made = plan(SPEC, sources)
    export_lerobot_v3(conformed_all(sources, made, tmp_path / "work"), tmp_path / "again")
    keep(made, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(exported)


def test_types_are_the_widest_of_all_and_untouched_numbers_stay(sources: list[Episode], tmp_path: Path) -> None:
    made = plan(SPEC, sources)
    assert {feature.target_dtype for one in made.maps for feature in one.features} == {"float64"}  # the ROS set's
    alone = plan(SPEC, sources[:2])
    assert {feature.target_dtype for one in alone.maps for feature in one.features} == {"float32"}
    ros = conformed(sources[2], made.maps[1], tmp_path)
    own = sources[2].streams["action"].values
    np.testing.assert_array_equal(ros.streams["action"].values[:, 0], own[:, 1])


# --- what cannot be mapped -----------------------------------------------------------------------------------------


def problems(spec: CampaignSpec, episodes: list[Episode], given: Conventions | None = None) -> list[Problem]:
    with pytest.raises(UnmappableError) as caught:
        plan(spec, episodes, given=given)
    assert all(p.fix and p.allowed and p.actual for p in caught.value.problems)
    assert caught.value.line().count("\n") == len(caught.value.problems) - 1
    return list(caught.value.problems)


def so_set(root: Path, **change: Any) -> list[Episode]:
    write_set(root, [9], lambda truth: truth, AXES, **change)
    return list(open_recording(root))


def stated(**conventions: Any) -> Conventions:
    return parse_conventions(conventions)


def with_state(episode: Episode, **change: Any) -> Episode:
    stream = replace(episode.streams["observation.state"], **change)
    return replace(episode, streams={**episode.streams, stream.name: stream})


BOTH = ("observation.state", "action")
RAD = {"features": {name: {"unit": "rad", "units": {"gripper.pos": "range_0_100"}} for name in BOTH}}


def test_a_recording_that_does_not_say_its_unit_is_refused(tmp_path: Path) -> None:
    found = problems(SPEC, so_set(tmp_path / "set"))
    assert [p.field for p in found] == [f"{name}/{axis}" for name in BOTH for axis in AXES]
    assert {p.problem for p in found} == {"the recording does not say its unit"}
    assert {p.episode for p in found} == {"set episode_000000"}
    assert "rad" in found[0].allowed
    assert '"observation.state": {"unit": "rad"}' in found[0].fix
    plan(SPEC, so_set(tmp_path / "again"), given=stated(**RAD))


def test_normalised_values_without_a_range_are_refused(tmp_path: Path) -> None:
    episodes = so_set(tmp_path / "set")
    found = problems(SPEC, episodes, stated(convention="lerobot-so-range"))
    assert [p.field for p in found][:5] == [f"observation.state/{axis}" for axis in AXES[:5]]
    assert {p.problem for p in found} == {"the range of this joint is not known"}
    assert found[0].actual == "range_m100_100 without a range"
    asked = spec_of(features=(FeatureSpec("action", AXES[:5], "rad", -1500, 1500),))
    made = plan(asked, episodes, given=stated(convention="lerobot-so-range", range_from_campaign=True))
    assert made.maps[0].features[0].axes[0].steps[0].origin == "campaign"


def test_a_range_of_another_quantity_is_refused(tmp_path: Path) -> None:
    own = {"unit": "range_0_1", "ranges": {"gripper.pos": {"low": 0, "high": "0.07", "unit": "m"}}}
    spec = spec_of(features=(FeatureSpec("action", ("gripper.pos",), "rad", 0, 0),))
    found = problems(spec, so_set(tmp_path / "set"), stated(features={"action": own}))
    assert [(p.field, p.actual, p.allowed) for p in found] == [("action/gripper.pos", "a range in m", "a range in rad")]


def test_a_unit_of_another_quantity_is_refused(tmp_path: Path) -> None:
    told = stated(features={name: {"unit": "m"} for name in BOTH})
    found = problems(spec_of(features=(FeatureSpec("action", AXES[:1], "rad", 0, 0),)), so_set(tmp_path / "s"), told)
    assert [(p.field, p.problem, p.actual) for p in found] == [
        ("action/shoulder_pan.pos", "its unit does not convert", "m")
    ]


def test_a_statement_against_the_recording_is_refused(tmp_path: Path) -> None:
    episode = with_state(so_set(tmp_path / "set")[0], unit="deg")
    found = problems(SPEC, [episode], stated(**RAD))
    assert {p.problem for p in found} == {"the recording states another unit"}
    assert {(p.actual, p.allowed) for p in found} == {
        ("deg", "rad, as conventions.json states"),
        ("deg", "range_0_100, as conventions.json states"),
    }


def test_a_wrongly_stated_unit_shows_in_the_range(tmp_path: Path) -> None:
    """Radians stated as degrees stay in range; degrees stated as radians do not."""
    own = old_degrees_set(tmp_path / "old", [9])
    (own / "conventions.json").unlink()
    spec = spec_of(features=(FeatureSpec("action", AXES[:5], "rad", -3200, 3200),))
    found = problems(spec, list(open_recording(own)), stated(features={"action": {"unit": "rad"}}))
    assert "values are outside the range asked for" in {p.problem for p in found}
    assert "-3.2 to 3.2" in found[0].allowed


def test_a_missing_axis_feature_and_camera_are_all_named_at_once(tmp_path: Path) -> None:
    names = ["shoulder_pan", "shoulder_lift", "elbow", "wrist_flex", "wrist_roll", "gripper"]
    write_set(tmp_path / "set", [9], lambda truth: truth, names, camera=TOP, fps=25)
    features = (*SPEC.features, FeatureSpec("observation.force", ("x",), "N", 0, 0))
    given = stated(features={name: {"unit": "rad", "units": {"gripper": "range_0_100"}} for name in BOTH})
    found = problems(spec_of(features=features), list(open_recording(tmp_path / "set")), given)
    assert [(p.field, p.problem) for p in found] == [
        ("observation.state/elbow_flex.pos", "the recording has no such axis"),
        ("action/elbow_flex.pos", "the recording has no such axis"),
        ("observation.force", "the recording has no such stream"),
        ("camera front", "the recording has no such camera"),
        ("fps", "its rate is no multiple of the dataset's"),
    ]
    assert found[3].actual == TOP
    assert found[3].allowed == CAMERA
    assert (found[4].actual, found[4].allowed) == ("25 rows a second", "30 or a multiple of it")


def test_one_axis_cannot_be_two(tmp_path: Path) -> None:
    spec = spec_of(features=(FeatureSpec("action", ("gripper", "gripper.pos"), "rad", 0, 0),))
    told = stated(features={"action": {"unit": "rad"}})
    found = problems(spec, so_set(tmp_path / "set"), told)
    assert [(p.field, p.problem) for p in found] == [
        ("action/gripper and action/gripper.pos", "one axis of the recording is two")
    ]


def test_two_cameras_cannot_be_one(roots: dict[str, Path]) -> None:
    episode = next(iter(open_recording(roots["old"])))
    other = replace(episode.videos[CAMERA], key=TOP)
    episode = replace(episode, videos={**episode.videos, TOP: other})
    found = problems(SPEC, [episode], stated(cameras={TOP: CAMERA}))
    assert [p.problem for p in found] == ["another camera has its name"]


def test_pictures_of_two_sizes_are_refused(sources: list[Episode]) -> None:
    wide = replace(sources[1].videos[CAMERA], width=640)
    found = problems(SPEC, [sources[0], replace(sources[1], videos={CAMERA: wide})])
    assert [(p.field, p.actual, p.allowed) for p in found] == [(f"camera {CAMERA}", "640x48", "64x48")]


def test_a_view_without_keys_needs_one_name_in_all(sources: list[Episode]) -> None:
    spec = spec_of(cameras=(CameraSpec("any", (), 0, 0, 0),))
    plan(spec, sources)  # the third set states that its top camera is the front one
    odd = replace(sources[0], videos={TOP: replace(sources[0].videos[CAMERA], key=TOP)})
    found = problems(spec, [sources[1], odd])
    assert [(p.episode, p.field, p.actual) for p in found] == [("old episode_000000", "camera any", TOP)]


def test_without_an_asked_unit_all_must_state_the_same(tmp_path: Path) -> None:
    spec = spec_of(features=(FeatureSpec("observation.state", AXES, "", 0, 0),), cameras=())
    silent = so_set(tmp_path / "silent")[0]
    made = plan(spec, [silent, silent])
    assert "observation.state is kept as recorded: nobody states its unit." in made.maps[0].notes
    rad, deg = (with_state(silent, unit=unit) for unit in ("rad", "deg"))
    assert {p.problem for p in problems(spec, [silent, rad])} == {"only some recordings state a unit"}
    assert {(p.actual, p.allowed) for p in problems(spec, [rad, deg])} == {("deg", "rad")}
    assert {p.actual for p in problems(spec, [rad, silent])} == {"none stated"}


def test_columns_nobody_asked_for_stay_if_all_have_them(tmp_path: Path) -> None:
    spec = spec_of(features=(), cameras=())
    first, second = so_set(tmp_path / "a")[0], so_set(tmp_path / "b")[0]
    extra = replace(first.streams["action"], name="observation.load", kind=Kind.EFFORT)
    first = replace(first, streams={**first.streams, extra.name: extra})
    made = plan(spec, [first, second])
    assert [feature.target for feature in made.maps[0].features] == ["observation.state", "action"]
    assert made.maps[0].left_out == ("observation.load",)
    assert made.maps[1].left_out == ()
    both = plan(spec, [first, first])
    assert [feature.target for feature in both.maps[0].features] == ["observation.state", "action", "observation.load"]


def test_a_map_of_another_recording_is_refused(sources: list[Episode], tmp_path: Path) -> None:
    made = plan(SPEC, sources)
    with pytest.raises(ExportError, match="map is of another recording"):
        conformed(sources[0], made.maps[1], tmp_path)
    with pytest.raises(ExportError, match="no episode"):
        plan(SPEC, [])


# --- rates ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "fps"), [("hold", 50), ("linear", 50), ("hold", 20), ("linear", 20)])
def test_other_rates_only_when_stated(tmp_path: Path, method: str, fps: int) -> None:
    write_set(tmp_path / "set", [41], lambda truth: truth, AXES, fps=fps)
    source = open_recording(tmp_path / "set")[0]
    told = {**RAD, "resample": method}
    made = plan(SPEC, [source], given=stated(**told))
    episode = conformed(source, made.maps[0], tmp_path / "work")
    rows = [int(Fraction(i, 30) * fps) for i in range(episode.length)]
    assert Fraction(episode.length - 1, 30) * fps <= 40 < Fraction(episode.length, 30) * fps
    np.testing.assert_array_equal(episode.streams["action"].values, source.streams["action"].values[rows])
    assert [frame_number(f.image) for f in frames(episode.videos[CAMERA])] == rows
    own = source.streams["observation.state"].values
    if method == "linear":
        at = np.arange(episode.length) / 30 * fps
        own = np.stack([np.interp(at, np.arange(41), column) for column in own.T], axis=1)
        np.testing.assert_allclose(episode.streams["observation.state"].values, own, atol=1e-6)
    else:
        np.testing.assert_array_equal(episode.streams["observation.state"].values, own[rows])
    np.testing.assert_array_equal(
        episode.streams["action"].times_ns, [round(i * NS / Fraction(30)) for i in range(episode.length)]
    )
    assert f"({method})" in made.maps[0].notes[-1]


def test_recordings_of_one_folder_name_keep_their_own_pictures(tmp_path: Path) -> None:
    """Pictures chosen for another rate wait for the end of the export; many recorders call their folders alike."""
    episodes = [open_recording(normalised_set(tmp_path / who / "set", [n]))[0] for who, n in (("ada", 21), ("ben", 9))]
    report, made = export_conformed(SPEC, episodes, tmp_path / "out", labels=["aa", "bb"])
    assert [row.source for row in made.episodes] == ["aa", "bb"]
    shown_frames = [
        [frame_number(frame.image) for frame in frames(episode.videos[CAMERA])]
        for episode in open_recording(report.root)
    ]
    assert shown_frames == [[*range(0, 21, 2)], [*range(0, 9, 2)]]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_an_angle_that_passes_its_end_is_held(tmp_path: Path) -> None:
    write_set(tmp_path / "set", [3], lambda truth: truth * 0, AXES, fps=20)
    source = with_state(open_recording(tmp_path / "set")[0], values=np.array([[3.1] * 6, [-3.1] * 6, [-3.0] * 6]))
    spec = spec_of(features=(FeatureSpec("observation.state", AXES[:1], "rad", 0, 0),))
    made = plan(spec, [source], given=stated(**RAD, resample="linear"))
    values = conformed(source, made.maps[0], tmp_path / "work").streams["observation.state"].values[:, 0]
    np.testing.assert_allclose(values, [3.1, 3.1, -3.1 + 0.1 / 3, -3.0])


def test_streams_with_a_clock_of_their_own_become_rows_when_stated(tmp_path: Path) -> None:
    source = so_set(tmp_path / "set")[0]
    times = np.arange(40, dtype=np.int64) * 8_000_000
    joints = Stream("/joints/position", Kind.STATE, times, np.arange(40.0)[:, None] / 10, ("pan",), "rad", "header")
    command = replace(joints, name="/cmd", kind=Kind.ACTION)
    source = replace(source, streams={joints.name: joints, command.name: command}, videos={})
    spec = spec_of(
        features=(
            FeatureSpec("observation.state", ("pan",), "deg", 0, 0),
            FeatureSpec("action", ("pan",), "rad", 0, 0),
        ),
        cameras=(),
    )
    told: dict[str, Any] = {"features": {joints.name: {"is": "observation.state"}, command.name: {"is": "action"}}}
    found = problems(spec, [source], stated(**told))
    assert [(p.field, p.problem) for p in found] == [(joints.name, "has a clock of its own and no rows")]
    made = plan(spec, [source], given=stated(**told, resample="linear"))
    episode = conformed(source, made.maps[0], tmp_path / "work")
    grid = np.arange(9) / 30
    np.testing.assert_allclose(np.deg2rad(episode.streams["observation.state"].values[:, 0]), grid / 0.08, atol=1e-7)
    np.testing.assert_array_equal(episode.streams["action"].values[:, 0], np.floor(grid / 0.008 + 1e-9) / 10)
    assert {s.clock for s in episode.streams.values()} == {"row"}


def test_frames_without_a_table_are_chosen_by_their_times(tmp_path: Path) -> None:
    source = open_recording(normalised_set(tmp_path / "set", [21]))[0]
    source = replace(source, streams={})
    made = plan(spec_of(features=()), [source])
    episode = conformed(source, made.maps[0], tmp_path / "work")
    assert [frame_number(frame.image) for frame in frames(episode.videos[CAMERA])] == [*range(0, 21, 2)]


def test_what_is_said_of_pictures_follows_them(roots: dict[str, Path], tmp_path: Path) -> None:
    source = open_recording(roots["range"])[1]
    marks = tuple(Annotation("block", camera=TOP, frame=number) for number in (0, 3, 4))
    lens = Calibration(intrinsics=(60.0, 60.0, 32.0, 24.0))
    source = replace(source, annotations=marks, calibration={TOP: lens, "arm": lens})
    episode = conformed(source, plan(SPEC, [source]).maps[0], tmp_path)
    assert [(one.camera, one.frame) for one in episode.annotations] == [(CAMERA, 0), (CAMERA, 2)]
    assert {*episode.calibration} == {CAMERA, "arm"}


def test_a_frame_that_is_not_there_is_named(roots: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    video = open_recording(roots["range"])[1].videos[TOP]  # 30 frames
    short = pictures.chosen(video, [0, 28, 30], Fraction(30)).stills
    assert short is not None
    assert [frame_number(short.image(i)) for i in (0, 1, 0)] == [0, 28, 0]  # backwards decodes again
    with pytest.raises(ShortVideoError, match="no frame 30"):
        short.image(2)
    whole = list(frames(video, gray=False, stop=3))
    monkeypatch.setattr(pictures, "frames", lambda *_, **__: iter([whole[0], whole[2]]))  # a frame does not decode
    holed = pictures.chosen(video, [0, 1, 2], Fraction(30)).stills
    assert holed is not None
    holed.image(0)
    with pytest.raises(ShortVideoError, match="no frame 1"):
        holed.image(1)


def test_whole_numbers_stay_whole_and_move_with_the_rows(tmp_path: Path) -> None:
    source = open_recording(normalised_set(tmp_path / "set", [9]))[0]
    times = source.streams["action"].times_ns
    contact = Stream("contact", Kind.CONTACT, times, np.arange(9)[:, None], ("tip",), dtype="int64")
    source = replace(source, streams={**source.streams, "contact": contact})
    spec = spec_of(features=(*SPEC.features, FeatureSpec("contact", (), "", 0, 0)))
    made = plan(spec, [source])
    episode = conformed(source, made.maps[0], tmp_path / "work")
    assert made.maps[0].features[2].target_dtype == "int64"
    np.testing.assert_array_equal(episode.streams["contact"].values[:, 0], [0, 2, 4, 6, 8])
    assert episode.streams["contact"].values.dtype == np.int64
    assert [*episode.streams] == ["observation.state", "action", "contact", "task_index"]
    assert len(episode.streams["task_index"].values) == 5


def test_ntsc_is_told_apart_from_thirty(tmp_path: Path) -> None:
    write_lerobot_v21(tmp_path / "set", [9])
    episode = replace(open_recording(tmp_path / "set")[0], fps=Fraction(30_000, 1001))
    spec = spec_of(features=(), cameras=(), fps_milli=29_970)
    assert plan(spec, [episode]).maps[0].rate.method == "same"
    assert [p.field for p in problems(replace(spec, fps_milli=30_000), [episode])] == ["fps"]


# --- statements ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plain", "field"),
    [
        ([], "conventions.json"),
        ({"feature": {}}, "conventions.json: feature"),
        ({"convention": "so100"}, "conventions.json: convention"),
        ({"features": {"action": {"unit": "degrees"}}}, "features.action.unit"),
        ({"features": {"action": {"units": {"a": ["rad"]}}}}, "features.action.units.a"),
        ({"features": {"action": {"sign": {"a": 2}}}}, "sign.a"),
        ({"features": {"action": {"sign": {"a": True}}}}, "sign.a"),
        ({"features": {"action": {"zero": {"a": float("nan")}}}}, "zero.a"),
        ({"features": {"action": {"zero": {"a": "1/0"}}}}, "zero.a"),
        ({"features": {"action": {"zero": {"a": "1e999999999"}}}}, "zero.a"),
        ({"features": {"action": {"zero": {"a": "9" * 100}}}}, "zero.a"),
        ({"features": {"action": {"ranges": {"a": {"low": 0, "high": 1}}}}}, "ranges.a.unit"),
        ({"features": {"action": {"ranges": {"a": {"low": 1, "high": "1.0", "unit": "rad"}}}}}, "ranges.a"),
        ({"features": {"action": {"ranges": {"a": {"low": 0, "high": 1, "unit": "range_0_1"}}}}}, "ranges.a.unit"),
        ({"calibration": {"gripper": {"range_min": 0, "range_max": 9}}}, "calibration"),
        ({"convention": "lerobot-so-range", "calibration": {"gripper": {"range_min": 9, "range_max": 9}}}, "range_max"),
        ({"convention": "lerobot-so-range", "calibration": {"gripper": {"range_max": 9}}}, "range_min"),
        ({"range_from_campaign": 1}, "range_from_campaign"),
        ({"cameras": {"top": 1}}, "cameras.top"),
        ({"resample": "cubic"}, "resample"),
    ],
)
def test_a_bad_statement_is_refused_by_field(plain: Any, field: str) -> None:
    with pytest.raises(ConventionsError) as caught:
        parse_conventions(plain)
    assert field in caught.value.what
    assert caught.value.allowed
    assert caught.value.fix


@pytest.mark.parametrize("text", ["", "{", "[" * 100, '"\xff'])
def test_a_file_that_is_no_statement_is_refused(tmp_path: Path, text: str) -> None:
    episodes = so_set(tmp_path / "set")
    (tmp_path / "set/conventions.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(ConventionsError, match=r"conventions\.json"):
        plan(SPEC, episodes)


def test_who_exports_counts_before_what_lies_beside(roots: dict[str, Path], tmp_path: Path) -> None:
    source = so_set(tmp_path / "set")[0]
    state(tmp_path / "set", {"convention": "lerobot-so-degrees", "resample": "hold"})
    made = plan(spec_of(features=(FeatureSpec("action", AXES[:5], "rad", 0, 0),)), [source])
    assert made.maps[0].features[0].axes[0].source_unit == "deg"
    made = plan(spec_of(features=(FeatureSpec("action", AXES[:5], "rad", 0, 0),)), [source], given=stated(**RAD))
    assert made.maps[0].features[0].axes[0].source_unit == "rad"
    over = stated(resample="linear").over(stated(resample="hold", cameras={"a": "b"}))
    assert (over.resample, over.cameras) == ("linear", {"a": "b"})


def test_a_reversed_motor_is_reversed_in_its_range_only() -> None:
    ranged = {"gripper": {"drive_mode": 1, "range_min": 1000, "range_max": 3000}}
    told = stated(convention="lerobot-so-range", calibration=ranged)
    ends = told.ends("action", "gripper.pos")
    assert ends is not None
    assert ends.low == -ends.high == Fraction(2000 * 180, 4095)
    assert ends.low > 0


def test_the_kept_file_is_refused_when_it_is_something_else(exported: Path, tmp_path: Path) -> None:
    plain = json.loads((exported / "conform.json").read_text())
    (tmp_path / "conform.json").write_text(json.dumps({**plain, "spec": 1}))
    with pytest.raises(Exception, match="is not a conformed set"):
        kept_in(tmp_path)
    with pytest.raises(Exception, match=r"conform\.json"):
        kept_in(tmp_path / "nowhere")
