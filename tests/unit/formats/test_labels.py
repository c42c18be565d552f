"""A labeller's sheet: what it says comes back, and whatever else stands in it is refused by field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headwater.formats import Label, RecordingError, open_recording
from headwater.formats.labels import read_sheet, write_sheet
from headwater.testing.labels import ANN, BEN, box, labelled, sheet, write_labels

MADE = {
    "boxes": sheet(box(10, 10, 60, 40), Label("aphid", (1.5, 2, 3, 4), (1.0, 2.0, 4.0, 2.0, 4.0, 6.0))),
    "no boxes": sheet(),
    "classes": sheet(Label("rust"), kind="classes"),
    "text": sheet(Label("", text="a leaf, päusé"), kind="text"),
    "spans": sheet(Label("reach", None, (), "", 0, 1500), Label("lift", None, (), "up", 1500, 3000), kind="spans"),
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
def test_what_was_written_is_read(tmp_path: Path, name: str) -> None:
    made = MADE[name]
    episode = labelled(tmp_path / "a", made)
    assert (episode.sheet, episode.source.format) == (made, "label-sheet")
    assert (dict(episode.videos), dict(episode.streams)) == ({}, {})
    again = tmp_path / "again.json"
    write_sheet(read_sheet(tmp_path / "a/labels.json"), again)
    assert again.read_bytes() == (tmp_path / "a/labels.json").read_bytes()
    assert open_recording(again)[0].sheet == made  # the file alone, under any name


def test_words_and_spans_are_texts_boxes_and_classes_annotations(tmp_path: Path) -> None:
    spans = labelled(tmp_path / "s", MADE["spans"])
    assert spans.texts["labels"].texts == ("reach", "up")
    assert spans.texts["labels"].times_ns.tolist() == [0, 1_500_000_000]
    boxes = labelled(tmp_path / "b", MADE["boxes"])
    assert [a.box for a in boxes.annotations] == [(10, 10, 60, 40), (1.5, 2, 3, 4)]
    assert labelled(tmp_path / "c", MADE["classes"]).annotations[0].category == "rust"


def test_equal_labels_of_two_people_are_different_bytes(tmp_path: Path) -> None:
    """Else honest agreement were the same content accepted twice, which is a fault (spec/settlement.md section 7)."""
    sheets = {who: sheet(Label("rust"), kind="classes", labeller=who) for who in (ANN, BEN)}
    one, other = (write_labels(tmp_path / who, made) for who, made in sheets.items())
    assert (one / "labels.json").read_bytes() != (other / "labels.json").read_bytes()


ORIGIN = {"contribution": "01" * 32, "path": "plant.jpg", "sha256": "02" * 32, "width": 320, "height": 240}
ROW = {"category": "aphid", "box": [1, 2, 3, 4]}
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("another kind", {"kind": "cubes"}, "kind"),
    ("no labeller", {"labeller": ""}, "labeller"),
    ("labeller without checksum", {"labeller": ANN.lower()}, "labeller"),
    ("campaign 0", {"campaign": 0}, "campaign"),
    ("campaign true", {"campaign": True}, "campaign"),
    ("an unknown field", {"note": "x"}, "note"),
    ("labels are no list", {"labels": {}}, "labels"),
    ("a label is no object", {"labels": [3]}, "labels[0]"),
    ("a label's unknown field", {"labels": [{**ROW, "score": 1}]}, "labels[0].score"),
    ("no category", {"labels": [{"box": [1, 2, 3, 4]}]}, "labels[0].category"),
    ("an empty category", {"labels": [{**ROW, "category": ""}]}, "labels[0].category"),
    ("a box of three", {"labels": [{**ROW, "box": [1, 2, 3]}]}, "labels[0].box"),
    ("a box of words", {"labels": [{**ROW, "box": ["1", 2, 3, 4]}]}, "labels[0].box"),
    ("a box of truths", {"labels": [{**ROW, "box": [True, 2, 3, 4]}]}, "labels[0].box"),
    ("a huge box", {"labels": [{**ROW, "box": [1e12, 2, 3, 4]}]}, "labels[0].box"),
    ("no box", {"labels": [{"category": "aphid"}]}, "labels[0].box"),
    ("half a point", {"labels": [{**ROW, "outline": [1, 2, 3]}]}, "labels[0].outline"),
    ("a box on a class", {"kind": "classes", "labels": [ROW]}, "labels[0].box"),
    ("a span without an end", {"kind": "spans", "labels": [{"category": "a", "start_ms": 0}]}, "labels[0].end_ms"),
    ("text without words", {"kind": "text", "labels": [{"category": "a"}]}, "labels[0].text"),
    ("a short hash", {"origin": {**ORIGIN, "sha256": "02" * 31}}, "origin.sha256"),
    ("a hash in capitals", {"origin": {**ORIGIN, "contribution": "AB" * 32}}, "origin.contribution"),
    ("no picture size", {"origin": {k: v for k, v in ORIGIN.items() if k != "width"}}, "origin.width"),
    ("a picture without height", {"origin": {**ORIGIN, "height": 0}}, "origin.height"),
    ("an unknown field of the origin", {"origin": {**ORIGIN, "url": "x"}}, "origin.url"),
    ("a later schema", {"schema": "headwater/labels/2", "note": "headwater/labels/1"}, "schema"),
]


@pytest.mark.parametrize(("change", "field"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_sheet_is_refused_by_field(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    plain = {"schema": "headwater/labels/1", "campaign": 2, "labeller": ANN, "origin": ORIGIN, "kind": "boxes"}
    file = tmp_path / "labels.json"
    file.write_text(json.dumps({**plain, "labels": [ROW], **change}))
    with pytest.raises(RecordingError) as caught:
        read_sheet(file)
    assert caught.value.field == (field if field != "schema" else "note")
    assert str(file) in caught.value.line()


def test_too_many_labels_and_too_many_bytes_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "labels.json"
    write_sheet(sheet(*[box(n, n, 5, 5) for n in range(5_001)]), file)
    with pytest.raises(RecordingError, match="too many labels"):
        read_sheet(file)
    file.write_bytes(b'{"schema":"headwater/labels/1"}' + b" " * (5 << 20))
    with pytest.raises(RecordingError, match="too large"):
        read_sheet(file)
