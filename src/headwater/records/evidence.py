"""What a settler publishes with a settlement: enough for a stranger to recompute all of it."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.primitives.amounts import Amount
from headwater.records.codec import record


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


@dataclass(frozen=True)
class Reputation:
    """A reviewer's evidence counts in thousandths: right, wrong (start 2800, 1200)."""

    reviewer: str
    right_milli: int
    wrong_milli: int


@record("reputation", 1)
@dataclass(frozen=True)
class ReputationSnapshot:
    """Reviewers whose record differs from the start; everyone else weighs the start weight."""

    reviewers: tuple[Reputation, ...]


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
        reputation: CID of the snapshot the weights come from.
        suite: version of the check suite.
    """

    key: Amount
    campaign: int
    openings: tuple[Opening, ...]
    verdicts: tuple[str, ...]
    pay: tuple[PayRow, ...]
    reputation: str
    suite: str
