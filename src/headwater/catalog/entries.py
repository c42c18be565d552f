"""What can be found: a row for every campaign and every dataset version, from the ledger and the records it names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from headwater.catalog.ledger import CampaignFacts, Ledger, VersionFacts
from headwater.catalog.ports import Records
from headwater.primitives.amounts import from_units
from headwater.primitives.cid import dag_cbor_cid
from headwater.primitives.errors import HeadwaterError
from headwater.primitives.hashing import sha256
from headwater.records.campaign_spec import CampaignSpec
from headwater.records.dataset import DatasetManifest
from headwater.records.manifest import Manifest

Decimals = Callable[[str], int]
_FINE = 18


@dataclass(frozen=True)
class Found:
    """A campaign that takes data, or a dataset version that can be bought.

    Attributes:
        kind: ``campaign`` or ``dataset``; version: 0 for a campaign.
        price: reward of an episode, or the cheapest offer, in 10^-18 of a token; ``price_text`` in whole tokens.
        episodes: in the version, or anchored so far; length_ms: of all of a version's episodes.
        ends: deadline of a campaign, Unix seconds; 0 for a dataset.
    """

    kind: str
    id: int
    version: int
    campaign: int
    name: str
    task: str
    description: str
    embodiment: tuple[str, ...]
    modality: str
    sensors: tuple[str, ...]
    token: str
    price: int
    price_text: str
    episodes: int
    length_ms: int
    ends: int


def entries(ledger: Ledger, records: Records, decimals: Decimals) -> tuple[list[Found], int]:
    """Every entry in order of kind and number, and how many were left out because storage has not all of them."""
    campaigns: list[tuple[Callable[..., Found], Any]] = [
        (_campaign, ledger.campaigns[number]) for number in sorted(ledger.campaigns)
    ]
    datasets = [ledger.datasets[number] for number in sorted(ledger.datasets)]
    versions: list[tuple[Callable[..., Found], Any]] = [
        (_version, d.versions[number]) for d in datasets for number in sorted(d.versions)
    ]
    found, missing = [], 0
    for make, facts in [*campaigns, *versions]:
        try:
            found.append(make(facts, records, decimals))
        except HeadwaterError:
            missing += 1
    return found, missing


def fingerprint(ledger: Ledger) -> str:
    """Changes exactly when an entry may."""
    campaigns = sorted((c.id, c.terms.hash().hex(), c.anchored) for c in ledger.campaigns.values())
    versions = sorted(
        (v.version.key, v.version.hash().hex()) for d in ledger.datasets.values() for v in d.versions.values()
    )
    return sha256(repr((campaigns, versions)).encode()).hex()


def fine(units: int, decimals: int) -> int:
    """An amount in 10^-18 of a token, whatever the token's own decimals; finer tokens are rounded up."""
    scale = int(10 ** abs(_FINE - decimals))
    return units * scale if decimals <= _FINE else -(-units // scale)


def _campaign(facts: CampaignFacts, records: Records, decimals: Decimals) -> Found:
    spec = records.record(CampaignSpec, dag_cbor_cid(facts.terms.spec_digest))
    units, places = facts.terms.unit_reward, decimals(facts.terms.token)
    return Found(
        kind="campaign",
        id=facts.id,
        version=0,
        campaign=facts.id,
        name=spec.name,
        task=spec.task,
        description=spec.success,
        embodiment=spec.embodiment,
        modality=spec.modality,
        sensors=spec.sensors,
        token=facts.terms.token,
        price=fine(units, places),
        price_text=from_units(units, places),
        episodes=facts.anchored,
        length_ms=0,
        ends=facts.terms.deadline,
    )


def _version(facts: VersionFacts, records: Records, decimals: Decimals) -> Found:
    version = facts.version
    made = records.record(DatasetManifest, dag_cbor_cid(version.manifest))
    spec = records.record(CampaignSpec, made.spec)
    manifests = [records.record(Manifest, episode.manifest) for episode in made.episodes]
    places = decimals(version.token)
    units = min((offer.price for offer in version.offers), default=0)
    return Found(
        kind="dataset",
        id=version.dataset,
        version=version.number,
        campaign=version.campaign,
        name=made.name,
        task=spec.task,
        description=made.description,
        embodiment=tuple(sorted({m.embodiment for m in manifests})),
        modality=made.modality,
        sensors=tuple(sorted({s.kind for m in manifests for s in m.sensors})),
        token=version.token,
        price=fine(units, places),
        price_text=from_units(units, places),
        episodes=len(manifests),
        length_ms=sum(1_000_000 * m.length // m.fps_milli for m in manifests if m.fps_milli),
        ends=0,
    )
