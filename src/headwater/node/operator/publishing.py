"""A dataset version from a campaign's final settlements."""

from __future__ import annotations

from contextlib import suppress

from headwater.chain.errors import RevertError
from headwater.chain.events import DatasetCreated, Published
from headwater.chain.structs import ACCEPTED, Offer, Terms
from headwater.client.share_watch import leaves_of
from headwater.market import DraftVersion, draft_version, offer_gaps, share_weight_of
from headwater.node.errors import NotReadyError
from headwater.node.operator.desk import Desk
from headwater.primitives.amounts import Amount
from headwater.primitives.cid import cid_digest
from headwater.primitives.errors import HeadwaterError
from headwater.records.campaign_spec import label_work
from headwater.records.dataset import DatasetEpisode, DatasetManifest, LabelDatasetManifest
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
    carry_void(desk, dataset)
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


def republish(desk: Desk, campaign: int) -> DraftVersion | None:
    """Publishes what replaces a campaign's latest version if another's was proven wrong, at its prices, and carries its
    sales; nothing if there is no such version or the bond is lacking.
    """
    versions = next((d.versions for d in desk.ledger().datasets.values() if d.campaign == campaign), {})
    void = versions.get(max(versions, default=0))
    # Whose own version was void had better look why before he risks another bond.
    if void is None or void.standing or void.publisher == desk.signer.address:
        return None
    bond, token = desk.contracts.deployment.profile.publish_bond, desk.contracts.network_token.address
    if desk.contracts.stakes.collateral(desk.signer.address, token).free < bond:
        return None
    try:
        description = desk.record(DatasetManifest, desk.cid_of(void.version.manifest)).description
    except HeadwaterError:
        description = ""
    return publish(desk, campaign, description, tuple((o.price, o.duration) for o in void.version.offers))


def carry_void(desk: Desk, dataset: int) -> int:
    """Carries what buyers paid for void versions to the latest one that stands and has their settlements; how many."""
    versions = desk.ledger().dataset(dataset).versions
    carried = 0
    for number in sorted(versions):
        void = versions[number]
        later = [
            v for n, v in versions.items() if n > number and v.standing and {*void.settlements} <= {*v.settlements}
        ]
        if void.standing or not void.gross or not later:
            continue
        to = max(later, key=lambda v: v.version.number)
        desk.contracts.share_faults.carry(desk.signer, void.version, void.settlements, to.version, to.settlements)
        carried += 1
    return carried


def show_called(desk: Desk, campaign: int) -> int:
    """Shows the share leaves of a campaign's versions that somebody called for, from their manifests; how many."""
    contract, shown = desk.contracts.share_faults, 0
    for dataset in [d for d in desk.ledger().datasets.values() if d.campaign == campaign]:
        for facts in dataset.versions.values():
            waiting = [index for index, leaf in facts.calls.items() if leaf is None]
            if not waiting or not facts.standing:
                continue
            leaves = leaves_of(desk, facts)
            for index in [i for i in waiting if i in leaves and contract.call_of(facts.version.key, i).open]:
                with suppress(RevertError):  # too late, or somebody else was faster
                    contract.show_share(desk.signer, facts.version, leaves[index])
                    shown += 1
    return shown


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
    work = label_work(spec)
    if work is not None:
        return LabelDatasetManifest(**vars(manifest), origin_dataset=work.dataset, origin_version=work.version), keys
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
