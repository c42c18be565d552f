"""A key holder: answers signed requests from its own view of the chain, and remembers what it answered.

Order of every batch: decide, make the parts, write nonces, receipts and shares taken in durably in one transaction,
then hand the parts out. A crash before the write gives nothing; one after it costs the asker its nonces, never a part
without a receipt.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread
from time import sleep

from headwater.chain.contracts import Contracts
from headwater.node.entitlements import ChainEntitlements, Remembered
from headwater.node.rows import refuse_all, refuse_some
from headwater.primitives.eip712 import WalletCheck
from headwater.primitives.errors import HeadwaterError
from headwater.records import codec
from headwater.records.batch import BatchRelease, BatchRow, SignedBatch, rows_of
from headwater.records.release import Release
from headwater.records.share_statement import DESTROYED, ShareStatement, SignedShareStatement
from headwater.vault import Ask, HolderKeys, Reason, answer, decide, open_share, signature_ok
from headwater.vault.batch import Held, answer_batch, refuse_form
from headwater.vault.shamir import share_commitment
from headwater.vault.shelf import Place, Shelf

MAX_PARTS_AN_HOUR = 50_000
"""For one requester, by the chain's clock: five whole versions of 10,000, or a stolen wallet's harvest in an hour."""

SWEEP_S = 30.0

_HOUR_S = 3_600
_SCHEMA = """
create table if not exists nonces (requester text, nonce blob, expiry integer, primary key (requester, nonce));
create table if not exists receipts (
    digest blob primary key, requester text, parts integer, time integer, release blob, anchored integer default 0
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
            folder: where nonces, receipts and shares are kept.
            most_an_hour: parts for one requester.
        """
        self.keys = keys
        self.shelf = Shelf(folder / "holder.db", keys.derive(b"shelf"))
        self.contracts = contracts
        self._wallets = wallets
        self._remembered = Remembered()
        self._most_an_hour = most_an_hour
        with closing(self.shelf.open()) as db:
            db.executescript(_SCHEMA)

    def ask(self, batch: Sequence[Ask]) -> list[Release | str]:
        """A release for each request in order, or the reason it was refused.

        Raises:
            ChainDownError, RpcError: the chain cannot be read; a holder that cannot see gives nothing.
        """
        facts = ChainEntitlements(self.contracts, self._wallets, self._remembered)
        facts.prepare(ask.signed.request for ask in batch)
        with closing(self.shelf.open()) as db:
            # One writer at a time from here on: what is read of nonces is still so when they are written.
            db.execute("begin immediate")
            spent = _Spent(db, facts.chain_time(), self._most_an_hour)
            replies = [self._one(db, ask, facts, spent) for ask in batch]
            spent.forget()
            db.execute("commit")
        return replies

    def ask_batch(self, signed: SignedBatch) -> BatchRelease | str:
        """Parts of a run of a version's episodes in one answer, or why there is none.

        Raises:
            ChainDownError, RpcError: the chain cannot be read. RecordError: rows that are none.
        """
        facts, request = ChainEntitlements(self.contracts, self._wallets, self._remembered), signed.request
        now, domain = facts.chain_time(), self.contracts.campaigns_domain
        with closing(self.shelf.open()) as db:
            db.execute("begin immediate")
            spent = _Spent(db, now, self._most_an_hour)
            refusal = refuse_form(
                *(signed, domain), now=now, seen_nonces=spent, holder=self.keys.address, wallets=self._wallets
            )
            refusal = refusal or refuse_all(self.contracts, facts, signed)
            if refusal is None and not spent.may_have(request.requester, request.count):
                refusal = Reason.TOO_MANY
            if refusal is not None:
                return str(refusal)
            rows = rows_of(signed)
            given = [
                why or self._held(db, row) for why, row in zip(refuse_some(facts, request, rows), rows, strict=True)
            ]
            release = answer_batch(signed, facts.campaign_of(request.dataset), given, self.keys, domain, now)
            spent.add(request.requester, request.nonce, request.expiry)
            spent.note(release.receipt.digest(domain), request.requester, release.receipt.count, codec.encode(release))
            spent.forget()
            db.execute("commit")
        return release

    def sweep(self) -> list[SignedShareStatement]:
        """Destroys every share whose consent was withdrawn at the final block, and signs for each.

        Raises:
            ChainDownError, RpcError: the chain cannot be read; nothing is destroyed on a guess.
        """
        facts = ChainEntitlements(self.contracts, self._wallets, self._remembered)
        withdrawn, now, made = facts.withdrawals(), facts.chain_time(), list[SignedShareStatement]()
        with closing(self.shelf.open()) as db:
            db.execute("begin immediate")
            for campaign, place, commitment in self.shelf.places(db):
                if (campaign, place.contribution) in withdrawn:
                    signed = self._destroyed(campaign, place, commitment, now)
                    self.shelf.destroy(db, place, commitment, now, codec.encode(signed))
                    made.append(signed)
            db.execute("commit")
            self.shelf.wipe(db)
        return made

    def keep_sweeping(self, every_s: float = SWEEP_S) -> None:
        """``sweep`` now and then, in a thread that ends with the process; a chain that is down is tried again."""

        def sweeping() -> None:
            while True:
                with suppress(HeadwaterError):
                    self.sweep()
                sleep(every_s)

        Thread(target=sweeping, name="sweep", daemon=True).start()

    def _destroyed(self, campaign: int, place: Place, commitment: bytes, now: int) -> SignedShareStatement:
        where = (campaign, place.contribution, place.envelope, self.keys.address, commitment)
        said = ShareStatement(DESTROYED, *where, now)
        return SignedShareStatement(said, self.keys.sign_digest(said.digest(self.contracts.campaigns_domain)))

    def receipts(self) -> list[bytes]:
        """Canonical bytes of every release and batch release given, oldest first."""
        with closing(self.shelf.open()) as db:
            return [row[0] for row in db.execute("select release from receipts order by time, digest")]

    def _held(self, db: sqlite3.Connection, row: BatchRow) -> Held | Reason:
        held = self.shelf.get(db, Place(row.contribution, row.envelope))
        if held is not None:
            return held
        return Reason.DESTROYED if self.shelf.is_destroyed(db, row.contribution) else Reason.NOT_TAKEN_IN

    def _one(self, db: sqlite3.Connection, ask: Ask, facts: ChainEntitlements, spent: _Spent) -> Release | str:
        request, domain, now = ask.signed.request, self.contracts.campaigns_domain, facts.chain_time()
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
        if not spent.may_have(request.requester, 1):
            return str(Reason.TOO_MANY)
        try:
            held = self._taken_in(db, ask)
            if isinstance(held, Reason):
                return str(held)
            release = answer(request, ask.envelope, self.keys, domain, now, held.share)
        except HeadwaterError as error:
            return error.line()
        spent.add(request.requester, request.nonce, request.expiry)
        spent.note(release.receipt.digest(domain), request.requester, 1, codec.encode(release))
        return release

    def _taken_in(self, db: sqlite3.Connection, ask: Ask) -> Held | Reason:
        """The share from the shelf; the first time, from its envelope onto the shelf.

        The chain has just proven the label, so only who paid an anchor can fill the disk.
        """
        request, envelope = ask.signed.request, ask.envelope
        place = Place(request.contribution, codec.digest(envelope))
        held = self._held(db, BatchRow(place.contribution, b"", place.envelope))
        if held is not Reason.NOT_TAKEN_IN:
            return held
        share = open_share(envelope, self.keys)
        held = Held(share, share_commitment(envelope.label, share))
        self.shelf.put(db, place, request.campaign, envelope.label, held)
        return held


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

    def may_have(self, requester: str, parts: int) -> bool:
        """Whether a requester may have so many parts more within the hour."""
        if requester not in self._given:
            query = "select coalesce(sum(parts), 0) from receipts where requester = ? and time > ?"
            (self._given[requester],) = self._db.execute(query, (requester, self._now - _HOUR_S)).fetchone()
        return self._given[requester] + parts <= self._most

    def add(self, requester: str, nonce: bytes, expiry: int) -> None:
        self._db.execute("insert into nonces values (?, ?, ?)", (requester, nonce, expiry))

    def note(self, digest: bytes, requester: str, parts: int, release: bytes) -> None:
        row = (digest, requester, parts, self._now, release)
        self._db.execute("insert into receipts (digest, requester, parts, time, release) values (?, ?, ?, ?, ?)", row)
        self._given[requester] += parts

    def forget(self) -> None:
        """Nonces of requests that have expired are refused for that."""
        self._db.execute("delete from nonces where expiry < ?", (self._now,))
