"""Shares a holder has taken in, on its own disk: opened once from their envelopes, locked under the holder's store key.

With its shares here a holder can throw away the key that opens envelopes, and from then on a share deleted here is
gone: nobody can make this holder open it again. That is what crypto-erasure stands on (spec/keys.md, 7).
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from headwater.vault.batch import Held
from headwater.vault.errors import KeystoreError
from headwater.vault.shamir import share_from_bytes

_SCHEMA = """
create table if not exists shares (
    contribution blob, envelope blob, campaign integer, label blob, idx integer, commitment blob, locked blob,
    primary key (contribution, envelope)
);
create table if not exists destroyed (
    contribution blob, envelope blob, commitment blob, time integer, receipt blob, primary key (contribution, envelope)
);
"""


@dataclass(frozen=True)
class Place:
    """Which share: contribution and envelope digest, 32 bytes each."""

    contribution: bytes
    envelope: bytes


class Shelf:
    """One SQLite file. Deleted pages are overwritten; what a disk or a backup keeps is out of reach."""

    def __init__(self, path: Path, store_key: bytes) -> None:
        """
        Args:
            store_key: 32 bytes, from the holder's keys; another one opens nothing.
        """
        self._path = path
        self._lock = AESGCM(store_key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self.open()) as db:
            db.executescript(_SCHEMA)

    def __repr__(self) -> str:
        return f"Shelf({self._path}, hidden)"

    def open(self) -> sqlite3.Connection:
        """A connection for ``get`` and ``put``; the caller closes it and decides about transactions."""
        db = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        db.execute("pragma journal_mode=wal")
        db.execute("pragma synchronous=full")
        db.execute("pragma secure_delete=on")
        return db

    def put(self, db: sqlite3.Connection, place: Place, campaign: int, label: bytes, held: Held) -> None:
        """Keeps a share; a second time changes nothing, a destroyed one does not come back."""
        nonce = token_bytes(12)
        locked = nonce + self._lock.encrypt(nonce, held.share.reveal(), _aad(place))
        row = (place.contribution, place.envelope, campaign, label, held.share.index, held.commitment, locked)
        gone = "select 1 from destroyed where contribution = ? and envelope = ?"
        if db.execute(gone, (place.contribution, place.envelope)).fetchone() is None:
            db.execute("insert or ignore into shares values (?, ?, ?, ?, ?, ?, ?)", row)

    def get(self, db: sqlite3.Connection, place: Place) -> Held | None:
        """The share, or ``None`` if it was never taken in or was destroyed.

        Raises:
            KeystoreError: the row was changed, or locked with another store key.
        """
        query = "select commitment, locked from shares where contribution = ? and envelope = ?"
        row = db.execute(query, (place.contribution, place.envelope)).fetchone()
        if row is None:
            return None
        try:
            data = self._lock.decrypt(row[1][:12], row[1][12:], _aad(place))
        except InvalidTag:
            fix = "restore the folder from its backup, or repair the shares from the other holders"
            raise KeystoreError(str(self._path), actual="a share that does not open", fix=fix) from None
        return Held(share_from_bytes(data), row[0])

    def count(self) -> int:
        """Shares on the shelf."""
        with closing(self.open()) as db:
            return int(db.execute("select count(*) from shares").fetchone()[0])

    def places(self, db: sqlite3.Connection) -> list[tuple[int, Place, bytes]]:
        """Campaign, place and commitment of every share."""
        rows = db.execute("select campaign, contribution, envelope, commitment from shares").fetchall()
        return [(row[0], Place(row[1], row[2]), row[3]) for row in rows]

    def destroy(self, db: sqlite3.Connection, place: Place, commitment: bytes, time: int, receipt: bytes) -> None:
        """Deletes a share for ever; ``receipt`` is the holder's signed word. The caller commits, then ``wipe``s."""
        where = (place.contribution, place.envelope)
        db.execute("delete from shares where contribution = ? and envelope = ?", where)
        db.execute("insert or ignore into destroyed values (?, ?, ?, ?, ?)", (*where, commitment, time, receipt))

    def wipe(self, db: sqlite3.Connection) -> None:
        """Takes what was deleted out of the write-ahead log too."""
        db.execute("pragma wal_checkpoint(truncate)").fetchall()

    def destroyed(self) -> list[bytes]:
        """Receipts of everything destroyed here, oldest first."""
        with closing(self.open()) as db:
            return [row[0] for row in db.execute("select receipt from destroyed order by time, contribution")]

    def is_destroyed(self, db: sqlite3.Connection, contribution: bytes) -> bool:
        """Whether a share of this contribution was destroyed here."""
        query = "select 1 from destroyed where contribution = ?"
        return db.execute(query, (contribution,)).fetchone() is not None


def _aad(place: Place) -> bytes:
    return b"headwater.shelf.v1" + place.contribution + place.envelope
