"""A re-encoded, cropped, mirrored, noised, trimmed, looped, faster, slower or partly replaced copy of an earlier item.

Motion likeness, in sample, on 11 recordings and 208 drawn episodes (``bench/bench_copies.py``): by video alone 82 % of
the drawn crops, 93 % of those sped up to 1.25 and more than 99 % of the other copies are found; with their states all.
The most alike of 793 distinct pairs, most of one scene, stand at .80.
The limits were set after looking at these. A DEFECT needs one thing more than likeness at its
edge: from .84 that PDQ sees the same scene in 30 % of the frames, from .75 that the trajectory is the same too; from
.86 it stands alone, because a crop changes PDQ. From .80 it is a RISK.
Trajectory distance: copies at most .14
standard deviations, distinct episodes at least .59: below .25. The same trajectory with another video is a RISK,
since a robot may replay a motion.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.fingerprints import Match
from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import Draft, Need, rule
from headwater.checks.signals import fixed

ALONE_MILLI, SCENE_MILLI, BOTH_MILLI, RISK_MILLI = 860, 840, 750, 800
SAME_SCENE_MILLI = 300
PATH_MILLI = 250
FIX = "Submit your own new recordings only."


def limit_of(match: Match) -> int:
    """The likeness from which this match is a copy for sure."""
    if match.entry_trajectory_milli < PATH_MILLI:
        return BOTH_MILLI
    return SCENE_MILLI if match.scene_milli >= SAME_SCENE_MILLI else ALONE_MILLI


@rule("copy/near-video", version=2, needs=(Need.INDEX, Need.VIDEO))
def video(seen: Observed) -> Iterator[Draft]:
    match = seen.nearest
    limit = limit_of(match)
    if match.video_milli < min(limit, RISK_MILLI):
        return
    sure = match.video_milli >= limit
    how = "mirrored " * match.mirrored + "cropped " * match.cropped
    same_path = match.entry_trajectory_milli < PATH_MILLI
    states = "with its robot states" if same_path else "with other robot states" if seen.state else ""
    yield Draft(
        Severity.DEFECT if sure else Severity.RISK,
        f"The video {'is' if sure else 'may be'} a {how}copy of an earlier one.",
        f"likeness {fixed(match.video_milli / 1000)} to {match.video_id} {states}".rstrip(),
        f"expected below {fixed((limit if sure else RISK_MILLI) / 1000)}",
        (seen.span(0, seen.episode.length),),
        impact="The episode adds nothing and its states may belong to another.",
        fix=FIX,
    )


@rule("copy/near-trajectory", version=2, needs=(Need.INDEX, Need.STATE))
def trajectory(seen: Observed) -> Iterator[Draft]:
    match = seen.nearest
    if match.trajectory_milli >= PATH_MILLI:
        return
    both = match.video_milli >= limit_of(match) and match.trajectory_id == match.video_id
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
