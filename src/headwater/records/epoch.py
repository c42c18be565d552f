"""What stands behind an epoch: every answer it counts, and whom it lets in and puts out."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.records.codec import record


@dataclass(frozen=True)
class EpochAnswer:
    """A vote on an item whose truth is known.

    Attributes:
        adjudicated: a jury said the truth; else it is gold.
    """

    campaign: int
    item: int
    round: int
    reviewer: str
    verdict: int
    truth: int
    adjudicated: bool


@record("epoch-evidence", 1)
@dataclass(frozen=True)
class EpochEvidence:
    """The evidence record of an epoch (spec/review.md section 9).

    Attributes:
        until: chain time, seconds: what was final or ruled then is counted, all of it, unless an earlier epoch did.
        answers: by (campaign, item, round).
        admitted: accounts this epoch lets into the draw, ascending.
        suspended: accounts it puts out of it for wrong gold, ascending.
    """

    until: int
    answers: tuple[EpochAnswer, ...]
    admitted: tuple[str, ...]
    suspended: tuple[str, ...]
