"""A camera that stood still until somebody moved it.

Windows of a second are compared by the edges that stay in them (``background``). A camera counts as standing still
if neighbouring windows agree by .85 in the median; it was moved where the scene before and the scene after agree by
less than .7 although each agrees with itself by .8 (rdq compares thumbnails at .6; figures in ``background``). A
RISK: the pictures are real, but their geometry changes under the policy. Cameras that move all the time are not
judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.background import Scenes, scenes
from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.checks.signals import fixed

STILL, SAME, OTHER = 850, 800, 700
MIN_WINDOWS = 4


@rule("picture/camera-moved", version=1, needs=(Need.VIDEO,))
def check(seen: Observed) -> Iterator[Draft]:
    why = "not enough frames"
    judged = False
    for key, camera in seen.cameras.items():
        found = scenes(camera, seen.fps)
        if len(found) < MIN_WINDOWS:
            continue
        if found.steadiness() < STILL:
            why = "the camera moves all the time"
            continue
        judged = True
        for at, likeness in moves(found):
            yield Draft(
                Severity.RISK,
                "The camera was moved.",
                f"the scenes before and after agree by {fixed(likeness / 1000)}",
                f"expected at least {fixed(OTHER / 1000)}",
                (seen.span(int(found.starts[at - 1]), int(found.starts[at + 1])),),
                key,
                "Where things are in the picture changes in the middle of the episode.",
                "Fix the camera's mount; record again with the camera in one place.",
            )
    if not judged:
        raise CannotJudge(why)


def moves(found: Scenes) -> Iterator[tuple[int, int]]:
    """(window, likeness) where another scene begins; the window of the change may hold both and is skipped."""
    at = 1
    while at < len(found) - 1:
        before, after = max(0, at - 2), min(len(found) - 1, at + 2)
        across = found.like(at - 1, found, at + 1)
        calm = found.like(before, found, at - 1) >= SAME and found.like(at + 1, found, after) >= SAME
        if across < OTHER and calm:
            yield at, across
            at += 2
        at += 1
