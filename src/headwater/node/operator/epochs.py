"""Epochs: once batches are final, reviewers' records follow from them, are posted, and taken in by the draw."""

from __future__ import annotations

from headwater.catalog.reputation import cited, rows_of
from headwater.chain.structs import EpochPost
from headwater.node.operator.desk import Desk
from headwater.primitives.cid import cid_digest
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.merkle import build
from headwater.records.epoch import EpochEvidence
from headwater.review import encode_changes, records_after
from headwater.review.final import Judged
from headwater.review.rule import weight
from headwater.review.standing import gold_tree

_LEAST = weight(0, 1)


def post_epoch(desk: Desk) -> int | None:
    """Posts the next epoch if something new is final; its number. ``None`` while one is pending, or nothing changed.

    Raises:
        BlobNotFoundError, CorruptBlockError: evidence of a final settlement is missing; without it no record follows.
        StandingError: more of one reviewer than a change holds.
        RevertError: the bond is not there as free collateral, or somebody else was faster.
    """
    contract = desk.contracts.reputation
    head, until = contract.head(), desk.contracts.chain.now()
    if not contract.is_final(head):
        return None
    made = desk.finals().epoch(until, head)
    if not made.changes:
        return None
    evidence = EpochEvidence(until, made.answers, made.admitted, made.suspended)
    contract.post(desk.signer, _post(desk, head, made, evidence), encode_changes(made.changes))
    return contract.count()


def release_epochs(desk: Desk) -> int:
    """Unlocks the bonds of our final epochs; how many."""
    posted = desk.ledger().institutions.epochs.values()
    due = [e.epoch for e in posted if e.standing and not e.released and e.epoch.poster == desk.signer.address]
    final = [epoch for epoch in due if desk.contracts.reputation.is_final(epoch.number)]
    for epoch in final:
        desk.contracts.reputation.release(desk.signer, epoch)
    return len(final)


def heed_epoch(desk: Desk) -> int:
    """Shows the draw every row of the newest final epoch it has not taken in; how many it had not."""
    contracts, ledger = desk.contracts, desk.ledger()
    number = contracts.reputation.latest()
    if not number:
        return 0
    newest = cited(ledger, number)
    drawable = {c.address: True for c in ledger.leaves} | ledger.admitted
    due = [row for row in newest.rows if drawable.get(row.reviewer, False) != (row.weight > _LEAST)]
    for row in due:
        lookup = newest.lookup(contracts.chain.chain_id, contracts.reputation.address, row.reviewer)
        contracts.reviewers.heed(desk.signer, row.reviewer, lookup)
    return len(due)


def _post(desk: Desk, head: int, made: Judged, evidence: EpochEvidence) -> EpochPost:
    contract = desk.contracts.reputation
    number = contract.count() + 1
    where = desk.contracts.chain.chain_id, contract.address, number
    rows = rows_of(records_after(desk.finals().rows(head), made.changes))
    return EpochPost(
        previous=contract.epoch_hash(head),
        root=build([row.leaf(*where) for row in rows]).root,
        count=len(rows),
        gold=gold_tree(made.golds, *where).root if made.golds else ZERO_WORD,
        golds=len(made.golds),
        evidence=cid_digest(desk.put(evidence)),
    )
