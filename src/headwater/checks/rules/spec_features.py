"""Table columns against the campaign: names, joint order, unit, range. Source: the CampaignSpec itself.

A unit the recording does not state is a NOTE, since LeRobot has no field for it; values decide through the range.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.ports import FeatureLike
from headwater.checks.registry import Draft, Need, rule
from headwater.checks.signals import filled, fixed, runs
from headwater.formats import Stream

FIX = "Record with the campaign's joint names, order and units."


@rule("spec/features", version=1, needs=(Need.SPEC,))
def check(seen: Observed) -> Iterator[Draft]:
    assert seen.spec is not None
    for feature in seen.spec.features:
        stream = seen.episode.streams.get(feature.name)
        if stream is None:
            have = ", ".join(seen.episode.streams) or "none"
            yield Draft(Severity.DEFECT, "A feature is missing.", have, f"asked for {feature.name}", fix=FIX)
        else:
            yield from _compare(seen, feature, stream)


def _compare(seen: Observed, feature: FeatureLike, stream: Stream) -> Iterator[Draft]:
    if feature.axes and tuple(feature.axes) != stream.axes:
        at = next((i for i, (a, b) in enumerate(zip(feature.axes, stream.axes, strict=False)) if a != b), None)
        found = f"{stream.axes[at]} in column {at}" if at is not None else f"{len(stream.axes)} columns"
        asked = feature.axes[at] if at is not None else f"{len(feature.axes)} columns"
        yield Draft(
            Severity.DEFECT, "Joints differ in name or order.", found, f"asked for {asked}", stream=stream.name, fix=FIX
        )
        return
    if feature.unit and not stream.unit:
        yield Draft(
            Severity.NOTE,
            "The recording does not state its unit.",
            "none",
            f"asked for {feature.unit}",
            (),
            stream.name,
        )
    elif feature.unit and stream.unit != feature.unit:
        yield Draft(
            Severity.DEFECT, "Another unit.", stream.unit, f"asked for {feature.unit}", stream=stream.name, fix=FIX
        )
    if feature.low_milli or feature.high_milli:
        values = filled(stream.values.astype(np.float64))
        out = (values * 1000 < feature.low_milli - 1) | (values * 1000 > feature.high_milli + 1)
        if out.any():
            row, axis = (int(i) for i in np.argwhere(out)[0])
            yield Draft(
                Severity.DEFECT,
                "Values are outside the range asked for.",
                f"{stream.axes[axis]} at {fixed(values[row, axis], 3)}",
                f"asked for {fixed(feature.low_milli / 1000, 3)} to {fixed(feature.high_milli / 1000, 3)}",
                tuple(seen.span(a, b) for a, b in runs(np.any(out, axis=1))[:3]),
                stream.name,
                fix=FIX,
            )
