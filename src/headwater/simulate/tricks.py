"""Attacks on one thing each, as figures of a seed: copies and split names, bribed jurors, a lying operator."""

from __future__ import annotations

from collections.abc import Callable

from headwater.simulate import lies as lying
from headwater.simulate.bribes import bribing
from headwater.simulate.content import copying, honest_share, splitting
from headwater.simulate.figures import Figures
from headwater.simulate.play import Played, play
from headwater.simulate.scenarios import SETUPS
from headwater.simulate.setup import R
from headwater.simulate.world import make

NOISES, TAKERS = (0.0, 0.2, 0.5, 1.0), (0.1, 0.3, 0.5, 0.7)
LEAST = 500


def copies(items: int, seed: int) -> Figures:
    """Five copies of each item, so many medians of nearest-neighbour distances off; one contributor as seven."""
    found: Figures = {}
    for noise in NOISES:
        made = copying(seed, items=min(400, items), own=max(1, min(400, items) // 16), noise=noise)
        found[f"five copies {noise} off: paid times"] = made.pool
    found["what novelty leaves honest items"] = honest_share(seed, items=min(400, items))
    found["as seven names: pay changes by"] = splitting(_small(items, seed))
    return found


def bribes(items: int, seed: int) -> Figures:
    """Of bad items before a jury: accepted, and what the briber gains (R each), by the share of jurors who take it."""
    found: Figures = {}
    for share in TAKERS:
        made = bribing(share, seed, cases=max(20, min(100, items // 10)))
        found[f"{share:.0%} take it: accepted"] = made.accepted
        found[f"{share:.0%} take it: briber's return"] = made.gain
        found[f"{share:.0%} take it: locked, R"] = made.locked
    return found


def lies(items: int, seed: int) -> Figures:
    """Lies of an operator that a fault or the audit shows, and how rarely somebody must look for them to pay."""
    played = _small(items, seed)
    told = list(lying.lies(played, len(played.batches) // 2))
    total = sum(batch.draft.total for batch in played.batches) / len(played.batches)
    bond = max(total / 4, 10 * R)
    return {
        "lies shown": sum(bool(lie.shown_by) for lie in told) / len(told),
        "a lie of R pays below": max(lie.pays_below for lie in told),
        "taking all of it pays below": total / (total + bond),
    }


def _small(items: int, seed: int) -> Played:
    return play(make(SETUPS["benign"].scaled(min(LEAST, max(300, items))), seed))


TRICKS: dict[str, Callable[[int, int], Figures]] = {"copies": copies, "bribes": bribes, "lies": lies}
ABOUT = {
    "copies": "Five copies of each of an attacker's items, sent at once; one contributor under seven names.",
    "bribes": "A briber promises jurors more than being wrong costs (p + epsilon), four juries, 7 to 63.",
    "lies": "An operator lies in one settlement in thirteen ways; somebody looks, or not.",
}
