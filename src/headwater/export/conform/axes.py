"""A column of a recording as an axis of the dataset: its unit, its range, its steps, or why there are none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from headwater.export.conform.facts import Facts, StreamFacts
from headwater.export.errors import Problem
from headwater.formats.conventions import FILE, range_of, stated_unit
from headwater.formats.units import (
    KNOWN,
    NORMALISED,
    UNITS,
    Range,
    combined,
    convertible,
    each_unit,
    needs_range,
    steps,
    turned,
)
from headwater.records.conform import AffineStep, AxisMap

_ASK = "Ask for a unit in the campaign's spec, or state the unit of every recording."


@dataclass(frozen=True)
class Target:
    """A column group of the dataset.

    Attributes:
        units: of each axis, empty where nobody asks for one and nobody states one.
        low, high: range of every axis in its unit; ``None`` if not asked.
    """

    name: str
    axes: tuple[str, ...]
    units: tuple[str, ...]
    low: Fraction | None
    high: Fraction | None
    asked: bool


@dataclass(frozen=True)
class Column:
    """One axis on its way: where it is asked, and where it stands in the stream."""

    target: Target
    place: int
    stream: StreamFacts
    own: int

    @property
    def field(self) -> str:
        return f"{self.target.name}/{self.target.axes[self.place]}"

    @property
    def asked_unit(self) -> str:
        return self.target.units[self.place]

    @property
    def own_name(self) -> str:
        return self.stream.axes[self.own]


def axis_map(column: Column, seen: Facts) -> AxisMap | Problem:
    """The map of one axis."""
    stream, asked = column.stream, column.asked_unit
    try:
        unit, origin = stated_unit(stream, column.own, seen.conventions)
        recorded = each_unit(stream.unit, len(stream.axes))[column.own] if stream.unit else ""
    except ValueError as error:
        return _problem(column, seen, "the recording's units do not fit its axes", stream.unit, error)
    refused = _unit_problem(column, seen, unit, recorded)
    if refused:
        return refused
    chain = _chain(column, seen, unit)
    if isinstance(chain, Problem):
        return chain
    made = AxisMap(column.own_name, column.target.axes[column.place], unit, asked, origin, chain)
    return _outside(column, made, seen) or made


def _unit_problem(column: Column, seen: Facts, unit: str, recorded: str) -> Problem | None:
    asked, name = column.asked_unit, column.stream.name
    if recorded in KNOWN and unit != recorded:
        return _problem(column, seen, "the recording states another unit", recorded, f"{unit}, as {FILE} states")
    if unit and not asked:
        return _problem(column, seen, "only some recordings state a unit", unit, "none, as the first", _ASK)
    if asked and not column.target.asked and unit != asked:
        problem = "another unit than the first recording's, and the campaign asks for none"
        return _problem(column, seen, problem, unit or "none stated", asked, _ASK)
    if asked and not unit:
        fix = f'State it in {FILE}: "features": {{"{name}": {{"unit": "{asked}"}}}}.'
        return _problem(column, seen, "the recording does not say its unit", "none stated", _like(asked), fix)
    if not convertible(unit, asked):
        return _problem(column, seen, "its unit does not convert", unit, _like(asked))
    return None


def _chain(column: Column, seen: Facts, unit: str) -> tuple[AffineStep, ...] | Problem:
    asked = column.asked_unit
    sign, zero = seen.conventions.turn(column.stream.name, column.own_name)
    first = turned(sign, zero, unit or "of its own unit")
    if not needs_range(unit, asked):
        return (*first, *steps(unit, asked))
    ends = _ends(column, seen)
    physical = asked if unit in NORMALISED else unit
    if ends is None or UNITS[ends.unit].quantity != UNITS[physical].quantity:
        actual = f"{unit} without a range" if ends is None else f"a range in {ends.unit}"
        fix = f'State it in {FILE}: "ranges", or the "calibration" of an SO arm.'
        return _problem(column, seen, "the range of this joint is not known", actual, f"a range in {physical}", fix)
    return (*first, *steps(unit, asked, ends))


def _ends(column: Column, seen: Facts) -> Range | None:
    target = column.target
    bounds = (target.low, target.high) if target.low is not None and target.high is not None else None
    return range_of(column.stream, column.own, seen.conventions, column.asked_unit, bounds)


def _outside(column: Column, made: AxisMap, seen: Facts) -> Problem | None:
    """Values outside what was asked are the sign of a wrongly stated unit; a thousandth is rounding."""
    target, stream = column.target, column.stream
    if target.low is None or target.high is None or math.isnan(stream.low[column.own]):
        return None
    factor, offset = combined(made.steps)
    ends = sorted(factor * Fraction(value) + offset for value in (stream.low[column.own], stream.high[column.own]))
    slack = Fraction(1, 1000)
    if ends[0] >= target.low - slack and ends[1] <= target.high + slack:
        return None
    shown = f"{float(ends[0]):.6g} to {float(ends[1]):.6g} {made.target_unit}".rstrip()
    said = f"recorded as {made.source_unit or 'no unit'}"
    allowed = f"{float(target.low):g} to {float(target.high):g}"
    fix = f"Correct unit, sign or zero in {FILE}."
    return _problem(column, seen, "values are outside the range asked for", f"{shown} ({said})", allowed, fix)


def _problem(
    column: Column, seen: Facts, problem: str, actual: object, allowed: object, fix: str = f"Correct it in {FILE}."
) -> Problem:
    return seen.problem(column.field, problem, actual, allowed, fix)


def _like(unit: str) -> str:
    """Units that become ``unit``."""
    return ", ".join(name for name in KNOWN if convertible(name, unit)) or unit
