"""The data folder: one place for a node's chain state, blobs, keys and tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """Paths below one folder; nothing is created until somebody writes."""

    root: Path

    @property
    def chain(self) -> Path:
        """Local chain: state, log, pid file."""
        return self.root / "chain"

    @property
    def deployments(self) -> Path:
        """Contract addresses, one file a chain id."""
        return self.root / "deployments"

    @property
    def network(self) -> Path:
        """Which chain this home speaks to, and which processes it started."""
        return self.root / "network.json"

    @property
    def blobs(self) -> Path:
        return self.root / "blobs"

    @property
    def wallets(self) -> Path:
        """Key files, ``NAME.json``."""
        return self.root / "wallets"

    def holder(self, number: int) -> Path:
        """A key holder's own folder: keystore, receipts, log."""
        return self.root / "holders" / str(number)

    @property
    def operator_db(self) -> Path:
        return self.root / "operator.db"

    @property
    def catalog_db(self) -> Path:
        return self.root / "catalog.db"

    @property
    def journals(self) -> Path:
        """What contributors have sent or are sending."""
        return self.root / "journals"

    @property
    def purchases(self) -> Path:
        """What buyers bought, and where it was decrypted to."""
        return self.root / "purchases"

    @property
    def checked(self) -> Path:
        """Reports of episodes checked before; may be deleted at any time."""
        return self.root / "checked"

    @property
    def work(self) -> Path:
        """Scratch; may be deleted when nothing runs."""
        return self.root / "work"
