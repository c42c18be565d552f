"""What the suite asks of others: a campaign's spec, read by attribute, and an index of what came before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from headwater.checks.fingerprints import Fingerprints, Match
from headwater.checks.label_print import LabelPrint


class FeatureLike(Protocol):
    """See ``headwater.records.FeatureSpec``."""

    @property
    def name(self) -> str: ...
    @property
    def axes(self) -> Sequence[str]: ...
    @property
    def unit(self) -> str: ...
    @property
    def low_milli(self) -> int: ...
    @property
    def high_milli(self) -> int: ...


class CameraLike(Protocol):
    """See ``headwater.records.CameraSpec``."""

    @property
    def role(self) -> str: ...
    @property
    def keys(self) -> Sequence[str]: ...
    @property
    def min_width(self) -> int: ...
    @property
    def min_height(self) -> int: ...
    @property
    def min_fps_milli(self) -> int: ...


class SpecLike(Protocol):
    """See ``headwater.records.CampaignSpec``: the part of it a recording can be held against."""

    @property
    def task(self) -> str: ...
    @property
    def modality(self) -> str: ...
    @property
    def embodiment(self) -> Sequence[str]: ...
    @property
    def features(self) -> Sequence[FeatureLike]: ...
    @property
    def cameras(self) -> Sequence[CameraLike]: ...
    @property
    def fps_milli(self) -> int: ...
    @property
    def min_length_ms(self) -> int: ...
    @property
    def max_length_ms(self) -> int: ...
    @property
    def sensors(self) -> Sequence[str]: ...


class IndexLike(Protocol):
    """Everything anchored before the item under check; ``CopyIndex`` is the shipped one."""

    def __len__(self) -> int: ...

    def same_content(self, content_root: bytes) -> str | None:
        """Contribution id of the earliest entry with this content, or ``None``."""

    def labels_of(self, origin: bytes) -> Sequence[tuple[str, LabelPrint]]:
        """Contribution id and print of every earlier sheet for this origin, in order."""

    def labels_at(self, places: Iterable[bytes]) -> Sequence[tuple[str, LabelPrint]]:
        """The same of every earlier sheet that marks one of these places."""

    def nearest(self, prints: Fingerprints) -> Match:
        """The closest earlier entry by video and by trajectory."""
