"""A key holder: answers signed requests from its own view of the chain, and remembers what it answered.

Order of every answer: decide, write nonce and receipt durably, then hand out the part. A crash between the two writes
costs the asker one nonce, never a part without a receipt.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Sequence
from contextlib import closing
from pathlib import Path

from headwater.chain.contracts import Contracts
from headwater.node.entitlements import ChainEntitlements
from headwater.primitives.eip712 import WalletCheck
from headwater.primitives.errors import HeadwaterError
from headwater.records import codec
from headwater.records.release import Release
from headwater.vault import Ask, HolderSecret, answer, decide, signature_ok

_SCHEMA = """
create table if not exists nonces (requester text, nonce blob, expiry integer, primary key (requester, nonce));
create table if not exists receipts (
    digest blob primary key, contribution blob, requester text, time integer, release blob
);
"""


class HolderService:
    """One holder's duty, without the HTTP around it."""

    def __init__(
        self, keys: HolderSecret, contracts: Contracts, folder: Path, wallets: WalletCheck | None = None
    ) -> None:
        """
        Args:
            keys: signing and opening key.
            contracts: through the holder's *own* RPC.
            folder: where nonces and receipts are kept.
        """
        self.keys = keys
        self._contracts = contracts
        self._entitlements = ChainEntitlements(contracts, wallets)
        self._wallets = wallets
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "receipts.db"
        with closing(self._open()) as db:
            db.executescript(_SCHEMA)

    def ask(self, batch: Sequence[Ask]) -> list[Release | str]:
        """A release for each request in order, or the reason it was refused.

        Raises:
            ChainDownError, RpcError: the chain cannot be read; a holder that cannot see gives nothing.
        """
        now = self._entitlements.chain_time()
        with closing(self._open()) as db:
            return [self._one(db, one, now) for one in batch]

    def receipts(self) -> list[bytes]:
        """Canonical bytes of every release given, oldest first."""
        with closing(self._open()) as db:
            return [row[0] for row in db.execute("select release from receipts order by time, digest")]

    def _one(self, db: sqlite3.Connection, ask: Ask, now: int) -> Release | str:
        request, domain = ask.signed.request, self._contracts.campaigns_domain
        decision = decide(
            request,
            signature_ok=signature_ok(ask.signed, domain, self._wallets),
            entitlements=self._entitlements,
            now=now,
            seen_nonces=_Nonces(db),
            holder=self.keys.address,
            envelope_label=ask.envelope.label,
            proof=ask.signed.proof,
        )
        if not decision.allowed:
            return str(decision.reason)
        try:
            release = answer(request, ask.envelope, self.keys, domain, now)
        except HeadwaterError as error:
            return error.line()
        digest = release.receipt.digest(domain)
        row = (digest, request.contribution, request.requester, now, codec.encode(release))
        with db:  # one transaction: a nonce is never spent without its receipt
            db.execute("delete from nonces where expiry < ?", (now,))
            db.execute("insert into nonces values (?, ?, ?)", (request.requester, request.nonce, request.expiry))
            db.execute("insert into receipts values (?, ?, ?, ?, ?)", row)
        return release

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=10)
        db.execute("pragma journal_mode=wal")
        db.execute("pragma synchronous=full")
        return db


class _Nonces(Container[tuple[str, bytes]]):
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __contains__(self, key: object) -> bool:
        found = self._db.execute("select 1 from nonces where requester = ? and nonce = ?", key).fetchone()  # type: ignore[arg-type]
        return found is not None
