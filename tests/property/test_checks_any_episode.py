"""Whatever a recording holds, the suite answers: no exception, no NaN in the report, bytes that read back."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from headwater.checks import CheckReport, CopyIndex, Observed, judge
from headwater.formats import Kind, Stream
from headwater.testing.episodes import camera, episode, moving

SPECIAL = st.sampled_from([0.0, 1.0, -1.0, np.nan, np.inf, -np.inf, 1e300, -1e300, 1e-300])


@st.composite
def observations(draw: st.DrawFn) -> Observed:
    rows, joints = draw(st.integers(1, 260)), draw(st.integers(1, 5))
    path = moving(max(rows, 20), joints, draw(st.integers(0, 3)))[:rows]
    path = path * draw(st.sampled_from([0.0, 1.0, 1e-12, 1e9]))
    for _ in range(draw(st.integers(0, 3))):
        path[draw(st.integers(0, rows - 1)), draw(st.integers(0, joints - 1))] = draw(SPECIAL)
    with np.errstate(all="ignore"):
        made = episode(path, fps=Fraction(draw(st.sampled_from([1, 20, 30, 1000]))))
    if draw(st.booleans()):
        with np.errstate(all="ignore"):
            stamps = np.full(rows, draw(SPECIAL)) if draw(st.booleans()) else np.arange(rows) * draw(SPECIAL)
            made = replace(made, ledger={**made.ledger, "timestamp": stamps})
    if draw(st.booleans()):
        samples = draw(st.integers(0, 400))
        times: NDArray[Any] = np.arange(samples, dtype=np.int64) * draw(st.sampled_from([0, 1, 33_000_000]))
        with np.errstate(all="ignore"):
            values = np.sin(np.arange(samples * 3.0)).reshape(-1, 3) * draw(SPECIAL)
        gyro = Stream("gyro", Kind.GYRO, times, values, ("x", "y", "z"))
        made = replace(made, streams={**made.streams, "gyro": gyro})
    frames = draw(st.sampled_from([0, 1, 2, rows, 400]))
    ego = np.random.default_rng(0).integers(-(10**6), 10**6, (frames, 3))
    if draw(st.booleans()):
        ego = ego * 0
    cameras = {"front": camera(frames, ego_micro=ego)} if draw(st.booleans()) else {}
    return Observed(made, cameras, index=CopyIndex() if draw(st.booleans()) else None)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(observations())
def test_suite_always_answers(seen: Observed) -> None:
    report = judge(seen)
    index = CopyIndex()
    index.add("self", 1, b"", seen.fingerprints)
    with np.errstate(all="ignore"):
        index.nearest(seen.fingerprints)
    assert CheckReport.from_bytes(report.to_bytes()) == report
    text = repr(report.to_record())
    assert "nan" not in text.replace("NaN", "")
    assert "-0.00 " not in text
