"""Copies and split identities: what an attacker's payout becomes, by the rules of ``market``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from headwater.chain.structs import CONTRIBUTOR, settlement_key
from headwater.market import draft, pool_part, share_weight_of
from headwater.market.novelty import novelties, places, scale_for
from headwater.market.reward import value
from headwater.records.verdict import Verdict
from headwater.simulate.facts import CAMPAIGN
from headwater.simulate.play import CHAIN, OPERATOR, SETTLEMENT, Played, terms_of
from headwater.simulate.setup import Setup
from headwater.simulate.world import account

SURE = 4_000  # milli log-odds of an item nobody doubts
MICRO = 1_000_000
_MASK = 0xAA


@dataclass(frozen=True)
class Copying:
    """An attacker's payout with copies over his payout without, in price and in pool mode, and what others keep."""

    price: float
    pool: float
    others: float


def copying(seed: int, *, items: int = 400, own: int = 25, copies: int = 5, noise: float = 0.2) -> Copying:
    """Features are normal in eight dimensions; each of the attacker's items is followed at once by its copies.

    Args:
        noise: length of a copy's offset, in medians of nearest-neighbour distances.
    """
    dice = np.random.default_rng([seed, 6])
    points = dice.normal(size=(items, 8))
    scale, neighbour = _scale(seed, items), _neighbour(points)
    his = dice.permutation(items) < own
    plain = _paid(points, his, scale)
    rows, whose = list[NDArray[np.float64]](), list[bool]()
    for point, mine in zip(points, his.tolist(), strict=True):
        rows.append(point)
        for _ in range(copies if mine else 0):
            off = dice.normal(size=8)
            rows.append(point + off / np.linalg.norm(off) * noise * neighbour)
        whose += [mine] * (1 + (copies if mine else 0))
    crowded = _paid(np.array(rows), np.array(whose), scale)
    return Copying(crowded[0] / plain[0], crowded[1] / plain[1], crowded[2] / plain[2])


def honest_share(seed: int, items: int = 400, dense: bool = True) -> float:
    """What novelty leaves of the quality pay of items of which none is a copy, and none in the sample m is from."""
    points = np.random.default_rng([seed, 6]).normal(size=(items, 8))
    scale = _scale(seed, items)
    return sum(novelties(places(_distances(points), scale), scale, dense=dense)) / 10_000 / items


def _scale(seed: int, items: int) -> int:
    """m of a sample of as many other items."""
    return scale_for(_distances(np.random.default_rng([seed, 7]).normal(size=(items, 8))))


def _neighbour(points: NDArray[np.float64]) -> float:
    """Median distance to the nearest neighbour."""
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return float(np.median(apart.min(axis=1)))


def _distances(points: NDArray[np.float64]) -> list[list[int]]:
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    whole: list[list[int]] = np.rint(apart * MICRO).astype(np.int64).tolist()
    return [row[:at] for at, row in enumerate(whole)]


def _paid(points: NDArray[np.float64], his: NDArray[np.bool_], scale: int) -> tuple[int, int, int]:
    """The attacker's in price and in pool mode, and what the others' items earn."""
    new = novelties(places(_distances(points), scale), scale)
    worth = [value(SURE, 0, (), threshold=0, unit_reward=10**18, novelty=one) for one in new]
    weights, pool = [one.share_weight for one in worth], 10**24
    whole = sum(weights)
    mine = sum(one.reward for one, own in zip(worth, his.tolist(), strict=True) if own)
    shared = sum(pool_part(pool, weight, whole, 0) for weight, own in zip(weights, his.tolist(), strict=True) if own)
    return mine, shared, sum(one.reward for one in worth) - mine


def splitting(played: Played, parts: int = 7, pool: int = 10**24) -> float:
    """Largest relative change of what items are paid when one contributor sent them, or ``parts`` names did.

    In each settlement, and of a pool.

    Every number a verdict rests on stays; that a new name has no record is the record's matter.
    """
    worst = 0.0
    for batch in played.batches:
        one, many = (_paid_to(played.world.setup, batch.draft.verdicts, count) for count in (1, parts))
        worst = max(worst, abs(many - one) / max(one, 1))
    weights = [share_weight_of(verdict) for verdict in played.verdicts]
    whole = sum(weights)
    one = pool_part(pool, whole, 2 * whole, 0)
    many = sum(pool_part(pool, sum(weights[n::parts]), 2 * whole, 0) for n in range(parts))
    return max(worst, abs(many - one) / one)


def _paid_to(setup: Setup, verdicts: Sequence[Verdict], parts: int) -> int:
    named = [replace(verdict, contributor=account(_MASK, n % parts)) for n, verdict in enumerate(verdicts)]
    key = settlement_key(CAMPAIGN, named[0].item, 0)
    made = draft(CHAIN, SETTLEMENT, key, terms_of(setup), OPERATOR, named)
    return sum(books.pay.amount for books in made.books if books.pay.kind == CONTRIBUTOR)
