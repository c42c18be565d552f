"""The world that is judged: items, who sent them, how people answer. Drawn with numpy from a seed; no rule is here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater.primitives.ids import checksum_address
from headwater.review.sampling import SKIP_SUM, gold_due
from headwater.simulate.setup import ALWAYS, COIN, FOLLOWER, HONEST, RING, Setup

Bools = NDArray[np.bool_]
REAL, RINGS, SPAM, PLANTED = 0, 1, 2, 3
_CONTRIBUTOR, _REVIEWER, _JUROR, _FRESH = 0xC0, 0x4E, 0x10, 0xF0


def account(kind: int, number: int) -> str:
    """An address by kind and number."""
    return checksum_address(f"{kind:02x}{number + 1:038x}")


@dataclass(frozen=True, eq=False)
class World:
    """Items in queue order, n of them, planted ones included.

    Attributes:
        kind: int8 (n,): real, the ring's, spam, planted.
        good, hard: bool (n,). llr: int64 (n,), milli log-odds of the check suite.
        contributors: address of each item's.
        reviewers, jurors: addresses. strategy: of each reviewer. skill: float64 (r,).
        captured: bool (j,), jurors of the ring.
    """

    setup: Setup
    seed: int
    kind: NDArray[np.int8]
    good: Bools
    hard: Bools
    llr: NDArray[np.int64]
    contributors: tuple[str, ...]
    reviewers: tuple[str, ...]
    jurors: tuple[str, ...]
    strategy: tuple[str, ...]
    skill: NDArray[np.float64]
    captured: Bools

    def votes(self, start: int, stop: int) -> Bools:
        """How every reviewer would vote on items ``[start, stop)``: (items, r)."""
        dice = np.random.default_rng([self.seed, 2, start])
        shape = stop - start, len(self.reviewers)
        right = np.where(self.hard[start:stop, None], self.setup.hard_skill, self.skill[None, :])
        told = self.good[start:stop, None] == (dice.random(shape) < right)
        coins = dice.random(shape) < 0.5
        who = np.array(self.strategy)
        told[:, who == ALWAYS] = True
        told[:, who == COIN] = coins[:, who == COIN]
        told[:, who == FOLLOWER] = self.llr[start:stop, None] > 0
        told[np.ix_(self.kind[start:stop] == RINGS, who == RING)] = True
        return np.asarray(told, np.bool_)

    def jury_votes(self, item: int, round_: int) -> Bools:
        """How every juror would vote on an item: (j,); accept is true."""
        dice = np.random.default_rng([self.seed, 3, item, round_])
        skill = self.setup.juror_hard_skill if self.hard[item] else self.setup.juror_skill
        told = self.good[item] == (dice.random(len(self.jurors)) < skill)
        if self.kind[item] == RINGS:
            told = told | self.captured
        return np.asarray(told, np.bool_)


def make(setup: Setup, seed: int) -> World:
    """The world of a seed."""
    dice = np.random.default_rng([seed, 1])
    planted = round(setup.items * setup.planted / 4) * 4
    kind = _kinds(setup, planted, dice)
    good, senders = _delivered(setup, kind, dice)
    hard = dice.random(len(kind)) < setup.hard
    llr = _scores(setup, kind, good, dice)
    strategy = _crew(setup)
    ring_jurors = round(setup.jurors * (setup.crew.get(RING, 0.0) if setup.jury_ring is None else setup.jury_ring))
    return World(
        setup,
        seed,
        kind,
        good,
        hard,
        llr,
        senders,
        tuple(account(_REVIEWER, n) for n in range(setup.reviewers)),
        tuple(account(_JUROR, n) for n in range(setup.jurors)),
        strategy,
        dice.uniform(*setup.skill, setup.reviewers),
        np.arange(setup.jurors) < ring_jurors,
    )


def _kinds(setup: Setup, planted: int, dice: np.random.Generator) -> NDArray[np.int8]:
    ring, spam = round(setup.items * setup.ring_flow), round(setup.items * setup.spam_flow)
    counts = {RINGS: ring, SPAM: spam, REAL: setup.items - ring - spam}
    whole = setup.items + planted
    kinds = np.full(whole, PLANTED, np.int8)
    others = np.setdiff1d(np.arange(whole), _planted_at(setup, planted, dice))
    kinds[others] = dice.permutation(np.repeat(list(counts), list(counts.values())))
    return kinds


def _planted_at(setup: Setup, planted: int, dice: np.random.Generator) -> NDArray[np.int64]:
    """Places of gold in the queue: as many in each anchor as are due, anywhere in it."""
    whole, found = setup.items + planted, list[int]()
    for first in range(0, whole, setup.anchor):
        stop = min(first + setup.anchor, whole)
        count = gold_due(stop, whole, planted) - gold_due(first, whole, planted)
        found += (first + dice.choice(stop - first, count, replace=False)).tolist()
    return np.array(found, np.int64)


def _delivered(setup: Setup, kind: NDArray[np.int8], dice: np.random.Generator) -> tuple[Bools, tuple[str, ...]]:
    """Which items are good, and their contributors."""
    rates = np.repeat(list(setup.contributors), list(setup.contributors.values()))
    sender = dice.integers(len(rates), size=len(kind))
    good = dice.random(len(kind)) < rates[sender]
    good[(kind == RINGS) | (kind == SPAM)] = False
    spots = np.flatnonzero(kind == PLANTED)
    good[dice.permutation(spots)] = np.arange(len(spots)) % 2 == 0
    names = [account(_CONTRIBUTOR, int(n)) for n in sender]
    turn = 0
    for at in np.flatnonzero(kind != REAL).tolist():
        names[at] = account(_FRESH, at)
        if kind[at] == RINGS and setup.ring_names:
            names[at] = account(_CONTRIBUTOR, len(rates) + turn % setup.ring_names)
            turn += 1
    return np.asarray(good, np.bool_), tuple(names)


def _scores(setup: Setup, kind: NDArray[np.int8], good: Bools, dice: np.random.Generator) -> NDArray[np.int64]:
    """LLR = d · score, a calibrated check. Planted: half where it errs, none so clear that nobody is asked."""
    d = setup.separation
    middle = np.where(good, d / 2, -d / 2)
    middle[kind == RINGS] += setup.evade * d
    llr = np.rint(1000 * d * dice.normal(middle, 1.0)).astype(np.int64)
    for truth in (True, False):
        spots = np.flatnonzero((kind == PLANTED) & (good == truth))
        for turn, at in enumerate(spots.tolist()):
            errs = turn % 2 == 0
            while (abs(llr[at]) >= SKIP_SUM) or ((llr[at] > 0) == truth) == errs:
                llr[at] = round(1000 * d * dice.normal(d / 2 if truth else -d / 2, 1.0)) if d else dice.choice((-1, 1))
    return llr


def _crew(setup: Setup) -> tuple[str, ...]:
    crew = [name for name, share in setup.crew.items() for _ in range(round(share * setup.reviewers))]
    return tuple(crew + [HONEST] * (setup.reviewers - len(crew)))
