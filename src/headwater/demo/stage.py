"""The demo's folder, network and actors, ready to play."""

from __future__ import annotations

import contextlib
import shutil
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from headwater.chain.contracts import Contracts
from headwater.chain.signer import KeySigner
from headwater.chain.stakes import REVIEWER_ROLE
from headwater.client.journal import Journal
from headwater.client.network import Network
from headwater.client.submit import Submitter
from headwater.demo.cast import BUYER, LATECOMER, LIAR, PARTS, REQUESTER, REVIEWERS, STRANGER, WATCHER
from headwater.demo.errors import DemoError
from headwater.node import local
from headwater.node.database import open_database
from headwater.node.errors import HomeError
from headwater.node.gateway import LocalGateway
from headwater.node.home import Home
from headwater.node.local.up import operator_ready
from headwater.node.operator.desk import Desk
from headwater.node.wallets import Wallets
from headwater.storage import LocalBlobStore

_MARK = "demo-home"


def fresh_home(root: Path) -> Home:
    """An empty folder for this run; whatever an earlier run left, running or killed, is ended and removed.

    Raises:
        DemoError: the folder holds something that is not the demo's.
    """
    home = Home(root)
    if root.exists() and any(root.iterdir()):
        if not (root / _MARK).exists():
            fix = "choose another --home; the demo empties its own folder"
            raise DemoError(str(root), actual="not a demo folder", allowed="empty, or one the demo made", fix=fix)
        with contextlib.suppress(HomeError):
            local.down(home)
        shutil.rmtree(root)
    root.mkdir(parents=True, exist_ok=True)
    (root / _MARK).touch()
    return home


@dataclass
class Stage:
    """A network with everybody's wallets."""

    home: Home
    contracts: Contracts
    wallets: Wallets
    blobs: LocalBlobStore
    network: Network
    pool: Executor
    _desks: dict[str, Desk] = field(default_factory=dict)

    @classmethod
    def set(cls, home: Home, contracts: Contracts, pool: Executor) -> Stage:
        """Wallets, money and roles for the cast. Contributors get nothing: they only sign."""
        wallets = Wallets(home, local=local.is_local(contracts.chain))
        blobs = LocalBlobStore(home.blobs)
        stage = cls(home, contracts, wallets, blobs, Network(contracts, blobs), pool)
        for name in {part.who for part in PARTS} | {STRANGER}:
            wallets.create(name)
        for name, dollars in ((REQUESTER, 2_000), (BUYER, 500), (LATECOMER, 500), (WATCHER, 0)):
            local.grant(contracts, wallets, wallets.create(name).address, dollars=dollars)
        for name in REVIEWERS:
            reviewer = wallets.create(name)
            local.grant(contracts, wallets, reviewer.address, tokens=500)
            local.join(contracts, reviewer, REVIEWER_ROLE, 500)
        operator_ready(contracts, wallets, LIAR)
        return stage

    def wallet(self, name: str) -> KeySigner:
        """Somebody's key."""
        return self.wallets.open(name)

    def desk(self, operator: str) -> Desk:
        """An operator's desk, with a database of its own."""
        if operator not in self._desks:
            engine = open_database(self.home.root / f"{operator}.db")
            signer = self.wallet(operator)
            self._desks[operator] = Desk(
                self.contracts, self.blobs, signer, engine, self.home.work / operator, self.pool
            )
        return self._desks[operator]

    def submitter(self, who: str, operator: str) -> Submitter:
        """A contributor's sending end at an operator's door."""
        journal = Journal(self.home.journals)
        gateway = LocalGateway(self.desk(operator))
        return Submitter(self.network, gateway, self.wallet(who), journal, self.home.work / "cuts")

    def name_of(self, address: str) -> str:
        """Whose address it is."""
        return self._names().get(address, address[:10])

    def _names(self) -> dict[str, str]:
        if not hasattr(self, "_known"):
            self._known = {self.wallet(name).address: name for name in self.wallets.names()}
        return self._known
