"""What a campaign asks for: checks compare with it, reviewers vote on its success criterion, exports conform to it."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.records.codec import record


@dataclass(frozen=True)
class FeatureSpec:
    """One table column group.

    Attributes:
        name: ``observation.state``, ``action``.
        axes: joint names in order; empty if any order is accepted.
        unit: of spec/registry.md, one for every axis (``rad``) or one each (``rad x5, range_0_100``); empty if not
            asked.
        low_milli, high_milli: range of every axis in thousandths of the unit; both 0 if not asked.
    """

    name: str
    axes: tuple[str, ...]
    unit: str
    low_milli: int
    high_milli: int


@dataclass(frozen=True)
class CameraSpec:
    """One view.

    Attributes:
        role: ``head``, ``wrist``, ``first_person``.
        keys: camera keys that count as this role; empty means any.
        min_width, min_height: pixels.
        min_fps_milli: frames per 1000 s.
    """

    role: str
    keys: tuple[str, ...]
    min_width: int
    min_height: int
    min_fps_milli: int


@dataclass(frozen=True)
class Stratum:
    """A part of the collection the requester wants counted apart, by task text or object."""

    name: str
    want: int


@record("campaign-spec", 1)
@dataclass(frozen=True)
class CampaignSpec:
    """The data a requester pays for.

    Attributes:
        modality: a modality of the registry.
        embodiment: robot types or devices that count; empty means any.
        fps_milli: rows (or frames) per 1000 s, 0 if any.
        min_length_ms, max_length_ms: duration of one episode.
        sensors: kinds that must be there (``gyro``, ``accel``).
        success: the sentence reviewers vote on.
        reject_reasons: reason code and sentence, ``code: sentence``.
        examples: CIDs of example episodes' previews.
    """

    name: str
    task: str
    modality: str
    embodiment: tuple[str, ...]
    features: tuple[FeatureSpec, ...]
    cameras: tuple[CameraSpec, ...]
    fps_milli: int
    min_length_ms: int
    max_length_ms: int
    sensors: tuple[str, ...]
    success: str
    reject_reasons: tuple[str, ...]
    examples: tuple[str, ...]
    strata: tuple[Stratum, ...]


LABEL_KINDS = ("boxes", "classes", "text", "spans")


@dataclass(frozen=True)
class LabelWork:
    """What labellers are asked for, and of what.

    Attributes:
        dataset, version: the origins: a version on the same chain whose contributions are labelled, one by one.
        kind: ``boxes``, ``classes``, ``text`` or ``spans``.
        categories: names a label may have; empty means any (for ``text``, where the words are the label).
        per_item: labellers wanted for each origin.
    """

    dataset: int
    version: int
    kind: str
    categories: tuple[str, ...]
    per_item: int


@record("campaign-spec", 2)
@dataclass(frozen=True)
class LabelCampaignSpec(CampaignSpec):
    """The labels a requester pays for; ``modality`` is ``labels``.

    Attributes:
        modality: ``labels``.
        embodiment: kinds of labellers that count; empty means any.
        fps_milli: 0.
        min_length_ms, max_length_ms: 0.
        sensors: none.
        success: the sentence reviewers vote on.
        reject_reasons: reason code and sentence, ``code: sentence``.
        examples: CIDs of examples' previews.
        labels: the work.
    """

    labels: LabelWork


def label_work(spec: object) -> LabelWork | None:
    """The work of a label campaign; ``None`` of any other."""
    return spec.labels if isinstance(spec, LabelCampaignSpec) else None


@dataclass(frozen=True)
class ValueWork:
    """How much of a grade is what an item is worth to the requester's held-out set (spec/value.md).

    Attributes:
        commitment: digest of the `held-out/1` record, 32 bytes.
        embedding: name and version of what turns an item into its features, as in that record.
        weight_bps: 1 to 10,000.
    """

    commitment: bytes
    embedding: str
    weight_bps: int


@record("campaign-spec", 3)
@dataclass(frozen=True)
class ValueCampaignSpec(CampaignSpec):
    """The data of a pool campaign that pays by value.

    Attributes:
        modality: a modality of the registry.
        embodiment: robot types or devices that count; empty means any.
        fps_milli: rows (or frames) per 1000 s, 0 if any.
        min_length_ms, max_length_ms: duration of one episode.
        sensors: kinds that must be there.
        success: the sentence reviewers vote on.
        reject_reasons: reason code and sentence, ``code: sentence``.
        examples: CIDs of examples' previews.
        value: the value part.
    """

    value: ValueWork


def value_work(spec: object) -> ValueWork | None:
    """The value part of a campaign; ``None`` of any other."""
    return spec.value if isinstance(spec, ValueCampaignSpec) else None
