"""Sending episodes: check here first, encrypt, seal the key to the holders, sign, hand in. A kill loses nothing."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from headwater.chain.structs import Terms
from headwater.checks import CheckReport, Labelling, Quality, check_episode
from headwater.client.errors import ClientError, RefusedLocallyError
from headwater.client.journal import Entry, Journal
from headwater.client.network import Network
from headwater.client.pack import Packed, pack
from headwater.client.ports import Gateway
from headwater.client.preview import contact_sheet
from headwater.client.releasing import demand_kinds, demand_releasable
from headwater.client.sealing import content_key, hash_files, seal_files
from headwater.formats import Episode
from headwater.market import consent_gaps, demand_age
from headwater.primitives.cid import Cid, cid_digest
from headwater.primitives.eip712 import Signer
from headwater.privacy import Detectors
from headwater.records import codec
from headwater.records.campaign_spec import CampaignSpec
from headwater.records.consent import ConsentReceipt
from headwater.records.contribution import Contribution, SignedContribution
from headwater.records.manifest import Manifest, ManifestFile, SensorInfo
from headwater.records.purposes import PURPOSE_BITS
from headwater.records.regions import REGION_BITS
from headwater.vault import contribution_label, seal

THRESHOLD = 2


@dataclass(frozen=True)
class Beside:
    """What goes with an episode that is made from another contribution: the preview of both, and its facts."""

    preview: bytes
    labelling: Labelling | None


@dataclass(frozen=True)
class Consent:
    """What the contributor says about people and premises in the clip, and what they agreed to.

    Attributes:
        purposes, regions: ``None`` agrees to exactly what the campaign asks for, and to no more.
        minimum_age: years of the youngest of the contributor and everyone visible; 0 if not stated. Never guessed.
        shows: kinds that may be recognised: ``faces``, ``voices``, ``texts``, ``positions``.
    """

    people_visible: int = 0
    premises: str = "own workplace"
    purposes: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None
    minimum_age: int = 0
    shows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Agreed:
    """A consent with nothing left open."""

    said: Consent
    purposes: tuple[str, ...]
    regions: tuple[str, ...]
    minimum_age: int


def agreed(consent: Consent, terms: Terms) -> Agreed:
    """What a consent comes to for a campaign.

    Raises:
        RecordError, LimitsError: a purpose, region or age that is none, or terms that ask for what has no name yet.
        ClientError: it does not cover what the campaign asks for; names the first that is missing.
    """
    purposes = PURPOSE_BITS.of(terms.purposes) if consent.purposes is None else consent.purposes
    regions = REGION_BITS.of(terms.regions) if consent.regions is None else consent.regions
    PURPOSE_BITS.mask(purposes)
    REGION_BITS.mask(regions)
    demand_age("age of the youngest", consent.minimum_age)
    demand_kinds(consent.shows)
    made = Agreed(consent, purposes, regions, consent.minimum_age)
    for gap in consent_gaps(terms, made):
        raise ClientError(gap.what, actual=gap.actual, allowed=gap.allowed, fix=gap.fix)
    return made


@dataclass(frozen=True)
class Submitted:
    """One episode handed in.

    Attributes:
        digest: names the contribution everywhere.
        again: it had been handed in before; nothing was sent twice.
    """

    digest: bytes
    content_root: bytes
    report: CheckReport | None
    size_bytes: int
    again: bool


@dataclass
class Submitter:
    """A contributor's sending end.

    Attributes:
        work: folder for cuts and scratch files.
        progress: told each file's path and size when it is stored.
        detectors: of faces, text and voices; without, only what files say of themselves keeps an episode from leaving.
    """

    network: Network
    gateway: Gateway
    signer: Signer
    journal: Journal
    work: Path
    progress: Callable[[str, int], None] = lambda path, size: None
    detectors: Detectors | None = None

    def submit(
        self, episode: Episode, campaign: int, consent: Consent, *, check: bool = True, beside: Beside | None = None
    ) -> Submitted:
        """Sends one episode.

        Args:
            check: run the suite first and refuse what it rejects; copies across contributors only show on the network.
                What is private is looked for in any case.
            beside: of a sheet of labels.

        Raises:
            RefusedLocallyError: with the finding; nothing was sent.
            NotReleasableError: it shows what no consent covers; nothing was sent.
            ClientError: the consent does not cover what the campaign asks for; nothing was sent.
            PackError, RecordingError, IntakeError: with what to do; sending again goes on where this stopped.
        """
        given = agreed(consent, self.network.ledger().campaign(campaign).terms)
        spec = self.network.spec(campaign)
        packed = pack(episode, self.work)
        if packed.modality != spec.modality:
            fix = "choose a campaign that asks for it"
            raise ClientError("recording", actual=packed.modality, allowed=spec.modality, fix=fix)
        facts = beside.labelling if beside else None
        report = check_here(packed.episode, spec, self.detectors, facts) if check else None
        demand_releasable(packed.episode, consent, self.detectors, report)
        hashes, root = hash_files(packed.files)
        entry = self._entry(episode, campaign, root)
        if entry.digest:
            return Submitted(bytes.fromhex(entry.digest), root, report, 0, again=True)
        size = sum(f.source.stat().st_size for f in packed.files)
        signed = self._sealed(packed, hashes, root, entry, given, report, beside)
        entry.digest = self.gateway.submit(signed).hex()
        self.journal.save(entry)
        return Submitted(bytes.fromhex(entry.digest), root, report, size, again=False)

    def _entry(self, episode: Episode, campaign: int, root: bytes) -> Entry:
        found = self.journal.find(campaign, self.signer.address, root)
        if found:
            return found
        entry = Entry(
            campaign=campaign,
            contributor=self.signer.address,
            content_root=root.hex(),
            recording=str(episode.source.root),
            episode=episode.source.index,
            salt=secrets.token_hex(32),
            opening=secrets.token_hex(32),
            nonce=secrets.randbits(63),
        )
        self.journal.save(entry)
        return entry

    def _sealed(
        self,
        packed: Packed,
        hashes: tuple[bytes, ...],
        root: bytes,
        entry: Entry,
        consent: Agreed,
        report: CheckReport | None,
        beside: Beside | None,
    ) -> SignedContribution:
        """Everything stored and signed; each step is written to the journal as it is done."""
        domain, blobs = self.network.contracts.campaigns_domain, self.network.blobs
        key = content_key(self.signer, domain, entry.campaign, root, bytes.fromhex(entry.salt))
        label = contribution_label(domain, entry.campaign, self.signer.address, root)
        done = {path: Cid(cid) for path, cid in entry.files.items()}

        def stored(path: str, size: int) -> None:
            entry.files = dict(done)
            self.journal.save(entry)
            self.progress(path, size)

        files = seal_files(packed.files, hashes, key, label, blobs, done, stored)
        if not entry.envelope:
            entry.envelope = self.network.put(seal(key, self.network.holder_keys(), THRESHOLD, label))
            self.journal.save(entry)
        self._consented(entry, root, consent)
        suite = report.suite if report else ""
        sheet = beside.preview if beside else contact_sheet(packed.episode, self.detectors)
        manifest = _manifest(packed, entry, files, (blobs.put(sheet),) if sheet else (), suite)
        entry.manifest = self.network.put(manifest)
        given = Contribution(
            campaign=entry.campaign,
            contributor=self.signer.address,
            manifest=codec.digest(manifest),
            content_root=root,
            consent=manifest.consent,
            nonce=entry.nonce,
        )
        return SignedContribution(given, self.signer.sign_digest(given.digest(domain)), bytes.fromhex(entry.opening))

    def _consented(self, entry: Entry, root: bytes, consent: Agreed) -> None:
        """Stores the receipt; an earlier run's stands only if it says the same, for people may have thought again."""
        receipt = self._receipt(entry, root, consent)
        if entry.consent:
            earlier = self.network.record(ConsentReceipt, entry.consent)
            if replace(earlier, given_at=receipt.given_at) == receipt:
                return
        entry.consent = self.network.put(receipt)
        self.journal.save(entry)

    def _receipt(self, entry: Entry, root: bytes, consent: Agreed) -> ConsentReceipt:
        return ConsentReceipt(
            campaign=entry.campaign,
            subject=self.signer.address,
            content_root=root,
            people_visible=consent.said.people_visible,
            premises=consent.said.premises,
            purposes=consent.purposes,
            regions=consent.regions,
            minimum_age=consent.minimum_age,
            withdrawal=self.signer.address,
            given_at=self.network.contracts.chain.now(),
            shows=consent.said.shows,
        )


def check_here(
    episode: Episode, spec: CampaignSpec, detectors: Detectors | None = None, labelling: Labelling | None = None
) -> CheckReport:
    """The suite without an index, before anything is sent.

    Raises:
        RefusedLocallyError: it would be rejected; names the finding and the fix.
    """
    report = check_episode(episode, spec=spec, detectors=detectors, labelling=labelling)
    if report.quality is Quality.REJECT:
        worst = report.defects[0] if report.defects else None
        raise RefusedLocallyError(
            f"episode {episode.name}",
            actual=worst.headline() if worst else f"log-likelihood ratio {report.llr_milli / 1000:.2f}",
            fix=(worst.fix if worst else "") or "record it again; --force sends it all the same and risks the deposit",
        )
    return report


def _manifest(
    packed: Packed, entry: Entry, files: tuple[ManifestFile, ...], previews: tuple[str, ...], suite: str
) -> Manifest:
    episode = packed.episode
    sensors = tuple(
        SensorInfo(s.name, str(s.kind), s.clock, s.unit, round(s.rate_hz * 1000)) for s in episode.streams.values()
    )
    return Manifest(
        campaign=entry.campaign,
        modality=packed.modality,
        format=packed.format,
        episode=episode.source.index,
        task="; ".join(episode.tasks),
        embodiment=episode.embodiment,
        device=str(episode.meta.get("device", episode.embodiment)),
        length=episode.length,
        fps_milli=round(episode.fps * 1000),
        files=files,
        sensors=sensors,
        check_suite=suite,
        consent=cid_digest(entry.consent),
        envelope=entry.envelope,
        previews=previews,
        derived_from=(episode.sheet.origin.contribution,) if episode.sheet else (),
    )
