"""Review: who is asked, when to stop, how votes add up, what reviewers earn. Pure; no chain, no files."""

from headwater.review.ballots import counted, take_ballot, take_commit
from headwater.review.draw import Candidate, Lot, draw, eligible
from headwater.review.errors import BadBallotError, NotDrawnError, ReviewError
from headwater.review.pay import Reviewed, pay_of
from headwater.review.record import prior
from headwater.review.rule import FORFEIT_SUM, MAX_VOTES, START_WEIGHT, Outcome, judge, probability, total, weight
from headwater.review.sampling import Step, audited, next_step
from headwater.review.turns import MAX_PLACES, ends_at, had_his_turn, leaves_under, rounds_of, turn_s

__all__ = [
    "FORFEIT_SUM",
    "MAX_PLACES",
    "MAX_VOTES",
    "START_WEIGHT",
    "BadBallotError",
    "Candidate",
    "Lot",
    "NotDrawnError",
    "Outcome",
    "ReviewError",
    "Reviewed",
    "Step",
    "audited",
    "counted",
    "draw",
    "eligible",
    "ends_at",
    "had_his_turn",
    "judge",
    "leaves_under",
    "next_step",
    "pay_of",
    "prior",
    "probability",
    "rounds_of",
    "take_ballot",
    "take_commit",
    "total",
    "turn_s",
    "weight",
]
