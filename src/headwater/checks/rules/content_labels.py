"""Labels of pictures that cannot be right: outside the picture, empty, of no category, on no frame.

Exact, with one pixel of slack at the edges, where annotation tools round. Without a category, on a camera or frame that
is not there, not numbers, without area, or wholly outside: DEFECT, since it labels nothing. Partly outside, and
outlines with less than three points, are RISKs. One label twice, box and all, is a RISK, and a DEFECT in a sheet that
is paid for. A sheet's own picture size and length stand in for the picture it does not hold; a span that is empty or
reaches past the end is a DEFECT. Categories are held against the recording's list (``categories`` of
its ledger) where it has one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, rule
from headwater.formats import Annotation, LabelSheet, Video

SLACK = 1.0
PLACEHOLDERS = frozenset(("", "none", "null", "unknown", "object", "label", "todo", "???", "undefined"))
FIX = "Correct the labels in the tool they were drawn with."


@rule("content/labels", version=2)
def check(seen: Observed) -> Iterator[Draft]:
    labels, sheet = seen.episode.annotations, seen.episode.sheet
    if sheet is not None and sheet.labels and not labels:
        yield from _spans_and_words(sheet)
        return
    if not labels:
        raise CannotJudge("the recording has no labels")
    yield from _twice(labels, sheet is not None)
    known = frozenset(map(str, seen.episode.ledger.get("categories") or ()))
    troubles = [(trouble, label) for label in labels if (trouble := _trouble(seen, label, known))]
    for (severity, message), count in sorted(Counter(trouble for trouble, _ in troubles).items()):
        first = next(label for trouble, label in troubles if trouble == (severity, message))
        yield Draft(
            Severity(severity),
            message,
            f"{count} of {len(labels)} labels, first {first.category[:40] or 'without a name'!r}",
            "expected none",
            (seen.span(first.frame, first.frame + 1),) if 0 <= first.frame < seen.episode.length else (),
            first.camera,
            "A model learns from labels that point at nothing.",
            FIX,
        )


def _trouble(seen: Observed, label: Annotation, known: frozenset[str]) -> tuple[str, str] | None:
    """(severity, message) of the worst thing about a label."""
    video = seen.episode.videos.get(label.camera)
    numbers = (*(label.box or ()), *label.outline)
    name = label.category.strip().lower()
    if not all(map(math.isfinite, numbers)):
        return "defect", "A label's place is not a number."
    if label.box is not None and (label.box[2] <= 0 or label.box[3] <= 0):
        return "defect", "A label's box has no area."
    if seen.episode.videos and video is None:
        return "defect", "A label is on a camera that is not there."
    if not 0 <= label.frame < max(1, seen.episode.length):
        return "defect", "A label is on a frame that is not there."
    if not name:
        return "defect", "A label has no category."
    if len(label.outline) % 2 or 0 < len(label.outline) < 6:
        return "risk", "A label's outline has less than three points."
    if label.outline and area(label.outline) == 0:
        return "defect", "A label's outline has no area."
    outside = _outside(label, _size(seen, video))
    if outside:
        return outside
    if known and label.category not in known:
        return "defect", "A label's category is not one of the recording's."
    if name in PLACEHOLDERS:
        return "risk", "A label's category is a placeholder."
    return None


def _size(seen: Observed, video: Video | None) -> tuple[int, int]:
    """Width and height of the labelled picture; zeros if nobody says."""
    sheet = seen.episode.sheet
    if sheet is not None:
        return sheet.origin.width, sheet.origin.height
    return video.shown_size if video is not None else (0, 0)


def _twice(labels: Sequence[Annotation], paid: bool) -> Iterator[Draft]:
    again = [label for label, count in Counter(labels).items() if count > 1]
    if again:
        yield Draft(
            Severity.DEFECT if paid else Severity.RISK,
            "A label is there more than once.",
            f"{len(labels) - len(set(labels))} of {len(labels)} labels, first {again[0].category[:40]!r}",
            "expected each once",
            impact="A model counts one thing several times.",
            fix=FIX,
        )


def _spans_and_words(sheet: LabelSheet) -> Iterator[Draft]:
    """Of labels that are no places in a picture."""
    empty = [one for one in sheet.labels if sheet.kind == "spans" and one.end_ms <= one.start_ms]
    past = [one for one in sheet.labels if one.end_ms > sheet.origin.length_ms]
    said = [one for one in sheet.labels if not (one.category.strip() or one.text.strip())]
    troubles = (
        (empty, "A span has no length.", "an end after its start"),
        (past, "A span reaches past the end.", f"at most {sheet.origin.length_ms} ms"),
        (said, "A label says nothing.", "words"),
    )
    for found, message, expected in troubles:
        if found:
            observed = f"{len(found)} of {len(sheet.labels)} labels, first {found[0].start_ms} to {found[0].end_ms} ms"
            yield Draft(Severity.DEFECT, message, observed, f"expected {expected}", fix=FIX)
    if len(set(sheet.labels)) < len(sheet.labels):
        observed = f"{len(sheet.labels) - len(set(sheet.labels))} of {len(sheet.labels)} labels"
        yield Draft(Severity.DEFECT, "A label is there more than once.", observed, "expected each once", fix=FIX)


def _outside(label: Annotation, size: tuple[int, int]) -> tuple[str, str] | None:
    ends = bounds(label)
    if ends is None or size == (0, 0):
        return None
    left, top, right, bottom = ends
    width, height = size
    if right <= 0 or bottom <= 0 or left >= width or top >= height:
        return "defect", "A label lies outside the picture."
    if left < -SLACK or top < -SLACK or right > width + SLACK or bottom > height + SLACK:
        return "risk", "A label reaches outside the picture."
    return None


def bounds(label: Annotation) -> tuple[float, float, float, float] | None:
    """Left, top, right, bottom of box and outline together; ``None`` for a label of the whole picture."""
    xs, ys = list(label.outline[::2]), list(label.outline[1::2])
    if label.box is not None:
        x, y, width, height = label.box
        xs, ys = [*xs, x, x + width], [*ys, y, y + height]
    return (min(xs), min(ys), max(xs), max(ys)) if xs and ys else None


def area(outline: Sequence[float]) -> float:
    """Area of a polygon x, y, x, y ... in square pixels (Gauss)."""
    xs, ys = outline[::2], outline[1::2]
    turned = zip(xs, ys, [*xs[1:], xs[0]], [*ys[1:], ys[0]], strict=True)
    return abs(sum(x * next_y - next_x * y for x, y, next_x, next_y in turned)) / 2
