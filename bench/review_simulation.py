"""Review and rewards under attack: what ``headwater simulate`` measures, held to its goals; means over seeds.

A part of ``bench_review.py``. Set-up: ``headwater.simulate.setup.Setup``, the benign world at its full size, the others
scaled to ITEMS items, seeds 1 to 20.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean, stdev

from headwater.simulate import play, scenarios
from headwater.simulate.content import copying, honest_share, splitting
from headwater.simulate.figures import Figures
from headwater.simulate.run import many
from headwater.simulate.world import make
from report import Goal, Row

FULL, ITEMS, PAY_ITEMS = 20_000, 5_000, 8_000
NOISES = (0.0, 0.1, 0.2)


def rows(
    seeds: int = 20, full: int = FULL, items: int = ITEMS, pay_items: int = PAY_ITEMS, processes: int = 2
) -> Iterator[Row]:
    """Every figure with its goal, and its spread beside it; about ten minutes on two idle cores with 20 seeds."""
    which = range(1, seeds + 1)

    def of(name: str, size: int = items) -> list[Figures]:
        return many(scenarios.SETUPS[name].scaled(size), which, processes)

    yield from _benign(of("benign", full))
    yield from _both("30 % always accept: accuracy", _column(of("always"), "accuracy"), "", Goal(">=", 0.95))
    yield from _ring(of("jury"), of("ring"))
    yield from _both("spam under fresh names: return", _column(of("spam"), "spam return"), "R/item", Goal("<=", -0.35))
    yield from _fees(many(scenarios.seasoned(pay_items), which, processes), of("lazy"))
    yield from _content(which, items // 10)


def _benign(found: list[Figures]) -> Iterator[Row]:
    mine, five = _column(found, "accuracy"), _column(found, "majority of five")
    gain = [100 * (a - b) for a, b in zip(mine, five, strict=True)]
    yield Row("benign, no jury: accuracy", _round(fmean(mine)), "", None, "majority of five", _round(fmean(five)))
    yield from _both("benign, no jury: accuracy above five votes", gain, "points", Goal(">=", 3))
    false = _column(found, "false accepts")
    bound = _round(fmean(_column(found, "majority of five: false accepts")))
    yield Row("benign, no jury: false accepts", _round(fmean(false)), "", Goal("<=", bound), "majority of five", bound)
    votes = [20 * one for one in _column(found, "votes an item")]
    yield from _both("benign, no jury: votes, gold included, of five an item", votes, "%", Goal("<=", 55))
    yield Row("benign, no jury: gold among assignments", _round(100 * fmean(_column(found, "gold share"))), "%")


def _ring(without: list[Figures], found: list[Figures]) -> Iterator[Row]:
    pairs = zip(_column(without, "accuracy"), _column(found, "accuracy"), strict=True)
    yield from _both("30 % ring: accuracy lost", [100 * (a - b) for a, b in pairs], "points", Goal("<=", 1.0))
    yield from _both("30 % ring: its items accepted", _column(found, "ring accepted"), "", Goal("<=", 0.27))
    yield from _both("30 % ring: return at deposit .5 R", _column(found, "ring return"), "R/item", Goal("<=", -0.10))
    yield Row("30 % ring: juror votes an item", _round(fmean(_column(found, "juror votes an item"))), "votes")


def _fees(seasoned: list[Figures], first: list[Figures]) -> Iterator[Row]:
    honest = _column(seasoned, "pay seasoned: honest")
    yield from _both("honest vote, effort .3 taken off, 40 gold known", honest, "phi")
    for lazy in ("always", "coin", "follower"):
        margin = [a - b for a, b in zip(honest, _column(seasoned, f"pay seasoned: {lazy}"), strict=True)]
        yield from _both(f"honest above {lazy}, 40 gold known", margin, "phi a vote", Goal(">=", 0.4))
    for lazy in ("always", "coin", "follower"):
        pairs = zip(_column(first, "pay: honest"), _column(first, f"pay: {lazy}"), strict=True)
        yield from _both(f"honest above {lazy}, first 180 votes", [a - b for a, b in pairs], "phi a vote")


def _content(seeds: Sequence[int], items: int) -> Iterator[Row]:
    small = (play.play(make(scenarios.SETUPS["benign"].scaled(items), seed)) for seed in seeds)
    yield Row("one contributor as seven: payout changes by", max(splitting(one) for one in small), "", Goal("<=", 1e-9))
    for noise in NOISES:
        made = [copying(seed, noise=noise) for seed in seeds]
        for mode in ("price", "pool"):
            found = [getattr(one, mode) for one in made]
            yield from _both(f"five copies, {noise} of a neighbour off: {mode} mode", found, "x", Goal("<=", 1.01), 4)
    many_ = [copying(seed, items=200, own=12, copies=50, noise=0.3).price for seed in seeds]
    yield from _both("fifty copies, 0.3 of a neighbour off: price mode", many_, "x", Goal("<=", 2.1), 4)
    for count in (50, 400):
        kept = [100 * honest_share(seed, count) for seed in seeds]
        yield from _both(f"what novelty leaves {count} honest items", kept, "%", Goal(">=", 95))
    alone = [100 * honest_share(seed, 400, dense=False) for seed in seeds]
    yield from _both("what the ramp alone leaves 400 honest items", alone, "%")


def _both(name: str, values: list[float], unit: str, goal: Goal | None = None, digits: int = 3) -> Iterator[Row]:
    yield Row(name, round(fmean(values), digits), unit, goal)
    if len(values) > 1:
        yield Row(f"{name} (sd of {len(values)} seeds)", round(stdev(values), digits), unit)


def _column(found: list[Figures], name: str) -> list[float]:
    return [one[name] for one in found]


def _round(value: float) -> float:
    return round(value, 3)
