"""Attacks on label campaigns that the checks meet, each beside the honest case it must not touch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from headwater.checks import CheckReport, CopyIndex, Labelling, Severity, check_episode, read_report
from headwater.formats import Label, LabelSheet, Origin
from headwater.records.campaign_spec import CampaignSpec, LabelCampaignSpec, LabelWork
from headwater.testing.episodes import episode
from headwater.testing.labels import ANN, BEN, CYD, PICTURE, box, labelled, sheet

WORK = LabelWork(1, 1, "boxes", ("aphid", "thrips"), 2)
OTHER = Origin(b"\x07" * 32, "other.jpg", b"\x08" * 32, 320, 240)
FILES = {one.contribution: {one.path: one.sha256} for one in (PICTURE, OTHER)}
GOOD = (box(10, 10, 60, 40), box(100, 50, 30, 30), box(200.5, 80, 31, 22, "thrips"))
JITTERED = tuple(replace(one, box=(one.box[0] + 1, *one.box[1:])) for one in GOOD if one.box)
Found = set[tuple[str, str]]


def spec(work: LabelWork = WORK) -> LabelCampaignSpec:
    return LabelCampaignSpec("L", "", "labels", (), (), (), 0, 0, 0, (), "Right.", (), (), (), work)


class Campaign:
    """Sheets judged one after another, as an operator does."""

    def __init__(self, folder: Path, work: LabelWork = WORK) -> None:
        self.folder, self.spec, self.index, self.count = folder, spec(work), CopyIndex(), 0

    def judge(self, one: LabelSheet, *, rejected: frozenset[str] = frozenset(), **facts: Any) -> CheckReport:
        self.count += 1
        known: dict[str, Any] = {
            "campaign": 2,
            "labeller": one.labeller,
            "derived_from": (one.origin.contribution,),
            "origins": FILES,
        }
        episode_ = labelled(self.folder / str(self.count), one)
        root = self.count.to_bytes(32, "big")
        index = self.index.before(self.count)
        facts_ = Labelling(**{**known, "rejected": rejected} | facts)
        report = check_episode(episode_, spec=self.spec, index=index, content_root=root, labelling=facts_)
        self.index.add(f"item-{self.count}", self.count, root, report.fingerprints)
        return report


def found(report: CheckReport) -> Found:
    return {(f.rule, str(f.severity)) for f in report.findings if f.severity is not Severity.NOTE}


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return Campaign(tmp_path)


SHEETS: list[tuple[str, LabelSheet, dict[str, Any], Found]] = [
    ("honest", sheet(*GOOD), {}, set()),
    ("nothing on the picture", sheet(), {}, set()),
    ("another kind", sheet(Label("aphid"), kind="classes"), {}, {("spec/labels", "defect")}),
    ("a category of nobody", sheet(box(1, 1, 9, 9, "moth")), {}, {("spec/labels", "defect")}),
    ("outside the picture", sheet(box(400, 10, 60, 40)), {}, {("content/labels", "defect")}),
    ("half outside", sheet(box(300, 10, 60, 40)), {}, {("content/labels", "risk")}),
    ("no area", sheet(box(10, 10, 0, 40)), {}, {("content/labels", "defect")}),
    ("spam: one box fifty times", sheet(*[box(10, 10, 60, 40)] * 50), {}, {("content/labels", "defect")}),
    ("somebody else's sheet", sheet(*GOOD), {"labeller": BEN}, {("spec/labels", "defect")}),
    ("a sheet of another campaign", sheet(*GOOD, campaign=3), {}, {("spec/labels", "defect")}),
    ("a picture not in the version", sheet(*GOOD), {"origins": {}}, {("spec/labels", "defect")}),
    ("another file", sheet(*GOOD, origin=replace(PICTURE, sha256=b"\x09" * 32)), {}, {("spec/labels", "defect")}),
    ("another path", sheet(*GOOD, origin=replace(PICTURE, path="b.jpg")), {}, {("spec/labels", "defect")}),
    ("another origin in the manifest", sheet(*GOOD), {"derived_from": (b"\x07" * 32,)}, {("spec/labels", "defect")}),
    ("two origins", sheet(*GOOD), {"derived_from": tuple(FILES)}, {("spec/labels", "defect")}),
]  # fmt: skip


@pytest.mark.parametrize(("one", "facts", "expected"), [row[1:] for row in SHEETS], ids=[row[0] for row in SHEETS])
def test_a_sheet(campaign: Campaign, one: LabelSheet, facts: dict[str, Any], expected: Found) -> None:
    report = campaign.judge(one, **facts)
    assert found(report) == expected
    assert all(f.observed and f.expected and f.fix for f in report.findings)
    again = read_report(report.to_bytes())
    assert (again, again.schema) == (report, "headwater/check-report/3")
    assert report.fingerprints.labels is not None
    assert report.fingerprints.labels.sound == (not report.defects)


COPIES: list[tuple[str, LabelSheet, LabelSheet, Found]] = [
    ("two honest hands", sheet(*GOOD), sheet(*JITTERED, labeller=BEN), set()),
    ("copied", sheet(*GOOD), sheet(*GOOD, labeller=BEN), {("copy/labels", "defect")}),
    ("copied, in another order", sheet(*GOOD), sheet(*GOOD[::-1], labeller=BEN), {("copy/labels", "defect")}),
    ("copied and renamed", sheet(*GOOD), sheet(*(replace(g, category="thrips") for g in GOOD), labeller=BEN),
     {("copy/labels", "defect")}),
    ("copied, one added", sheet(*GOOD), sheet(*GOOD, box(5, 5, 7, 7), labeller=BEN), {("copy/labels", "defect")}),
    ("copied, one left out", sheet(*GOOD), sheet(*GOOD[:2], labeller=BEN), {("copy/labels", "defect")}),
    ("one equal box of one", sheet(GOOD[0]), sheet(GOOD[0], labeller=BEN), {("copy/labels", "risk")}),
    ("of another picture", sheet(*GOOD), sheet(*GOOD, origin=OTHER), {("copy/labels", "defect")}),
    ("sold to a second campaign", sheet(*GOOD, campaign=1), sheet(*GOOD), {("copy/labels", "defect")}),
    ("twice by one", sheet(*GOOD), sheet(box(1, 2, 30, 40)), {("spec/labels", "defect")}),
    ("another size", sheet(*GOOD), sheet(*JITTERED, labeller=BEN, origin=replace(PICTURE, width=640, height=480)),
     {("spec/labels", "risk")}),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "expected"), [row[1:] for row in COPIES], ids=[row[0] for row in COPIES])
def test_a_second_sheet(campaign: Campaign, first: LabelSheet, second: LabelSheet, expected: Found) -> None:
    campaign.judge(first, campaign=first.campaign)
    assert found(campaign.judge(second)) == expected


@pytest.mark.parametrize("kind", ["classes", "text"])
def test_equal_classes_and_words_are_agreement(tmp_path: Path, kind: str) -> None:
    campaign = Campaign(tmp_path, replace(WORK, kind=kind, categories=()))
    said = Label("rust") if kind == "classes" else Label("", text="rust on the upper leaf")
    campaign.judge(sheet(said, kind=kind))
    assert found(campaign.judge(sheet(said, kind=kind, labeller=BEN))) == set()


def test_no_more_labellers_than_asked_and_spam_takes_nobodys_place(campaign: Campaign) -> None:
    for n in range(4):
        campaign.judge(sheet(*[box(n, n, 9, 9)] * 20, labeller=CYD))  # unsound: rejected by the checks themselves
    campaign.judge(sheet(*GOOD))
    assert found(campaign.judge(sheet(*JITTERED, labeller=BEN))) == set()
    third, fourth = (sheet(box(n, n, 61, 41), labeller=CYD) for n in (12, 13))
    assert found(campaign.judge(third)) == {("spec/labels", "defect")}
    assert found(campaign.judge(fourth, rejected=frozenset({"item-6"}))) == set()  # people rejected the second


SPANS: list[tuple[str, tuple[Label, ...], Found]] = [
    ("honest", (Label("reach", start_ms=0, end_ms=900), Label("lift", start_ms=900, end_ms=2_000)), set()),
    ("no length", (Label("reach", start_ms=900, end_ms=900),), {("content/labels", "defect")}),
    ("past the end", (Label("reach", start_ms=900, end_ms=10_001),), {("content/labels", "defect")}),
    ("twice", (Label("reach", start_ms=0, end_ms=900),) * 2, {("content/labels", "defect")}),
    ("none", (), {("spec/labels", "defect")}),
]


@pytest.mark.parametrize(("labels", "expected"), [row[1:] for row in SPANS], ids=[row[0] for row in SPANS])
def test_spans(tmp_path: Path, labels: tuple[Label, ...], expected: Found) -> None:
    campaign = Campaign(tmp_path, replace(WORK, kind="spans", categories=("reach", "lift")))
    origins = {b"\x01" * 32: {"clip.mp4": b"\x02" * 32}}
    assert found(campaign.judge(sheet(*labels, kind="spans"), origins=origins)) == expected


def test_recordings_and_labels_do_not_mix(tmp_path: Path) -> None:
    asks = CampaignSpec("P", "", "image", (), (), (), 0, 0, 0, (), "Right.", (), (), ())
    report = check_episode(labelled(tmp_path, sheet(*GOOD)), spec=asks)
    assert "The campaign asks for recordings." in {f.message for f in report.defects}
    report = check_episode(episode(), spec=spec())
    assert "The campaign asks for labels." in {f.message for f in report.defects}


def test_the_index_survives_its_bytes(campaign: Campaign) -> None:
    campaign.judge(sheet(*GOOD))
    again = CopyIndex.from_bytes(campaign.index.to_bytes())
    assert again.labels_of(PICTURE.contribution) == campaign.index.labels_of(PICTURE.contribution)
    assert again.to_bytes() == campaign.index.to_bytes()
    assert campaign.index.before(1).labels_of(PICTURE.contribution) == []
    assert [one.labeller for _, one in again.labels_of(PICTURE.contribution)] == [ANN]
