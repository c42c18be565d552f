"""How a recording's numbers, names and rate became those of a campaign's spec, so that a reader can see and undo it.

Records hold no floats: a factor is an exact fraction times a power of pi, so that degrees to radians is exact too.
"""

from __future__ import annotations

from dataclasses import dataclass

from headwater.records.codec import record


@dataclass(frozen=True)
class AffineStep:
    """One step from a recorded number to the one asked for: ``after = factor * pi^pi_power * before + offset``.

    Attributes:
        factor: a fraction such as ``1/180`` or ``-1``; never 0.
        pi_power: -1, 0 or 1.
        offset: a fraction, in the unit after the step.
        reason: what the step does, in words.
        origin: who says so: ``definition``, ``conventions`` (a person's statement beside the recording or the export),
            ``calibration`` or ``campaign``.
    """

    factor: str
    pi_power: int
    offset: str
    reason: str
    origin: str


@dataclass(frozen=True)
class AxisMap:
    """One column.

    Attributes:
        source: its name in the recording; target: its name in the dataset.
        source_unit, target_unit: names of spec/registry.md; empty if nobody states one.
        unit_origin: who states the source's unit: ``recording`` or ``conventions``; empty if nobody.
        steps: from source to target, in order; empty if the number stays as it is.
    """

    source: str
    target: str
    source_unit: str
    target_unit: str
    unit_origin: str
    steps: tuple[AffineStep, ...]


@dataclass(frozen=True)
class FeatureMap:
    """One stream of the recording as a column group of the dataset.

    Attributes:
        source, target: names in the recording and in the dataset.
        source_dtype, target_dtype: types in the recording and in the dataset (``float32``).
        source_axes: names of all the recording's columns, in its order.
        axes: the dataset's columns, in its order.
    """

    source: str
    target: str
    source_dtype: str
    target_dtype: str
    source_axes: tuple[str, ...]
    axes: tuple[AxisMap, ...]


@dataclass(frozen=True)
class CameraMap:
    """One camera.

    Attributes:
        source, target: keys in the recording and in the dataset.
        reencoded: its frames were chosen anew for another rate, decoded and encoded again.
    """

    source: str
    target: str
    reencoded: bool


@dataclass(frozen=True)
class RateMap:
    """Rows a second.

    Attributes:
        source, target: fractions such as ``30000/1001``.
        method: ``same``, ``decimate`` (row k*i of the recording is row i), ``hold`` (the latest row not later) or
            ``linear`` (as hold, but measured values lie on the line between their neighbours).
    """

    source: str
    target: str
    method: str


@record("conform-map", 1)
@dataclass(frozen=True)
class ConformMap:
    """What was done to an episode; episodes with the same conventions share one.

    Attributes:
        features: columns of the dataset.
        cameras: views of the dataset.
        rate: of the rows.
        left_out: streams and cameras of the recording that the dataset does not have.
        notes: what a reader should know, one sentence each.
    """

    features: tuple[FeatureMap, ...]
    cameras: tuple[CameraMap, ...]
    rate: RateMap
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ConformedEpisode:
    """Which map made an episode of the dataset.

    Attributes:
        source: the contribution's digest in hexadecimal, or folder and episode of a local recording.
        map: position in ``maps``.
    """

    source: str
    map: int


@record("conformed-set", 1)
@dataclass(frozen=True)
class ConformedSet:
    """What an export did to bring its episodes to a spec: its manifest.

    Attributes:
        spec: CID of the campaign spec.
        maps: every map that was used, once.
        episodes: in the dataset's order.
    """

    spec: str
    maps: tuple[ConformMap, ...]
    episodes: tuple[ConformedEpisode, ...]
