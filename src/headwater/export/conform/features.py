"""A campaign's feature from a recording's stream: which one, which column is which axis, and the steps of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from headwater.export.conform.axes import Column, Target, axis_map
from headwater.export.conform.facts import Facts, StreamFacts
from headwater.export.errors import Problem
from headwater.formats.conventions import FILE, columns_of, stated_unit
from headwater.formats.units import each_unit
from headwater.records.campaign_spec import FeatureSpec
from headwater.records.conform import AxisMap, FeatureMap


def source_of(asked: str, seen: Facts) -> StreamFacts | Problem:
    """The stream that is the campaign's feature ``asked``: the one stated to be it, else the one of that name."""
    found = seen.conventions.sources(asked, tuple(seen.streams))
    if len(found) > 1:
        fix = f"Correct 'is' in {FILE}."
        return seen.problem(asked, "two streams are stated to be it", ", ".join(found), "one", fix)
    if not found:
        fix = f'Say in {FILE} which stream is it: "features": {{"OWN": {{"is": "{asked}"}}}}.'
        return seen.problem(asked, "the recording has no such stream", ", ".join(seen.streams) or "none", asked, fix)
    return seen.streams[found[0]]


def target_of(spec: FeatureSpec, first: Facts) -> Target | Problem:
    """What every episode's feature shall be: the campaign's words, and those of ``first`` where it asks nothing."""
    stream = source_of(spec.name, first)
    if isinstance(stream, Problem):
        return stream
    axes = spec.axes or first.conventions.names(stream)
    asked = bool(spec.low_milli or spec.high_milli)
    low, high = (Fraction(n, 1000) if asked else None for n in (spec.low_milli, spec.high_milli))
    bare = Target(spec.name, axes, ("",) * len(axes), low, high, asked=bool(spec.unit))
    try:
        units = each_unit(spec.unit, len(axes)) if spec.unit else _units(bare, stream, first)
    except ValueError as error:
        problem = "the units do not fit the axes"
        return first.problem(spec.name, problem, error, len(axes), "Ask for one unit, or for one of each axis.")
    return replace(bare, units=units)


def feature_map(target: Target, seen: Facts) -> FeatureMap | list[Problem]:
    """The map of one episode's feature (types are filled in later), or every problem it has."""
    stream = source_of(target.name, seen)
    if isinstance(stream, Problem):
        return [stream]
    columns, problems = _columns(target, stream, seen)
    axes: list[AxisMap] = []
    for column in columns:
        found = axis_map(column, seen)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            axes.append(found)
    if problems:
        return problems
    return FeatureMap(stream.name, target.name, stream.dtype, stream.dtype, stream.axes, tuple(axes))


def dtype_of(maps: Sequence[FeatureMap]) -> str:
    """The narrowest type that holds every recording's numbers; converted ones need at least float32."""
    kinds = [np.dtype(m.source_dtype) for m in maps]
    kinds += [np.dtype(np.float32) for m in maps if any(axis.steps for axis in m.axes)]
    kinds = [np.dtype(np.float32) if kind == np.float16 else kind for kind in kinds]
    return str(np.result_type(*kinds))


def _units(bare: Target, stream: StreamFacts, seen: Facts) -> tuple[str, ...]:
    """What is stated of each axis. Raises ValueError if a list of units does not fit."""
    own = {column.place: column.own for column in _columns(bare, stream, seen)[0]}
    return tuple(stated_unit(stream, own[i], seen.conventions)[0] if i in own else "" for i in range(len(bare.axes)))


def _columns(target: Target, stream: StreamFacts, seen: Facts) -> tuple[list[Column], list[Problem]]:
    names = seen.conventions.names(stream)
    columns: list[Column] = []
    problems: list[Problem] = []
    for place, (axis, found) in enumerate(zip(target.axes, columns_of(target.axes, names), strict=True)):
        if len(found) == 1:
            columns.append(Column(target, place, stream, found[0]))
            continue
        problem = "two axes of the recording are it" if found else "the recording has no such axis"
        actual = ", ".join(stream.axes[i] for i in found) if found else ", ".join(stream.axes)
        fix = f'Say in {FILE} which axis is it: "features": {{"{stream.name}": {{"axes": {{"OWN": "{axis}"}}}}}}.'
        problems.append(seen.problem(f"{target.name}/{axis}", problem, actual, axis, fix))
    twice = [c for c in columns if any(c.own == other.own and c is not other for other in columns)]
    if twice:
        actual, fix = f"{twice[0].own_name} for both", f'Correct "axes" of {stream.name} in {FILE}.'
        field = " and ".join(column.field for column in twice)
        problems.append(seen.problem(field, "one axis of the recording is two", actual, "an axis each", fix))
    return columns, problems


def extra_maps(seen: Sequence[Facts], taken: Sequence[Mapping[str, FeatureMap]]) -> list[str]:
    """Names of the table streams nobody asked for that every episode has in one form, in the first's order."""
    kept = []
    for name, stream in seen[0].streams.items():
        forms = [_form(facts.streams.get(name)) for facts in seen]
        used = any(name in {m.source for m in maps.values()} or name in maps for maps in taken)
        if stream.clock == "row" and not used and len(set(forms)) == 1:
            kept.append(name)
    return kept


def as_it_is(stream: StreamFacts) -> FeatureMap:
    """A stream kept under its own name."""
    parts = stream.unit.split(",")
    units = parts if len(parts) == len(stream.axes) else [stream.unit] * len(stream.axes)
    axes = tuple(
        AxisMap(axis, axis, unit, unit, "recording" if unit else "", ())
        for axis, unit in zip(stream.axes, units, strict=True)
    )
    return FeatureMap(stream.name, stream.name, stream.dtype, stream.dtype, stream.axes, axes)


def _form(stream: StreamFacts | None) -> tuple[object, ...]:
    return (stream.dtype, stream.axes, stream.unit, stream.clock) if stream else ()
