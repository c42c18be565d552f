"""The recording's own counts and indices must agree with its rows.

Source: robovet and rdq read this ledger before any video byte; LeRobot #2401 is the class of fault. Totals of the
whole set that disagree with its list of episodes are a RISK: they are not this episode's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import Draft, rule

IMPACT = "A loader takes frames of another episode or stops."
FIX = "Let the recorder finish and convert the set again instead of editing its tables."


@rule("ledger/counts", version=2)
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
    elif index is not None and len(index) and start is not None and int(index[0]) != start:
        yield _defect("The global index does not begin where the metadata says.", f"{int(index[0])}", f"{start}")
    yield from _owners(seen)
    yield from _totals(seen)


def _owners(seen: Observed) -> Iterator[Draft]:
    """Rows belong to the episode, and their task is one of the set's."""
    ledger = seen.episode.ledger
    declared, owners = ledger.get("episode_index_declared"), ledger.get("episode_index")
    if declared is not None and owners is not None and (np.asarray(owners) != declared).any():
        wrong = int(np.argmax(np.asarray(owners) != declared))
        yield _defect("Rows name another episode.", f"{int(owners[wrong])} in row {wrong}", f"{declared}")
    texts, task = ledger.get("task_texts"), seen.episode.streams.get("task_index")
    if texts and task is not None and len(task.values):
        unknown = sorted({int(number) for number in np.unique(task.values)} - set(texts))
        if unknown:
            yield _defect("A task number has no text.", f"{unknown[0]}", f"one of {len(texts)} listed tasks")


def _totals(seen: Observed) -> Iterator[Draft]:
    info, lengths = seen.episode.ledger.get("info") or {}, seen.episode.ledger.get("set_lengths")
    if not lengths:
        return
    for name, found in (("total_episodes", len(lengths)), ("total_frames", sum(lengths))):
        if isinstance(info.get(name), int) and info[name] != found:
            draft = _defect("The set's total is not that of its list of episodes.", f"{found}", f"{name} {info[name]}")
            yield replace(draft, severity=Severity.RISK)


def _defect(message: str, observed: str, expected: str) -> Draft:
    return Draft(Severity.DEFECT, message, observed, f"expected {expected}", impact=IMPACT, fix=FIX)
