"""What several labellers come to, what tools write into sheets, and what an owner's terms leave to sell."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from headwater.chain.structs import Offer
from headwater.client.errors import ClientError
from headwater.client.labels.consensus import consensus_of
from headwater.client.labels.preview import SCALE, label_sheet_preview
from headwater.client.labels.sheets import marked_in
from headwater.client.preview import COLUMNS, ROWS, WIDTH
from headwater.formats import Label, UnsafePathError
from headwater.market import grant_gaps
from headwater.records.regions import REGION_BITS
from headwater.testing.labels import box, sheet

A, B = Label("rust"), Label("mildew")
BOXES = (box(10, 10, 60, 40), box(100, 50, 30, 30))
NEAR = (box(12, 11, 58, 40), box(101, 52, 30, 30))
SHORT, LONG = Label("go", start_ms=0, end_ms=5), Label("go", start_ms=100, end_ms=200)
HALFWAY = (box(11, 10.5, 59, 40), box(100.5, 51, 30, 30))
FAR = (box(200, 200, 60, 40),)

CASES: list[tuple[str, str, list[tuple[Label, ...]], tuple[Label, ...]]] = [
    ("nobody", "classes", [], ()),
    ("one", "classes", [(A,)], (A,)),
    ("two of three", "classes", [(B,), (A,), (A,)], (A,)),
    ("a tie goes to the first of the spec", "classes", [(B,), (A,)], (A,)),
    ("more than one class", "classes", [(A, B), (A, B), (A,)], (A, B)),
    ("boxes two drew, halfway between theirs", "boxes", [FAR, BOXES, NEAR], HALFWAY),
    ("nothing there, say two", "boxes", [(), FAR, ()], ()),
    ("the words said most", "text", [(Label("", text="a"),), (Label("", text="b"),), (Label("", text="b"),)],
     (Label("", text="b"),)),
    ("spans that overlap", "spans", [(SHORT,), (LONG,), (Label("go", start_ms=106, end_ms=200),)],
     (Label("go", start_ms=103, end_ms=200),)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "given", "expected"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_consensus(kind: str, given: list[tuple[Label, ...]], expected: tuple[Label, ...]) -> None:
    sheets = {f"labeller {n}": labels for n, labels in enumerate(given)}
    assert consensus_of(kind, sheets, ("rust", "mildew", "go") if kind != "boxes" else ()) == expected


FR, DE = REGION_BITS.mask(("FR",)), REGION_BITS.mask(("DE",))
TERMS = [
    ("the same", 0b111, FR, ()),
    ("less", 0b001, FR, ()),
    ("one purpose more", 0b1111, FR, ("purposes",)),
    ("another region", 0b111, FR | DE, ("regions",)),
    ("anywhere", 0b111, 0, ("regions",)),
    ("both", 0b1111, 0, ("purposes", "regions")),
]


@pytest.mark.parametrize(("purposes", "regions", "what"), [row[1:] for row in TERMS], ids=[row[0] for row in TERMS])
def test_labels_are_sold_within_the_owners_terms(purposes: int, regions: int, what: tuple[str, ...]) -> None:
    offer = Offer(bytes(32), 1, 0, 0b111, FR)
    assert tuple(gap.what for gap in grant_gaps(offer, purposes, regions)) == what
    anywhere = Offer(bytes(32), 1, 0, 0b111, 0)
    assert all(gap.what == "purposes" for gap in grant_gaps(anywhere, purposes, regions))


BAD = [
    ("no file", {"labels": []}, "file and labels"),
    ("labels are words", {"file": "a.png", "labels": "rust"}, "file and labels"),
    ("no such file", {"file": "b.png", "labels": []}, "no file b.png"),
    ("a label is a word", {"file": "a.png", "labels": ["rust"]}, "an object"),
    ("half a millisecond", {"file": "a.png", "labels": [{"category": "a", "start_ms": 0.5}]}, "whole milliseconds"),
    ("a box of three", {"file": "a.png", "labels": [{"category": "a", "box": [1, 2, 3]}]}, "[x, y, width, height]"),
]


@pytest.mark.parametrize(("row", "says"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_json_of_ones_own_at_fault_is_named(tmp_path: Path, row: object, says: str) -> None:
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "a.png")
    (tmp_path / "said.json").write_text(json.dumps({"pictures": [row]}))
    with pytest.raises(ClientError) as caught:
        list(marked_in(tmp_path / "said.json", "classes"))
    assert says in caught.value.line()
    assert "pictures[0]" in caught.value.line()


def test_a_json_does_not_lead_out_of_its_folder(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "a.png")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/said.json").write_text(json.dumps({"pictures": [{"file": "../a.png", "labels": []}]}))
    with pytest.raises(UnsafePathError, match="leaves the recording"):
        list(marked_in(tmp_path / "in/said.json", "classes"))


def test_a_preview_shows_no_more_of_picture_or_box_than_the_origins_own() -> None:
    tiles = np.zeros((ROWS * 72, COLUMNS * WIDTH), np.uint8)
    tiles[:72, :WIDTH] = 128
    data = io.BytesIO()
    Image.fromarray(tiles).save(data, "PNG")
    made = sheet(box(3, 3, 60, 40))
    shown = label_sheet_preview(made, data.getvalue())
    with Image.open(io.BytesIO(shown)) as picture:
        assert picture.width == SCALE * WIDTH
    finer = sheet(box(3.4, 2.8, 60.2, 40.1))  # less than a column of the preview apart
    assert label_sheet_preview(finer, data.getvalue()) == shown
    assert label_sheet_preview(made, None)
