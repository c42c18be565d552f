"""What every step of an operator's work has at hand."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path

from sqlalchemy import Engine, select

from headwater.chain.contracts import Contracts
from headwater.chain.ports import TransactionSigner
from headwater.chain.stakes import OPERATOR_ROLE
from headwater.chain.structs import Terms
from headwater.client.network import Network
from headwater.node.database import anchors, contributions
from headwater.node.errors import NotReadyError, RoleError
from headwater.node.operator.copies import Copies
from headwater.storage import BlobStore


class Desk(Network):
    """One operator: the network, its key, its database, and a scratch folder that is emptied item by item."""

    def __init__(
        self,
        contracts: Contracts,
        blobs: BlobStore,
        signer: TransactionSigner,
        engine: Engine,
        work: Path,
        pool: Executor | None = None,
    ) -> None:
        """
        Args:
            engine: see ``node.database``.
            pool: where recordings are decoded; in this process without one.
        """
        super().__init__(contracts, blobs)
        self.signer = signer
        self.engine = engine
        self.work = work
        self.pool = pool
        self.copies = Copies(blobs)

    def demand_operator(self) -> None:
        """Raises RoleError unless the desk's account may anchor and settle."""
        account = self.signer.address
        if not self.contracts.stakes.has_role(account, OPERATOR_ROLE):
            fix = "name the operator's wallet, or buy the role first"
            raise RoleError(f"account {account}", actual="not an operator", allowed="an operator", fix=fix)

    def terms(self, campaign: int) -> Terms:
        """Terms of a campaign; UnknownIdError if there is none."""
        return self.ledger().campaign(campaign).terms

    def digest_of(self, campaign: int, item: int) -> bytes:
        """Contribution digest of an item this operator anchored.

        Raises:
            UnknownIdError: no such item. NotReadyError: somebody else anchored it.
        """
        anchor = self.ledger().campaign(campaign).anchor_of(item)
        query = (
            select(contributions.c.digest)
            .join(anchors, anchors.c.id == contributions.c.anchor)
            .where(anchors.c.campaign == campaign, anchors.c.first_item == anchor.first_item)
            .where(contributions.c.position == item - anchor.first_item)
        )
        with self.engine.begin() as db:
            found = db.execute(query).scalar_one_or_none()
        if found is None:
            raise NotReadyError(f"item {item} of campaign {campaign}", actual="anchored by another operator")
        return bytes(found)
