"""A dataset version from a campaign's final settlements."""

from __future__ import annotations

from headwater.chain.events import DatasetCreated, Published
from headwater.chain.structs import ACCEPTED, Offer, Terms
from headwater.market import DraftVersion, draft_version, offer_gaps, share_weight_of
from headwater.node.errors import NotReadyError
from headwater.node.operator.desk import Desk
from headwater.primitives.amounts import Amount
from headwater.primitives.cid import cid_digest
from headwater.records.dataset import DatasetEpisode, DatasetManifest
from headwater.records.evidence import Evidence
from headwater.records.licence import PRESETS, LicencePreset
from headwater.records.manifest import Manifest
from headwater.records.purposes import PURPOSE_BITS
from headwater.records.verdict import Verdict


def publish(desk: Desk, campaign: int, description: str, prices: tuple[tuple[int, int], ...]) -> DraftVersion:
    """Publishes the next version of a campaign's dataset from everything final and accepted.

    Args:
        prices: (price in smallest units, duration in seconds; 0 for ever) of each offer.

    Raises:
        NotReadyError: nothing final was accepted.
    """
    manifest, keys = manifest_of(desk, campaign, description)
    if not manifest.episodes:
        raise NotReadyError(f"campaign {campaign}", actual="no final accepted episode", fix="wait for the settlement")
    terms = desk.terms(campaign)
    dataset = dataset_of(desk, campaign)
    number = desk.contracts.datasets.latest(dataset) + 1
    offers = offers_of(terms, _preset(desk, terms.licence), prices)
    contract = desk.contracts.datasets
    made = draft_version(
        contract.chain.chain_id, contract.address, dataset, number, campaign, terms, manifest, keys, offers
    )
    desk.put(manifest)
    contract.publish(desk.signer, made.version, keys, terms).only(Published)
    return made


def offers_of(terms: Terms, preset: LicencePreset, prices: tuple[tuple[int, int], ...]) -> tuple[Offer, ...]:
    """One offer a price, for what the licence permits within the terms: a campaign may have been funded for more.

    Raises:
        NotReadyError: nothing is left; the contract would refuse it.
    """
    purposes = PURPOSE_BITS.known(preset.purposes) & terms.purposes
    offers = tuple(Offer(terms.licence, price, duration, purposes, terms.regions) for price, duration in prices)
    for gap in (gap for offer in offers for gap in offer_gaps(terms, offer)):
        raise NotReadyError(gap.what, actual=gap.actual, allowed=gap.allowed, fix=gap.fix)
    return offers


def _preset(desk: Desk, digest: bytes) -> LicencePreset:
    known = next((preset for preset in PRESETS if preset.digest() == digest), None)
    return known or desk.record(LicencePreset, desk.cid_of(digest))


def dataset_of(desk: Desk, campaign: int) -> int:
    """The campaign's dataset, created if it is the first time."""
    found = desk.contracts.datasets.dataset_of(campaign)
    if found:
        return found
    receipt = desk.contracts.datasets.create(desk.signer, campaign, desk.terms(campaign))
    return receipt.only(DatasetCreated).dataset


def manifest_of(desk: Desk, campaign: int, description: str) -> tuple[DatasetManifest, list[int]]:
    """Manifest and settlement keys of a campaign's final accepted items that were not withdrawn, in queue order."""
    spec = desk.spec(campaign)
    episodes, keys = [], []
    for facts in desk.ledger().standing(campaign):
        if not desk.contracts.settlement.is_final(facts.posted.key):
            break
        keys.append(facts.posted.key)
        evidence = desk.record(Evidence, desk.cid_of(facts.posted.evidence))
        for opened, cid in zip(evidence.openings, evidence.verdicts, strict=True):
            verdict = desk.record(Verdict, cid)
            withdrawn = (campaign, verdict.contribution) in desk.ledger().withdrawn
            if verdict.byte == ACCEPTED and not withdrawn:
                episodes.append(
                    _episode(desk, verdict, desk.cid_of(opened.manifest), opened.content_root, evidence.key)
                )
    manifest = DatasetManifest(
        name=spec.name,
        description=description,
        campaign=campaign,
        spec=desk.cid_of(desk.terms(campaign).spec_digest),
        modality=spec.modality,
        licences=(desk.cid_of(desk.terms(campaign).licence),),
        episodes=tuple(episodes),
    )
    return manifest, keys


def _episode(desk: Desk, verdict: Verdict, manifest: str, content_root: bytes, key: int) -> DatasetEpisode:
    return DatasetEpisode(
        contribution=verdict.contribution,
        contributor=verdict.contributor,
        content_root=content_root,
        envelope=cid_digest(desk.record(Manifest, manifest).envelope),
        manifest=manifest,
        weight=share_weight_of(verdict),
        item=verdict.item,
        settlement=Amount(key),
    )
