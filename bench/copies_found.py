"""What is found of copies, and what of distinct episodes is taken for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from copies_sets import Family
from headwater.checks import CopyIndex, Match
from headwater.checks.rules.copy_near import PATH_MILLI, RISK_MILLI, limit_of
from headwater.testing.forgeries import COPIES
from report import Goal, Row


def found_rows(title: str, own: list[Family], everyone: list[Family]) -> Iterator[Row]:
    """Copies of ``own`` against all of ``everyone``, then each original against those anchored before it."""
    index = CopyIndex()
    for order, one in enumerate(everyone, 1):
        index.add(one.name, order, order.to_bytes(32, "big"), one.original)
    yield from _recall(title, own, index)
    yield from _false(title, own, index, {one.name: order for order, one in enumerate(everyone, 1)})


def is_copy(match: Match) -> bool:
    """Whether ``copy/near-video`` finds a DEFECT."""
    return match.video_milli >= limit_of(match)


def _recall(title: str, own: list[Family], index: CopyIndex) -> Iterator[Row]:
    """Copies found; of those with states also the video with none, and the states without a video."""
    found: dict[str, list[bool]] = defaultdict(list)
    for one in own:
        for name, prints in one.copies.items():
            match = index.nearest(prints)
            found[name].append(is_copy(match) and match.video_id == one.name)
            if not found[name][-1]:
                print("missed", name, one.name, match, flush=True)
            if prints.axes:
                video = index.nearest(replace(prints, trajectory=b"", axes=0, minhash=b""))
                found[name + ", video alone"].append(is_copy(video) and video.video_id == one.name)
                states = index.nearest(replace(prints, cameras={}))
                near = states.trajectory_milli < PATH_MILLI and states.trajectory_id == one.name
                found[name + ", states alone"].append(near)
    for name in sorted(found):
        share = round(100 * sum(found[name]) / len(found[name]), 1)
        goal = Goal(">=", 95.0) if name in COPIES else None
        yield Row(f"{title}: {name.replace('_', ' ')} found, of {len(found[name])}", share, "%", goal)


def _false(title: str, own: list[Family], index: CopyIndex, order: dict[str, int]) -> Iterator[Row]:
    """Originals taken for a copy of one anchored before, as the network would: each pair meets once."""
    found = [index.before(order[one.name]).nearest(one.original) for one in own]
    for one, match in zip(own, found, strict=True):
        if is_copy(match) or match.trajectory_milli < PATH_MILLI:
            print("false", one.name, match, flush=True)
    each = 100 / max(1, len(own))
    sure = sum(map(is_copy, found))
    shown = sum(match.video_milli >= RISK_MILLI for match in found) - sure
    states = sum(match.trajectory_milli < PATH_MILLI for match in found)
    few = Goal("<=", 1.0)
    yield Row(f"{title}: distinct episodes taken for a copy, of {len(own)}", round(sure * each, 2), "%", few)
    yield Row(f"{title}: distinct episodes shown as possible copies", round(shown * each, 2), "%")
    yield Row(f"{title}: distinct states taken for a copy's", round(states * each, 2), "%", few)
