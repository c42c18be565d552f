"""A bought version as its campaign asked for it: the spec its episodes are brought to, and their names in the map."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.client.network import Network
from headwater.records.campaign_spec import CampaignSpec
from headwater.records.dataset import DatasetManifest


@dataclass(frozen=True)
class Asked:
    """A version's campaign spec, and the digests of its contributions in hexadecimal, in manifest order."""

    spec: CampaignSpec
    contributions: tuple[str, ...]


def asked_of(network: Network, dataset: int, number: int) -> Asked:
    """What a version's manifest says; number 0 is the latest. Raises ClientError, StorageError."""
    version = network.ledger().version(dataset, number).version
    manifest = network.record(DatasetManifest, network.cid_of(version.manifest))
    return Asked(
        network.record(CampaignSpec, manifest.spec), tuple(row.contribution.hex() for row in manifest.episodes)
    )
