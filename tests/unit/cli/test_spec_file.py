"""A spec in JSON: what is left out, and what is refused with the name of the field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headwater.client.errors import ClientError
from headwater.client.spec_file import read_call, read_spec, spec_of
from headwater.market import Limits
from headwater.records.campaign_spec import CampaignSpec, LabelWork, label_work
from headwater.records.codec import decode, encode

EXAMPLES = sorted((Path(__file__).parents[3] / "examples/specs").glob("*.json"))
LEAST = {"name": "Pick", "modality": "robot_episode", "success": "It is held."}


def test_examples_are_there() -> None:
    robots = ["first_person_imu", "humanoid_pick", "so100_pick"]
    labels = ["crop_plants", "leg_xrays", "plant_boxes", "xray_classes"]
    assert [path.stem for path in EXAMPLES] == sorted(robots + labels)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_specs_read(path: Path) -> None:
    assert read_spec(path).success


def test_what_is_not_asked_may_be_left_out() -> None:
    spec = spec_of({**LEAST, "features": [{"name": "action"}], "cameras": [{"role": "wrist"}]})
    assert (spec.task, spec.fps_milli, spec.embodiment) == ("", 0, ())
    assert (spec.features[0].axes, spec.cameras[0].min_width) == ((), 0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "spec: name"),
        ({"success": None}, "spec: success"),
        ({"modality": "audio"}, "robot_episode or egocentric_video"),
        ({"camera": []}, "write cameras"),
        ({"fps_milli": 29.97}, "fps_milli"),
        ({"fps_milli": -1}, "fps_milli"),
        ({"fps_milli": True}, "fps_milli"),
        ({"min_length_ms": 5, "max_length_ms": 4}, "max_length_ms"),
        ({"features": [{"axes": []}]}, "features[0]"),
        ({"features": [{"name": "action", "unti": "rad"}]}, "write unit"),
        ({"features": [{"name": "action", "low_milli": 2, "high_milli": 1}]}, "features[0].low_milli"),
        ({"features": {"name": "action"}}, "features"),
        ({"cameras": [{"role": "wrist", "min_width": "640"}]}, "cameras[0].min_width"),
        ({"strata": [{"name": "x"}]}, "strata[0]"),
        ({"sensors": ["lidar"]}, "lidar"),
        ({"reject_reasons": ["no colon"]}, "code: sentence"),
        ({"type": "campaign-spec/9"}, "type"),
        ({"purposes": ["spying"]}, "spec: purpose; found spying"),
        ({"purposes": "research"}, "spec: purposes"),
        ({"regions": ["fr"]}, "write FR"),
        ({"regions": ["FR", "FR"]}, "FR twice"),
        ({"minimum_age": 121}, "0 to 120 years"),
        ({"minimum_age": -1}, "0 to 120 years"),
        ({"minimum_age": True}, "whole years"),
        ({"minimum_age": "18"}, "whole years"),
        ({"region": ["FR"]}, "write regions"),
    ],
)
def test_field_at_fault_is_named(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ClientError) as caught:
        spec_of({**LEAST, **change})
    assert says in caught.value.line()
    assert "\n" not in caught.value.line()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "line 1"),
        (b'{\n"name": }', "line 2"),
        (b"\xff\xfe", "not text"),
        (b"[]", "a JSON object"),
        (b"[" * 100_000, "nested deeper"),
        (b" " * (1 << 20) + b"{}", "1 MiB"),
    ],
    ids=["cut", "second line", "binary", "list", "deep", "large"],
)
def test_file_at_fault_is_named(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "spec.json"
    path.write_bytes(content)
    with pytest.raises(ClientError, match=says):
        read_spec(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ClientError, match="no such file"):
        read_spec(tmp_path / "none.json")
    with pytest.raises(ClientError, match="no such file"):
        read_spec(tmp_path)


WORK = {"dataset": 1, "kind": "boxes", "categories": ["aphid"]}


def test_label_work_is_a_later_version_of_the_spec() -> None:
    spec = spec_of({**LEAST, "modality": "labels", "labels": WORK})
    assert label_work(spec) == LabelWork(1, 1, "boxes", ("aphid",), 1)
    assert decode(CampaignSpec, encode(spec)) == spec  # whoever asks for a spec gets either version
    assert label_work(spec_of(LEAST)) is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"labels": None}, "labels"),
        ({"labels": []}, "labels"),
        ({"labels": {"kind": "boxes"}}, "add dataset"),
        ({"labels": {**WORK, "kinds": "boxes"}}, "write kind"),
        ({"labels": {**WORK, "kind": "cubes"}}, "boxes or classes or text or spans"),
        ({"labels": {**WORK, "per_item": 0}}, "1 to 100"),
        ({"labels": {**WORK, "per_item": True}}, "per_item"),
        ({"labels": {**WORK, "dataset": 0}}, "a published version"),
        ({"labels": {**WORK, "categories": []}}, "list them"),
        ({"labels": {**WORK, "categories": ["a", "a"]}}, "each once"),
        ({"labels": {**WORK, "categories": [" "]}}, "none empty"),
        ({"labels": WORK, "modality": "image"}, "both or neither"),
    ],
)
def test_label_work_at_fault_is_named(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ClientError) as caught:
        spec_of({**LEAST, "modality": "labels", **change})
    assert says in caught.value.line()


def test_labels_without_work_are_refused() -> None:
    with pytest.raises(ClientError, match="both or neither"):
        spec_of({**LEAST, "modality": "labels"})


def test_reading_does_not_change_what_was_given() -> None:
    given = {**LEAST, "features": [{"name": "action"}]}
    before = json.dumps(given)
    spec_of(given)
    assert json.dumps(given) == before


def test_limits_stand_beside_the_spec(tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    path.write_text(json.dumps({**LEAST, "purposes": ["research"], "regions": ["FR", "DE"], "minimum_age": 18}))
    spec, limits = read_call(path)
    assert spec == spec_of(LEAST) == read_spec(path)
    assert limits == Limits(("research",), ("FR", "DE"), 18)
    path.write_text(json.dumps(LEAST))
    assert read_call(path)[1] == Limits()
