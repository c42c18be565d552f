"""Everything on sale that a holder should have on its shelf and has not, brought back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from headwater.client.network import Network
from headwater.node.holder import HolderService
from headwater.node.repair_http import HttpHelper
from headwater.node.repairing import repair
from headwater.primitives.cid import dag_cbor_cid
from headwater.primitives.errors import HeadwaterError
from headwater.records.batch import BatchRow
from headwater.records.dataset import DatasetManifest
from headwater.records.envelope import KeyEnvelope
from headwater.vault.shelf import Place


def mend(service: HolderService, network: Network) -> tuple[int, list[str]]:
    """Restores what is missing; how many, and a line for each that could not be."""
    helpers = [HttpHelper(one.address, one.endpoint) for one in network.holders()]
    done, failed = 0, list[str]()
    for campaign, row, envelope in _missing(service, network):
        try:
            repair(service, service.contracts, campaign, row, envelope, helpers)
            done += 1
        except HeadwaterError as error:
            failed.append(error.line())
    return done, failed


def _missing(service: HolderService, network: Network) -> Iterator[tuple[int, BatchRow, KeyEnvelope]]:
    ledger, seen = network.ledger(), set[bytes]()
    for dataset in ledger.datasets.values():
        for facts in dataset.versions.values():
            manifest = network.record(DatasetManifest, network.cid_of(facts.version.manifest))
            for one in manifest.episodes:
                if one.contribution in seen or (manifest.campaign, one.contribution) in ledger.withdrawn:
                    continue
                seen.add(one.contribution)
                envelope = network.record(KeyEnvelope, dag_cbor_cid(one.envelope))
                mine = any(holder.address == service.keys.address for holder in envelope.holders)
                if mine and not _kept(service, Place(one.contribution, one.envelope)):
                    yield manifest.campaign, BatchRow(one.contribution, one.content_root, one.envelope), envelope


def _kept(service: HolderService, place: Place) -> bool:
    with closing(service.shelf.open()) as db:
        kept = service.shelf.get(db, place) is not None
        return kept or service.shelf.is_destroyed(db, place.contribution)
