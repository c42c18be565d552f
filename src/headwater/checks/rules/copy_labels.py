"""Boxes, outlines or spans of an earlier sheet, handed in again: under another name, or for another picture.

Places are compared to the hundredth of a pixel, or to the millisecond. Two people who draw by hand miss each other by
pixels: if every edge differs by a pixel or more three times in four, one box is equal once in 250 times and two of two
once in 60,000. So two equal places that are half of either sheet are a DEFECT, one is a RISK. A copier who moves every
box by a pixel is not found here; consensus, reviewers and gold items are what he meets. Equal classes or words are
agreement.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.label_print import LabelPrint
from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule

HALF, SURE = 0.5, 2


@rule("copy/labels", version=1, needs=(Need.INDEX,))
def check(seen: Observed) -> Iterator[Draft]:
    own = seen.fingerprints.labels
    if own is None or not own.places:
        raise CannotJudge("no boxes, outlines or spans")
    assert seen.index is not None
    best: tuple[int, str, LabelPrint] | None = None
    for name, one in seen.index.labels_at(own.place_set()):
        equal = len(own.place_set() & one.place_set())
        if equal >= HALF * min(len(own.place_set()), len(one.place_set())) and (best is None or equal > best[0]):
            best = equal, name, one
    if best is not None:
        equal, name, one = best
        yield Draft(
            Severity.DEFECT if equal >= SURE else Severity.RISK,
            _what(own, one),
            f"{equal} of {len(own.place_set())} places equal those of {name[:16]}",
            "expected places of one's own",
            impact="The same work would be paid twice, or labels point at another picture.",
            fix="Draw them yourself, on this picture.",
        )


def _what(own: LabelPrint, one: LabelPrint) -> str:
    if one.origin != own.origin:
        return "These labels were made for another picture."
    if one.labeller != own.labeller:
        return "Another labeller's labels were handed in again."
    return "These labels were handed in before."
