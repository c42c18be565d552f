"""Who takes a verdict to a jury, and what juries say: sizes and draw of spec/court.md, majority decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from headwater.primitives.hashing import keccak256
from headwater.review import Candidate, Lot, draw
from headwater.simulate.world import RINGS, World

SIZES = (7, 15, 31)
COURT = "0x" + "c0" * 20
_ACCEPTED = 1
# Chances that a verdict is disputed: a wrong and a right rejection, a right acceptance; any reviewed one, by audit.
RESCUE, RING_RESCUE, SULK, GRUDGE, AUDIT = 0.6, 0.5, 0.03, 0.005, 0.02
APPEAL_WRONG, APPEAL_RING, APPEAL_ELSE = 0.7, 0.6, 0.08


@dataclass(frozen=True)
class Case:
    """A verdict that may be disputed."""

    item: int
    byte: int
    reviewed: bool
    pointed: bool = False


@dataclass(frozen=True)
class Ruling:
    """What the last jury found, what it overturned, how many jurors voted in all, and whose case it was."""

    finding: bool
    overturned: bool
    jurors: int
    by_ring: bool


Rulings = dict[int, Ruling]


def hear(world: World, cases: Iterable[Case]) -> Rulings:
    """Rulings by item of those that are taken to a jury."""
    rulings: Rulings = {}
    for case in cases:
        dice = np.random.default_rng([world.seed, 4, case.item])
        if dice.random() < _chance(world, case) or (case.reviewed and dice.random() < AUDIT):
            rulings[case.item] = _decide(world, case, dice)
    return rulings


def _chance(world: World, case: Case) -> float:
    good, setup = bool(world.good[case.item]), world.setup
    if case.byte == _ACCEPTED:
        if good:
            return GRUDGE
        return setup.pointed if case.pointed else setup.watch
    if world.kind[case.item] == RINGS:
        return RING_RESCUE
    return RESCUE if good else SULK


def _decide(world: World, case: Case, dice: np.random.Generator) -> Ruling:
    pool, places = [Candidate(who, 1) for who in world.jurors], {who: n for n, who in enumerate(world.jurors)}
    good, ring, jurors = bool(world.good[case.item]), world.kind[case.item] == RINGS, 0
    for round_, size in enumerate(SIZES):
        seed = keccak256(b"case" + world.seed.to_bytes(8, "big") + bytes([round_]))
        seated = draw(Lot(31337, COURT, 1, case.item, seed), size, pool)
        told = world.jury_votes(case.item, round_)
        finding = 2 * sum(bool(told[places[who]]) for who in seated) > len(seated)
        jurors += len(seated)
        appeal = APPEAL_WRONG if finding != good else APPEAL_RING if ring and not finding else APPEAL_ELSE
        if dice.random() >= appeal:
            break
    return Ruling(finding, finding != (case.byte == _ACCEPTED), jurors, bool(ring) and case.byte != _ACCEPTED)
