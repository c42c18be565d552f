"""What several labellers of one origin come to. ``consensus_of`` is the one place where another rule is put in.

Plain on purpose: a class or span needs more than half of the labellers; boxes are those of the labeller who agrees most
with the others; words are the text most often given, the first of equals. Truth inference replaces the body, not the
signature.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from headwater.formats import Label

MATCH = 0.5


def consensus_of(kind: str, sheets: Sequence[Sequence[Label]]) -> tuple[Label, ...]:
    """The labels of one origin from those of its labellers, in order of their items.

    Args:
        kind: of ``LABEL_KINDS``.
        sheets: one sequence of labels a labeller; none if nobody's were accepted.
    """
    if len(sheets) < 2:
        return tuple(sheets[0]) if sheets else ()
    if kind == "classes":
        counts = Counter(label for sheet in sheets for label in dict.fromkeys(sheet))
        most = max(counts.values(), default=0)
        return (
            tuple(label for label, count in counts.items() if 2 * count > len(sheets))
            or tuple(label for label, count in counts.items() if count == most)[:1]
        )
    scores = [sum(_agreement(kind, one, other) for other in sheets if other is not one) for one in sheets]
    return tuple(sheets[scores.index(max(scores))])


def _agreement(kind: str, one: Sequence[Label], other: Sequence[Label]) -> float:
    """Share of labels that have a partner on the other side, 0 to 1."""
    if not one and not other:
        return 1.0
    left = list(other)
    matched = 0
    for label in one:
        partner = next((p for p in left if _same(kind, label, p)), None)
        if partner is not None:
            left.remove(partner)
            matched += 1
    return 2 * matched / (len(one) + len(other))


def _same(kind: str, one: Label, other: Label) -> bool:
    if one.category != other.category:
        return False
    if kind == "boxes" and one.box and other.box:
        return _overlap(_ends(one.box, 0), _ends(other.box, 0)) * _overlap(_ends(one.box, 1), _ends(other.box, 1)) > (
            MATCH * _union(one.box, other.box)
        )
    if kind == "spans":
        ends = (one.start_ms, one.end_ms), (other.start_ms, other.end_ms)
        whole = max(ends[0][1], ends[1][1]) - min(ends[0][0], ends[1][0])
        return _overlap(*ends) > MATCH * whole
    return one.text == other.text


def _ends(box: tuple[float, float, float, float], axis: int) -> tuple[float, float]:
    return box[axis], box[axis] + box[axis + 2]


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> float:
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))


def _union(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    both = _overlap(_ends(one, 0), _ends(other, 0)) * _overlap(_ends(one, 1), _ends(other, 1))
    return one[2] * one[3] + other[2] * other[3] - both
