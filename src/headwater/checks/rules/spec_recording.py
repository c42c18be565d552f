"""The recording against the campaign: kind, robot or device, rate, length, sensors. Source: the CampaignSpec itself.

What the spec leaves empty or zero is not asked. Rates may differ by 1 % (29.97 for 30). A whole multiple of the rate
asked for is a NOTE, since ``headwater.export.conform`` takes every k-th row; another rate that the contributor allows
to be resampled is a RISK.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import Draft, Need, rule
from headwater.checks.signals import fixed

RATE_PERCENT = 1


@rule("spec/recording", version=2, needs=(Need.SPEC,))
def check(seen: Observed) -> Iterator[Draft]:
    spec, episode = seen.spec, seen.episode
    assert spec is not None
    if spec.modality == "robot_episode" and (seen.state is None or seen.action is None):
        yield _defect("The recording is not a robot episode.", "no states or no actions", "both")
    if spec.modality == "egocentric_video" and not seen.cameras:
        yield _defect("The recording has no video.", "no camera", "one")
    if spec.embodiment and episode.embodiment not in spec.embodiment:
        yield _defect("Another robot or device than asked for.", episode.embodiment, " or ".join(spec.embodiment))
    yield from _rate(seen)
    yield from _length(seen)
    kinds = {str(stream.kind) for stream in episode.streams.values()}
    missing = [sensor for sensor in spec.sensors if sensor not in kinds]
    if missing:
        yield _defect("A sensor is missing.", ", ".join(sorted(kinds)) or "none", ", ".join(missing))


def _rate(seen: Observed) -> Iterator[Draft]:
    assert seen.spec is not None
    rate, asked = round(seen.episode.fps * 1000), seen.spec.fps_milli
    if not asked or abs(rate - asked) * 100 <= RATE_PERCENT * asked:
        return
    severity = Severity.DEFECT
    if rate % asked == 0:
        severity = Severity.NOTE
    elif seen.conventions.resample in ("hold", "linear"):
        severity = Severity.RISK
    yield replace(
        _defect("Another rate than asked for.", f"{fixed(rate / 1000)} /s", f"{fixed(asked / 1000)} /s"),
        severity=severity,
    )


def _length(seen: Observed) -> Iterator[Draft]:
    assert seen.spec is not None
    length = int(seen.episode.length * 1000 / seen.episode.fps) if seen.episode.fps else 0
    low, high = seen.spec.min_length_ms, seen.spec.max_length_ms
    if length < low or (high and length > high):
        bounds = (
            f"{fixed(low / 1000, 1)} to {fixed(high / 1000, 1)} s" if high else f"at least {fixed(low / 1000, 1)} s"
        )
        yield _defect("The length is outside what was asked for.", f"{fixed(length / 1000, 1)} s", bounds)


def _defect(message: str, observed: str, expected: str) -> Draft:
    return Draft(
        Severity.DEFECT,
        message,
        observed,
        f"asked for {expected}",
        impact="The requester cannot use it with the rest.",
        fix="Read the campaign's spec, or submit to one that asks for this.",
    )
