"""A piece of video shown twice, forwards (a loop) or backwards (a boomerang).

Every frame is held against every other at 10 x 8 blocks (``continuity``); a second or more that comes again, a
second or more later, differing by no more than .4 of what it moves in .3 s, was copied: hands and robots do not
repeat themselves to a fraction of their motion. On every clean recording at hand, real, simulated and rendered,
nothing is found even at .7; copies with noise of .7 grey levels come back at .02 to .4. A DEFECT, unless the robot's
states repeat in the same way (a simulation that replays a motion, an arm that returns as it came): then a RISK.
Backwards and without states it is a RISK too, for a hand may return as it came. Video that only plays backwards from
end to end has nothing to be held against here: see ``reversed-video`` and ``gyro-flow``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.continuity import Repeat, longest_repeat
from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.checks.signals import filled, fixed, speed

SHORTEST_S = 1.0
LIMIT_MILLI = 400
MOTION_MILLI = 700
STATE_SHARE = {False: 0.05, True: 0.2}  # of the motion within the piece, forwards and backwards


@rule("authenticity/loop", version=1, needs=(Need.VIDEO,))
def check(seen: Observed) -> Iterator[Draft]:
    long = {key: camera for key, camera in seen.cameras.items() if len(camera.thumbs) >= 3 * SHORTEST_S * seen.fps > 0}
    if not long:
        raise CannotJudge(f"not enough frames: needs {3 * SHORTEST_S:.0f} s")
    for key, camera in long.items():
        for mirrored in (False, True):
            found = longest_repeat(
                camera.thumbs,
                seen.fps,
                shortest_s=SHORTEST_S,
                limit_milli=LIMIT_MILLI,
                motion_milli=MOTION_MILLI,
                mirrored=mirrored,
            )
            if found is not None:
                yield _draft(seen, key, found)


def _draft(seen: Observed, key: str, found: Repeat) -> Draft:
    length = found.stop - found.start
    explained = found.mirrored if seen.state is None else _states_repeat(seen, found)
    return Draft(
        Severity.RISK if explained else Severity.DEFECT,
        "A piece of the video runs backwards." if found.mirrored else "A piece of the video is shown twice.",
        f"{length} frames within {fixed(found.apart_milli / 1000)} of their motion",
        f"expected more than {fixed(LIMIT_MILLI / 1000)}",
        (seen.span(found.start, found.stop), seen.span(found.again, found.again + length)),
        key,
        "The same moment is counted twice; nothing new was recorded.",
        "Submit the recording as it was taken.",
    )


def _states_repeat(seen: Observed, found: Repeat) -> bool:
    assert seen.state is not None
    values = filled(seen.state.values)
    length = min(found.stop - found.start, len(values) - found.again)
    if length < 2:
        return False
    first, again = values[found.start : found.start + length], values[found.again : found.again + length]
    apart = np.abs(first - (again[::-1] if found.mirrored else again)).sum(axis=1)
    went = float(speed(first).sum())
    return went > 0 and float(apart.max()) <= STATE_SHARE[found.mirrored] * went
