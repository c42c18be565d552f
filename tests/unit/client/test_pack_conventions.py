"""What a contributor states of its numbers goes with every episode, cut out or whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from headwater.client.pack import pack
from headwater.export import ConventionsError
from headwater.export.conform import plan
from headwater.formats import open_recording
from headwater.records.campaign_spec import CampaignSpec, FeatureSpec
from headwater.testing.media import write_coco, write_dicom, write_picture
from headwater.testing.recordings import write_lerobot_v21, write_lerobot_v30
from headwater.testing.so100 import state

STATED = {"features": {name: {"unit": "deg"} for name in ("observation.state", "action")}}
SPEC = CampaignSpec(
    "Pick", "", "robot_episode", (), (FeatureSpec("action", (), "rad", 0, 0),), (), 0, 0, 0, (), "", (), (), ()
)


@pytest.mark.parametrize("shared", [False, True])
def test_the_statement_is_sent_with_the_episode(tmp_path: Path, shared: bool) -> None:
    made_set = (
        write_lerobot_v30(tmp_path / "set", [8, 8], gop=1) if shared else write_lerobot_v21(tmp_path / "set", [8, 8])
    )
    root = state(made_set, STATED)
    packed = pack(open_recording(root)[1], tmp_path / "work")
    assert [file.path for file in packed.files] == sorted(file.path for file in packed.files)
    stated = next(file for file in packed.files if file.path == "conventions.json")
    assert stated.media_type == "application/json"
    assert stated.source.read_bytes() == (root / "conventions.json").read_bytes()
    made = plan(SPEC, [packed.episode])
    assert made.maps[0].features[0].axes[0].source_unit == "deg"
    np.testing.assert_array_equal(
        packed.episode.streams["action"].values, open_recording(root)[1].streams["action"].values
    )


def test_without_a_statement_nothing_is_added(tmp_path: Path) -> None:
    packed = pack(open_recording(write_lerobot_v21(tmp_path / "set", [8]))[0], tmp_path / "work")
    assert "conventions.json" not in {file.path for file in packed.files}


def test_a_statement_nobody_can_read_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    root = state(write_lerobot_v21(tmp_path / "set", [8]), {"features": {"action": {"unit": "degrees"}}})
    with pytest.raises(ConventionsError, match=r"features\.action\.unit"):
        pack(open_recording(root)[0], tmp_path / "work")


@pytest.mark.parametrize(
    ("write", "modality"),
    [
        (write_coco, "image"),
        (lambda root: write_picture(root / "leaf.png"), "image"),
        (lambda root: write_dicom(root.with_suffix(".dcm"), np.zeros((1, 8, 8), np.uint16)), "medical_image"),
    ],
)
def test_what_it_is_stands_in_the_manifest(tmp_path: Path, write: Callable[[Path], Path], modality: str) -> None:
    assert pack(open_recording(write(tmp_path / "set"))[0], tmp_path / "work").modality == modality
