"""What every step of an operator's work has at hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine

from headwater.catalog.ledger import Ledger
from headwater.chain.contracts import Contracts
from headwater.chain.events import read_events
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import Terms
from headwater.primitives.cid import DAG_CBOR, Cid, dag_cbor_cid
from headwater.records import codec
from headwater.records.campaign_spec import CampaignSpec
from headwater.storage import BlobStore
from headwater.vault import HolderPort
from headwater.vault.remote import HttpHolder

R = TypeVar("R")


@dataclass
class Desk:
    """One operator: its key, its database, the network's contracts and storage.

    Attributes:
        work: scratch folder for decrypted recordings; emptied item by item.
    """

    contracts: Contracts
    signer: TransactionSigner
    blobs: BlobStore
    engine: Engine
    work: Path
    _seen: int = -1
    _ledger: Ledger = field(default_factory=Ledger)

    def ledger(self) -> Ledger:
        """Facts up to the head; only blocks not seen yet are read."""
        head = self.contracts.chain.latest().number
        start = self.contracts.deployment.block if self._seen < 0 else self._seen + 1
        if head > self._seen:
            for event in read_events(self.contracts.chain, self.contracts.deployment, start, head):
                self._ledger.apply(event)
            self._seen = head
        return self._ledger

    def terms(self, campaign: int) -> Terms:
        """Terms of a campaign; UnknownIdError if there is none."""
        return self.ledger().campaign(campaign).terms

    def spec(self, campaign: int) -> CampaignSpec:
        """The campaign's data spec, fetched by the digest on chain."""
        return self.record(CampaignSpec, dag_cbor_cid(self.terms(campaign).spec_digest))

    def holders(self) -> list[HolderPort]:
        """Key holders registered on chain, by index."""
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
