"""Surgery on the container's timeline: edit lists, and frame times that stretch or squeeze a piece.

Edit lists (ISO/IEC 14496-12, 8.6.6): one entry that starts at the first frame is what every muxer writes. More than one
piece of media, or a speed other than 1, means that players show another order or pace than was recorded, and readers
differ in what they make of it: a DEFECT. Frames hidden before the start or after the end are a RISK: trimmed without
saying so, and still in the file. An empty edit (the video starts late) is a RISK from one frame on.

Frame times: in a constant-rate file (four of five steps within one tick of the median) a run of steps that are off by
2 % and two ticks for half a second was stretched or squeezed afterwards. Where rows must meet frames and it drifts by
half a frame, a DEFECT, else a RISK. Single gaps belong to ``time/video-frames``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.checks.signals import fixed, runs
from headwater.formats import PacketLedger

NORMAL_RATE = 1 << 16
CONSTANT_SHARE = 0.8
OFF_SHARE, OFF_TICKS = 0.02, 2
SECONDS = 0.5
IMPACT = "What is played is not what was recorded; readers disagree about which frame belongs to which time."
FIX = "Submit the file as the camera wrote it; cut by re-recording, not by editing the container."


@rule("authenticity/timeline", version=1, needs=(Need.VIDEO,))
def check(seen: Observed) -> Iterator[Draft]:
    judged = False
    for key, camera in seen.cameras.items():
        packets = camera.packets
        if packets is None or len(packets) < 2 or seen.episode.videos[key].stills is not None:
            continue
        judged = True
        yield from _edits(seen, key, packets)
        yield from _pace(seen, key, packets)
    if not judged:
        raise CannotJudge("needs a video file")


def _edits(seen: Observed, key: str, packets: PacketLedger) -> Iterator[Draft]:
    media = [edit for edit in packets.edits if edit.media_time >= 0]
    empty = [edit for edit in packets.edits if edit.media_time < 0]
    odd = [edit for edit in media if edit.rate != NORMAL_RATE]
    if len(media) > 1 or odd:
        what = f"{len(media)} pieces" + (f", speed {fixed(odd[0].rate / NORMAL_RATE)}" if odd else "")
        yield _draft(Severity.DEFECT, "The edit list plays pieces.", what, "expected 1 piece at speed 1", key, seen)
    if packets.hidden:
        about = f"{packets.hidden} frames are in the file and not shown"
        yield _draft(Severity.RISK, "The edit list hides frames.", about, "expected none", key, seen)
    if empty and packets.pts[0] * packets.time_base * seen.episode.videos[key].fps >= 1:
        late = float(packets.pts[0] * packets.time_base)
        about = f"the first frame comes at {fixed(late, 3)} s"
        yield _draft(Severity.RISK, "The edit list delays the video.", about, "expected 0 s", key, seen)


def _pace(seen: Observed, key: str, packets: PacketLedger) -> Iterator[Draft]:
    steps = np.diff(packets.pts)
    usual = int(np.median(steps))
    if usual <= 0 or np.mean(np.abs(steps - usual) <= 1) < CONSTANT_SHARE:
        return
    off = (np.abs(steps - usual) > OFF_TICKS) & (np.abs(steps - usual) > OFF_SHARE * usual)
    found = [run for run in runs(off) if run[1] - run[0] >= SECONDS * seen.fps]
    if not found:
        return
    drift = max(abs(int(packets.pts[b] - packets.pts[a]) - (b - a) * usual) for a, b in found)
    rows = seen.state is not None and 2 * drift >= usual
    first = found[0]
    pace = (int(packets.pts[first[1]] - packets.pts[first[0]])) / (first[1] - first[0]) / usual
    yield Draft(
        Severity.DEFECT if rows else Severity.RISK,
        "Frame times of a piece are stretched or squeezed.",
        f"steps of {fixed(pace)} of the usual one",
        f"within {OFF_SHARE:.0%}",
        tuple(seen.span(a, b + 1) for a, b in found),
        key,
        IMPACT,
        FIX,
    )


def _draft(severity: Severity, message: str, about: str, bound: str, key: str, seen: Observed) -> Draft:
    return Draft(severity, message, about, bound, (seen.span(0, seen.episode.length),), key, IMPACT, FIX)
