"""Reviewers' records as the chain has them: the epoch a settlement must cite, and its rows (spec/reputation.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from headwater.catalog.ledger import Ledger
from headwater.chain.structs import Lookup, ReputationRow
from headwater.chain.views import EpochSlot
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.merkle import build
from headwater.review.rule import START_WEIGHT, weight
from headwater.review.standing import decode_changes, records_after

_POSTED = 1


class EpochReads(Protocol):
    """What of an epoch only the contract knows: when it became final."""

    def epoch_slot(self, number: int) -> EpochSlot: ...


@dataclass(frozen=True)
class Cited:
    """An epoch; number 0 and the zero word for none. ``rows`` ascend by reviewer."""

    number: int
    hash: bytes
    rows: tuple[ReputationRow, ...]

    def weight(self, reviewer: str) -> int:
        """What a reviewer's vote weighs."""
        return next((row.weight for row in self.rows if row.reviewer == reviewer), START_WEIGHT)

    def lookup(self, chain_id: int, reputation: str, reviewer: str) -> Lookup:
        """Shows a reviewer's row, or that he has none."""
        if not self.rows:
            return Lookup(0, (), ())
        keys = [int(row.reviewer, 16) for row in self.rows]
        key = int(reviewer, 16)
        start = next((n for n, one in enumerate(keys) if one >= key), len(keys))
        if start == len(keys):
            start, stop = start - 1, start
        elif keys[start] == key or start == 0:
            stop = start + 1
        else:
            start, stop = start - 1, start + 1
        tree = build([row.leaf(chain_id, reputation, self.number) for row in self.rows])
        return Lookup(start, self.rows[start:stop], tuple(tree.range_proof(start, stop)))


def cited_at(ledger: Ledger, reads: EpochReads, when: int, now: int) -> Cited:
    """The newest epoch that was final at ``when``: what a settlement whose first anchor is of then must cite."""
    for number in sorted(ledger.institutions.epochs, reverse=True):
        slot = reads.epoch_slot(number)
        final = slot.status == _POSTED and not slot.open and not slot.suspended and slot.final_at <= now
        if final and slot.final_at <= when:
            return cited(ledger, number)
    return Cited(0, ZERO_WORD, ())


def cited(ledger: Ledger, number: int) -> Cited:
    """An epoch with its rows, which follow from the changes of all epochs it builds on."""
    epoch = ledger.institutions.epochs[number].epoch
    counts: dict[str, tuple[int, int]] = {}
    for changes in reversed(_chain(ledger, number)):
        counts = records_after(counts, decode_changes(changes))
    return Cited(number, epoch.hash(), rows_of(counts))


def rows_of(counts: Mapping[str, tuple[int, int]]) -> tuple[ReputationRow, ...]:
    """Rows of records in tenths, ascending by reviewer."""
    ordered = sorted(counts.items(), key=lambda one: int(one[0], 16))
    return tuple(ReputationRow(who, right, wrong, weight(right, wrong)) for who, (right, wrong) in ordered)


def _chain(ledger: Ledger, number: int) -> list[bytes]:
    """Changes of an epoch and of those before it, newest first."""
    by_hash = {posted.epoch.hash(): posted for posted in ledger.institutions.epochs.values()}
    found = [ledger.institutions.epochs[number]]
    while found[-1].epoch.previous != ZERO_WORD:
        found.append(by_hash[found[-1].epoch.previous])
    return [posted.changes for posted in found]
