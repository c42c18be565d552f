"""A re-encoded, mirrored, noised or partly replaced copy of an earlier item.

The index compares motion only where PDQ sees the same scene in 30 % of the frames (copies, also trimmed or sped up,
53 % and more; other episodes of the same table 0 % on the G1 recordings). Motion likeness: copies, also trimmed or
sped up, .89-1.00, distinct episodes of one scene at most .73: from .84 a DEFECT, from .78 a RISK. Trajectory distance:
noised copies at most .09 standard deviations, distinct episodes at least .78: below .15. The same video is a DEFECT
whatever the trajectory says; the same trajectory with another video is a RISK, since a robot may replay a motion.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import Draft, Need, rule
from headwater.checks.signals import fixed

VIDEO_MILLI, RISK_MILLI = 840, 780
PATH_MILLI = 150
FIX = "Submit your own new recordings only."


@rule("copy/near-video", version=1, needs=(Need.INDEX, Need.VIDEO))
def video(seen: Observed) -> Iterator[Draft]:
    match = seen.nearest
    if match.video_milli < RISK_MILLI:
        return
    sure = match.video_milli >= VIDEO_MILLI
    how = "mirrored " if match.mirrored else ""
    same_path = match.entry_trajectory_milli < PATH_MILLI
    states = "with its robot states" if same_path else "with other robot states" if seen.state else ""
    yield Draft(
        Severity.DEFECT if sure else Severity.RISK,
        f"The video {'is' if sure else 'may be'} a {how}copy of an earlier one.",
        f"likeness {fixed(match.video_milli / 1000)} to {match.video_id} {states}".rstrip(),
        f"expected below {fixed((VIDEO_MILLI if sure else RISK_MILLI) / 1000)}",
        (seen.span(0, seen.episode.length),),
        impact="The episode adds nothing and its states may belong to another.",
        fix=FIX,
    )


@rule("copy/near-trajectory", version=1, needs=(Need.INDEX, Need.STATE))
def trajectory(seen: Observed) -> Iterator[Draft]:
    match = seen.nearest
    if match.trajectory_milli >= PATH_MILLI:
        return
    both = match.video_milli >= VIDEO_MILLI and match.trajectory_id == match.video_id
    yield Draft(
        Severity.DEFECT if both or not seen.cameras else Severity.RISK,
        "The robot states are a copy of an earlier item's.",
        f"{fixed(match.trajectory_milli / 1000, 3)} standard deviations from {match.trajectory_id}",
        f"expected above {fixed(PATH_MILLI / 1000)}",
        (seen.span(0, seen.episode.length),),
        seen.state.name if seen.state else "",
        "The episode adds nothing.",
        FIX,
    )
