"""Units, and exact steps between them. A factor is a fraction times a power of pi.

Sources: SI; REP 103 (ROS: radians, metres); LeRobot 0.6.1 ``motors/motors_bus.py``, ``_normalize``, for
``range_m100_100`` (-100 and 100 are the ends of a joint's calibrated range) and ``range_0_100``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from headwater.records.conform import AffineStep

# To 60 digits: one rounding, to float64, at the end.
_PI = Fraction(314159265358979323846264338327950288419716939937510582097494, 10**59)


@dataclass(frozen=True)
class Unit:
    """``base = factor * pi^pi_power * value + offset``.

    Attributes:
        quantity: only units of one quantity convert into one another.
    """

    quantity: str
    factor: Fraction = Fraction(1)
    pi_power: int = 0
    offset: Fraction = Fraction(0)


@dataclass(frozen=True)
class Normalised:
    """A unit whose ends are those of a range that every joint has for itself."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True)
class Range:
    """What the ends of a normalised unit are, in a physical unit. ``high`` may be the smaller: the joint is mirrored.

    Attributes:
        origin: who says so: ``conventions``, ``calibration`` or ``campaign``.
    """

    low: Fraction
    high: Fraction
    unit: str
    origin: str


_GRAVITY = Fraction(980665, 100_000)
UNITS: dict[str, Unit] = {
    "rad": Unit("angle"),
    "deg": Unit("angle", Fraction(1, 180), 1),
    "turn": Unit("angle", Fraction(2), 1),
    "rad/s": Unit("angular velocity"),
    "deg/s": Unit("angular velocity", Fraction(1, 180), 1),
    "rpm": Unit("angular velocity", Fraction(1, 30), 1),
    "m": Unit("length"),
    "cm": Unit("length", Fraction(1, 100)),
    "mm": Unit("length", Fraction(1, 1000)),
    "m/s": Unit("velocity"),
    "mm/s": Unit("velocity", Fraction(1, 1000)),
    "km/h": Unit("velocity", Fraction(5, 18)),
    "m/s^2": Unit("acceleration"),
    "g": Unit("acceleration", _GRAVITY),
    "N": Unit("force"),
    "kgf": Unit("force", _GRAVITY),
    "N*m": Unit("torque"),
    "N*mm": Unit("torque", Fraction(1, 1000)),
    "A": Unit("current"),
    "mA": Unit("current", Fraction(1, 1000)),
    "s": Unit("time"),
    "ms": Unit("time", Fraction(1, 1000)),
    "K": Unit("temperature"),
    "degC": Unit("temperature", offset=Fraction(27315, 100)),
    "Pa": Unit("pressure"),
    "hPa": Unit("pressure", Fraction(100)),
    "T": Unit("magnetic field"),
    "uT": Unit("magnetic field", Fraction(1, 10**6)),
}
NORMALISED: dict[str, Normalised] = {
    "range_m100_100": Normalised(Fraction(-100), Fraction(100)),
    "range_0_100": Normalised(Fraction(0), Fraction(100)),
    "range_m1_1": Normalised(Fraction(-1), Fraction(1)),
    "range_0_1": Normalised(Fraction(0), Fraction(1)),
}
KNOWN = (*UNITS, *NORMALISED)


def each_unit(unit: str, width: int) -> tuple[str, ...]:
    """A unit for each axis of ``rad``, ``rad,rad,m`` or ``rad x14, range_0_1 x12``.

    Raises:
        ValueError: it is neither one unit nor as many as ``width``.
    """
    parts: list[str] = []
    for part in unit.split(","):
        name, _, count = part.strip().partition(" x")
        parts += [name] * (int(count) if count.isdecimal() and len(count) < 5 else 1)
    if len(parts) not in (1, width):
        raise ValueError(f"{len(parts)} units for {width} axes")
    return tuple(parts) if len(parts) == width else tuple(parts * width)


def convertible(source: str, target: str) -> bool:
    """Whether steps from ``source`` to ``target`` exist, given a range where one of them is normalised."""
    if source == target:
        return True
    if source not in KNOWN or target not in KNOWN:
        return False
    if source in UNITS and target in UNITS:
        return UNITS[source].quantity == UNITS[target].quantity
    return True


def needs_range(source: str, target: str) -> bool:
    """Whether the steps need a joint's range: exactly one of the units is normalised."""
    return (source in NORMALISED) != (target in NORMALISED)


def steps(source: str, target: str, ends: Range | None = None) -> tuple[AffineStep, ...]:
    """Steps from one unit to another.

    Args:
        ends: the joint's range, where ``needs_range``.

    Raises:
        ValueError: they measure different things, or a range is needed and not given or not of their quantity.
    """
    if not convertible(source, target) or (ends is None and needs_range(source, target)):
        raise ValueError(f"{source} does not become {target}")
    if source == target:
        return ()
    if source in NORMALISED and target in NORMALISED:
        low, high = _ends(target)
        return (_between(_ends(source), (low, high), f"{source} as {target} of the same range", "definition"),)
    if source in NORMALISED:
        assert ends is not None
        reason = f"{source} as {ends.unit}: its ends are {_text(ends.low)} and {_text(ends.high)} {ends.unit}"
        return (
            _between(_ends(source), (ends.low, ends.high), reason, ends.origin),
            *steps(ends.unit, target),
        )
    if target in NORMALISED:
        assert ends is not None
        reason = f"{ends.unit} as {target}: its ends are {_text(ends.low)} and {_text(ends.high)} {ends.unit}"
        return (
            *steps(source, ends.unit),
            _between((ends.low, ends.high), _ends(target), reason, ends.origin),
        )
    one, other = UNITS[source], UNITS[target]
    factor = one.factor / other.factor
    if one.offset or other.offset:  # only temperatures, which know no pi
        return (_step(factor, 0, (one.offset - other.offset) / other.factor, f"{source} as {target}", "definition"),)
    return (_step(factor, one.pi_power - other.pi_power, Fraction(0), f"{source} as {target}", "definition"),)


def turned(sign: int, zero: Fraction, unit: str) -> tuple[AffineStep, ...]:
    """``sign * (value - zero)``: another direction or zero of the same joint; nothing if both are as usual."""
    if sign == 1 and not zero:
        return ()
    reason = f"zero lies at {_text(zero)} {unit}, " + ("direction is reversed" if sign < 0 else "direction is kept")
    return (_step(Fraction(sign), 0, -sign * zero, reason, "conventions"),)


def combined(chain: Sequence[AffineStep]) -> tuple[Fraction, Fraction]:
    """(factor, offset) of all steps one after the other, with pi to 60 digits."""
    factor, offset = Fraction(1), Fraction(0)
    for step in chain:
        own = Fraction(step.factor) * _PI**step.pi_power
        factor, offset = factor * own, offset * own + Fraction(step.offset)
    return factor, offset


def inverse(chain: Sequence[AffineStep]) -> tuple[Fraction, Fraction]:
    """(factor, offset) that undo ``chain``."""
    factor, offset = combined(chain)
    return 1 / factor, -offset / factor


def _ends(unit: str) -> tuple[Fraction, Fraction]:
    return NORMALISED[unit].low, NORMALISED[unit].high


def _between(
    source: tuple[Fraction, Fraction], target: tuple[Fraction, Fraction], reason: str, origin: str
) -> AffineStep:
    factor = (target[1] - target[0]) / (source[1] - source[0])
    return _step(factor, 0, target[0] - factor * source[0], reason, origin)


def _step(factor: Fraction, pi_power: int, offset: Fraction, reason: str, origin: str) -> AffineStep:
    return AffineStep(str(factor), pi_power, str(offset), reason, origin)


def _text(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.6g}"
