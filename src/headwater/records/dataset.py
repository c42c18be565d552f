"""What a dataset version holds, for buyers: one row an episode, and where each came from."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.primitives.amounts import Amount
from headwater.records.codec import record


@dataclass(frozen=True)
class DatasetEpisode:
    """One accepted contribution.

    Attributes:
        contribution: digest the contributor signed, 32 bytes.
        envelope: digest of the key envelope record, 32 bytes.
        manifest: CID of the manifest record.
        weight: share weight of its item leaf.
        item: number in the campaign's queue; settlement: key it was settled under.
    """

    contribution: bytes
    contributor: str
    content_root: bytes
    envelope: bytes
    manifest: str
    weight: int
    item: int
    settlement: Amount


@record("dataset-manifest", 1)
@dataclass(frozen=True)
class DatasetManifest:
    """A version's manifest; its digest is on chain."""

    name: str
    description: str
    campaign: int
    spec: str
    modality: str
    licences: tuple[str, ...]
    episodes: tuple[DatasetEpisode, ...]


@record("dataset-manifest", 2)
@dataclass(frozen=True)
class LabelDatasetManifest(DatasetManifest):
    """The manifest of a version of labels: its episodes are label contributions, one origin each.

    Attributes:
        origin_dataset, origin_version: the version they label. Pictures with labels need a licence for each of the two.
    """

    origin_dataset: int
    origin_version: int
