"""Boxes of a picture, spans of a time axis: matched by overlap, then each thing found is judged by the rule.

Existence: who drew it votes for it, who looked and did not draw it against. Class: the rule for K classes among those
who drew it. Geometry: weighted median of each side, so that less than half the weight cannot carry a side away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from headwater.review.inference.classes import best, demand_class, posterior, sums
from headwater.review.inference.models import Agreed, Answers, Consensus, Region
from headwater.review.inference.records import Records, learned

OVERLAP_MILLI = 500
Objects = tuple[Region, ...]
Drawn = tuple[str, Region]  # labeller, what he drew
_Support = tuple[int, Fraction]


class RuleOfRegions:
    """The rule for regions. A labeller who looked and saw nothing gives an empty answer: it is a vote too.

    Args:
        overlap_milli: least IoU, in thousandths, at which two regions are the same thing.
    """

    def __init__(self, records: Records | None = None, overlap_milli: int = OVERLAP_MILLI) -> None:
        self._records, self._overlap = records or Records(), overlap_milli

    def __call__(self, answers: Answers[Objects]) -> Consensus[Objects]:
        """``sure`` of an item is the probability that every one of its yes-or-no decisions is right.

        Raises:
            InferenceError: a region of a class the spec does not have.
        """
        for item, regions in answers.said():
            for region in regions:
                demand_class(item, region.label, answers.classes)
        records = learned(answers, self._records, self._grade)
        return {
            item: self._agreed(given, records, answers.classes) for item, given in sorted(answers.by_item().items())
        }

    def _grade(self, drawn: Objects, truth: Objects) -> tuple[int, int]:
        return found_and_false(drawn, truth, self._overlap)

    def _agreed(self, given: Mapping[str, Objects], records: Records, classes: Sequence[str]) -> Agreed[Objects]:
        kept, sure = [], 1.0
        for cluster in clusters(given, lambda w: records.of(w).weight(2), self._overlap):
            drew = {labeller for labeller, _ in cluster}
            votes = [records.of(w).weight(2) * (1 if w in drew else -1) for w in given]
            total = sum(votes)
            sure *= posterior((total, 0))
            if total > 0:
                kept.append(_merged(cluster, records, classes))
        return Agreed(tuple(sorted(kept, key=_place)), sure)


def iou(a: Region, b: Region) -> Fraction:
    """Intersection over union of two regions with the same axes, exactly; class plays no part."""
    common = own = other = 1
    for (low, high), (left, right) in zip(a.sides, b.sides, strict=True):
        common *= max(0, min(high, right) - max(low, left))
        own *= high - low
        other *= right - left
    return Fraction(common, own + other - common)


def clusters(
    given: Mapping[str, Objects], weight: Callable[[str], int], overlap_milli: int = OVERLAP_MILLI
) -> list[tuple[Drawn, ...]]:
    """Regions that mean the same thing, at most one a labeller.

    Around each region stand those of others that overlap it enough, one a labeller: of its class before others, then
    the most overlapping. The region that most weight stands around is taken out with them, then the next. A labeller
    counts once around a region however many he draws there, so nobody can cut a thing that most drew into pieces that
    few drew. No order of labellers or regions matters.

    Args:
        weight: of a labeller, positive.
    """
    drawn = sorted(((w, r) for w, regions in given.items() for r in regions), key=lambda d: (_place(d[1]), d[0]))
    near = _near(drawn, Fraction(overlap_milli, 1000))
    left, found = set(range(len(drawn))), []
    while left:
        around = {seed: _around(seed, drawn, near[seed], left) for seed in sorted(left)}
        taken = max(around.values(), key=lambda stars: _support(stars, drawn, weight))
        found.append(tuple(drawn[at] for at in sorted(taken)))
        left -= taken.keys()
    return found


def found_and_false(drawn: Objects, truth: Objects, overlap_milli: int = OVERLAP_MILLI) -> tuple[int, int]:
    """How many regions of the truth were found with their class, and how many were missed or invented.

    An empty answer to an empty truth is one thing right.
    """
    if not drawn and not truth:
        return 1, 0
    matched = clusters({"drawn": drawn, "truth": truth}, lambda _: 1, overlap_milli)
    right = sum(len(c) == 2 and c[0][1].label == c[1][1].label for c in matched)
    return right, len(matched) - right


def middle(values: Sequence[tuple[int, int]]) -> int:
    """Weighted median of (value, weight): halfway between the lower and the upper one, rounded down."""
    ordered = sorted(values)
    half = sum(weight for _, weight in ordered)
    return (_reached(ordered, half) + _reached(ordered[::-1], half)) // 2


def _reached(ordered: Sequence[tuple[int, int]], half: int) -> int:
    """The first value at which twice the weight up to it comes to ``half``."""
    so_far = 0
    for value, weight in ordered:
        so_far += 2 * weight
        if so_far >= half:
            return value
    raise AssertionError("weights are positive")


def _near(drawn: Sequence[Drawn], overlap: Fraction) -> list[dict[int, Fraction]]:
    """Of each region those of other labellers that overlap enough, with their IoU."""
    near: list[dict[int, Fraction]] = [{} for _ in drawn]
    for (a, (who, one)), (b, (other, two)) in combinations(enumerate(drawn), 2):
        if who != other and (share := iou(one, two)) >= overlap:
            near[a][b] = near[b][a] = share
    return near


def _around(seed: int, drawn: Sequence[Drawn], near: Mapping[int, Fraction], left: set[int]) -> dict[int, Fraction]:
    """The seed and, of each other labeller, the region nearest to it that is left; with their IoU."""
    best_of: dict[str, tuple[bool, Fraction, int]] = {}
    for at in left & near.keys():
        labeller, region = drawn[at]
        like = (region.label == drawn[seed][1].label, near[at], -at)
        best_of[labeller] = max(best_of.get(labeller, like), like)
    return {seed: Fraction(1)} | {-at: share for _, share, at in best_of.values()}


def _support(around: Mapping[int, Fraction], drawn: Sequence[Drawn], weight: Callable[[str], int]) -> _Support:
    """Weight, weight times IoU; of equals ``max`` keeps the first in place."""
    weights = {at: weight(drawn[at][0]) for at in around}
    return sum(weights.values()), sum((weights[at] * share for at, share in around.items()), Fraction(0))


def _merged(cluster: Sequence[Drawn], records: Records, classes: Sequence[str]) -> Region:
    named = {w: (r.label, records.of(w).weight(len(classes))) for w, r in cluster} if len(classes) > 1 else {}
    weighed = [(region, records.of(labeller).weight(2)) for labeller, region in cluster]
    axes = range(len(cluster[0][1].sides))
    sides = [tuple(middle([(r.sides[axis][end], w) for r, w in weighed]) for end in (0, 1)) for axis in axes]
    return Region(best(sums(named, classes)).value, tuple((low, high) for low, high in sides))


def _place(region: Region) -> tuple[tuple[tuple[int, int], ...], str]:
    return region.sides, region.label
