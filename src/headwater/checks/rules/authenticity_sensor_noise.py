"""Gyro and accelerometer samples that no sensor gives.

* The same 64 samples twice, exactly and on all axes while they change: a DEFECT, for the noise of a real part does
  not come back (``sensor_noise.repeated``).
* A turning rate that is white noise: no axis correlates by .1 with its own next sample although it spreads by .02
  rad/s, eight times the noise of a consumer part. Bodies cannot move so; real parts at 100 to 1000 Hz reach .8 on
  some axis while they move. A DEFECT from 50 Hz and 500 samples on.
* No noise at all, below 2e-6 rad/s or 2e-5 m/s^2 (the best parts with 20 bits have 1e-4; those at hand .001 rad/s):
  a RISK, for it may have been filtered or simulated and say so. Three in ten samples on the straight line through
  their neighbours: a RISK, interpolated from a slower rate.

Noise with the spectrum of a real part (phases drawn anew) passes here; the video tells, see ``gyro-flow``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity, Span
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, rule
from headwater.checks.sensor_noise import noise_floor, repeated, straight_share, whiteness
from headwater.checks.signals import Floats, fixed, milli
from headwater.formats import Kind, Stream

MIN_SAMPLES = 500
REPEAT = 64
WHITE, WHITE_SPREAD, WHITE_HZ = 100, 0.02, 50.0
QUIET = {Kind.GYRO: 2e-6, Kind.ACCEL: 2e-5}
STRAIGHT = 300
IMPACT = "Whoever trains on motion learns from numbers nobody measured."
FIX = "Submit the samples as the sensor gave them, at its own rate and unfiltered."


@rule("authenticity/sensor-noise", version=1)
def check(seen: Observed) -> Iterator[Draft]:
    sensors = [s for kind in QUIET for s in seen.episode.of_kind(kind)]
    long = [s for s in sensors if len(s.values) >= MIN_SAMPLES and np.isfinite(s.values).all()]
    if not long:
        raise CannotJudge(f"not enough samples: needs {MIN_SAMPLES} of a gyro or an accelerometer")
    for stream in long:
        yield from _judge(seen, stream, np.asarray(stream.values, np.float64))


def _judge(seen: Observed, stream: Stream, values: Floats) -> Iterator[Draft]:
    copies = repeated(values, REPEAT)
    if copies:
        count = sum(stop - start for start, stop in copies)
        spans = tuple(_span(seen, stream, start, stop) for start, stop in copies)
        yield _draft(
            Severity.DEFECT, "Samples are repeated exactly.", f"{count} samples", "expected none", stream, spans
        )
    next_to = milli(whiteness(values))
    spread = float(values.std(axis=0).min())
    if stream.kind is Kind.GYRO and next_to < WHITE and spread >= WHITE_SPREAD and stream.rate_hz >= WHITE_HZ:
        about = f"correlation {fixed(next_to / 1000)} from sample to sample at {fixed(spread)} rad/s"
        bound = f"expected at least {fixed(WHITE / 1000)}"
        yield _draft(Severity.DEFECT, "The turning rate is white noise.", about, bound, stream)
    straight = milli(straight_share(values))
    floor = noise_floor(values)
    if straight >= STRAIGHT:
        about = f"{fixed(straight / 10, 0)} % of the samples on straight lines"
        bound = f"below {STRAIGHT // 10} %"
        yield _draft(Severity.RISK, "Samples were interpolated from a slower rate.", about, bound, stream)
    elif floor < QUIET[stream.kind] and values.std(axis=0).max() > 0:
        bound = f"expected at least {QUIET[stream.kind]:.0e}"
        yield _draft(Severity.RISK, "The samples have no sensor noise.", f"noise {floor:.0e}", bound, stream)


def _span(seen: Observed, stream: Stream, start: int, stop: int) -> Span:
    first, last = int(stream.times_ns[start]), int(stream.times_ns[stop - 1])
    fps = seen.episode.fps
    return Span(int(first * fps / 10**9), int(last * fps / 10**9) + 1, first // 10**6, last // 10**6)


def _draft(
    severity: Severity, message: str, about: str, bound: str, stream: Stream, spans: tuple[Span, ...] = ()
) -> Draft:
    return Draft(severity, message, about, bound, spans, stream.name, IMPACT, FIX)
