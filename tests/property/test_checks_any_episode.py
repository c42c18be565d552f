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
from headwater.formats import Annotation, Kind, Stream
from headwater.testing.episodes import camera, episode, moving

SPECIAL = st.sampled_from([0.0, 1.0, -1.0, np.nan, np.inf, -np.inf, 1e300, -1e300, 1e-300])
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["names", "video.fps"]), inner)
    ),
    max_leaves=4,
)


@st.composite
def labels(draw: st.DrawFn) -> Annotation:
    numbers = st.one_of(SPECIAL, st.floats(-10, 700))
    box = draw(st.one_of(st.none(), st.tuples(numbers, numbers, numbers, numbers)))
    outline = tuple(draw(st.lists(numbers, max_size=8)))
    category, camera_key = draw(st.sampled_from(["", "cup"])), draw(st.sampled_from(["front", "image"]))
    return Annotation(category, box, outline, camera_key, draw(st.integers(-2, 300)))


@st.composite
def ledgers(draw: st.DrawFn) -> dict[str, Any]:
    """What strangers' metadata may hold."""
    whole = st.integers(-5, 10**18)
    feature = st.one_of(
        JSON,
        st.fixed_dictionaries(
            {"dtype": st.sampled_from(["float32", "video", "x"]), "shape": JSON, "names": JSON, "info": JSON}
        ),
    )
    features = st.dictionaries(st.sampled_from(["action", "front", "other"]), feature)
    ends = {"dataset_from_index": whole, "dataset_to_index": whole}
    spans = st.fixed_dictionaries(dict.fromkeys(("from_s", "to_s", "before_to_s", "after_from_s"), SPECIAL))
    return draw(
        st.fixed_dictionaries(
            {
                "info": st.fixed_dictionaries({"features": features, "license": JSON, "total_frames": JSON}),
                "card": st.fixed_dictionaries({"licence": st.text(max_size=20)}),
                "set_lengths": st.lists(st.integers(0, 10**9), max_size=30).map(tuple),
                "unreferenced": st.lists(st.text(max_size=5)).map(tuple),
                "unlisted_episodes": st.lists(whole).map(tuple),
                "before": st.fixed_dictionaries(ends),
                "after": st.fixed_dictionaries(ends),
                "video_spans": st.dictionaries(st.just("front"), spans),
                **ends,
            }
        )
    )


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
        clock = draw(st.sampled_from(["row", "imu"]))
        gyro = Stream("gyro", Kind.GYRO, times, values, ("x", "y", "z"), clock=clock)
        other = replace(gyro, name="other", values=values[::-1])
        made = replace(made, streams={**made.streams, "gyro": gyro, "other": other})
    if draw(st.booleans()):
        made = replace(made, ledger={**made.ledger, **draw(ledgers())}, annotations=tuple(draw(st.lists(labels()))))
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
    assert "nan" not in text.replace("NaN", ""), text[max(0, text.find("nan") - 200) : text.find("nan") + 50]
    assert "-0.00 " not in text
