"""Any chain of conventions is undone by its inverse; any order of axes comes back; values agree with plain formulas."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from headwater.export import ConventionsError
from headwater.export.conform import conformed, parse_conventions, plan, undone
from headwater.export.conform.rates import grid_ns, picks_at, row_picks
from headwater.formats import NS, Episode, Kind, Source, Stream
from headwater.formats.so_arms import CONVENTIONS
from headwater.formats.units import (
    KNOWN,
    UNITS,
    Range,
    combined,
    convertible,
    each_unit,
    inverse,
    needs_range,
    steps,
    turned,
)
from headwater.records.campaign_spec import CampaignSpec, FeatureSpec
from headwater.records.conform import RateMap

WORDS = ["rad", "deg", "1/3", "x", "", *CONVENTIONS]
KEYS = (
    "convention features cameras calibration resample range_from_campaign is axes unit units sign zero ranges "
    "low high range_min range_max drive_mode action gripper"
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS.split(" ")), inner, max_size=4),
    max_leaves=12,
)
PAIRS = [(source, target) for source in KNOWN for target in KNOWN if convertible(source, target)]
NUMBERS = st.fractions(min_value=-1000, max_value=1000, max_denominator=10_000)
RATES = st.sampled_from([Fraction(n) for n in (10, 15, 20, 24, 25, 30, 50, 60, 100)] + [Fraction(30_000, 1001)])


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str, Range | None]:
    """Two units that convert into one another, with a joint's range where it takes one."""
    source, target = draw(st.sampled_from(PAIRS))
    if not needs_range(source, target):
        return source, target, None
    physical = target if target in UNITS else source
    like = [name for name, unit in UNITS.items() if unit.quantity == UNITS[physical].quantity]
    low, width = draw(NUMBERS), draw(st.fractions(Fraction(1, 1000), 1000, max_denominator=10_000))
    high = low + draw(st.sampled_from([width, -width]))
    return source, target, Range(low, high, draw(st.sampled_from(like)), "conventions")


@settings(deadline=None)
@given(pair=pairs(), sign=st.sampled_from([1, -1]), zero=NUMBERS, value=st.floats(-1e4, 1e4))
def test_the_inverse_undoes_every_chain(
    pair: tuple[str, str, Range | None], sign: int, zero: Fraction, value: float
) -> None:
    source, target, ends = pair
    chain = (*turned(sign, zero, source), *steps(source, target, ends))
    factor, offset = combined(chain)
    back, shift = inverse(chain)
    there = factor * Fraction(value) + offset
    assert back * there + shift == Fraction(value)  # exact before it is rounded to floats
    rounded = float(back) * (float(factor) * value + float(offset)) + float(shift)
    scale = abs(value) + abs(float(offset * back)) + 1e-300
    assert abs(rounded - value) <= 8 * np.finfo(np.float64).eps * scale


@settings(deadline=None)
@given(pair=pairs(), value=NUMBERS)
def test_there_and_back_by_unit_is_the_same_number(pair: tuple[str, str, Range | None], value: Fraction) -> None:
    source, target, ends = pair
    factor, offset = combined((*steps(source, target, ends), *steps(target, source, ends)))
    assert abs(factor - 1) < Fraction(1, 10**55)
    assert abs(offset) < Fraction(1, 10**50)


@settings(deadline=None)
@given(value=st.floats(-1e4, 1e4))
def test_against_numpy(value: float) -> None:
    def through(source: str, target: str, ends: Range | None = None) -> float:
        factor, offset = combined(steps(source, target, ends))
        return float(factor) * value + float(offset)

    assert np.isclose(through("deg", "rad"), np.deg2rad(value), rtol=1e-14, atol=0)
    assert np.isclose(through("rad", "deg"), np.rad2deg(value), rtol=1e-14, atol=0)
    assert np.isclose(through("degC", "K"), value + 273.15, rtol=1e-14)
    ends = Range(Fraction(-110), Fraction(110), "deg", "conventions")
    assert np.isclose(through("range_m100_100", "rad", ends), np.deg2rad(value / 100 * 110), rtol=1e-13, atol=1e-13)
    assert np.isclose(through("range_0_1", "range_0_100"), value * 100, rtol=1e-14)


@settings(deadline=None)
@given(one=st.sampled_from(KNOWN), other=st.sampled_from(KNOWN))
def test_what_does_not_convert_is_refused(one: str, other: str) -> None:
    if convertible(one, other) and not needs_range(one, other):
        steps(one, other)
    else:
        with pytest.raises(ValueError, match="does not become"):
            steps(one, other)


@settings(deadline=None)
@given(width=st.integers(1, 9), count=st.integers(1, 9))
def test_a_list_of_units_fits_or_is_refused(width: int, count: int) -> None:
    unit = ",".join(KNOWN[:count])
    if count in (1, width):
        assert len(each_unit(unit, width)) == width
    else:
        with pytest.raises(ValueError, match="units for"):
            each_unit(unit, width)


@settings(deadline=None)
@given(plain=JSON)
def test_any_statement_is_read_or_refused_by_name(plain: object) -> None:
    refused: ConventionsError | None = None
    try:
        parse_conventions(plain)
    except ConventionsError as error:
        refused = error
    assert refused is None or (refused.what.startswith("conventions.json") and refused.allowed and refused.fix)


def episode_of(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], axes: tuple[str, ...], unit: str) -> Episode:
    times = np.arange(len(values), dtype=np.int64) * NS
    stream = Stream("action", Kind.ACTION, times, values, axes, unit, dtype="float64")
    source = Source("lerobot-v2.1", Path("set"), 0, ())
    return Episode("episode_000000", source, len(values), Fraction(1), "arm", (), {"action": stream}, {})


@settings(deadline=None)
@given(data=st.data(), width=st.integers(1, 6), unit=st.sampled_from(["rad", "deg"]))
def test_any_order_of_axes_comes_back(data: st.DataObject, width: int, unit: str) -> None:
    names = tuple(f"joint_{i}" for i in range(width))
    own = tuple(data.draw(st.permutations(names)))
    values = data.draw(npst.arrays(np.float64, (5, width), elements=st.floats(-1e3, 1e3, width=32)))
    source = episode_of(values, own, unit)
    spec = CampaignSpec(
        "Pick", "", "robot_episode", (), (FeatureSpec("action", names, "rad", 0, 0),), (), 0, 0, 0, (), "", (), (), ()
    )
    one = plan(spec, [source]).maps[0]
    made = conformed(source, one, Path("nowhere")).streams["action"]
    assert made.axes == names
    wanted = np.deg2rad(values) if unit == "deg" else values
    for column, name in enumerate(names):
        np.testing.assert_allclose(made.values[:, column], wanted[:, own.index(name)], rtol=1e-14, atol=0)
    back = undone(made, one.features[0])
    assert back.axes == own
    np.testing.assert_allclose(back.values, values, rtol=1e-14, atol=0)
    if unit == "rad":
        np.testing.assert_array_equal(back.values, values)
    again = plan(spec, [replace(source, streams={"action": made})]).maps[0]
    np.testing.assert_array_equal(
        conformed(replace(source, streams={"action": made}), again, Path("nowhere")).streams["action"].values,
        made.values,
    )


@settings(deadline=None)
@given(source=RATES, target=RATES, length=st.integers(1, 400))
def test_a_row_is_the_latest_one_not_later(source: Fraction, target: Fraction, length: int) -> None:
    rate = RateMap(str(source), str(target), "hold")
    picks = row_picks(rate, length)
    for row, pick in enumerate(picks.tolist()):
        assert Fraction(pick) / source <= Fraction(row) / target < Fraction(pick + 1) / source
    assert 0 <= picks[0] <= picks[-1] <= length - 1
    assert Fraction(len(picks)) / target > Fraction(length - 1) / source
    grid = grid_ns(rate, len(picks))
    stamps = np.array([round(i * NS / source) for i in range(length)], dtype=np.int64)
    assert np.abs(picks_at(stamps, grid + 1) - picks).max() == 0  # a nanosecond for the rounding of stamps
