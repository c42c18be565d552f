"""What every step of an operator's work has at hand."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from headwater.chain.contracts import Contracts
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import Terms
from headwater.client.network import Network
from headwater.storage import BlobStore


class Desk(Network):
    """One operator: the network, its key, its database, and a scratch folder that is emptied item by item."""

    def __init__(
        self, contracts: Contracts, blobs: BlobStore, signer: TransactionSigner, engine: Engine, work: Path
    ) -> None:
        super().__init__(contracts, blobs)
        self.signer = signer
        self.engine = engine
        self.work = work

    def terms(self, campaign: int) -> Terms:
        """Terms of a campaign; UnknownIdError if there is none."""
        return self.ledger().campaign(campaign).terms
