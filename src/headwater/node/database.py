"""The operator's tables. Rows are written before what they plan is done, and every step can be run again.

``contributions`` are what was handed in, ``anchors`` batches on their way to and on the chain, ``votes`` commits and
ballots, newcomers' too, ``gold`` what of it is planted, ``plans`` what each anchor bound of that, ``settlements`` what
was posted. Blobs are not here: rows name CIDs.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    Column,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
)

metadata = MetaData()

contributions = Table(
    "contributions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True, comment="order of arrival: who came first is no copy"),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("campaign", Integer, nullable=False, index=True),
    Column("contributor", String, nullable=False),
    Column("signed", LargeBinary, nullable=False, comment="SignedContribution, canonical bytes"),
    Column("received_at", Integer, nullable=False),
    Column("anchor", Integer, comment="anchors.id once planned"),
    Column("position", Integer, comment="place in its anchor"),
    Column("report", String, comment="CID of the check report"),
    Column("copy_index", String, comment="CID of the copy index it was compared with"),
    Column("llr", Integer),
    Column("novelty", Integer),
)

anchors = Table(
    "anchors",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("campaign", Integer, nullable=False, index=True),
    Column("root", LargeBinary, nullable=False),
    Column("cid", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("first_item", Integer, comment="null until it is on chain"),
    Column("struct", LargeBinary, comment="Anchor, abi.encode"),
    Column("seed", LargeBinary),
)

votes = Table(
    "votes",
    metadata,
    Column("campaign", Integer, nullable=False),
    Column("item", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("reviewer", String, nullable=False),
    Column("commit", LargeBinary, nullable=False, comment="VoteCommit, canonical bytes"),
    Column("ballot", LargeBinary, nullable=False, comment="Ballot, canonical bytes"),
    UniqueConstraint("campaign", "item", "round"),
)

gold = Table(
    "gold",
    metadata,
    Column("digest", LargeBinary, primary_key=True, comment="of a contribution whose verdict its requester knows"),
    Column("campaign", Integer, nullable=False, index=True),
    Column("truth", Integer, nullable=False),
    Column("llr", Integer, nullable=False, comment="what the suite said of it at home, milli log-odds"),
)

plans = Table(
    "plans",
    metadata,
    Column("anchor", Integer, primary_key=True, comment="anchors.id"),
    Column("plan", LargeBinary, nullable=False, comment="GoldPlan, canonical bytes; secret until it is opened"),
)

valuations = Table(
    "valuations",
    metadata,
    Column("campaign", Integer, primary_key=True),
    Column("newest", String, nullable=False, comment="CID of the newest statement its requester told of"),
)

settlements = Table(
    "settlements",
    metadata,
    Column("key", String, primary_key=True),
    Column("campaign", Integer, nullable=False, index=True),
    Column("first_item", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("evidence", String, nullable=False, comment="CID"),
    Column("posted", LargeBinary, comment="Posted, abi.encode; null until it is on chain"),
    Column("released", Integer, nullable=False, default=0),
)


def open_database(path: Path) -> Engine:
    """The operator's database, made if absent. SQLite in WAL mode; every commit reaches the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 15})

    @event.listens_for(engine, "connect")
    def durable(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("pragma journal_mode=wal")
        cursor.execute("pragma synchronous=full")
        cursor.execute("pragma foreign_keys=on")
        cursor.close()

    metadata.create_all(engine)
    return engine
