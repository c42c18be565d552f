"""The verdict record of one item: every number the contract rechecks, and the CIDs behind them."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.primitives.amounts import Amount
from headwater.records.codec import record


@dataclass(frozen=True)
class CountedVote:
    """One vote as it was counted; ``weight`` in milli log-odds."""

    reviewer: str
    round: int
    verdict: int
    weight: int
    commit: bytes


@record("verdict", 1)
@dataclass(frozen=True)
class Verdict:
    """One item's verdict.

    Attributes:
        llr, prior: milli log-odds of the checks and of the contributor's record.
        grade: 0..100; novelty: 0..10000.
        byte: verdict byte of spec/settlement.md section 5.
        reward: smallest units.
        opening: hash that binds the salt and the signature behind the item, 32 bytes.
        report: CID of the check report; index: CID of the copy index it was compared with.
        ballots: CIDs of the ballots, in order of the votes; empty for one opened on chain whose reasons nobody has.
        reason: for a rejection, the code, evidence in milliseconds, and how to appeal; one sentence.
    """

    item: int
    contributor: str
    contribution: bytes
    llr: int
    prior: int
    votes: tuple[CountedVote, ...]
    grade: int
    novelty: int
    byte: int
    reward: Amount
    score: int
    opening: bytes
    report: str
    index: str
    ballots: tuple[str, ...]
    reason: str
