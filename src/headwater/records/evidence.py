"""What a settler publishes with a settlement: enough for a stranger to recompute all of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from headwater.primitives.amounts import Amount
from headwater.records.codec import record
from headwater.records.contribution import Contribution
from headwater.records.gold import GoldPlan


@dataclass(frozen=True)
class Opening:
    """An anchor leaf opened: the signed contribution, its salt, and the manifest it signs."""

    campaign: int
    contributor: str
    manifest: bytes
    content_root: bytes
    consent: bytes
    nonce: int
    signature: bytes
    salt: bytes

    def contribution(self) -> Contribution:
        """What it says was signed."""
        return Contribution(self.campaign, self.contributor, self.manifest, self.content_root, self.consent, self.nonce)


@dataclass(frozen=True)
class Reputation:
    """A reviewer's row in the cited epoch: right and wrong in tenths (start 28, 12)."""

    reviewer: str
    right_tenths: int
    wrong_tenths: int


@record("reputation", 1)
@dataclass(frozen=True)
class ReputationSnapshot:
    """Rows of the epoch a settlement cites, ascending by address; everyone else weighs the start weight."""

    reviewers: tuple[Reputation, ...]


def snapshot_of(rows: Iterable[tuple[str, int, int]]) -> ReputationSnapshot:
    """The snapshot of an epoch's rows: reviewer, right and wrong in tenths."""
    return ReputationSnapshot(tuple(Reputation(*row) for row in rows))


@dataclass(frozen=True)
class PayRow:
    """One pay leaf with its item numbers."""

    account: str
    amount: Amount
    kind: int
    items: tuple[int, ...]


@record("settlement-evidence", 1)
@dataclass(frozen=True)
class Evidence:
    """All of a settlement.

    Attributes:
        key: settlement key.
        openings: one an item, in queue order; absent data has an empty signature.
        verdicts: CIDs of the verdict records, in queue order.
        pay: pay leaves in order.
        reputation: CID of the snapshot of the cited epoch's rows.
        suite: version of the check suite.
    """

    key: Amount
    campaign: int
    openings: tuple[Opening, ...]
    verdicts: tuple[str, ...]
    pay: tuple[PayRow, ...]
    reputation: str
    suite: str


@record("settlement-evidence", 2)
@dataclass(frozen=True)
class PlannedEvidence(Evidence):
    """The same, with the gold of its anchors and what newcomers answered.

    Attributes:
        plans: one for each anchor that bound one, in queue order.
        entries: CIDs of newcomers' ballots on gold items of these anchors, by round, then item.
    """

    plans: tuple[GoldPlan, ...]
    entries: tuple[str, ...]
