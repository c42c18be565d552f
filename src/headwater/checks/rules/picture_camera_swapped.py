"""Two cameras whose pictures are exchanged, or are one and the same.

Within an episode: from some window on, each camera shows what the other showed before, by .7 (``background``), and
no longer what it showed itself, below .5. The camera's own past is the null, so this is a DEFECT. Two cameras whose
pictures differ by less than half a grey level in the mean throughout are one picture under two names: a DEFECT as
well.

Between names: a camera called wrist, hand or gripper whose scene stands still (.95) while one called top, front or
the like moves all the time (below .6) is a RISK, for names are only names. An exchange that lasts from the first
frame to the last and between two cameras of one kind cannot be seen in one episode.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from headwater.checks.background import Scenes, scenes
from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.checks.signals import fixed

AS_OTHER, AS_SELF = 700, 500
SAME_PICTURE = 0.5
STILL, MOVING = 950, 600
ON_THE_ARM = re.compile(r"wrist|hand|gripper|eef")
IN_THE_ROOM = re.compile(r"top|front|side|high|overhead|exterior|third|scene|static")
IMPACT = "The policy is told one camera's geometry and shown another's picture."
FIX = "Bind each camera to its serial number, not to the order in which it was plugged in."


@rule("picture/camera-swapped", version=1, needs=(Need.VIDEO,))
def check(seen: Observed) -> Iterator[Draft]:
    found = {key: scenes(camera, seen.fps) for key, camera in seen.cameras.items()}
    long = {key: own for key, own in found.items() if len(own) >= 2}
    if len(long) < 2:
        raise CannotJudge("needs two cameras of two seconds")
    for a, b in combinations(long, 2):
        yield from _one_picture(seen, a, b)
        yield from _exchanged(seen, a, b, long[a], long[b])
    yield from _names(seen, long)


def _exchanged(seen: Observed, a: str, b: str, left: Scenes, right: Scenes) -> Iterator[Draft]:
    windows = min(len(left), len(right))
    for at in range(1, windows - 1):
        before, after = at - 1, at + 1
        crossed = min(left.like(before, right, after), right.like(before, left, after))
        own = max(left.like(before, left, after), right.like(before, right, after))
        if crossed >= AS_OTHER and own < AS_SELF:
            yield Draft(
                Severity.DEFECT,
                "Two cameras exchange their pictures.",
                f"{a} continues {b} and the reverse by {fixed(crossed / 1000)}, themselves by {fixed(own / 1000)}",
                f"each continues itself by at least {fixed(AS_SELF / 1000)}",
                (seen.span(int(left.starts[before + 1]), int(left.starts[after])),),
                a,
                IMPACT,
                FIX,
            )
            return


def _one_picture(seen: Observed, a: str, b: str) -> Iterator[Draft]:
    left, right = seen.cameras[a].thumbs, seen.cameras[b].thumbs
    if left.shape != right.shape:
        return
    apart = float(np.abs(left.astype(np.int16) - right).mean())
    if apart < SAME_PICTURE:
        yield Draft(
            Severity.DEFECT,
            "Two cameras show the same picture.",
            f"{a} and {b} differ by {fixed(apart)} grey levels",
            f"expected at least {SAME_PICTURE}",
            (seen.span(0, len(left)),),
            a,
            "A view that was asked for is missing.",
            FIX,
        )


def _names(seen: Observed, found: dict[str, Scenes]) -> Iterator[Draft]:
    steady = {key: own.steadiness() for key, own in found.items()}
    still = [key for key, value in steady.items() if ON_THE_ARM.search(key.lower()) and value >= STILL]
    moving = [key for key, value in steady.items() if IN_THE_ROOM.search(key.lower()) and value < MOVING]
    if still and moving and seen.state is not None and seen.state.values.std(axis=0).max() > 0:
        yield Draft(
            Severity.RISK,
            "The names of two cameras look exchanged.",
            f"{still[0]} stands still, {moving[0]} moves",
            "expected the camera on the arm to move",
            (seen.span(0, seen.episode.length),),
            still[0],
            IMPACT,
            FIX,
        )
