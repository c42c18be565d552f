"""The p + epsilon briber: jurors who vote for his bad item get a little more than being wrong costs, if it loses.

Who believes him takes no risk; if all do, he pays nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headwater.primitives.hashing import keccak256
from headwater.review import Candidate, Lot, draw
from headwater.simulate.jury import APPEAL_WRONG, COURT
from headwater.simulate.world import account

SIZES = (7, 15, 31, 63)
FEE, PENALTY, EPSILON = 0.05, 0.25, 0.05  # R a juror: what he earns, what being wrong costs, the bribe on top
JUROR_SKILL = 0.88


@dataclass(frozen=True)
class Bribed:
    """Of many cases, one a bad item: how many got through, what the briber gained (R a case), what he had to lock."""

    share: float
    accepted: float
    gain: float
    locked: float


def bribing(share: float, seed: int, cases: int = 100, jurors: int = 300) -> Bribed:
    """Cases in which a share of all jurors takes the bribe; a wrong ruling is appealed as often as elsewhere here."""
    pool = [Candidate(account(0x10, n), 1) for n in range(jurors)]
    dice = np.random.default_rng([seed, 7])
    takers = {c.address for c in pool[: round(share * jurors)]}
    accepted, gained, locked = 0, 0.0, 0.0
    for case in range(cases):
        promised = 0
        for round_, size in enumerate(SIZES):
            lot = Lot(31337, COURT, 1, case, keccak256(seed.to_bytes(8, "big") + bytes([round_])))
            seated = draw(lot, size, pool)
            bought = sum(who in takers for who in seated)
            wrong = bought + sum(dice.random() >= JUROR_SKILL for who in seated if who not in takers)
            promised += bought
            locked += size * (FEE + PENALTY + EPSILON) / cases
            through = 2 * wrong > size
            if not through or dice.random() >= APPEAL_WRONG:
                break
        accepted += through
        gained += 1.0 if through else -promised * (FEE + PENALTY + EPSILON)
    return Bribed(share, accepted / cases, gained / cases, locked)
