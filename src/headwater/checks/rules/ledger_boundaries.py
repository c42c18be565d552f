"""Neighbours in a shared file: where one episode ends, the next begins, and video starts lie on the frame grid.

LeRobot v3.0 keeps many episodes a file and finds them by index range and time span. Its converter has scrambled the
ranges (#1919) and summed float durations until frames were missed (#3177: lookups have 1e-4 s tolerance). Thresholds:
index ranges exact; video spans that share half a frame or more with a neighbour, or hold half a frame more or less than
the rows, are DEFECTs; frames between two episodes that belong to none, and starts more than 1e-4 s off the grid, are
RISKs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, rule
from headwater.checks.signals import fixed

TOLERANCE_S = 1e-4
HALF = 0.5
IMPACT = "A loader takes rows or frames of the neighbouring episode."
FIX = "Convert the set again with a current LeRobot instead of editing its tables."


@rule("ledger/boundaries", version=1)
def check(seen: Observed) -> Iterator[Draft]:
    ledger = seen.episode.ledger
    spans = ledger.get("video_spans") or {}
    start, stop = ledger.get("dataset_from_index"), ledger.get("dataset_to_index")
    if start is None or stop is None:
        raise CannotJudge("the episode has its files for itself")
    before, after = ledger.get("before"), ledger.get("after")
    if before is not None and before["dataset_to_index"] != start:
        yield _ranges("before", before["dataset_to_index"], start)
    if after is not None and after["dataset_from_index"] != stop:
        yield _ranges("after", stop, after["dataset_from_index"])
    for key, span in spans.items():
        if span and seen.fps and all(map(math.isfinite, span.values())):
            yield from _video(seen, key, span)


def _ranges(side: str, end: int, begin: int) -> Draft:
    message = f"The index ranges of this episode and the one {side} it do not meet."
    return _draft(Severity.DEFECT, message, f"one ends at {end}, the next begins at {begin}", "one number")


def _video(seen: Observed, key: str, span: Mapping[str, float]) -> Iterator[Draft]:
    start, stop, fps = span["from_s"], span["to_s"], seen.fps
    off = abs(start * fps - round(start * fps)) / fps
    if off > TOLERANCE_S:
        observed, expected = f"{_ms(off)} ms off", f"at most {_ms(TOLERANCE_S)} ms"
        yield _draft(Severity.RISK, "The video part does not begin on a frame.", observed, expected, key)
    frames = (stop - start) * fps
    if abs(frames - seen.episode.length) >= HALF:
        message = "The video part is not as long as the rows."
        yield _draft(Severity.DEFECT, message, f"{fixed(frames, 1)} frames", f"{seen.episode.length}", key)
    for side, gap in (
        ("before", start - span.get("before_to_s", start)),
        ("after", span.get("after_from_s", stop) - stop),
    ):
        if gap * fps <= -HALF:
            message = f"The video part overlaps with that of the episode {side} it."
            yield _draft(Severity.DEFECT, message, f"{fixed(-gap * fps, 1)} frames", "none", key)
        elif gap * fps >= HALF:
            message = f"Frames between this episode and the one {side} it belong to none."
            yield _draft(Severity.RISK, message, f"{fixed(gap * fps, 1)} frames", "none", key)


def _draft(severity: Severity, message: str, observed: str, expected: str, stream: str = "") -> Draft:
    return Draft(severity, message, observed, f"expected {expected}", (), stream, IMPACT, FIX)


def _ms(seconds: float) -> str:
    return fixed(1000 * seconds, 1)
