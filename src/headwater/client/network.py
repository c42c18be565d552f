"""The network as a client sees it: contracts, storage, holders, and the facts of its history."""

from __future__ import annotations

from typing import Any, TypeVar

from headwater.catalog.ledger import Ledger
from headwater.catalog.reputation import Cited, cited_at
from headwater.chain.contracts import Contracts
from headwater.chain.events import read_events
from headwater.chain.structs import Version
from headwater.chain.views import EpochSlot
from headwater.client.finals import Finals
from headwater.primitives.canonical import CanonicalError
from headwater.primitives.cid import DAG_CBOR, Cid, dag_cbor_cid
from headwater.records import codec
from headwater.records.campaign_spec import CampaignSpec
from headwater.records.dataset import DatasetManifest
from headwater.records.errors import RecordError
from headwater.records.manifest import Manifest
from headwater.storage import BlobNotFoundError, BlobStore, CorruptBlockError, MalformedNodeError
from headwater.vault import HolderKey
from headwater.vault.remote import HttpHolder

R = TypeVar("R")
UNREADABLE = (BlobNotFoundError, CorruptBlockError, MalformedNodeError, RecordError, CanonicalError)


class Network:
    """Reads of one network. Facts are read once a block and kept."""

    def __init__(self, contracts: Contracts, blobs: BlobStore) -> None:
        self.contracts = contracts
        self.blobs = blobs
        self._seen = -1
        self._ledger = Ledger()
        self._finals: Finals | None = None

    def ledger(self) -> Ledger:
        """Facts up to the head; only blocks not seen yet are read."""
        head = self.contracts.chain.latest().number
        start = self.contracts.deployment.block if self._seen < 0 else self._seen + 1
        if head > self._seen:
            for event in read_events(self.contracts.chain, self.contracts.deployment, start, head):
                self._ledger.apply(event)
            self._seen = head
        return self._ledger

    def finals(self) -> Finals:
        """Settlements as review learns from them; what is final is read once."""
        ledger = self.ledger()
        if self._finals is None:
            address, domain = self.contracts.reputation.address, self.contracts.campaigns_domain
            self._finals = Finals(ledger, self, address, domain, self.contracts.chain.now, UNREADABLE)
        return self._finals

    def cited_at(self, when: int) -> Cited:
        """The epoch a settlement must cite whose first anchor was made then."""
        return cited_at(self.ledger(), self, when, self.contracts.chain.now())

    def epoch_slot(self, number: int) -> EpochSlot:
        """An epoch as the contract keeps it."""
        return self.contracts.reputation.slot(number)

    def spec(self, campaign: int) -> CampaignSpec:
        """A campaign's data spec, fetched by the digest on chain."""
        return self.record(CampaignSpec, dag_cbor_cid(self.ledger().campaign(campaign).terms.spec_digest))

    def holder_keys(self) -> list[HolderKey]:
        """Registered key holders in share order."""
        rows = sorted(self.ledger().holders.values(), key=lambda h: h.index)
        return [HolderKey(n, h.account, h.public_key) for n, h in enumerate(rows, start=1)]

    def holders(self) -> list[HttpHolder]:
        """The same, reachable over HTTP."""
        rows = sorted(self.ledger().holders.values(), key=lambda h: h.index)
        return [HttpHolder(h.account, h.endpoint) for h in rows]

    def put(self, record: Any) -> Cid:
        """Stores a record under its name."""
        return self.blobs.put_block(codec.encode(record), DAG_CBOR)

    def record(self, kind: type[R], cid: str) -> R:
        """A record by its CID."""
        return codec.decode(kind, self.blobs.get(Cid(cid)))

    @staticmethod
    def cid_of(digest: bytes) -> Cid:
        """CID of a record by the digest the chain has."""
        return dag_cbor_cid(digest)

    def episodes_of(self, version: Version) -> list[Manifest]:
        """Manifests of a version's episodes, in order."""
        held = self.record(DatasetManifest, self.cid_of(version.manifest))
        return [self.record(Manifest, row.manifest) for row in held.episodes]
