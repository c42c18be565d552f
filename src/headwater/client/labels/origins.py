"""The version a label campaign names: its contributions and their files, from records anybody can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from headwater.catalog.ledger import CampaignFacts, accepted
from headwater.chain.structs import Offer
from headwater.checks import Labelling
from headwater.client.errors import ClientError
from headwater.client.network import Network
from headwater.market import Gap, grant_gaps
from headwater.records.campaign_spec import LabelWork, label_work
from headwater.records.dataset import DatasetManifest
from headwater.records.evidence import Evidence
from headwater.records.manifest import Manifest


@dataclass(frozen=True)
class OriginItem:
    """One contribution that wants labels: its digest, its place in the version, and its manifest."""

    contribution: bytes
    position: int
    manifest: Manifest

    @property
    def files(self) -> dict[str, bytes]:
        """Path to sha256 of the plaintext."""
        return {file.path: file.sha256 for file in self.manifest.files}


def work_of(network: Network, campaign: int) -> LabelWork:
    """The work of a label campaign. Raises ClientError if it is another."""
    spec = network.spec(campaign)
    work = label_work(spec)
    if work is None:
        fix = "choose a campaign of modality labels, see 'headwater campaign list'"
        raise ClientError(f"campaign {campaign}", actual=spec.modality, allowed="labels", fix=fix)
    return work


def origins_of(network: Network, dataset: int, version: int) -> tuple[OriginItem, ...]:
    """The contributions of a version, in manifest order. Raises UnknownIdError, StorageError."""
    facts = network.ledger().version(dataset, version)
    rows = network.record(DatasetManifest, network.cid_of(facts.version.manifest)).episodes
    return tuple(OriginItem(row.contribution, n, network.record(Manifest, row.manifest)) for n, row in enumerate(rows))


def labelling_of(
    network: Network, campaign: int, labeller: str, derived_from: tuple[bytes, ...], *, anchored: int | None = None
) -> Labelling | None:
    """What rules compare a sheet with; ``None`` for a campaign that asks for no labels.

    Args:
        anchored: when the item was: settlements final by then may have freed places. ``None``: not anchored yet.
    """
    work = label_work(network.spec(campaign))
    if work is None:
        return None
    files = {one.contribution: one.files for one in origins_of(network, work.dataset, work.version)}
    when = network.contracts.chain.now() if anchored is None else anchored
    rejected = frozenset(digest.hex() for digest, good in outcomes_of(network, campaign, when) if not good)
    return Labelling(campaign, labeller, derived_from, files, rejected)


def outcomes_of(network: Network, campaign: int, when: int) -> Iterator[tuple[bytes, bool]]:
    """Contribution and verdict of every item of a campaign whose settlement was final at ``when``."""
    for facts in network.ledger().standing(campaign):
        if facts.final_at <= when:
            evidence = network.record(Evidence, network.cid_of(facts.posted.evidence))
            for position, opening in enumerate(evidence.openings):
                digest = opening.contribution().digest(network.contracts.campaigns_domain)
                yield digest, accepted(facts.verdicts, position)


def demand_origin(network: Network, work: LabelWork, purposes: int, regions: int) -> None:
    """What must hold before money goes into a label campaign: its owner keeps his terms.

    Raises:
        UnknownIdError: no such version.
        ClientError: it is void, a version of labels itself, or no offer of it grants these purposes and regions.
    """
    facts = network.ledger().version(work.dataset, work.version)
    name = f"origin {work.dataset}@{work.version}"
    if not facts.standing:
        raise ClientError(name, actual="void", allowed="a version that stands", fix="name its successor")
    held = network.record(DatasetManifest, network.cid_of(facts.version.manifest))
    if held.modality == "labels":
        raise ClientError(name, actual="labels", allowed="recordings", fix="name the version those labels are of")
    gaps = terms_gaps(facts.version.offers, purposes, regions)
    if gaps:
        raise ClientError(f"{name}: {gaps[0].what}", actual=gaps[0].actual, allowed=gaps[0].allowed, fix=gaps[0].fix)


def terms_gaps(offers: tuple[Offer, ...], purposes: int, regions: int) -> tuple[Gap, ...]:
    """What a label campaign's terms ask for that no single offer of the origin grants; of the nearest offer."""
    found = [grant_gaps(offer, purposes, regions) for offer in offers]
    return min(found, key=len, default=())


def accepted_labels(network: Network, facts: CampaignFacts) -> Mapping[bytes, int]:
    """How many labels of each origin stand settled as accepted."""
    counts: dict[bytes, int] = {}
    for settlement in network.ledger().standing(facts.id):
        evidence = network.record(Evidence, network.cid_of(settlement.posted.evidence))
        for position, opening in enumerate(evidence.openings):
            if accepted(settlement.verdicts, position):
                for origin in network.record(Manifest, network.cid_of(opening.manifest)).derived_from:
                    counts[origin] = counts.get(origin, 0) + 1
    return counts
