"""A key holder: answers signed requests from its own view of the chain, and remembers what it answered.

Order of every batch: decide, make the parts, write nonces and receipts durably in one transaction, then hand the parts
out. A crash before the write gives nothing; one after it costs the asker its nonces, never a part without a receipt.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from headwater.chain.contracts import Contracts
from headwater.node.entitlements import ChainEntitlements
from headwater.primitives.eip712 import WalletCheck
from headwater.primitives.errors import HeadwaterError
from headwater.records import codec
from headwater.records.release import Release
from headwater.vault import Ask, HolderKeys, Reason, answer, decide, signature_ok

MAX_PARTS_AN_HOUR = 50_000
"""For one requester, by the chain's clock: five whole versions of 10,000, or a stolen wallet's harvest in an hour."""

_HOUR_S = 3_600
_SCHEMA = """
create table if not exists nonces (requester text, nonce blob, expiry integer, primary key (requester, nonce));
create table if not exists receipts (
    digest blob primary key, contribution blob, requester text, time integer, release blob
);
create index if not exists receipts_by_requester on receipts (requester, time);
"""


class HolderService:
    """One holder's duty, without the HTTP around it."""

    def __init__(
        self,
        keys: HolderKeys,
        contracts: Contracts,
        folder: Path,
        wallets: WalletCheck | None = None,
        *,
        most_an_hour: int = MAX_PARTS_AN_HOUR,
    ) -> None:
        """
        Args:
            keys: signing and opening key, wherever they are kept.
            contracts: through the holder's *own* RPC.
            folder: where nonces and receipts are kept.
            most_an_hour: parts for one requester.
        """
        self.keys = keys
        self._contracts = contracts
        self._wallets = wallets
        self._requesters: dict[int, str] = {}
        self._most_an_hour = most_an_hour
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "receipts.db"
        with closing(self._open()) as db:
            db.executescript(_SCHEMA)

    def ask(self, batch: Sequence[Ask]) -> list[Release | str]:
        """A release for each request in order, or the reason it was refused.

        Raises:
            ChainDownError, RpcError: the chain cannot be read; a holder that cannot see gives nothing.
        """
        facts = ChainEntitlements(self._contracts, self._wallets, self._requesters)
        facts.prepare(ask.signed.request for ask in batch)
        with closing(self._open()) as db:
            # One writer at a time from here on: what is read of nonces is still so when they are written.
            db.execute("begin immediate")
            spent = _Spent(db, facts.chain_time(), self._most_an_hour)
            replies = [self._one(ask, facts, spent) for ask in batch]
            db.execute("delete from nonces where expiry < ?", (facts.chain_time(),))
            db.execute("commit")
        return replies

    def receipts(self) -> list[bytes]:
        """Canonical bytes of every release given, oldest first."""
        with closing(self._open()) as db:
            return [row[0] for row in db.execute("select release from receipts order by time, digest")]

    def _one(self, ask: Ask, facts: ChainEntitlements, spent: _Spent) -> Release | str:
        request, domain, now = ask.signed.request, self._contracts.campaigns_domain, facts.chain_time()
        decision = decide(
            request,
            signature_ok=signature_ok(ask.signed, domain, self._wallets),
            entitlements=facts,
            now=now,
            seen_nonces=spent,
            holder=self.keys.address,
            envelope=ask.envelope,
            proof=ask.signed.proof,
        )
        if not decision.allowed:
            return str(decision.reason)
        if not spent.may_have_more(request.requester):
            return str(Reason.TOO_MANY)
        try:
            release = answer(request, ask.envelope, self.keys, domain, now)
        except HeadwaterError as error:
            return error.line()
        spent.add(release, ask, release.receipt.digest(domain))
        return release

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        db.execute("pragma journal_mode=wal")
        db.execute("pragma synchronous=full")
        return db


class _Spent:
    """Nonces and receipts within one transaction (implements ``Container`` of replay keys)."""

    def __init__(self, db: sqlite3.Connection, now: int, most_an_hour: int) -> None:
        self._db = db
        self._now = now
        self._most = most_an_hour
        self._given: dict[str, int] = {}

    def __contains__(self, key: object) -> bool:
        found = self._db.execute("select 1 from nonces where requester = ? and nonce = ?", key).fetchone()  # type: ignore[arg-type]
        return found is not None

    def may_have_more(self, requester: str) -> bool:
        if requester not in self._given:
            query = "select count(*) from receipts where requester = ? and time > ?"
            (count,) = self._db.execute(query, (requester, self._now - _HOUR_S)).fetchone()
            self._given[requester] = count
        return self._given[requester] < self._most

    def add(self, release: Release, ask: Ask, digest: bytes) -> None:
        request = ask.signed.request
        row = (digest, request.contribution, request.requester, self._now, codec.encode(release))
        self._db.execute("insert into nonces values (?, ?, ?)", (request.requester, request.nonce, request.expiry))
        self._db.execute("insert into receipts values (?, ?, ?, ?, ?)", row)
        self._given[request.requester] += 1
