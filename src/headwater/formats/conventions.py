"""What the numbers and names of a recording mean, where it does not say so itself: ``conventions.json`` beside it.

Written by whoever knows: the contributor (then it is sent and signed with the recording) or who exports. Keys are the
recording's own words, values the campaign's. All of it may be left out::

    {"convention": "lerobot-so-range",
     "calibration": {"shoulder_pan": {"id": 1, "drive_mode": 0, "homing_offset": 7, "range_min": 758,
                                      "range_max": 3292}},
     "features": {"arm/position": {"is": "observation.state", "unit": "rad", "units": {"jaw": "range_0_1"},
                                   "axes": {"jaw": "gripper.pos"}, "sign": {"elbow": -1}, "zero": {"elbow": "1.57"},
                                   "ranges": {"jaw": {"low": 0, "high": "1.75", "unit": "rad"}}}},
     "cameras": {"top": "observation.images.front"},
     "range_from_campaign": false, "resample": "linear"}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn, Protocol

from headwater.formats.errors import ConventionsError
from headwater.formats.models import Episode
from headwater.formats.paths import within
from headwater.formats.so_arms import CALIBRATED, CONVENTIONS, calibrated_range, joint_of
from headwater.formats.units import KNOWN, UNITS, Range, each_unit
from headwater.primitives import json_text

FILE = "conventions.json"
RESAMPLE = ("exact", "hold", "linear")
_MAX_BYTES = 1 << 20


class StreamLike(Protocol):
    """Name, axes and unit of a stream: see ``Stream``."""

    @property
    def name(self) -> str: ...
    @property
    def axes(self) -> Sequence[str]: ...
    @property
    def unit(self) -> str: ...


@dataclass(frozen=True)
class FeatureConvention:
    """What is stated of one stream; mappings go by the recording's own axis names.

    Attributes:
        target: the campaign's name of it; empty if it is the same.
        axes: own name to the campaign's.
        unit: of every axis that ``units`` does not name.
        sign, zero: the campaign's value is ``sign * (own - zero)``, in the own unit.
        ranges: what the ends of a normalised unit are.
    """

    target: str = ""
    axes: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    sign: Mapping[str, int] = field(default_factory=dict)
    zero: Mapping[str, Fraction] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)


@dataclass(frozen=True)
class Conventions:
    """What is stated of a recording.

    Attributes:
        convention: a name of ``so_arms.CONVENTIONS``, or empty.
        features: by the recording's stream names; cameras: own key to the campaign's.
        calibration: joint to its calibrated range, of the arm that moves (the follower): LeRobot's commands are
            normalised to the follower's range too.
        range_from_campaign: the ends of normalised units are the campaign's range of that feature.
        resample: what may be done where rates are no multiples: ``exact`` (nothing), ``hold`` or ``linear``.
    """

    convention: str = ""
    features: Mapping[str, FeatureConvention] = field(default_factory=dict)
    cameras: Mapping[str, str] = field(default_factory=dict)
    calibration: Mapping[str, Range] = field(default_factory=dict)
    range_from_campaign: bool = False
    resample: str = ""

    def over(self, other: Conventions) -> Conventions:
        """Both together; where both speak of one thing, this one counts."""
        return Conventions(
            convention=self.convention or other.convention,
            features={**other.features, **self.features},
            cameras={**other.cameras, **self.cameras},
            calibration={**other.calibration, **self.calibration},
            range_from_campaign=self.range_from_campaign or other.range_from_campaign,
            resample=self.resample or other.resample,
        )

    def sources(self, asked: str, streams: Sequence[str]) -> tuple[str, ...]:
        """The streams that are the campaign's feature ``asked``: those stated to be it, else the one of that name."""
        stated = tuple(own for own, told in self.features.items() if told.target == asked and own in streams)
        taken = self.features.get(asked, FeatureConvention()).target
        return stated or ((asked,) if asked in streams and taken in ("", asked) else ())

    def names(self, stream: StreamLike) -> tuple[str, ...]:
        """A stream's axes in the campaign's words, as far as they are stated."""
        told = self.features.get(stream.name, FeatureConvention())
        return tuple(told.axes.get(axis, axis) for axis in stream.axes)

    def unit(self, feature: str, axis: str) -> str:
        """The unit stated of an axis; empty if none is."""
        own = self.features.get(feature, FeatureConvention())
        preset = CONVENTIONS.get(self.convention)
        return own.units.get(axis) or own.unit or (preset.unit(joint_of(axis)) if preset else "")

    def turn(self, feature: str, axis: str) -> tuple[int, Fraction]:
        """(sign, zero) of an axis; (1, 0) if nothing is stated."""
        own = self.features.get(feature, FeatureConvention())
        preset = CONVENTIONS.get(self.convention)
        sign, zero = preset.turn(joint_of(axis)) if preset else (1, Fraction(0))
        return own.sign.get(axis, sign), own.zero.get(axis, zero)

    def ends(self, feature: str, axis: str) -> Range | None:
        """The range stated or calibrated of an axis."""
        own = self.features.get(feature, FeatureConvention())
        return own.ranges.get(axis) or self.calibration.get(joint_of(axis))


def stated_unit(stream: StreamLike, own: int, told: Conventions) -> tuple[str, str]:
    """(unit, who states it) of a column; ("", "") if nobody does. Raises ValueError on a list of another length."""
    unit = told.unit(stream.name, stream.axes[own])
    if unit:
        return unit, "conventions"
    if stream.unit:
        return each_unit(stream.unit, len(stream.axes))[own], "recording"
    return "", ""


def range_of(
    stream: StreamLike, own: int, told: Conventions, asked: str, bounds: tuple[Fraction, Fraction] | None
) -> Range | None:
    """What the ends of a normalised column are: as stated or calibrated, or the campaign's ``bounds`` in its unit
    ``asked`` where the statement says that these are meant."""
    stated = told.ends(stream.name, stream.axes[own])
    if stated or not told.range_from_campaign or asked not in UNITS or bounds is None or bounds[0] == bounds[1]:
        return stated
    return Range(*bounds, asked, "campaign")


def columns_of(asked: Sequence[str], names: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """For each asked axis the columns that are it: those of its name, else those of its joint on an SO arm.

    One column is what a map needs; none or several leave it open.
    """
    found = []
    for axis in asked:
        same = tuple(i for i, name in enumerate(names) if name == axis)
        found.append(same or tuple(i for i, name in enumerate(names) if joint_of(name) == joint_of(axis)))
    return tuple(found)


def statement_beside(episode: Episode) -> Path | None:
    """``conventions.json`` in the recording's folder, if there is one. Raises ConventionsError if it cannot be read."""
    root = episode.source.root
    if not root.is_dir() or not (root / FILE).exists():
        return None
    path = within(root, FILE)
    read_conventions(path)
    return path


def stated_beside(episode: Episode) -> Conventions:
    """What it states; nothing if there is none. Raises ConventionsError."""
    path = statement_beside(episode)
    return read_conventions(path) if path else Conventions()


def read_conventions(path: Path) -> Conventions:
    """The statement in a JSON file.

    Raises:
        ConventionsError: no such file, no JSON, an unknown field or unit, or a value of another type.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ConventionsError(f"{path.name}", actual="more than 1 MiB", allowed="conventions in JSON")
        plain = json_text.parse(path.read_bytes())
    except OSError as error:
        raise ConventionsError(f"{path.name}", actual=error.strerror, fix="Name a file that can be read.") from None
    except ValueError as error:
        raise ConventionsError(f"{path.name}", actual=str(error)[:120], allowed="JSON", fix="Correct it.") from None
    return parse_conventions(plain, path.name)


def parse_conventions(plain: Any, where: str = FILE) -> Conventions:
    """The statement of parsed JSON; errors as ``read_conventions``."""
    told = _object(
        plain, where, ("convention", "features", "cameras", "calibration", "range_from_campaign", "resample")
    )
    convention = _choice(told.get("convention", ""), f"{where}: convention", ("", *CONVENTIONS))
    calibration = _each(told.get("calibration", {}), f"{where}: calibration", _calibrated)
    if calibration and convention not in CALIBRATED:
        fix = "Name the arm's convention, or state the ranges of its axes instead."
        _refuse(f"{where}: calibration", f"convention {convention or 'not stated'}", " or ".join(CALIBRATED), fix)
    return Conventions(
        convention=convention,
        features=_each(told.get("features", {}), f"{where}: features", _feature),
        cameras=_each(told.get("cameras", {}), f"{where}: cameras", _text),
        calibration=calibration,
        range_from_campaign=_typed(told.get("range_from_campaign", False), bool, f"{where}: range_from_campaign"),
        resample=_choice(told.get("resample", ""), f"{where}: resample", ("", *RESAMPLE)),
    )


def _feature(plain: Any, where: str) -> FeatureConvention:
    told = _object(plain, where, ("is", "axes", "unit", "units", "sign", "zero", "ranges"))
    unit = told.get("unit", "")
    return FeatureConvention(
        target=_text(told.get("is", ""), f"{where}.is"),
        axes=_each(told.get("axes", {}), f"{where}.axes", _text),
        unit=_unit(unit, f"{where}.unit") if unit else "",
        units=_each(told.get("units", {}), f"{where}.units", _unit),
        sign=_each(told.get("sign", {}), f"{where}.sign", _sign),
        zero=_each(told.get("zero", {}), f"{where}.zero", _number),
        ranges=_each(told.get("ranges", {}), f"{where}.ranges", _range),
    )


def _range(plain: Any, where: str) -> Range:
    told = _object(plain, where, ("low", "high", "unit"))
    missing = [name for name in ("low", "high", "unit") if name not in told]
    if missing:
        _refuse(f"{where}.{missing[0]}", "missing", "low, high and unit", "State what the ends of the range are.")
    low, high = _number(told["low"], f"{where}.low"), _number(told["high"], f"{where}.high")
    if low == high:
        _refuse(where, f"both ends at {low}", "two ends", "Correct the range.")
    return Range(low, high, _choice(told["unit"], f"{where}.unit", tuple(UNITS)), "conventions")


def _calibrated(plain: Any, where: str) -> Range:
    told = _object(plain, where, ("id", "drive_mode", "homing_offset", "range_min", "range_max"))
    low, high = (_typed(told.get(name), int, f"{where}.{name}") for name in ("range_min", "range_max"))
    if low >= high:
        _refuse(f"{where}.range_max", str(high), f"above range_min, {low}", "Calibrate the arm again.")
    return calibrated_range(low, high, mirrored=bool(_typed(told.get("drive_mode", 0), int, f"{where}.drive_mode")))


def _object(plain: Any, where: str, allowed: tuple[str, ...]) -> dict[str, Any]:
    told: dict[str, Any] = _typed(plain, dict, where)
    for name in told:
        if name not in allowed:
            _refuse(f"{where}: {name}", "not known", ", ".join(allowed), "Correct the name or leave it out.")
    return told


def _each(plain: Any, where: str, parse: Callable[[Any, str], Any]) -> dict[str, Any]:
    return {name: parse(value, f"{where}.{name}") for name, value in _typed(plain, dict, where).items()}


def _text(plain: Any, where: str) -> str:
    return str(_typed(plain, str, where))


def _unit(plain: Any, where: str) -> str:
    return _choice(plain, where, KNOWN)


def _sign(plain: Any, where: str) -> int:
    if type(plain) is not int or plain not in (1, -1):
        _refuse(where, repr(plain)[:40], "1 or -1", "Write -1 where the direction is reversed.")
    return int(plain)


def _number(plain: Any, where: str) -> Fraction:
    """A decimal as it is written: 1.57 is 157/100, not the nearest binary number."""
    usable = isinstance(plain, int | str) or (isinstance(plain, float) and math.isfinite(plain))
    try:
        if usable and not isinstance(plain, bool) and len(str(plain)) <= 40 and "e" not in str(plain).lower():
            return Fraction(str(plain))
    except (ValueError, ZeroDivisionError):
        pass
    _refuse(where, repr(plain)[:40], "a number, or a fraction such as 1/3 as text", "Correct it.")


def _choice(plain: Any, where: str, allowed: tuple[str, ...]) -> str:
    if plain not in allowed:
        _refuse(where, repr(plain)[:40], ", ".join(filter(None, allowed)), "Use one of these names.")
    return str(plain)


def _typed(plain: Any, kind: type, where: str) -> Any:
    if type(plain) is not kind:
        _refuse(where, type(plain).__name__, kind.__name__, "Correct it.")
    return plain


def _refuse(where: str, actual: str, allowed: str, fix: str) -> NoReturn:
    raise ConventionsError(where, actual=actual, allowed=allowed, fix=fix)
