"""Content: labels that cannot be right, labels that contradict each other, licences that do."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from headwater.checks import Finding, Observed, Severity, check_episode, judge
from headwater.formats import Annotation, Episode, Video, open_recording
from headwater.testing.episodes import episode
from headwater.testing.recordings import write_lerobot_v21, write_lerobot_v30

CAMERA = Video("image", Path("v.mp4"), 0.0, 240, Fraction(30), 640, 480, "h264")
NAN = float("nan")
TRIANGLE = (10.0, 10.0, 110.0, 10.0, 10.0, 60.0)


def labelled(*labels: Annotation, **ledger: Any) -> Episode:
    good = episode()
    return replace(good, annotations=labels, videos={"image": CAMERA}, ledger={**good.ledger, **ledger})


def of(rule: str, one: Episode) -> list[Finding]:
    return [f for f in judge(Observed(one, {})).findings if f.rule == rule]


def box(x: float, y: float, width: float, height: float, category: str = "cup", **more: Any) -> Annotation:
    return Annotation(category, (x, y, width, height), **more)


LABELS: list[tuple[str, Annotation, str | None]] = [
    ("a box", box(10, 10, 100, 50), None),
    ("a box that fills the picture", box(0, 0, 640, 480), None),
    ("half a pixel over the edge", box(-0.5, 10, 641, 50), None),
    ("over the edge", box(600, 10, 100, 50), "risk"),
    ("outside", box(700, 10, 100, 50), "defect"),
    ("no width", box(10, 10, 0, 50), "defect"),
    ("negative height", box(10, 60, 100, -50), "defect"),
    ("not a number", box(10, NAN, 100, 50), "defect"),
    ("infinite", box(10, 10, float("inf"), 50), "defect"),
    ("an outline", Annotation("cup", outline=TRIANGLE), None),
    ("two points", Annotation("cup", outline=TRIANGLE[:4]), "risk"),
    ("half a point", Annotation("cup", outline=TRIANGLE[:5]), "risk"),
    ("a line", Annotation("cup", outline=(0.0, 0.0, 10.0, 10.0, 20.0, 20.0)), "defect"),
    ("of the whole picture", Annotation("kitchen"), None),
    ("no category", Annotation("  "), "defect"),
    ("a placeholder", Annotation("unknown"), "risk"),
    ("another camera", box(10, 10, 100, 50, camera="wrist"), "defect"),
    ("a frame after the end", box(10, 10, 100, 50, frame=240), "defect"),
    ("the last frame", box(10, 10, 100, 50, frame=239), None),
]


@pytest.mark.parametrize(("label", "severity"), [row[1:] for row in LABELS], ids=[row[0] for row in LABELS])
def test_label(label: Annotation, severity: str | None) -> None:
    found = of("content/labels", labelled(label))
    assert [str(f.severity) for f in found] == ([severity] if severity else [])


def test_labels_of_one_kind_of_trouble_are_one_finding_with_the_first_frame() -> None:
    one = labelled(*(box(700, 0, 10, 10, frame=frame) for frame in (40, 50, 60)), box(0, 0, 10, 10))
    (found,) = of("content/labels", one)
    assert found.observed.startswith("3 of 4 labels")
    assert (found.spans[0].start_frame, found.spans[0].end_frame, found.stream) == (40, 41, "image")


def test_category_must_be_listed_where_there_is_a_list() -> None:
    assert of("content/labels", labelled(box(0, 0, 9, 9), categories=("cup", "plate"))) == []
    (found,) = of("content/labels", labelled(box(0, 0, 9, 9, "cpu"), categories=("cup", "plate")))
    assert found.severity is Severity.DEFECT


def test_no_labels_are_no_verdict() -> None:
    not_run = {row.rule for row in judge(Observed(episode(), {})).not_run}
    assert {"content/labels", "content/agreement", "content/licence"} <= not_run


AGREEMENT: list[tuple[str, list[Annotation], str | None]] = [
    ("box and outline", [Annotation("cup", (10, 10, 100, 50), TRIANGLE)], None),
    ("box around half of it", [Annotation("cup", (10, 10, 50, 50), TRIANGLE)], None),
    ("box around a third of it", [Annotation("cup", (10, 10, 33, 50), TRIANGLE)], "defect"),
    ("box elsewhere", [Annotation("cup", (300, 10, 100, 50), TRIANGLE)], "defect"),
    ("picture and object", [Annotation("cup"), box(0, 0, 9, 9), box(30, 0, 9, 9, "plate")], None),
    ("picture of something else", [Annotation("dog"), box(0, 0, 9, 9)], "risk"),
    ("two things", [box(0, 0, 90, 90), box(50, 50, 90, 90, "plate")], None),
    ("one thing twice", [box(0, 0, 90, 90), box(0, 0, 90, 91, "plate")], "risk"),
    ("one thing twice, one name", [box(0, 0, 90, 90), box(0, 0, 90, 91)], None),
]


@pytest.mark.parametrize(("labels", "severity"), [row[1:] for row in AGREEMENT], ids=[row[0] for row in AGREEMENT])
def test_labels_of_one_picture(labels: list[Annotation], severity: str | None) -> None:
    found = of("content/agreement", labelled(*(replace(label, frame=7) for label in labels)))
    assert [str(f.severity) for f in found] == ([severity] if severity else [])
    assert all((f.spans[0].start_frame, f.stream) == (7, "image") for f in found)


def test_labels_of_different_pictures_do_not_contradict() -> None:
    apart = labelled(replace(Annotation("dog"), frame=1), box(0, 0, 9, 9, frame=2), box(20, 0, 9, 9, frame=2))
    assert of("content/agreement", apart) == []


LICENCES: list[tuple[str, str, str, str | None]] = [
    ("one", "apache-2.0", "", None),
    ("one in two words", "Apache 2.0", "apache-2.0", None),
    ("the same in other letters", "apache_2.0", "Apache-2.0", None),
    ("two", "mit", "cc-by-4.0", "risk"),
    ("nothing granted", "All rights reserved", "", "risk"),
    ("unknown", "unknown", "", "risk"),
    ("non-commercial", "cc-by-nc-4.0", "", "note"),
    ("no derivatives", "", "CC BY-ND 4.0", "note"),
]


@pytest.mark.parametrize(("info", "card", "severity"), [row[1:] for row in LICENCES], ids=[row[0] for row in LICENCES])
@pytest.mark.parametrize("write", [write_lerobot_v21, write_lerobot_v30], ids=["v2.1", "v3.0"])
def test_licence(info: str, card: str, severity: str | None, write: Any, tmp_path: Path) -> None:
    root = write(tmp_path / "set", [40])
    raw = json.loads((root / "meta/info.json").read_text())
    (root / "meta/info.json").write_text(json.dumps({**raw, "license": info}))
    if card:
        (root / "README.md").write_text(f"---\ntags:\n- LeRobot\nlicense: {card}\n---\n# A set\nlicense: not this\n")
    (one,) = open_recording(root)
    assert (root / "README.md" in one.source.files) == bool(card), "what a report depends on is sent"
    found = [f for f in check_episode(one).findings if f.rule == "content/licence"]
    assert [str(f.severity) for f in found] == ([severity] if severity else [])


@pytest.mark.parametrize(
    "text", ["# no front matter\nlicense: mit\n", "---\nlicense:\n---\n", "", "---\nlanguage: en\n---\n"]
)
def test_card_without_a_licence_is_no_part_of_the_episode(text: str, tmp_path: Path) -> None:
    root = write_lerobot_v21(tmp_path / "set", [40])
    (root / "README.md").write_text(text)
    (one,) = open_recording(root)
    assert one.ledger["card"] == {}
    assert root / "README.md" not in one.source.files


@pytest.mark.parametrize(("value", "found"), [("yes", 0), (True, 0), ("No", 1), (False, 1), ("withdrawn", 1)])
def test_missing_consent(value: object, found: int) -> None:
    assert len(of("content/licence", replace(episode(), meta={"consent": value}))) == found
