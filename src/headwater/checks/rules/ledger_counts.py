"""The recording's own counts and indices must agree with its rows.

Source: robovet and rdq read this ledger before any video byte; LeRobot #2401 is the class of fault.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import Draft, rule

IMPACT = "A loader takes frames of another episode or stops."
FIX = "Let the recorder finish and convert the set again instead of editing its tables."


@rule("ledger/counts", version=1)
def check(seen: Observed) -> Iterator[Draft]:
    ledger, rows = seen.episode.ledger, seen.episode.length
    if "length" in ledger and ledger["length"] and ledger["length"] != rows:
        yield _defect("The metadata declares another length than the table has.", f"{rows} rows", str(ledger["length"]))
    start, stop = ledger.get("dataset_from_index"), ledger.get("dataset_to_index")
    if start is not None and stop is not None and stop - start != rows:
        yield _defect("The index range has another length than the table.", f"{rows} rows", f"{stop - start} in range")
    frame = ledger.get("frame_index")
    if frame is not None and not np.array_equal(frame, np.arange(rows)):
        wrong = int(np.argmax(np.asarray(frame) != np.arange(len(frame))))
        yield _defect("frame_index does not count from 0 by 1.", f"{int(frame[wrong])} in row {wrong}", f"{wrong}")
    index = ledger.get("index")
    if index is not None and len(index) > 1 and not (np.diff(index) == 1).all():
        wrong = int(np.argmax(np.diff(index) != 1)) + 1
        yield _defect(
            "The global index does not rise by 1.", f"{int(index[wrong])} in row {wrong}", "one more each row"
        )


def _defect(message: str, observed: str, expected: str) -> Draft:
    return Draft(Severity.DEFECT, message, observed, f"expected {expected}", impact=IMPACT, fix=FIX)
