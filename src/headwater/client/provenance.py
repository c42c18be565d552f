"""What a bought version says of itself, for the card of an export."""

from __future__ import annotations

from headwater.client.network import Network
from headwater.export import Provenance
from headwater.records.dataset import DatasetManifest
from headwater.records.licence import LicencePreset


def provenance_of(network: Network, dataset: int, number: int) -> Provenance:
    """Campaign, licences and CID of a dataset version. Raises ClientError, RecordError."""
    facts = network.ledger().version(dataset, number)
    cid = network.cid_of(facts.version.manifest)
    manifest = network.record(DatasetManifest, cid)
    licences = [network.record(LicencePreset, one) for one in manifest.licences]
    return Provenance(
        title=manifest.name or f"Dataset {dataset}@{number}",
        licence=", ".join(one.id for one in licences) or "unknown",
        licence_text="\n\n".join(f"{one.name} ({one.id}): {one.text}" for one in licences),
        campaign=f"Headwater campaign {manifest.campaign}, dataset {dataset}, version {number}. {manifest.description}",
        locator=str(cid),
    )
