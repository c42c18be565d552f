"""Table columns against the campaign: names, joint order, unit, range. Source: the CampaignSpec itself.

What ``headwater.export.conform`` maps without loss (names and order by statement, units of one quantity, axis by axis)
is a NOTE; what it must refuse is a DEFECT: no such axis, a unit of another quantity, a normalised joint whose range
nobody states, values outside the range asked for, after conversion, by more than a thousandth. A unit nobody states is
a NOTE, since LeRobot has no field for it; the recorded numbers are then held against the range.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.ports import FeatureLike
from headwater.checks.registry import Draft, Need, rule
from headwater.checks.signals import filled, fixed, runs
from headwater.formats import Stream
from headwater.formats.conventions import FILE, columns_of, range_of, stated_unit
from headwater.formats.units import (
    KNOWN,
    NORMALISED,
    UNITS,
    combined,
    convertible,
    each_unit,
    needs_range,
    steps,
    turned,
)
from headwater.records.conform import AffineStep

FIX = "Record with the campaign's joint names, order and units."
STATE = f"State names, units and ranges in {FILE} beside the recording."
SLACK_MILLI = 1


@dataclass(frozen=True)
class _Axis:
    """An axis asked for and the column that is it.

    Attributes:
        unit: of the column, asked: of the campaign; empty if not stated.
        trouble: why the one does not become the other; empty if it does.
        steps: from the recorded number to the one asked for.
    """

    name: str
    column: int
    unit: str
    asked: str
    trouble: str = ""
    steps: tuple[AffineStep, ...] = ()


@rule("spec/features", version=2, needs=(Need.SPEC,))
def check(seen: Observed) -> Iterator[Draft]:
    assert seen.spec is not None
    if seen.unread_statement:
        yield Draft(Severity.RISK, f"{FILE} cannot be read.", seen.unread_statement[:120], "conventions", fix=STATE)
    for feature in seen.spec.features:
        found = seen.conventions.sources(feature.name, tuple(seen.episode.streams))
        if len(found) != 1:
            have = ", ".join(found or seen.episode.streams) or "none"
            message = "Two streams are stated to be one feature." if found else "A feature is missing."
            yield Draft(Severity.DEFECT, message, have, f"asked for {feature.name}", fix=STATE)
        else:
            yield from _compare(seen, feature, seen.episode.streams[found[0]])


def _compare(seen: Observed, feature: FeatureLike, stream: Stream) -> Iterator[Draft]:
    names = seen.conventions.names(stream)
    asked = tuple(feature.axes) or names
    columns = columns_of(asked, names)
    lost = [axis for axis, found in zip(asked, columns, strict=True) if len(found) != 1]
    if lost:
        have = ", ".join(stream.axes[:6]) or "no columns"
        yield Draft(Severity.DEFECT, "An axis is missing.", have, f"asked for {lost[0]}", (), stream.name, fix=FIX)
        return
    if asked != stream.axes:
        at = next((i for i, (a, b) in enumerate(zip(asked, stream.axes, strict=False)) if a != b), None)
        found = f"{stream.axes[at]} in column {at}" if at is not None else f"{len(stream.axes)} columns"
        wanted = asked[at] if at is not None else f"{len(asked)} columns"
        yield Draft(
            Severity.NOTE, "Joints have other names or another order.", found, f"asked for {wanted}", (), stream.name
        )
    try:
        units = each_unit(feature.unit, len(asked)) if feature.unit else ("",) * len(asked)
        axes = [
            _axis(seen, feature, stream, name, place[0], unit)
            for name, place, unit in zip(asked, columns, units, strict=True)
        ]
    except ValueError as error:
        yield Draft(Severity.DEFECT, "Units do not fit the axes.", str(error), "one unit an axis", (), stream.name)
        return
    yield from _units(stream, axes)
    yield from _range(seen, feature, stream, axes)


def _axis(seen: Observed, feature: FeatureLike, stream: Stream, name: str, column: int, asked: str) -> _Axis:
    """Raises ValueError if the recording's list of units does not fit its axes."""
    told = seen.conventions
    unit = stated_unit(stream, column, told)[0]
    own = each_unit(stream.unit, len(stream.axes))[column] if stream.unit else ""
    if own in KNOWN and unit != own:
        return _Axis(name, column, unit, asked, f"{own}, and {FILE} says {unit}")
    turn = turned(*told.turn(stream.name, stream.axes[column]), unit)
    if not asked or not unit:
        return _Axis(name, column, unit, asked, steps=turn)
    if not convertible(unit, asked):
        return _Axis(name, column, unit, asked, unit)
    ends = range_of(stream, column, told, asked, _bounds(feature)) if needs_range(unit, asked) else None
    physical = asked if unit in NORMALISED else unit
    if needs_range(unit, asked) and (ends is None or UNITS[ends.unit].quantity != UNITS[physical].quantity):
        return _Axis(name, column, unit, asked, f"{unit} without a range in {physical}")
    return _Axis(name, column, unit, asked, steps=(*turn, *steps(unit, asked, ends)))


def _bounds(feature: FeatureLike) -> tuple[Fraction, Fraction] | None:
    if not feature.low_milli and not feature.high_milli:
        return None
    return Fraction(feature.low_milli, 1000), Fraction(feature.high_milli, 1000)


def _units(stream: Stream, axes: Sequence[_Axis]) -> Iterator[Draft]:
    for axis in [axis for axis in axes if axis.trouble][:1]:
        observed, allowed = f"{axis.trouble} for {axis.name}", f"asked for {axis.asked or axis.unit}"
        yield Draft(Severity.DEFECT, "Another unit.", observed, allowed, (), stream.name, fix=STATE)
    other = [axis for axis in axes if not axis.trouble and axis.unit and axis.asked and axis.unit != axis.asked]
    if other:
        message = "Another unit, which conform converts."
        observed = f"{other[0].unit} for {other[0].name}"
        yield Draft(Severity.NOTE, message, observed, f"asked for {other[0].asked}", (), stream.name)
    silent = [axis for axis in axes if axis.asked and not axis.unit]
    if silent:
        message, allowed = "The recording does not state its unit.", f"asked for {silent[0].asked}"
        yield Draft(Severity.NOTE, message, "none", allowed, (), stream.name, fix=STATE)


def _range(seen: Observed, feature: FeatureLike, stream: Stream, axes: Sequence[_Axis]) -> Iterator[Draft]:
    if not feature.low_milli and not feature.high_milli:
        return
    values = filled(stream.values.astype(np.float64))
    judged = [axis for axis in axes if not axis.trouble]
    if not judged or not len(values):
        return
    shown = np.stack([_converted(values[:, axis.column], axis) for axis in judged], axis=1)
    low, high = feature.low_milli - SLACK_MILLI, feature.high_milli + SLACK_MILLI
    out = (shown * 1000 < low) | (shown * 1000 > high)
    if out.any():
        row, axis = (int(i) for i in np.argwhere(out)[0])
        on_rows = len(values) == seen.episode.length
        yield Draft(
            Severity.DEFECT,
            "Values are outside the range asked for.",
            f"{judged[axis].name} at {fixed(shown[row, axis], 3)} {judged[axis].asked}".rstrip(),
            f"asked for {fixed(feature.low_milli / 1000, 3)} to {fixed(feature.high_milli / 1000, 3)}",
            tuple(seen.span(a, b) for a, b in runs(np.any(out, axis=1))[:3]) if on_rows else (),
            stream.name,
            fix=FIX,
        )


def _converted(values: NDArray[np.float64], axis: _Axis) -> NDArray[np.float64]:
    if not axis.steps:
        return values
    factor, offset = combined(axis.steps)
    return values * float(factor) + float(offset)
