"""Does the picture turn when the gyro says so? Blocks somebody else's, shifted, cut, reversed or invented gyro data.

The shift of the whole picture (``ego_motion``) is compared with the gyro; for known devices the axes are fixed
(GoPro: first column is yaw, second pitch), for others the best mix of all three is taken and the null may choose as
freely. The lag window is small (+-.1 s: container clocks are that good) because a wide search lets wrong pairs reach
.4-.6 (robotics.md 0.3). Null: the same gyro circularly shifted by at least 1 s. ``GyroMatch.score`` adds what the
fit gains over the best of the null and what the worst third of the recording loses at lag zero. On 200 rendered
clips with a known gyro (``bench/bench_gyro.py``)
no true pair is below .6 and 3 are below .9, all slow flight past near things; those limits are a DEFECT and a RISK,
set on these clips.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.gyro_match import PIECES, GyroMatch, gyro_match
from headwater.checks.models import Severity, Span
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, Need, rule
from headwater.checks.signals import fixed, milli
from headwater.formats import Kind

MIN_S = 10.0
MIN_FRAMES = 100
MIN_TURN = 0.02  # rad/s standard deviation; below it the camera stood still
MIN_SHIFT = 100_000  # millionths of a pixel a frame
DEFECT_SCORE, RISK_SCORE, DEFECT_FIT = 600, 900, 300
LAG_S = 0.1
MOST = 1e5  # no gyro measures this in any unit, and the squares of far larger numbers are none
ELSEWHERE = 150  # how much better a lag outside the window must be to call it a shift
IMPACT = "Visual-inertial training pairs and every pose computed from them are wrong."
FIX = "Submit the sensor track of this very recording, uncut."


@rule("authenticity/gyro-flow", version=3, needs=(Need.VIDEO, Need.GYRO))
def check(seen: Observed) -> Iterator[Draft]:
    gyro = seen.episode.of_kind(Kind.GYRO)[0]
    judged = False
    for key, camera in seen.cameras.items():
        seconds = float(camera.pts_us[-1] - camera.pts_us[0]) / 1e6 if len(camera) else 0.0
        if seconds < MIN_S or len(camera) < MIN_FRAMES:
            continue
        values = gyro.values.astype(np.float64)
        if not np.isfinite(values).all() or values.shape[1] != 3:
            continue
        if values.std(axis=0).max() < MIN_TURN and camera.ego_micro[:, :2].std(axis=0).max() < MIN_SHIFT:
            raise CannotJudge("the camera hardly turns")
        judged = True
        if np.abs(values).max() > MOST:
            felt, bound = f"{np.abs(values).max():.3g} in the gyro", f"expected at most {MOST:.0e}"
            yield _draft(Severity.DEFECT, "No gyro measures this.", felt, bound, (seen.span(0, len(camera)),), key)
            continue
        known = seen.episode.embodiment == "GoPro"
        found = gyro_match(camera.pts_us / 1e6, camera.ego_micro / 1e6, gyro.times_ns / 1e9, values, known, LAG_S)
        fit, score = milli(found.fit), milli(found.score)
        about = f"score {fixed(found.score)}: correlation {fixed(found.fit)} within {LAG_S} s, {_gains(found)}"
        spans = (seen.span(0, len(camera)),)
        if found.elsewhere_fit >= 0.5 and milli(found.elsewhere_fit) >= fit + ELSEWHERE:
            lag = f"{fixed(found.elsewhere_fit)} at a lag of {fixed(found.elsewhere_s)} s, {fixed(found.fit)} without"
            yield _draft(Severity.DEFECT, "Gyro and video are shifted.", lag, "expected no lag", spans, key)
        elif fit < DEFECT_FIT or score < DEFECT_SCORE:
            bound = f"expected at least {fixed(DEFECT_SCORE / 1000)}"
            yield _draft(Severity.DEFECT, "The picture does not turn with the gyro.", about, bound, spans, key)
        elif score < RISK_SCORE:
            bound = f"expected at least {fixed(RISK_SCORE / 1000)}"
            yield _draft(Severity.RISK, "Picture and gyro agree only loosely.", about, bound, spans, key)
    if not judged:
        raise CannotJudge(f"not enough frames: needs {MIN_S:.0f} s and {MIN_FRAMES} frames")


def _draft(severity: Severity, message: str, observed: str, expected: str, spans: tuple[Span, ...], key: str) -> Draft:
    return Draft(severity, message, observed, expected, spans, key, IMPACT, FIX)


def _gains(found: GyroMatch) -> str:
    third = f"part {found.piece_number + 1} of {PIECES} {fixed(-found.piece)} better elsewhere"
    return f"{fixed(found.gain)} above shifted gyro" + (f", {third}" if found.piece < 0 else "")
