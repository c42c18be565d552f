"""Review: who is asked, when to stop, how votes add up, what reviewers earn. Pure; no chain, no files."""

from headwater.review.ballots import counted, take_ballot, take_commit
from headwater.review.draw import Candidate, Lot, draw, eligible
from headwater.review.errors import BadBallotError, GoldError, NotDrawnError, ReviewError, StandingError
from headwater.review.gold import Gold, GoldTally, Stock, admitted, choose, plan_gaps, plan_root, suspended, take_plan
from headwater.review.pay import Agreement, Counts, Reviewed, agreements, pay_of
from headwater.review.record import prior
from headwater.review.rule import (
    FORFEIT_SUM,
    MAX_VOTES,
    START_RIGHT,
    START_WEIGHT,
    START_WRONG,
    Outcome,
    judge,
    probability,
    total,
    weight,
)
from headwater.review.sampling import Step, audited, next_step
from headwater.review.standing import Answer, Change, changes_of, decode_changes, encode_changes, records_after
from headwater.review.turns import MAX_PLACES, ends_at, had_his_turn, leaves_under, rounds_of, turn_s

__all__ = [
    "FORFEIT_SUM",
    "MAX_PLACES",
    "MAX_VOTES",
    "START_RIGHT",
    "START_WEIGHT",
    "START_WRONG",
    "Agreement",
    "Answer",
    "BadBallotError",
    "Candidate",
    "Change",
    "Counts",
    "Gold",
    "GoldError",
    "GoldTally",
    "Lot",
    "NotDrawnError",
    "Outcome",
    "ReviewError",
    "Reviewed",
    "StandingError",
    "Step",
    "Stock",
    "admitted",
    "agreements",
    "audited",
    "changes_of",
    "choose",
    "counted",
    "decode_changes",
    "draw",
    "eligible",
    "encode_changes",
    "ends_at",
    "had_his_turn",
    "judge",
    "leaves_under",
    "next_step",
    "pay_of",
    "plan_gaps",
    "plan_root",
    "prior",
    "probability",
    "records_after",
    "rounds_of",
    "suspended",
    "take_ballot",
    "take_commit",
    "take_plan",
    "total",
    "turn_s",
    "weight",
]
