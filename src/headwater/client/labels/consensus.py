"""What several labellers of one origin come to, by the rule of spec/inference.md.

Nobody has a record as a labeller yet, so each counts alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from headwater.formats import Label
from headwater.review.inference import Answer, Answers, Objects, Region, RuleOfClasses, RuleOfRegions, RuleOfTexts

V = TypeVar("V")
Sheets = Mapping[str, Sequence[Label]]
_ITEM = ""  # one origin at a time: without gold nothing is learned from the others
_FINE = 1000  # a box's sides are counted in thousandths of a pixel


def consensus_of(kind: str, sheets: Sheets, categories: Sequence[str] = ()) -> tuple[Label, ...]:
    """The labels of one origin.

    Args:
        kind: of ``LABEL_KINDS``. sheets: labeller to labels; none if nobody's were accepted.
        categories: those of the campaign, in its order; empty for whatever labellers named.
    """
    if len(sheets) < 2:
        return tuple(next(iter(sheets.values()), ()))
    named = {label.category for labels in sheets.values() for label in labels}
    classes = tuple(categories) or tuple(sorted(named))
    if kind == "classes":
        return _classes(sheets, classes)
    if kind == "text":
        texts = {who: "\n".join(label.text for label in labels) for who, labels in sheets.items()}
        return (Label("", text=RuleOfTexts()(_answers(texts))[_ITEM].value),)
    axes = _box if kind == "boxes" else _span
    drawn = {who: tuple(axes(label) for label in labels) for who, labels in sheets.items()}
    agreed: Objects = RuleOfRegions()(_answers(drawn, classes))[_ITEM].value
    return tuple(_label(kind, region) for region in agreed)


def _classes(sheets: Sheets, classes: tuple[str, ...]) -> tuple[Label, ...]:
    """Each class is a question of yes or no; if none has a majority, the one that most say."""
    kept = [name for name in classes if _says_yes(sheets, name)]
    if not kept:
        first = {who: labels[0].category for who, labels in sheets.items() if labels}
        kept = [RuleOfClasses()(_answers(first, classes))[_ITEM].value] if first and len(classes) > 1 else []
    return tuple(Label(name) for name in kept)


def _says_yes(sheets: Sheets, name: str) -> bool:
    said = {who: "yes" if Label(name) in labels else "no" for who, labels in sheets.items()}
    return RuleOfClasses()(_answers(said, ("no", "yes")))[_ITEM].value == "yes"


def _answers(said: Mapping[str, V], classes: tuple[str, ...] = ()) -> Answers[V]:
    return Answers(tuple(Answer(_ITEM, who, value) for who, value in said.items()), {}, {}, classes)


def _box(label: Label) -> Region:
    x, y, width, height = label.box or (0.0, 0.0, 0.0, 0.0)
    sides = tuple((round(low * _FINE), round((low + long) * _FINE)) for low, long in ((x, width), (y, height)))
    return Region(label.category, sides)


def _span(label: Label) -> Region:
    return Region(label.category, ((label.start_ms, label.end_ms),))


def _label(kind: str, region: Region) -> Label:
    if kind == "spans":
        return Label(region.label, start_ms=region.sides[0][0], end_ms=region.sides[0][1])
    (left, right), (top, bottom) = region.sides
    return Label(region.label, box=(left / _FINE, top / _FINE, (right - left) / _FINE, (bottom - top) / _FINE))
