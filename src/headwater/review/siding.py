"""Do the same reviewers always side with the same contributor? Tests with a known rate of false alarms.

Honest reviewers differ in skill and items in difficulty, so mere disagreement proves nothing. Both tests look at split
items alone and hold fixed what was decided and how many accepted: then only *who* accepted is left to chance, in
proportion to the odds that each reviewer's record gives him. A group is all items of one contributor, or those of
newcomers that one operator sponsored. An alarm points a jury at items; it costs nobody's weight or stake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DRAWS = 1_999
LEAST_ITEMS = 4
_LEAST, _MOST = 0.55, 0.95


@dataclass(frozen=True)
class Split:
    """An item on which votes differed: what was decided, and who said accept."""

    accepted: bool
    votes: tuple[tuple[str, bool], ...]


def splits(items: Iterable[tuple[bool, Sequence[tuple[str, bool]]]]) -> tuple[Split, ...]:
    """The split ones of (decided, votes)."""
    found = (Split(accepted, tuple(votes)) for accepted, votes in items)
    return tuple(split for split in found if len({accept for _, accept in split.votes}) == 2)


def accuracy(record: tuple[int, int]) -> float:
    """Of a record in tenths, held to what the rule holds it to."""
    right, wrong = record
    return min(max(right / (right + wrong), _LEAST), _MOST)


@dataclass(frozen=True, eq=False)
class _Odds:
    """All ways in which as many of an item's voters could have accepted, with their chances."""

    ways: NDArray[np.bool_]
    chances: Floats

    @classmethod
    def of(cls, split: Split, skill: Mapping[str, float], other: float) -> _Odds:
        count, accepts = len(split.votes), sum(accept for _, accept in split.votes)
        rows = [[n in chosen for n in range(count)] for chosen in combinations(range(count), accepts)]
        ways = np.array(rows, bool)
        p = np.array([skill.get(who, other) for who, _ in split.votes])
        odds = p / (1 - p) if split.accepted else (1 - p) / p
        weights = np.where(ways, odds, 1.0).prod(axis=1)
        return cls(ways, weights / weights.sum())

    @property
    def expected(self) -> Floats:
        """Chance of each voter to be among those who accepted."""
        return np.asarray(self.chances @ self.ways, np.float64)


def group_p(items: Sequence[Split], skill: Mapping[str, float], other: float, seed: int, draws: int = DRAWS) -> float:
    """How likely so much siding is by chance: the same reviewers again and again on the same side of a group's items.

    A Monte Carlo test: exact at its level for any number of draws, if the skills are right; anyone repeats it.

    Args:
        skill: accuracies by reviewer; other: of those not in it.
        seed: of the draws.
    """
    if len(items) < LEAST_ITEMS:
        return 1.0
    places = {who: n for n, who in enumerate(sorted({who for item in items for who, _ in item.votes}))}
    dice = np.random.Generator(np.random.PCG64(seed))
    sums, squares = np.zeros((draws + 1, len(places))), np.zeros(draws + 1)
    for item in items:
        odds = _Odds.of(item, skill, other)
        told = np.array([[accept for _, accept in item.votes]])
        drawn = odds.ways[dice.choice(len(odds.ways), size=draws, p=odds.chances)]
        off = np.concatenate([told, drawn]) - odds.expected
        sums[:, [places[who] for who, _ in item.votes]] += off
        squares += (off**2).sum(axis=1)
    found = (sums**2).sum(axis=1) - squares
    return float(1 + (found[1:] >= found[0] - 1e-9).sum()) / (draws + 1)


def reviewer_p(items: Sequence[Split], reviewer: str, skill: Mapping[str, float], other: float) -> float:
    """How likely a reviewer accepts so many of these items, or more, by chance: exact, by adding up all cases."""
    chances, seen = np.ones(1), 0
    for item in items:
        for n, (who, accept) in enumerate(item.votes):
            if who == reviewer:
                p = float(_Odds.of(item, skill, other).expected[n])
                chances = np.convolve(chances, [1 - p, p])
                seen += accept
    return float(min(1.0, chances[seen:].sum()))


def discoveries(p_values: Mapping[str, float], rate: float) -> frozenset[str]:
    """Names whose p-values stand out so that at most ``rate`` of them are false on average (Benjamini-Hochberg)."""
    ordered = sorted(p_values.items(), key=lambda one: one[1])
    last = max((n for n, (_, p) in enumerate(ordered, start=1) if p <= rate * n / len(ordered)), default=0)
    return frozenset(name for name, _ in ordered[:last])
