"""Labels of pictures that cannot be right: outside the picture, empty, of no category, on no frame.

Exact, with one pixel of slack at the edges, where annotation tools round. Without a category, on a camera or frame that
is not there, not numbers, without area, or wholly outside: DEFECT, since it labels nothing. Partly outside, and
outlines with less than three points, are RISKs. Categories are held against the recording's list (``categories`` of
its ledger) where it has one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, rule
from headwater.formats import Annotation, Video

SLACK = 1.0
PLACEHOLDERS = frozenset(("", "none", "null", "unknown", "object", "label", "todo", "???", "undefined"))
FIX = "Correct the labels in the tool they were drawn with."


@rule("content/labels", version=1)
def check(seen: Observed) -> Iterator[Draft]:
    labels = seen.episode.annotations
    if not labels:
        raise CannotJudge("the recording has no labels")
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
    outside = _outside(label, video) if video is not None else None
    if outside:
        return outside
    if known and label.category not in known:
        return "defect", "A label's category is not one of the recording's."
    if name in PLACEHOLDERS:
        return "risk", "A label's category is a placeholder."
    return None


def _outside(label: Annotation, video: Video) -> tuple[str, str] | None:
    ends = bounds(label)
    if ends is None:
        return None
    left, top, right, bottom = ends
    width, height = video.shown_size
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
