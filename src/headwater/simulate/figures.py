"""What came of a campaign, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import fmean, stdev

import numpy as np

from headwater.chain.structs import ACCEPTED, REVIEWER
from headwater.market.deposit import deposit_of, kept_of
from headwater.primitives.amounts import BPS, mul_div_down
from headwater.simulate.facts import Batch
from headwater.simulate.play import Played, terms_of
from headwater.simulate.setup import HONEST, RING, R
from headwater.simulate.world import PLANTED, RINGS, SPAM, Bools

Figures = dict[str, float]


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation over seeds."""

    mean: float
    sd: float
    seeds: int

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        return cls(fmean(values), stdev(values) if len(values) > 1 else 0.0, len(values))


def figures(played: Played) -> Figures:
    """Accuracy, votes, false verdicts, what the ring and the spammer got, what a vote paid; amounts in R or fees."""
    world, verdicts = played.world, played.verdicts
    ours = world.kind != PLANTED
    accepted = np.array([v.byte == ACCEPTED for v in verdicts])
    final = accepted.copy()
    for batch in played.batches:
        for item, ruling in batch.rulings.items():
            final[item] = ruling.finding
    asked = np.array([len(v.votes) for v in verdicts])
    found = {
        "accuracy": _accuracy(final, world.good, ours),
        "accuracy before juries": _accuracy(accepted, world.good, ours),
    }
    found |= {
        "false accepts": float(final[ours & ~world.good].mean()),
        "false rejects": float(1 - final[ours & world.good].mean()),
        "votes an item": float(asked.sum() / ours.sum()),
        "gold share": float(asked[~ours].sum() / max(1, asked.sum())),
        "juror votes an item": sum(r.jurors for b in played.batches for r in b.rulings.values()) / int(ours.sum()),
        "suspended": len(played.facts.out()) / len(world.reviewers),
    }
    found |= _majority(played, ours)
    for name, kind in (("ring", RINGS), ("spam", SPAM)):
        mask = world.kind == kind
        if mask.any():
            found[f"{name} accepted"] = float(final[mask].mean())
            found[f"{name} return"] = _return(played, np.flatnonzero(mask).tolist())
    return found | _fees(played)


def _accuracy(accepted: Bools, good: Bools, mask: Bools) -> float:
    return float((accepted == good)[mask].mean())


def _majority(played: Played, ours: Bools) -> Figures:
    """Five votes of any five reviewers on every item, and nothing else: what this is measured against."""
    world, told = played.world, list[Bools]()
    dice = np.random.default_rng([world.seed, 5])
    for batch in played.batches:
        stop = batch.first + len(batch.draft.verdicts)
        votes = world.votes(batch.first, stop)
        five = dice.random(votes.shape).argsort(axis=1)[:, :5]
        told.append(np.take_along_axis(votes, five, axis=1).sum(axis=1) > 2)
    accepted = np.concatenate(told)
    return {
        "majority of five": _accuracy(accepted, world.good, ours),
        "majority of five: false accepts": float(accepted[ours & ~world.good].mean()),
    }


def _return(played: Played, items: list[int]) -> float:
    """R an item: rewards that stood, and damages, less deposits lost, whoever locked them; nothing for litigation."""
    setup = played.world.setup
    deposit, gained = deposit_of(terms_of(setup)), 0
    rulings = {item: ruling for batch in played.batches for item, ruling in batch.rulings.items()}
    verdicts = played.verdicts
    for item in items:
        verdict, ruling = verdicts[item], rulings.get(item)
        reward = int(verdict.reward)
        if ruling and ruling.overturned:
            reward = R if ruling.finding else 0
        gained += reward - (deposit - kept_of(deposit, verdict.byte))
    return gained / R / len(items)


def _fees(played: Played) -> Figures:
    """Pay a vote in fees by strategy, effort taken off for who works: of all, and of those with a window of gold."""
    world = played.world
    phi, strategy = (
        mul_div_down(R, world.setup.review_fee_bps, BPS),
        dict(zip(world.reviewers, world.strategy, strict=True)),
    )
    votes, paid = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for batch in played.batches:
        for verdict in batch.draft.verdicts:
            for vote in verdict.votes:
                votes.update(_groups(vote.reviewer, strategy, batch))
        for pay in (books.pay for books in batch.draft.books if books.pay.kind == REVIEWER):
            for group in _groups(pay.account, strategy, batch):
                paid[group] += pay.amount
    effort = dict.fromkeys((HONEST, RING), world.setup.effort)
    return {
        f"{of}: {does}": paid[of, does] / phi / n - effort.get(does, 0.0) for (of, does), n in sorted(votes.items())
    }


def _groups(who: str, strategy: dict[str, str], batch: Batch) -> list[tuple[str, str]]:
    seasoned = [("pay seasoned", strategy[who])] if who in batch.seasoned else []
    return [("pay", strategy[who]), *seasoned]
