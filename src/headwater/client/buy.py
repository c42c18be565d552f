"""Buying a licence and getting what it opens: one transaction, keys from the holders, files decrypted right here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from headwater.catalog.ledger import VersionFacts
from headwater.chain import waiting
from headwater.chain.events import Sold
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import Offer, Use, licence_id
from headwater.client.asking import VersionAsking
from headwater.client.errors import ClientError, HoldersError
from headwater.client.network import Network
from headwater.client.sealing import open_files
from headwater.formats import Episode, open_recording
from headwater.market import use_gaps
from headwater.market.versions import Rebuilt, rebuild
from headwater.primitives.cid import dag_cbor_cid
from headwater.primitives.eip712 import Signer
from headwater.records.batch import MAX_ROWS, BatchRelease
from headwater.records.dataset import DatasetEpisode, DatasetManifest
from headwater.records.manifest import Manifest
from headwater.records.purposes import PURPOSE_BITS
from headwater.records.regions import REGION_BITS, where
from headwater.records.release import Release
from headwater.vault import KeyEnvelope, NotEnoughPartsError, OpenedKey, PartFault
from headwater.vault.asking import Asker
from headwater.vault.version import CollectedVersion, collect_version


@dataclass(frozen=True)
class Bought:
    """A licence: its ERC-1155 id, what was paid and declared, gas used, block."""

    licence: int
    price: int
    purpose: str
    region: str
    gas_used: int
    block: int


Rows = Sequence[tuple[int, DatasetEpisode]]


@dataclass(frozen=True)
class Delivered:
    """Decrypted recordings, and who among the holders failed.

    Attributes:
        episodes: of the version, in manifest order, less those whose consent was withdrawn.
        contributions: digest of each.
        withdrawn: digests of the others.
        faults: holders that were down, refused or answered wrongly; the rest was enough.
    """

    episodes: tuple[Episode, ...]
    contributions: tuple[bytes, ...]
    withdrawn: tuple[bytes, ...]
    faults: tuple[PartFault, ...]


def buy(
    network: Network,
    signer: TransactionSigner,
    dataset: int,
    number: int,
    offer: int,
    max_price: int | None,
    *,
    purpose: str,
    region: str,
    to: str = "",
) -> Bought:
    """Buys one offer of a version with a permit.

    Args:
        to: account that holds the licence; the signer's own if empty. The signer pays.
        purpose, region: names of spec/registry.md: what the signer declares to use it for, and where.

    Raises:
        RecordError: a purpose or region the registry does not have.
        ClientError: no such offer, one that does not grant this use, dearer than ``max_price``, or the account has too
            little. No money has moved.
    """
    version = network.ledger().version(dataset, number).version
    if not 0 <= offer < len(version.offers):
        raise ClientError("offer", actual=offer, allowed=f"0 to {len(version.offers) - 1}", fix="see 'headwater show'")
    use = declared(version.offers[offer], purpose, region)
    price = version.offers[offer].price
    if max_price is not None and price > max_price:
        raise ClientError("price", actual=price, allowed=f"at most {max_price}", fix="raise --max-price")
    token = network.contracts.token(version.token)
    if (held := token.balance(signer.address)) < price:
        fix = "get tokens of this kind first"
        raise ClientError(f"balance of {signer.address}", actual=held, allowed=f"at least {price}", fix=fix)
    permit = token.permit(signer, network.contracts.datasets.address, price)
    receipt = network.contracts.datasets.buy_with_permit(signer, version, offer, to or signer.address, use, permit)
    return Bought(receipt.only(Sold).licence, price, purpose, region, receipt.gas_used, receipt.block)


def declared(offer: Offer, purpose: str, region: str, *, refuse: bool = True) -> Use:
    """What is declared; if the offer does not grant it, a ClientError unless ``refuse`` is false."""
    if not purpose:
        allowed = PURPOSE_BITS.shown(offer.purposes)
        raise ClientError(
            "purpose", actual="not declared", allowed=allowed, fix="say with --purpose what you buy it for"
        )
    if not region:
        allowed = where(offer.regions)
        raise ClientError("region", actual="not declared", allowed=allowed, fix="say with --region where you use it")
    use = Use(PURPOSE_BITS.bit(purpose), REGION_BITS.bit(region))
    for gap in use_gaps(offer, use) if refuse else ():
        raise ClientError(gap.what, actual=gap.actual, allowed=gap.allowed, fix=gap.fix)
    return use


def held_licence(network: Network, account: str, dataset: int, number: int) -> int:
    """A valid licence of an account for a version.

    Raises:
        ClientError: it has none, or it has expired.
    """
    version = network.ledger().version(dataset, number).version
    for index, offer in enumerate(version.offers):
        licence = licence_id(version.key, index, offer.terms)
        if network.contracts.licences.is_valid(account, licence):
            return licence
    raise ClientError(
        f"licence of {account} for dataset {dataset}@{version.number}",
        actual="none that is valid",
        allowed=f"one of {len(version.offers)} offers",
        fix=f"headwater buy {dataset}@{version.number}",
    )


def deliver(
    network: Network,
    signer: Signer,
    dataset: int,
    number: int,
    licence: int,
    target: Path,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Delivered:
    """Fetches keys and ciphertext of a version and decrypts below ``target``, one folder an episode.

    Every release a holder gave is stored as a record, so that an audit finds who was granted what.

    Raises:
        HoldersError: too few holders gave their part; says who failed and why.
    """
    facts = network.ledger().version(dataset, number)
    waiting.for_final(network.contracts.chain, _last_sale(facts))
    made = rebuild(network.record(DatasetManifest, network.cid_of(facts.version.manifest)), facts.version)
    campaign, ledger = made.manifest.campaign, network.ledger()
    whole = list(enumerate(made.manifest.episodes))
    rows = [(n, row) for n, row in whole if (campaign, row.contribution) not in ledger.withdrawn]
    if not rows:
        fix = "ask its publisher for a later version"
        raise ClientError(f"dataset {dataset}@{number}", actual="the consent of every clip was withdrawn", fix=fix)
    keys = release_keys(network, signer, made, licence, rows).keys
    episodes = []
    for done, ((position, row), got) in enumerate(zip(rows, keys, strict=True), 1):
        manifest = network.record(Manifest, row.manifest)
        envelope = network.record(KeyEnvelope, dag_cbor_cid(row.envelope))
        folder = target / f"episode-{position:06d}"
        for _ in open_files(manifest.files, got.key, envelope.label, network.blobs, folder):
            pass
        opened = open_recording(folder / manifest.files[0].path if len(manifest.files) == 1 else folder)
        episodes.append(opened[manifest.episode])
        progress(done, len(keys))
    faults = {(f.holder, f.reason): f for got in keys for f in got.faults}
    named = tuple(row.contribution for _, row in rows)
    withdrawn = tuple(row.contribution for _, row in whole if row.contribution not in named)
    return Delivered(tuple(episodes), named, withdrawn, tuple(faults.values()))


def release_keys(network: Network, signer: Signer, made: Rebuilt, licence: int, rows: Rows) -> CollectedVersion:
    """Content keys of some of a version's episodes, (place, row) each, as the signer's licence entitles him.

    Every answer is stored as a record. The key the parts are sealed to is thrown away: a buyer has no key to rotate.

    Raises:
        HoldersError: too few holders gave their part; says who failed and why.
    """
    private, domain, version = X25519PrivateKey.generate(), network.contracts.campaigns_domain, made.version
    asking = VersionAsking(
        network, Asker(signer, domain, private, network.contracts.chain.final_block().time), made, licence
    )
    keys, releases = list[OpenedKey](), list[Release | BatchRelease]()
    for run in _runs(rows):
        try:
            got = collect_version(asking.wanted(run), network.holders(), private, domain)
        except NotEnoughPartsError as error:
            what = f"keys of dataset {version.dataset}@{version.number}"
            raise HoldersError(what, actual=error.told, fix="ask again when holders are back") from None
        keys += got.keys
        releases += got.releases
    for release in releases:
        network.put(release)
    return CollectedVersion(tuple(keys), tuple(releases))


def _runs(rows: Rows) -> list[Rows]:
    """Consecutive episodes together, no more than a holder takes at once."""
    runs: list[list[tuple[int, DatasetEpisode]]] = []
    for place, row in rows:
        if runs and runs[-1][-1][0] == place - 1 and len(runs[-1]) < MAX_ROWS:
            runs[-1].append((place, row))
        else:
            runs.append([(place, row)])
    return list(runs)


def _last_sale(facts: VersionFacts) -> int:
    return max((sale.at.block for sale in facts.sales), default=facts.at.block)
