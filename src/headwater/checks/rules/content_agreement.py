"""Labels of one picture against each other: box and outline, picture and objects, one object named twice.

A box and the outline of the same label must cover each other: intersection over union of box and the outline's own box
below .5 (the usual threshold of a match, PASCAL VOC) is a DEFECT, since one of the two is another object's. A picture
labelled as a whole with a category, whose objects are labelled with others only, and two boxes of different categories
that are one place (.95) are RISKs: categories may be parts of one another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, rule
from headwater.formats import Annotation

MATCH, SAME = 0.5, 0.95
MOST = 200  # labels of one picture that are compared with each other
FIX = "Look at these labels again."
Box = tuple[float, float, float, float]


@rule("content/agreement", version=1)
def check(seen: Observed) -> Iterator[Draft]:
    pictures: dict[tuple[str, int], list[Annotation]] = defaultdict(list)
    for label in seen.episode.annotations:
        pictures[label.camera, label.frame].append(label)
    if not any(_kinds(labels) > 1 or len(labels) > 1 for labels in pictures.values()):
        raise CannotJudge("no picture has two kinds of labels")
    for (camera, frame), labels in sorted(pictures.items(), key=lambda item: item[0]):
        for severity, message, observed, expected in _picture(labels):
            spans = (seen.span(frame, frame + 1),) if 0 <= frame < max(1, seen.episode.length) else ()
            impact = "Two labels of one thing contradict each other."
            yield Draft(severity, message, observed, expected, spans, camera, impact, FIX)


def _kinds(labels: Sequence[Annotation]) -> int:
    return sum(
        (
            any(label.box is not None for label in labels),
            any(label.outline for label in labels),
            any(label.box is None and not label.outline for label in labels),
        )
    )


def _picture(labels: Sequence[Annotation]) -> Iterator[tuple[Severity, str, str, str]]:
    for label in labels:
        if label.box is not None and len(label.outline) >= 6:
            share = overlap(_corners(label.box), _around(label.outline))
            if share < MATCH:
                observed, message = f"{label.category[:40]!r} at {share:.2f}", "Box and outline of a label lie apart."
                yield Severity.DEFECT, message, observed, f"expected at least {MATCH}"
    whole = {label.category for label in labels if label.box is None and not label.outline}
    objects = {label.category for label in labels if label.box is not None or label.outline}
    if whole and objects and not whole & objects:
        message = "The picture's label is none of its objects'."
        yield Severity.RISK, message, f"{min(whole)[:40]!r}", f"expected one of {', '.join(sorted(objects))[:60]}"
    placed = [(label.category, _corners(label.box)) for label in labels[:MOST] if label.box is not None]
    for (one, here), (other, there) in combinations(placed, 2):
        if one != other and overlap(here, there) >= SAME:
            yield Severity.RISK, "One place has two categories.", f"{one[:30]!r} and {other[:30]!r}", "expected one"
            return


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes given by left, top, right, bottom; 0.0 if they have no area."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    both = max(0.0, width) * max(0.0, height)
    union = _area(one) + _area(other) - both
    return both / union if union > 0 else 0.0


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _corners(box: Box) -> Box:
    return box[0], box[1], box[0] + box[2], box[1] + box[3]


def _around(outline: Sequence[float]) -> Box:
    xs, ys = outline[::2], outline[1::2]
    return min(xs), min(ys), max(xs), max(ys)
